"""``petsim day``: live through a scenario, judge it, and write down what happened."""

import argparse
import json
import shlex
import sys
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from petcore.errors import StartRefused, StoreUnavailable
from petcore.ports.store import Store
from petcore.settings import shown as without_password
from petcore.wiring import create_store
from simulator.commands import Exit, Misuse
from simulator.commands.camera import require_opencv
from simulator.commands.voice import Voice, add_loudness
from simulator.kernel.stopwatch import Stopwatch
from simulator.kernel.trace import Json
from simulator.report import PAGE, PICTURE
from simulator.report.summary import first_objection, shown, summarize
from simulator.scenarios.reading import BadScenario, NoScenario, find
from simulator.scenarios.scenario import Scenario
from simulator.world import SEED_MAX, Outcome, World, require_empty, run

TRACE, SUMMARY = "trace.jsonl", "summary.json"
_HOUR_MS = 3_600_000
_DAY_H = 24
_DEFAULTS = {False: "ordinary", True: "camera"}
"""The scenario that is lived through if none is named: without ``--camera``, and with it."""
_POLLING = {"fixed": "at fixed periods", "next": "when the server says (next_poll_s)"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``petsim day`` understands."""
    parser.add_argument(
        "--scenario",
        metavar="NAME|FILE",
        help="one of `petsim scenarios`, or a TOML file of your own (default ordinary, or camera "
        "with --camera)",
    )
    parser.add_argument("--seed", type=int, default=1, help="which of all such days (default 1)")
    parser.add_argument("--date", type=date.fromisoformat, help="YYYY-MM-DD instead of its own")
    parser.add_argument("--hours", type=int, help="how long instead of its own length")
    parser.add_argument("--days", type=int, default=1, help="so many days in a row (default 1)")
    parser.add_argument("--pets", type=int, default=1, help="so many students (default 1)")
    parser.add_argument(
        "--talkative",
        action="store_true",
        help="the students talk to their pets; scripted twins stand in for language and voice",
    )
    measured = parser.add_mutually_exclusive_group()
    measured.add_argument(
        "--metrics",
        action="store_true",
        help="the edge agents post what the SDK reports, and the server makes the scores",
    )
    measured.add_argument(
        "--camera",
        action="store_true",
        help="the server itself watches the students: synthetic faces, each picture looked at by "
        "the code that ships. Some two seconds for each minute of study",
    )
    parser.add_argument(
        "--polling",
        choices=("fixed", "next"),
        help="the pets poll at fixed periods, or when the server says",
    )
    parser.add_argument(
        "--store",
        metavar="URI",
        help="an empty store for the server instead of memory, such as sqlite:///day.db or "
        "mongodb://localhost/day; it holds the day afterwards, and the digest is the same",
    )
    parser.add_argument("--out", type=Path, default=Path("runs/day"), help="(default runs/day)")
    parser.add_argument("--no-report", action="store_true", help=f"no {PAGE} and {PICTURE}")
    add_loudness(parser)


def execute(asked: argparse.Namespace) -> Exit:
    """Run the command."""
    voice = Voice(asked.loudness)
    if asked.camera:  # before an earlier day is cleared away
        require_opencv()
    world, store = _world(asked), _store(asked.store)
    _announce(world, voice)
    outcome, summary = live(world, make_folder(asked.out), voice, store)
    (asked.out / SUMMARY).write_text(
        json.dumps(summary, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    voice.say(shown(world, outcome))
    _conclude(world, outcome, summary, voice)
    _report(asked, summary, voice)
    voice.hand_over(summary)
    return _exit(outcome)


def _exit(outcome: Outcome) -> Exit:
    if not outcome.court.is_content:
        return Exit.BROKEN
    return Exit.UNTESTED if outcome.court.idle else Exit.KEPT


def live(world: World, out: Path, voice: Voice, store: Store | None = None) -> tuple[Outcome, Json]:
    """Run the world, on ``store`` if there is one; leave its trace in ``out``. The summary comes
    back with the outcome. Raises ``Misuse`` if the store is lost, or faces cannot be drawn.
    """
    if world.camera:
        require_opencv()
    watch = Stopwatch()
    total_ms = world.scenario.hours * _HOUR_MS
    with voice.progress("time passes", total_ms) as progress, (out / TRACE).open("wb") as file:
        try:
            outcome = run(world, file, progress, store)
        except (StartRefused, StoreUnavailable) as error:
            raise Misuse(f"--store: {error}") from None
    return outcome, summarize(world, outcome, watch.seconds)


def make_folder(out: Path) -> Path:
    """The folder, made if need be, without what an earlier run left there to be mistaken for this
    one's. Raises ``Misuse`` if nothing can be written there.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name in (SUMMARY, PAGE, PICTURE):
            (out / name).unlink(missing_ok=True)
        (out / TRACE).touch()
    except OSError as error:
        raise Misuse(f"cannot write to {out}: {error.strerror}") from None
    return out


def _store(uri: str | None) -> Store | None:
    if uri is None:
        return None
    try:
        store = create_store(uri)
        require_empty(store)
    except (StartRefused, StoreUnavailable) as error:
        raise Misuse(str(error)) from None
    return store


def _world(asked: argparse.Namespace) -> World:
    if asked.pets < 1 or asked.days < 1:
        raise Misuse("--pets and --days must be at least 1")
    if not 0 <= asked.seed <= SEED_MAX:
        raise Misuse(f"--seed must be 0 to {SEED_MAX}")
    try:
        return World(
            seed=asked.seed,
            scenario=_changed(find(asked.scenario or _DEFAULTS[asked.camera]), asked),
            pets=asked.pets,
            talkative=asked.talkative,
            camera=asked.camera,
            metrics=asked.metrics,
        )
    except (BadScenario, NoScenario) as error:
        raise Misuse(str(error)) from None


def _changed(scenario: Scenario, asked: argparse.Namespace) -> Scenario:
    """The scenario with what the command line says in place of its own."""
    hours = scenario.hours if asked.hours is None else asked.hours
    hours += _DAY_H * (asked.days - 1)
    fields = {**dict(scenario), "date": asked.date or scenario.date, "hours": hours}
    if asked.polling:
        fields["device"] = scenario.device.model_copy(update={"polling": asked.polling})
    try:
        return Scenario(**fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = "--hours with --days" if first["loc"][0] == "hours" else f"--{first['loc'][0]}"
        raise Misuse(f"{where}: {first['msg']}") from None


def _announce(world: World, voice: Voice) -> None:
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
    voice.say(f"  polling {_POLLING[scenario.device.polling]}\n")


def _conclude(world: World, outcome: Outcome, summary: Json, voice: Voice) -> None:
    wall_seconds = float(str(summary["wall_seconds"]))
    speed = outcome.sim_ms / 1000 / max(wall_seconds, 0.001)
    voice.say(
        f"\n{world.scenario.hours} h in {wall_seconds:.1f} s: {speed:,.0f} times as fast as life"
    )
    voice.say(f"digest   {outcome.digest}")
    if not outcome.court.is_content:
        broken = first_objection(world, outcome)
        again = without_password(shlex.join(sys.argv[1:]))
        voice.complain(f"petsim: {broken}\nagain    petsim {again}")
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
