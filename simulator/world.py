"""Seed and scenario in, a world out. Same seed, same scenario: the same days, to the last byte."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from typing import IO, TYPE_CHECKING, Annotated

import orjson
from pydantic import Field
from simpy import Environment

from firmware.logic.config import Config
from petcore.adapters.absent import AbsentSight
from petcore.adapters.clock_system import pause
from petcore.adapters.entropy_seeded import SeededEntropy
from petcore.adapters.store_memory import MemoryStore
from petcore.adapters.zones_tzdata import TzdataZones
from petcore.app import create_app
from petcore.errors import StartRefused
from petcore.ports.eyes import Eyes
from petcore.ports.store import Collection, Query, Store
from petcore.settings import default_settings
from petcore.wiring import wire
from simulator.device.board import VirtualBoard
from simulator.invariants.court import Court
from simulator.invariants.panel import judges_of
from simulator.kernel.clock import VirtualClock
from simulator.kernel.loop import VirtualLoop
from simulator.kernel.masking import masked
from simulator.kernel.outside import outside
from simulator.kernel.overheard import OverheardStore
from simulator.kernel.stage import Stage
from simulator.kernel.streams import Streams
from simulator.kernel.tally import Tally
from simulator.kernel.trace import Json, Trace
from simulator.kernel.tripwires import tripwires
from simulator.kernel.values import Value
from simulator.network.link import Network
from simulator.people.attempts import ATTEMPTS, ATTEMPTS_OF_TALK
from simulator.people.edge_metrics import EdgeOfMetrics
from simulator.people.face import Studio
from simulator.people.owner import Owner
from simulator.people.postings import EdgeOfScores
from simulator.people.stranger import Stranger
from simulator.people.student import Student
from simulator.people.talk import Grapevine
from simulator.people.walltime import instant
from simulator.scenarios.scenario import Scenario
from simulator.talk.twins import faculties_of

if TYPE_CHECKING:
    from simulator.face.cameras import FaceCameras

_HOUR_MS = 3_600_000
_PROGRESS_EVERY_MS = 600_000
_PAGE = 1_000
_HOSTS, _SEED_BITS = 250, 63
_NO_SIGHT = AbsentSight("there is no camera in this world")

_DOORS: Mapping[str, Mapping[str, object]] = {
    "open": {},
    "locked": {"door": "locked", "requests_per_min": 120},
}
"""The settings of a server whose door is so."""

_ON_PURPOSE = (
    *("language_failed:", "voice_failed:", "hearing_failed:"),
    *("store_unavailable: sendMessage was", "store_unavailable: streamMessage was"),
)
"""How lines of the server's log begin that this world is to blame for."""

SEED_MAX = 2**63 - 1
"""The largest integer that every reader of a trace knows."""


class World(Value):
    """What a run is made of. ``pets`` students live by the same scenario, each with a pet; all but
    the first differ from the scenario's person in name and body. In a ``talkative`` world they talk
    to their pets. In a world with a ``camera`` no edge agent posts samples: the server watches the
    students' faces, which are synthetic, and measures. With ``metrics`` the edge agents post what
    the SDK reports, and the server makes scores of it.
    """

    seed: Annotated[int, Field(ge=0, le=SEED_MAX)]
    scenario: Scenario
    pets: Annotated[int, Field(ge=1)] = 1
    talkative: bool = False
    camera: bool = False
    metrics: bool = False

    @property
    def is_measured(self) -> bool:
        """Whether the server makes the scores."""
        return self.camera or self.metrics

    @property
    def told(self) -> Json:
        """What trace and summary say of it; of what may be or not only what is."""
        is_not = {name for name in ("talkative", "camera", "metrics") if not getattr(self, name)}
        return self.model_dump(mode="json", exclude=is_not)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to."""

    digest: str
    counts: Counter[str]
    court: Court
    sim_ms: int


def run(
    world: World,
    trace_file: IO[bytes],
    progress: Callable[[int], None] | None = None,
    store: Store | None = None,
) -> Outcome:
    """Live through the whole time of ``world``.

    Writes the trace to ``trace_file``; tells ``progress`` now and then how many milliseconds of
    the world have passed. The server keeps what it has in ``store``, which must be empty and closed
    and is closed again in the end, or else in memory; the trace is the same.
    """
    judges = judges_of(world.scenario.door, world.talkative, is_watched=world.camera)
    court, tally = Court(judges), Tally()
    with _within_reach(store) as kept, _unheard(), _stage(world, trace_file) as stage:
        stage.trace.listen(tally.see)
        stage.trace.listen(court.see)
        stage.trace.note("world", **world.told)
        _live(world, stage, kept, progress)
        court.conclude(stage.now)
        return Outcome(stage.trace.digest, tally.counts, court, stage.now)


def require_empty(store: Store) -> None:
    """Raise ``StartRefused`` if ``store`` holds documents or cannot be used. It is closed again."""
    asyncio.run(_require_empty(store))


async def _require_empty(store: Store) -> None:
    collections = wire(default_settings(store="memory:"), store=store).collections
    await store.open()
    try:
        for collection in collections:
            if await store.find(Query(collection, limit=1)):
                raise StartRefused(
                    f"the store holds {collection.name} already; a world needs an empty one"
                )
    finally:
        await store.close()


@contextmanager
def _within_reach(store: Store | None) -> Iterator[Store]:
    if store is None:
        yield MemoryStore()
        return
    with outside(store) as seen:
        yield seen


@contextmanager
def _unheard() -> Iterator[None]:
    """The server complains of who asks too often, and of what it talks by; here somebody does so,
    and that fails, on purpose.
    """
    door, *others = map(logging.getLogger, ("petcore.door", "petcore.api", "petcore.chat"))
    level = door.level
    door.setLevel(logging.ERROR)
    for log in others:
        log.addFilter(_is_news)
    try:
        yield
    finally:
        door.setLevel(level)
        for log in others:
            log.removeFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith(_ON_PURPOSE)


def _live(world: World, stage: Stage, store: Store, progress: Callable[[int], None] | None) -> None:
    cameras, eyes = _sight_of(world)
    if world.is_measured:
        store = OverheardStore(store, stage.trace)
    services = wire(
        default_settings(store="memory:", **_DOORS[world.scenario.door]),
        clock=stage.clock,
        entropy=SeededEntropy(stage.streams.stream("server")),
        store=store,
        faculties=faculties_of(stage),
        eyes=eyes,
    )
    stage.loop.run_until_complete(services.open())
    network = Network(create_app(services), stage, world.scenario.network)
    owner = None
    if world.scenario.door == "locked":
        owner = Owner(stage, services.platform.devices, services.platform.pairings)
    grapevine: Grapevine | None = {} if world.talkative else None
    boards = [
        _settle(world, network, number, owner, grapevine, cameras)
        for number in range(1, world.pets + 1)
    ]
    if owner is not None:
        attempts = (*ATTEMPTS, *(ATTEMPTS_OF_TALK if world.talkative else ()))
        Stranger(network, owner, world.scenario.person.user_id, attempts).arrive()
    for cut in world.scenario.network.cuts:
        _daily(world, stage, cut.at, partial(network.cut, cut.minutes))
    if progress is not None:
        stage.live(_report_progress(stage, progress))
    with tripwires():
        stage.loop.run_for(world.scenario.hours * _HOUR_MS)
    for board in boards:
        board.close()
    for collection in services.collections:
        stage.loop.run_until_complete(_note_stored(stage, store, collection))
    if world.camera:
        # It would watch on for ever.
        stage.loop.run_until_complete(services.close())


def _sight_of(world: World) -> tuple["FaceCameras | None", Eyes]:
    """The cameras of the world, if there are any, and what the server sees by."""
    if not world.camera:
        return None, Eyes(_NO_SIGHT, _NO_SIGHT, pause)
    # OpenCV takes long to import; only worlds in which somebody looks wait for it.
    from simulator.face.cameras import FaceCameras  # noqa: PLC0415
    from simulator.face.eyes import eyes_on  # noqa: PLC0415

    cameras = FaceCameras(pause)
    return cameras, eyes_on(cameras, world.pets)


@contextmanager
def _stage(world: World, trace_file: IO[bytes]) -> Iterator[Stage]:
    environment = Environment(0)
    with closing(VirtualLoop(environment)) as loop:
        yield Stage(
            environment=environment,
            loop=loop,
            clock=VirtualClock(environment, _instant(world, 0, time())),
            streams=Streams(world.seed),
            trace=Trace(environment, trace_file),
        )


def _settle(
    world: World,
    network: Network,
    number: int,
    owner: Owner | None,
    grapevine: Grapevine | None,
    cameras: "FaceCameras | None",
) -> VirtualBoard:
    """Student and pet number ``number``, from 1."""
    scenario, stage = world.scenario, network.stage
    person = scenario.person.sibling(number, stage.streams.stream(f"person/{number}"))
    student = Student(
        network,
        scenario.zone,
        person,
        scenario.timetable,
        scenario.water,
        scenario.habits,
        scenario.signal,
        owner,
        grapevine,
        edge=EdgeOfMetrics if world.metrics else EdgeOfScores,
        studio=None if cameras is None else _studio(stage, cameras, number, person.user_id),
    )
    config = _config(scenario, person.user_id)
    board = VirtualBoard(network, f"pet/{person.user_id}", config, student.sees)
    student.sit_down_at(board)
    student.begin()
    _power(world, stage, board)
    return board


def _studio(stage: Stage, cameras: "FaceCameras", number: int, user_id: str) -> Studio:
    """The camera in front of student ``number``, from 1."""
    url = f"http://10.0.{number // _HOSTS}.{number % _HOSTS}:81/stream"
    seed = stage.streams.stream(f"face/{user_id}").getrandbits(_SEED_BITS)
    return Studio(url, lambda vitals: cameras.place(url, vitals, seed))


def _power(world: World, stage: Stage, board: VirtualBoard) -> None:
    """Plug it in, and out and in again as the scenario says."""
    board.plug_in()
    for unplugged in world.scenario.device.unplugged:
        _daily(world, stage, unplugged.at, board.unplug)
        _daily(world, stage, unplugged.at, board.plug_in, unplugged.minutes)


def _config(scenario: Scenario, user_id: str) -> Config:
    device = scenario.device
    return Config(
        user_id,
        f"pet-{user_id}",
        water_poll_s=device.water_poll_s,
        prompt_poll_s=device.prompt_poll_s,
        pomodoro_poll_s=device.pomodoro_poll_s,
        use_next_poll=device.polling == "next",
        pairs=scenario.door == "locked",
    )


def _daily(
    world: World, stage: Stage, wall: time, do: Callable[[], None], after_min: int = 0
) -> None:
    """Do something every day at a time of the wall clock at home, or so many minutes after it."""
    began = _instant(world, 0, time())
    for day in range(world.scenario.hours // 24 + 2):
        at = _instant(world, day, wall) + timedelta(minutes=after_min) - began
        if at < timedelta(hours=world.scenario.hours):
            stage.after(at // timedelta(milliseconds=1), do)


def _instant(world: World, day: int, wall: time) -> datetime:
    """When the clock on the wall at home shows ``wall`` on day number ``day``, from 0."""
    zone = TzdataZones().zone(world.scenario.zone)
    date = world.scenario.date + timedelta(days=day)
    return instant(date, wall, zone)


async def _report_progress(stage: Stage, progress: Callable[[int], None]) -> None:
    while True:
        progress(stage.now)
        await stage.sleep(_PROGRESS_EVERY_MS)


async def _note_stored(stage: Stage, store: Store, collection: Collection[Json]) -> None:
    """Let the trace say what the server holds in the end, page by page."""
    after = ""
    while page := await store.find(Query(collection, at_least=f"{after}\0", limit=_PAGE)):
        for document in page:
            text = masked(orjson.dumps(document).decode())
            stage.trace.note("stored", collection=collection.name, document=text)
        after = str(page[-1]["_id"])
