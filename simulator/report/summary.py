"""The summary of a run: as a file for programs, and as text for people."""

from rich.console import Group
from rich.table import Table

from simulator.invariants import Objection
from simulator.kernel.trace import Json
from simulator.world import Options, Outcome, described


def summarize(seed: int, options: Options, outcome: Outcome, wall_seconds: float) -> Json:
    """What ``summary.json`` holds."""
    return {
        "seed": seed,
        "options": described(options),
        "digest": outcome.digest,
        "requests": outcome.counts["request"],
        "counts": dict(sorted(outcome.counts.items())),
        "judges": [
            {
                "name": judge.name,
                "cases": judge.cases,
                "objections": [
                    {"at_ms": objection.at, "words": objection.words}
                    for objection in judge.objections
                ],
            }
            for judge in outcome.judges
        ],
        "sim_seconds": outcome.sim_ms // 1000,
        "wall_seconds": round(wall_seconds, 3),
    }


def shown(options: Options, outcome: Outcome) -> Group:
    """What happened, for people."""
    return Group(_happenings(options, outcome), "", _verdicts(outcome))


_ROWS = (
    ("study sessions", "student starts to study"),
    ("requests sent", "request"),
    ("requests lost on the way", "lost request"),
    ("answers lost on the way", "lost answer"),
    ("time-outs at the client", "timeout"),
    ("reminders on the screen", "screen WATER_DROP"),
    ("break prompts on the screen", "screen BREAK_PROMPT"),
    ("button presses", "press"),
)


def _happenings(options: Options, outcome: Outcome) -> Table:
    table = Table(
        title=f"{options.date:%A %d %B %Y} of {options.habits.user_id}", title_justify="left"
    )
    table.add_column("what happened")
    table.add_column("how often", justify="right")
    for label, name in _ROWS:
        table.add_row(label, f"{outcome.counts[name]:,}")
    return table


def _verdicts(outcome: Outcome) -> Table:
    table = Table(title="Judges", title_justify="left")
    table.add_column("promise")
    table.add_column("cases", justify="right")
    table.add_column("verdict")
    for judge in outcome.judges:
        table.add_row(judge.name, f"{judge.cases:,}", _verdict(judge.objections))
    return table


def _verdict(objections: list[Objection]) -> str:
    if not objections:
        return "[green]kept[/green]"
    first = objections[0]
    minute = first.at // 60_000
    more = f" (and {len(objections) - 1} more)" if len(objections) > 1 else ""
    return f"[red]broken[/red] at {minute // 60:02}:{minute % 60:02}: {first.words}{more}"
