"""The world that is asked for on a command line: a scenario, and what is said besides."""

import argparse
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from simulator.commands import Misuse
from simulator.faults.calendar import moved
from simulator.faults.faults import Faults
from simulator.faults.presets import NAMES, ROOMS, preset
from simulator.scenarios.reading import BadScenario, NoScenario, find
from simulator.scenarios.scenario import Scenario
from simulator.shrinking.story import NoStory, world_in
from simulator.signals.person import RecordingFile
from simulator.signals.recording import BadRecording, digest_of, read_recording
from simulator.sweep.plan import ticket_called
from simulator.sweep.plan import world_of as swept
from simulator.world import SEED_MAX, World

_DAY_H, _HOURS_MAX = 24, 8784
_DEFAULTS = {False: "ordinary", True: "camera"}
"""The scenario that is lived through if none is named: without ``--camera``, and with it."""

_SAYS_ALL = {
    **dict.fromkeys(("scenario", "date", "hours", "calendar", "signals", "polling")),
    **dict.fromkeys(("talkative", "metrics", "camera"), False),
    "seed": 1,
    "days": 1,
    "pets": 1,
    "faults": "home",
}
"""What ``--world`` leaves nothing to say of, and what each is if nobody says it."""


def add_world_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be said of a world."""
    parser.add_argument(
        "--scenario",
        metavar="NAME|FILE",
        help="one of `petsim scenarios`, or a TOML file of your own (default ordinary, or camera "
        "with --camera)",
    )
    parser.add_argument(
        "--world",
        "--story",
        type=Path,
        metavar="FILE",
        help="the very world of a story or a summary, or one of a sweep by its name, such as "
        "storm/17, instead of all that can be said here",
    )
    parser.add_argument("--seed", type=int, default=1, help="which of all such days (default 1)")
    parser.add_argument("--date", type=date.fromisoformat, help="YYYY-MM-DD instead of its own")
    parser.add_argument("--hours", type=int, help="how long instead of its own length")
    parser.add_argument("--days", type=int, default=1, help="so many days in a row (default 1)")
    parser.add_argument("--pets", type=int, default=1, help="so many students (default 1)")
    parser.add_argument(
        "--calendar",
        type=Path,
        metavar="FILE",
        help="an iCalendar file (.ics): the student lives by its events instead of the scenario's "
        "timetable",
    )
    parser.add_argument(
        "--signals",
        type=Path,
        metavar="FILE",
        help="a recording of metrics or scores (.jsonl), instead of synthetic signals",
    )
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
        "--faults",
        metavar="PRESET",
        default="home",
        help=f"what goes wrong: {', '.join(NAMES)}; storm:network,store is a storm in these rooms "
        f"alone, of {', '.join(ROOMS)} (default home: what the scenario tells)",
    )
    parser.add_argument(
        "--polling",
        choices=("fixed", "next"),
        help="the pets poll at fixed periods, or when the server says",
    )


def world_of(asked: argparse.Namespace) -> tuple[World, Sequence[str]]:
    """The world, and what people should know of how it came about. Raises ``Misuse``."""
    if asked.world is not None:
        return _told(asked), ()
    if asked.pets < 1 or asked.days < 1:
        raise Misuse("--pets and --days must be at least 1")
    if not 0 <= asked.seed <= SEED_MAX:
        raise Misuse(f"--seed must be 0 to {SEED_MAX}")
    if asked.signals is not None and asked.camera:
        raise Misuse("--signals: with --camera the server looks itself, and nothing is reported")
    try:
        scenario = _changed(find(asked.scenario or _DEFAULTS[asked.camera]), asked)
        scenario, notes = _by_calendar(scenario, asked)
        scenario, has_metrics = _with_recording(scenario, asked.signals)
    except (BadScenario, NoScenario, BadRecording) as error:
        raise Misuse(str(error)) from None
    faults = _faults(asked)
    world = World(
        seed=asked.seed,
        scenario=moved(scenario, faults.calendar),
        pets=asked.pets,
        talkative=asked.talkative,
        camera=asked.camera,
        metrics=asked.metrics or has_metrics,
        faults=faults,
    )
    return world, notes


def _told(asked: argparse.Namespace) -> World:
    """The world that a file tells."""
    is_swept = not asked.world.exists()
    for name, usual in _SAYS_ALL.items():
        if getattr(asked, name) != usual and not (is_swept and name == "hours"):
            raise Misuse(f"--world says all: leave out --{name}")
    if is_swept:
        return _swept(asked)
    try:
        return world_in(asked.world.read_bytes(), str(asked.world))
    except OSError as error:
        raise Misuse(f"{asked.world} cannot be read: {error.strerror}") from None
    except NoStory as error:
        raise Misuse(str(error)) from None


def _swept(asked: argparse.Namespace) -> World:
    """The world that ``petsim sweep`` calls so."""
    try:
        return swept(ticket_called(str(asked.world), asked.hours))
    except ValueError as error:
        raise Misuse(f"--world: there is no file {asked.world}, and {error}") from None


def _by_calendar(scenario: Scenario, asked: argparse.Namespace) -> tuple[Scenario, Sequence[str]]:
    path, hours = asked.calendar, scenario.hours
    if path is None:
        return scenario, ()
    # The library that reads calendars takes as long to load as all of the server.
    from simulator.calendar.planning import planned_by  # noqa: PLC0415
    from simulator.calendar.reading import BadCalendar  # noqa: PLC0415

    if asked.against is not None:
        # There the hours begin when the student gets up, and not at midnight.
        longer = min(hours + scenario.timetable.wake.hour + 1, _HOURS_MAX)
        scenario = scenario.model_copy(update={"hours": longer})
    try:
        plan = planned_by(scenario, path)
    except BadCalendar as error:
        raise Misuse(str(error)) from None
    return plan.scenario.model_copy(update={"hours": hours}), plan.notes


def _with_recording(scenario: Scenario, path: Path | None) -> tuple[Scenario, bool]:
    """The scenario with this recording, or with its own; and whether that holds metrics."""
    if path is not None:
        file = RecordingFile(path=str(path), sha256=digest_of(path))
        signal = scenario.signal.model_copy(update={"recording": file})
        scenario = scenario.model_copy(update={"signal": signal})
    played = scenario.signal.recording
    if played is None:
        return scenario, False
    return scenario, read_recording(Path(played.path), played.sha256).has_metrics


def _faults(asked: argparse.Namespace) -> Faults:
    try:
        return preset(asked.faults, asked.seed)
    except ValueError as error:
        raise Misuse(f"--faults: {error}") from None


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
