"""Seed and scenario in, a world out. Same seed, same scenario: the same days, to the last byte."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Annotated

from pydantic import Field
from simpy import Environment

from petcore.adapters.absent import AbsentSight
from petcore.adapters.clock_system import pause
from petcore.adapters.entropy_seeded import SeededEntropy
from petcore.adapters.store_memory import MemoryStore
from petcore.app import create_app
from petcore.marks import marked
from petcore.ports.clock import Clock
from petcore.ports.eyes import Eyes
from petcore.ports.store import Store
from petcore.settings import default_settings
from petcore.wiring import wire
from simulator.faults.faults import Faults
from simulator.invariants import Judge
from simulator.invariants.court import Court
from simulator.invariants.panel import judges_of
from simulator.kernel.clock import VirtualClock
from simulator.kernel.fate import Fate
from simulator.kernel.loop import VirtualLoop
from simulator.kernel.outside import outside
from simulator.kernel.overheard import OverheardStore
from simulator.kernel.stage import Stage
from simulator.kernel.streams import Streams
from simulator.kernel.tally import Tally
from simulator.kernel.trace import Json, Listener, Trace
from simulator.kernel.tripwires import tripwires
from simulator.kernel.values import Several, Value
from simulator.network.link import Network
from simulator.network.weather import FAIR
from simulator.people.attempts import ATTEMPTS, ATTEMPTS_OF_TALK
from simulator.people.owner import Owner
from simulator.people.stranger import Stranger
from simulator.people.talk import Grapevine
from simulator.scenarios.scenario import Scenario
from simulator.server.holdings import note_stored
from simulator.server.house import House, Process
from simulator.server.log import unheard
from simulator.server.policy import HighStress
from simulator.settling import Settlement, midnight
from simulator.talk.twins import faculties_of

if TYPE_CHECKING:
    from simulator.face.cameras import FaceCameras

_HOUR_MS, _MINUTE_MS = 3_600_000, 60_000
_PROGRESS_EVERY_MS = 600_000
_NO_SIGHT = AbsentSight("there is no camera in this world")

_DOORS: Mapping[str, Mapping[str, object]] = {
    "open": {},
    "locked": {"door": "locked", "requests_per_min": 120},
}
"""The settings of a server whose door is so."""

SEED_MAX = 2**63 - 1
"""The largest integer that every reader of a trace knows."""


class World(Value):
    """What a run is made of. ``pets`` students live by the same scenario, each with a pet; all but
    the first differ from the scenario's person in name and body. In a ``talkative`` world they talk
    to their pets. In a world with a ``camera`` no edge agent posts samples: the server watches the
    students' faces, which are synthetic, and measures. With ``metrics`` the edge agents post what
    the SDK reports, and the server makes scores of it. The server asks for breaks by
    ``high_stress``. ``faults`` go wrong; if ``only`` names some,
    as ``kernel.fate`` does, no others.
    """

    seed: Annotated[int, Field(ge=0, le=SEED_MAX)]
    scenario: Scenario
    pets: Annotated[int, Field(ge=1)] = 1
    talkative: bool = False
    camera: bool = False
    metrics: bool = False
    high_stress: HighStress = HighStress()
    faults: Faults = Faults()
    only: Several[str] | None = None

    @property
    def is_measured(self) -> bool:
        """Whether the server makes the scores."""
        return self.camera or self.metrics

    @property
    def told(self) -> Json:
        """What trace and summary say of it; of what may be or not only what is."""
        usual = {name for name in _MAY_BE if getattr(self, name) == _USUAL[name].default}
        told = self.model_dump(mode="json", exclude={*usual, *_BRIEFLY})
        for name in sorted(_BRIEFLY - usual):
            told[name] = getattr(self, name).model_dump(mode="json", exclude_defaults=True)
        return told

    @property
    def lasts_ms(self) -> int:
        """How long it goes on: as the scenario says, and then until everything has settled."""
        return self.scenario.hours * _HOUR_MS + self.faults.settle_min * _MINUTE_MS

    @property
    def heals_at(self) -> int | None:
        """When nothing goes wrong any more, in milliseconds since it began, if it heals."""
        return self.scenario.hours * _HOUR_MS if self.faults.settle_min else None


_USUAL = World.model_fields
_MAY_BE = {name for name, field in _USUAL.items() if not field.is_required()} - {"pets"}
_BRIEFLY = {"faults", "high_stress"}
"""What is told by what is not as ever."""


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
    listeners: Sequence[Listener] = (),
    court: Court | None = None,
) -> Outcome:
    """Live through the whole time of ``world``.

    Writes the trace to ``trace_file``; tells ``progress`` now and then how many milliseconds of
    the world have passed. The server keeps what it has in ``store``, which must be empty and closed
    and is closed again in the end, or else in memory; the trace is the same. ``listeners`` are told
    of each event before the judges are; what one raises ends the world. Who judges sits in
    ``court``: unless told otherwise, all who have something to judge there.
    """
    tally = Tally()
    court = Court(judges_in(world)) if court is None else court
    with _within_reach(store) as kept, unheard(), _stage(world, trace_file) as stage:
        stage.trace.listen(tally.see)
        for listener in listeners:
            stage.trace.listen(listener)
        stage.trace.listen(court.see)
        stage.trace.note("world", **world.told)
        with marked(lambda name: tally.counts.update((f"mark {name}",))):
            _live(world, stage, kept, progress)
        court.conclude(stage.now)
        return Outcome(stage.trace.digest, tally.counts, court, stage.now)


def judges_in(world: World) -> tuple[Judge, ...]:
    """A fresh one of each who has something to judge there."""
    return judges_of(
        world.scenario.door,
        world.talkative,
        is_watched=world.camera,
        heals=world.heals_at is not None,
        has_programs=world.faults.people.errands > 0,
    )


@contextmanager
def _within_reach(store: Store | None) -> Iterator[Store]:
    if store is None:
        yield MemoryStore()
        return
    with outside(store) as seen:
        yield seen


def _live(world: World, stage: Stage, store: Store, progress: Callable[[int], None] | None) -> None:
    fate = Fate(stage, world.only, world.heals_at)
    cameras, eyes = _sight_of(world)
    house = _house(world, stage, fate, store, eyes)
    stage.loop.run_until_complete(house.open())
    faults, scenario = world.faults, world.scenario
    weather = scenario.network if faults.as_told else FAIR
    network = Network(house, stage, weather, faults.network, fate)
    owner = None
    if scenario.door == "locked":
        owner = Owner(stage, house.devices, house.pairings)
    grapevine: Grapevine | None = {} if world.talkative else None
    settlement = Settlement(
        network, scenario, faults, fate, owner, grapevine, cameras, posts_metrics=world.metrics
    )
    for number in range(1, world.pets + 1):
        settlement.settle(number)
    if owner is not None:
        attempts = (*ATTEMPTS, *(ATTEMPTS_OF_TALK if world.talkative else ()))
        Stranger(network, owner, scenario.person.user_id, attempts).arrive()
    settlement.have_bad_weather()
    if progress is not None:
        stage.live(_report_progress(stage, progress))
    with tripwires():
        stage.loop.run_for(world.lasts_ms)
    settlement.leave()
    if world.heals_at is not None:
        # What is left in outboxes is delivered by whoever starts next.
        stage.trace.note("reopens")
        stage.loop.run_until_complete(house.reopen())
    stage.loop.run_until_complete(note_stored(stage, store, house.collections))
    if world.camera:
        # It would watch on for ever.
        stage.loop.run_until_complete(house.close())


def _house(world: World, stage: Stage, fate: Fate, store: Store, eyes: Eyes) -> House:
    """The server, and what it lives by."""
    settings = default_settings(
        store="memory:", **_DOORS[world.scenario.door], **world.high_stress.settings
    )
    faculties = faculties_of(stage, world.faults.providers, fate)

    def hire(who: str, clock: Clock, store: Store) -> Process:
        entropy = SeededEntropy(stage.streams.stream(who))
        services = wire(
            settings, clock=clock, entropy=entropy, store=store, faculties=faculties, eyes=eyes
        )
        platform = services.platform
        return Process(
            create_app(services),
            services.open,
            services.close,
            platform.devices,
            platform.pairings,
            services.collections,
        )

    if world.is_measured:
        store = OverheardStore(store, stage.trace)
    return House(stage, fate, world.faults.server, world.faults.store, store, hire)


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
            clock=VirtualClock(environment, midnight(world.scenario)),
            streams=Streams(world.seed),
            trace=Trace(environment, trace_file),
        )


async def _report_progress(stage: Stage, progress: Callable[[int], None]) -> None:
    while True:
        progress(stage.now)
        await stage.sleep(_PROGRESS_EVERY_MS)
