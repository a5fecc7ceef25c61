"""``petsim sweep``: live through many worlds on all cores, or on a cluster, and tell what they came
to. It goes on where it was stopped.
"""

import argparse
import json
import signal
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from rich.markup import escape

from petcore.adapters.entropy_system import SystemEntropy
from simulator.commands import Exit, Misuse
from simulator.commands.voice import Voice, add_loudness
from simulator.crew import Failure, cores, done_by_all
from simulator.faults.presets import NAMES
from simulator.kernel.stopwatch import Stopwatch
from simulator.kernel.trace import Json
from simulator.sweep.cluster import NoCluster, done_by_cluster
from simulator.sweep.findings import Effort, Findings, findings_of
from simulator.sweep.fingerprint import fingerprint
from simulator.sweep.journal import Head, Journal, OtherSweep
from simulator.sweep.plan import Ticket, patience, tickets, world_of
from simulator.sweep.telling import complaint, ending, headline, shown
from simulator.sweep.verdict import Verdict, judged, unlived

FINDINGS, PAGE = "sweep.json", "sweep.html"
_WORLDS = 20
_WORLDS_MAX = 1_000_000
_TERMINATED = 128 + signal.SIGTERM
_FRESH_DIGITS = 8
"""A seed that chance picks has so many hexadecimal digits at most: people have to type it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``petsim sweep`` understands."""
    parser.add_argument(
        "--preset",
        default="storm",
        help=f"what goes wrong: {', '.join(NAMES)}, or rooms of one, such as storm:network "
        "(default storm)",
    )
    parser.add_argument(
        "--days",
        type=int,
        metavar="N",
        help=f"so many worlds with seeds in a row (default {_WORLDS}, with --fresh 0)",
    )
    parser.add_argument("--first-seed", type=int, default=1, metavar="S", help="(default 1)")
    parser.add_argument(
        "--fresh",
        type=int,
        default=0,
        metavar="N",
        help="and so many more with seeds that chance picks; they are printed",
    )
    parser.add_argument("--hours", type=int, metavar="N", help="how long instead of their length")
    hands = parser.add_mutually_exclusive_group()
    hands.add_argument(
        "--processes", type=int, metavar="N", help="how many at once (default one for each core)"
    )
    hands.add_argument(
        "--on", metavar="URL", help="the scheduler of a Dask cluster, such as tcp://desk:8786"
    )
    parser.add_argument(
        "--for", type=float, dest="seconds", metavar="SECONDS", help="stop after so long"
    )
    parser.add_argument(
        "--stop-at-first", action="store_true", help="stop when the first promise is broken"
    )
    parser.add_argument("--out", type=Path, default=Path("runs/sweep"), help="(default runs/sweep)")
    parser.add_argument(
        "--anew", action="store_true", help="forget what an earlier sweep left in that folder"
    )
    add_loudness(parser)


def execute(asked: argparse.Namespace) -> Exit:
    """Run the command."""
    voice, watch = Voice(asked.loudness), Stopwatch()
    _check(asked)
    with _ended_by_sigterm(), _journal(asked) as journal:
        plan = _plan(asked, journal, voice)
        _live(asked, plan, journal, voice)
        findings = findings_of(plan, journal.verdicts)
        if len(findings.lived) == len(plan):
            journal.end()
    effort = _effort(asked, findings, watch.seconds)
    _say(findings, effort, voice)
    _leave(asked, findings, _summary(asked, findings, effort), voice)
    return _exit(findings, voice)


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """What a sweep is told to end by ends it as Ctrl-C does: nobody of its crew is left behind."""

    def stop(*_: object) -> None:
        print("petsim: stopped", file=sys.stderr)
        sys.exit(_TERMINATED)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _check(asked: argparse.Namespace) -> None:
    """Raise ``Misuse`` for what is wrong at first sight."""
    for name, least in (("days", 0), ("fresh", 0), ("hours", 1), ("processes", 1), ("seconds", 0)):
        value, flag = getattr(asked, name), "for" if name == "seconds" else name
        if value is not None and not least <= value <= _WORLDS_MAX:
            raise Misuse(f"--{flag} must be {least} to {_WORLDS_MAX}")
    asked.processes = asked.processes or cores()
    if asked.days is None:
        asked.days = 0 if asked.fresh else _WORLDS
    if not asked.days + asked.fresh:
        raise Misuse("there is nothing to live through: --days and --fresh are 0")
    first = Ticket(asked.preset, asked.first_seed, asked.hours)
    last = Ticket(asked.preset, asked.first_seed + asked.days, asked.hours)
    try:
        world_of(first), world_of(last)
    except ValueError as error:
        raise Misuse(f"--preset, --first-seed or --hours: {_first_line(error)}") from None


def _first_line(error: ValueError) -> str:
    return str(error).partition("\n")[0]


def _journal(asked: argparse.Namespace) -> Journal:
    head = Head(preset=asked.preset, hours=asked.hours, code=fingerprint())
    try:
        return Journal(asked.out, head, anew=asked.anew)
    except OtherSweep as other:
        raise Misuse(f"{other}; --anew forgets it, --out names another folder") from None
    except OSError as error:
        raise Misuse(f"cannot write to {asked.out}: {error.strerror}") from None


def _plan(asked: argparse.Namespace, journal: Journal, voice: Voice) -> tuple[Ticket, ...]:
    """Which worlds: of seeds in a row, and of those that chance picks now or picked before."""
    seeds = range(asked.first_seed, asked.first_seed + asked.days)
    if asked.fresh and len(journal.fresh) != asked.fresh:
        journal.pick([_picked() for _ in range(asked.fresh)])
    fresh = journal.fresh if asked.fresh else ()
    plan = tickets(asked.preset, [*seeds, *fresh], asked.hours)
    known = sum(ticket.seed in journal.verdicts for ticket in plan)
    row = f" {seeds[0]} to {seeds[-1]}" if seeds else ""
    voice.say(f"preset {asked.preset}, seeds{row}{''.join(f' {seed}' for seed in fresh)}")
    if known:
        voice.say(f"  {known} of {len(plan)} are known from before")
    return plan


def _picked() -> int:
    """A seed that nobody can foresee."""
    return int(SystemEntropy().new_id()[:_FRESH_DIGITS], 16)


def _live(
    asked: argparse.Namespace, plan: Sequence[Ticket], journal: Journal, voice: Voice
) -> None:
    """Live through what there is no verdict on."""
    rest = [ticket for ticket in plan if ticket.seed not in journal.verdicts]
    before = findings_of(plan, journal.verdicts).broken
    for ticket, verdict in before:
        voice.complain(_told(ticket, verdict))
    if before and asked.stop_at_first:
        return
    with voice.progress("worlds", len(plan)) as progress, closing(_done(asked, rest)) as done:
        progress(len(plan) - len(rest))
        for count, (place, result) in enumerate(done, 1):
            ticket = rest[place]
            verdict = unlived(ticket, result) if isinstance(result, Failure) else result
            journal.add(verdict)
            progress(len(plan) - len(rest) + count)
            if not verdict.is_good:
                voice.complain(_told(ticket, verdict))
            if asked.stop_at_first and not verdict.is_good:
                return


def _told(ticket: Ticket, verdict: Verdict) -> str:
    return f"petsim: {complaint(ticket, verdict)}\nagain    {ticket.again}"


def _done(
    asked: argparse.Namespace, plan: Sequence[Ticket]
) -> Generator[tuple[int, Verdict | Failure], None, None]:
    """Verdicts as they come, whoever reaches them."""
    if asked.on is None:
        yield from done_by_all(judged, plan, asked.processes, asked.seconds, patience)
        return
    counted = partial(setattr, asked, "processes")
    try:
        yield from done_by_cluster(asked.on, judged, plan, asked.seconds, patience, counted)
    except NoCluster as error:
        raise Misuse(f"--on: {error}") from None


def _effort(asked: argparse.Namespace, findings: Findings, seconds: float) -> Effort:
    """What it took, also what was lived through before this command."""
    processes = min(asked.processes, findings.planned)
    before = findings.work_ms / 1000 / processes
    return Effort(processes, round(max(seconds, before), 1))


def _say(findings: Findings, effort: Effort, voice: Voice) -> None:
    voice.say(shown(findings))
    voice.say(f"\n{headline(findings)}")
    for line in ending(findings, effort):
        voice.say(escape(line))
    voice.say(f"time     {effort.seconds:.0f} s of {effort.processes} processes")
    voice.say(f"digest   {findings.digest}")


def _summary(asked: argparse.Namespace, findings: Findings, effort: Effort) -> Json:
    """What programs read."""
    seeds = [ticket.seed for ticket, _ in findings.lived]
    row = [seed for seed in seeds if asked.first_seed <= seed < asked.first_seed + asked.days]
    return {
        "preset": asked.preset,
        "hours": asked.hours,
        "first_seed": min(row or seeds, default=asked.first_seed),
        "last_seed": max(row or seeds, default=asked.first_seed),
        "fresh_seeds": [seed for seed in seeds if seed not in row],
        "processes": effort.processes,
        "wall_seconds": effort.seconds,
        **findings.as_json,
    }


def _leave(asked: argparse.Namespace, findings: Findings, summary: Json, voice: Voice) -> None:
    """Write what is to be kept, and hand it over."""
    text = json.dumps(summary, indent=2, ensure_ascii=False)
    (asked.out / FINDINGS).write_text(f"{text}\n", encoding="utf-8")
    # What draws takes longer to load than a short world to live through.
    from simulator.sweep.page import page  # noqa: PLC0415

    (asked.out / PAGE).write_text(page(asked.preset, findings), encoding="utf-8")
    voice.say(f"summary  {asked.out / FINDINGS}\npage     {asked.out / PAGE}")
    voice.hand_over(summary)


def _exit(findings: Findings, voice: Voice) -> Exit:
    if findings.broken:
        return Exit.BROKEN
    if findings.idle or not findings.lived:
        idle = ", ".join(findings.idle) or "nothing was lived through"
        voice.complain(f"petsim: no promise is broken, but not put to the test: {idle}")
        return Exit.UNTESTED
    return Exit.KEPT
