"""The summary of a run: as a file for programs, and as text for people."""

from collections.abc import Iterator
from typing import TypeVar

from rich.console import Group
from rich.markup import escape
from rich.table import Table

from simulator.invariants import Judge
from simulator.invariants.break_prompts import BreakPrompts
from simulator.invariants.true_pulse import TruePulse
from simulator.kernel.trace import Json
from simulator.report.wall import wall_at
from simulator.world import Outcome, World

J = TypeVar("J", bound=Judge)


def summarize(world: World, outcome: Outcome, wall_seconds: float) -> Json:
    """What ``summary.json`` holds. A world can be made of it again."""
    return {
        **world.told,
        "digest": outcome.digest,
        "requests": outcome.counts["request"],
        "counts": dict(sorted(outcome.counts.items())),
        "judges": [_judgement(judge) for judge in outcome.court.judges],
        "is_good": outcome.court.is_content,
        **_measured(world, outcome),
        "sim_seconds": outcome.sim_ms // 1000,
        "wall_seconds": round(wall_seconds, 3),
    }


def shown(world: World, outcome: Outcome, *, from_outside: bool = False) -> Group:
    """What happened, for people. ``from_outside`` nobody sees what a server holds."""
    return Group(_happenings(world, outcome, from_outside), "", _verdicts(world, outcome))


def first_objection(world: World, outcome: Outcome) -> str:
    """The earliest broken promise with its time, in its judge's words; "" if all were kept."""
    broken = [
        (objection.at, judge.name, objection.words)
        for judge in outcome.court.judges
        for objection in judge.objections[:1]
    ]
    if not broken:
        return ""
    at, name, words = min(broken)
    return f"{clock(world, at)} {name}: {words}"


def clock(world: World, at: int) -> str:
    """The wall clock at home ``at`` milliseconds after the world began."""
    return wall_at(world.scenario.date.isoformat(), world.scenario.zone).clock(at)


def _measured(world: World, outcome: Outcome) -> Json:
    """What a program may want to know of a world in which the server watched."""
    if not world.camera:
        return {}
    errors = [judge.median_error_bpm for judge in _of(outcome, TruePulse)]
    due = [at for judge in _of(outcome, BreakPrompts) for at in judge.due_at]
    return {"pulse_error_bpm": errors[0] if errors else None, "prompts_due_at_ms": due}


def _of(outcome: Outcome, kind: type[J]) -> list[J]:
    return [judge for judge in outcome.court.judges if isinstance(judge, kind)]


def _judgement(judge: Judge) -> Json:
    return {
        "name": judge.name,
        "cases": judge.cases,
        "objections": [{"at_ms": each.at, "words": each.words} for each in judge.objections],
    }


_STORED = "samples stored"
_ROWS = (
    ("study sessions", ("student starts to study",)),
    (_STORED, ("stored focus_samples",)),
    ("reminders on the screen", ("screen WATER_DROP",)),
    ("   drank at once", ("student drinks",)),
    ("   drank late", ("student drinks late",)),
    ("   ignored", ("student ignores the reminder",)),
    ("break prompts on the screen", ("screen BREAK_PROMPT",)),
    ("   accepted", ("student accepts the prompt",)),
    ("   dismissed", ("student dismisses the prompt",)),
    ("   ignored", ("student ignores the prompt",)),
    ("Pomodoros started", ("student starts a Pomodoro",)),
    ("encouragement asked for", ("student asks for encouragement",)),
    ("requests sent", ("request",)),
    ("   lost on the way", ("lost request loss", "lost request cut")),
    ("   doubled by the network", ("copy",)),
    ("   sent again", ("retry",)),
    ("answers lost on the way", ("lost answer loss", "lost answer cut")),
    ("cuts of the network", ("cut",)),
    ("reboots of the pet", ("unplugged",)),
)


_ROWS_OF_TALK = (
    ("said to the pets", ("student talks",)),
    ("   tools used on the way", ("acted",)),
    ("   failures of what it talks by", ("failed",)),
    ("memories erased", ("student erases the pet's memory",)),
)


def _happenings(world: World, outcome: Outcome, from_outside: bool) -> Table:
    scenario = world.scenario
    table = Table(
        title=escape(f"{scenario.title}: {scenario.date:%A %d %B %Y}"), title_justify="left"
    )
    table.add_column("what happened")
    table.add_column("how often", justify="right")
    for label, names in (*_ROWS, *(_ROWS_OF_TALK if world.talkative else ())):
        if not (from_outside and label == _STORED):
            table.add_row(label, f"{sum(outcome.counts[name] for name in names):,}")
    for label, value in _sight(world, outcome):
        table.add_row(label, value)
    return table


def _sight(world: World, outcome: Outcome) -> Iterator[tuple[str, str]]:
    """How well the server saw, if it watched."""
    told = _measured(world, outcome)
    if not told:
        return
    error, due = told["pulse_error_bpm"], told["prompts_due_at_ms"]
    off = f"{error:.1f} beats/min" if isinstance(error, float) else "never told"
    yield "measured pulse off by (median)", off
    times = [clock(world, at) for at in due] if isinstance(due, list) else []
    yield "prompts were due at", ", ".join(times) or "never"


def _verdicts(world: World, outcome: Outcome) -> Table:
    table = Table(title="Judges", title_justify="left")
    table.add_column("promise")
    table.add_column("cases", justify="right")
    table.add_column("verdict")
    for judge in outcome.court.judges:
        table.add_row(judge.name, f"{judge.cases:,}", _verdict(world, judge))
    return table


def _verdict(world: World, judge: Judge) -> str:
    if not judge.cases:
        return "[yellow]not put to the test[/yellow]"
    if not judge.objections:
        return "[green]kept[/green]"
    first, more = judge.objections[0], len(judge.objections) - 1
    others = f" (and {more} more)" if more else ""
    return f"[red]broken[/red] at {clock(world, first.at)}: {escape(first.words)}{others}"
