"""Seed and options in, a world out. Same seed, same options: the same day, to the last byte."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, tzinfo
from typing import IO, Literal

from hypercorn.typing import ASGIFramework
from simpy import Environment

from firmware.logic.config import Config
from petcore.adapters.entropy_seeded import SeededEntropy
from petcore.adapters.store_memory import MemoryStore
from petcore.adapters.zones_tzdata import TzdataZones
from petcore.app import create_app
from petcore.settings import default_settings
from petcore.wiring import wire
from simulator.device.board import VirtualBoard
from simulator.invariants import Judge
from simulator.invariants.no_server_error import NoServerError
from simulator.invariants.pomodoro_oracle import PomodoroOracle
from simulator.invariants.water_promises import WaterPromises
from simulator.kernel.clock import VirtualClock
from simulator.kernel.loop import VirtualLoop
from simulator.kernel.stage import Stage
from simulator.kernel.streams import Streams
from simulator.kernel.trace import Event, Trace
from simulator.kernel.tripwires import tripwires
from simulator.network.link import Network, Weather
from simulator.people.student import Habits, Student

_HOUR_MS = 3_600_000
_PROGRESS_EVERY_MS = 600_000


@dataclass(frozen=True, slots=True)
class Options:
    """A whole world but for its seed. ``date`` begins at midnight in the student's zone."""

    date: date = date(2026, 3, 2)
    hours: int = 24
    polling: Literal["fixed", "next"] = "fixed"
    weather: Weather = field(default_factory=Weather)
    habits: Habits = field(default_factory=Habits)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to."""

    digest: str
    counts: Counter[str]
    judges: tuple[Judge, ...]
    sim_ms: int

    @property
    def is_good(self) -> bool:
        """Whether every judge saw something and none objects."""
        return all(judge.cases and not judge.objections for judge in self.judges)


def run(
    seed: int,
    options: Options,
    trace_file: IO[bytes],
    progress: Callable[[int], None] | None = None,
) -> Outcome:
    """Live through the whole time of ``options``.

    Writes the trace to ``trace_file``; tells ``progress`` now and then how many milliseconds of
    the world have passed.
    """
    with _stage(seed, options, trace_file) as stage:
        counts: Counter[str] = Counter()
        judges = (WaterPromises(TzdataZones()), PomodoroOracle(), NoServerError())
        stage.trace.listen(lambda event: counts.update([_count_name(event)]))
        for judge in judges:
            stage.trace.listen(judge.see)
        stage.trace.note("world", seed=seed, options=described(options))
        board = _populate(stage, _server(stage), options)
        if progress is not None:
            stage.live(_report_progress(stage, progress))
        with tripwires():
            stage.loop.run_for(options.hours * _HOUR_MS)
        board.power_off()
        return Outcome(stage.trace.digest, counts, judges, stage.now)


def described(options: Options) -> dict[str, object]:
    """The options as plain texts and integers, in the order of their definition."""
    return {
        "date": options.date.isoformat(),
        "hours": options.hours,
        "polling": options.polling,
        **asdict(options.weather),
        "user_id": options.habits.user_id,
        "timezone": options.habits.timezone,
        "studies": [
            f"{study.label} at {study.start:%H:%M} for {study.minutes} min"
            for study in options.habits.studies
        ],
    }


@contextmanager
def _stage(seed: int, options: Options, trace_file: IO[bytes]) -> Iterator[Stage]:
    environment = Environment(0)
    with closing(VirtualLoop(environment)) as loop:
        midnight = datetime.combine(options.date, time(), _zone(options))
        yield Stage(
            environment=environment,
            loop=loop,
            clock=VirtualClock(environment, midnight),
            streams=Streams(seed),
            trace=Trace(environment, trace_file),
        )


def _zone(options: Options) -> tzinfo:
    return TzdataZones().zone(options.habits.timezone)


def _server(stage: Stage) -> ASGIFramework:
    """The production server on the store's twin, with the world's clock and chance."""
    services = wire(
        default_settings(store="memory:"),
        clock=stage.clock,
        entropy=SeededEntropy(stage.streams.stream("server")),
        store=MemoryStore(),
    )
    stage.loop.run_until_complete(services.open())
    return create_app(services)


def _populate(stage: Stage, app: ASGIFramework, options: Options) -> VirtualBoard:
    network = Network(app, stage, options.weather)
    student = Student(network, options.habits, _zone(options))
    board = VirtualBoard(network, f"pet/{options.habits.user_id}", student.sees)
    config = Config(
        options.habits.user_id,
        f"pet-{options.habits.user_id}",
        use_next_poll=options.polling == "next",
    )
    student.sit_down_at(board)
    student.begin()
    board.boot(config)
    return board


async def _report_progress(stage: Stage, progress: Callable[[int], None]) -> None:
    while True:
        progress(stage.now)
        await stage.sleep(_PROGRESS_EVERY_MS)


def _count_name(event: Event) -> str:
    """Under which name an event is counted."""
    kind = str(event["kind"])
    if kind == "lost":
        return f"lost {event['leg']}"
    if kind == "screen":
        scene = event["scene"]
        return f"screen {scene[0]}" if isinstance(scene, list) else kind
    if kind in ("served", "answer"):
        return f"{kind} {event['status']}"
    if kind == "student":
        return f"student {event['does']}"
    return kind
