"""``petsim day``: live through a scenario, judge it, and write down what happened."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from simulator.commands import Exit, Misuse
from simulator.commands.against import Elsewhere, add_against_arguments
from simulator.commands.camera import require_opencv
from simulator.commands.living import (
    SUMMARY,
    TRACE,
    judged,
    live,
    make_folder,
    open_store,
    said_again,
)
from simulator.commands.voice import Voice, add_loudness
from simulator.commands.world_asked import add_world_arguments, world_of
from simulator.faults.presets import CALM, HOME
from simulator.kernel.trace import Json
from simulator.report import PAGE, PICTURE
from simulator.report.summary import first_objection, shown
from simulator.world import Outcome, World

_POLLING = {"fixed": "at fixed periods", "next": "when the server says (next_poll_s)"}
_NOTES_MAX = 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``petsim day`` understands."""
    add_world_arguments(parser)
    parser.add_argument(
        "--store",
        metavar="URI",
        help="an empty store for the server instead of memory, such as sqlite:///day.db or "
        "mongodb://localhost/day; it holds the day afterwards, and the digest is the same",
    )
    add_against_arguments(parser)
    parser.add_argument("--out", type=Path, default=Path("runs/day"), help="(default runs/day)")
    parser.add_argument("--no-report", action="store_true", help=f"no {PAGE} and {PICTURE}")
    add_loudness(parser)


def execute(asked: argparse.Namespace) -> Exit:
    """Run the command."""
    voice = Voice(asked.loudness)
    if asked.camera:  # before an earlier day is cleared away
        require_opencv()
    world, notes = world_of(asked)
    if asked.against is not None:
        return _go_out(Elsewhere(asked, world), notes, asked, voice)
    if asked.time_scale is not None or asked.tokens is not None:
        raise Misuse("--time-scale and --tokens are for --against URL")
    store = open_store(asked.store)
    _announce(world, notes, voice)
    outcome, summary = live(world, make_folder(asked.out), voice, store)
    _conclude(world, outcome, summary, asked, voice)
    return judged(outcome)


def _go_out(
    elsewhere: Elsewhere, notes: Sequence[str], asked: argparse.Namespace, voice: Voice
) -> Exit:
    """Live at a server that runs somewhere."""
    elsewhere.announce(voice)
    _tell(notes, voice)
    lived, summary = elsewhere.live(asked.out, voice)
    _conclude(elsewhere.world, lived.outcome, summary, asked, voice)
    return elsewhere.judged(lived, voice)


def _announce(world: World, notes: Sequence[str], voice: Voice) -> None:
    scenario = world.scenario
    voice.say(f"seed {world.seed}, scenario {scenario.title!r}, pets {world.pets}")
    voice.say(f"  {scenario.story}")
    voice.say(f"  {scenario.hours} h from midnight of {scenario.date} in {scenario.zone}")
    if world.talkative:
        voice.say("  the students talk to their pets")
    if world.camera:
        voice.say("  the server watches their faces, and measures")
    if world.metrics:
        voice.say("  the server makes the scores, of what the SDK reports")
    if scenario.signal.recording is not None:
        voice.say(f"  what was recorded in {scenario.signal.recording.path} is reported")
    if world.faults == CALM:
        voice.say("  nothing goes wrong")
    elif world.faults != HOME:
        voice.say(f"  goes wrong: {world.told['faults']}")
    _tell(notes, voice)
    voice.say(f"  polling {_POLLING[scenario.device.polling]}\n")


def _tell(notes: Sequence[str], voice: Voice) -> None:
    """What became of a calendar, but not all of it."""
    more = len(notes) - _NOTES_MAX
    for note in (*notes[:_NOTES_MAX], *([f"and {more} more of the kind"] if more > 0 else ())):
        voice.say(f"  calendar: {note}")


def _conclude(
    world: World, outcome: Outcome, summary: Json, asked: argparse.Namespace, voice: Voice
) -> None:
    """Write down what happened, and tell it."""
    (asked.out / SUMMARY).write_text(
        json.dumps(summary, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    voice.say(shown(world, outcome, from_outside=asked.against is not None))
    _tell_pace(world, outcome, summary, voice)
    _complain(world, outcome, voice)
    _report(asked, summary, voice)
    voice.hand_over(summary)


def _tell_pace(world: World, outcome: Outcome, summary: Json, voice: Voice) -> None:
    wall_seconds = float(str(summary["wall_seconds"]))
    speed = outcome.sim_ms / 1000 / max(wall_seconds, 0.001)
    voice.say(
        f"\n{world.scenario.hours} h in {wall_seconds:.1f} s: {speed:,.0f} times as fast as life"
    )
    voice.say(f"digest   {outcome.digest}")


def _complain(world: World, outcome: Outcome, voice: Voice) -> None:
    if not outcome.court.is_content:
        broken = first_objection(world, outcome)
        voice.complain(f"petsim: {broken}\nagain    {said_again(sys.argv[1:])}")
    elif outcome.court.idle:
        idle = ", ".join(outcome.court.idle)
        voice.complain(f"petsim: no promise is broken, but not put to the test: {idle}")


def _report(asked: argparse.Namespace, summary: Json, voice: Voice) -> None:
    voice.say(f"trace    {asked.out / TRACE}\nsummary  {asked.out / SUMMARY}")
    if asked.no_report:
        return
    # The libraries that draw take longer to load than a short world to live through.
    from simulator.report.writing import write_report  # noqa: PLC0415

    for path in write_report(asked.out / TRACE, summary, asked.out):
        voice.say(f"report   {path}")
