"""Where the processor time of a simulated day goes, layer by layer, beside a bare Quart handler.

A day is watched while it is lived: at every two milliseconds of processor time the innermost
function of ours that runs then is asked which layer it belongs to. What a library does counts for
who called it. So production code is charged with asyncio and pydantic as it uses them, and nothing
is measured in a place of its own where it would be quicker than in the day.
"""

import signal
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile
from time import process_time
from types import FrameType

from simulator.faults.presets import STORM
from simulator.network.asgi import exchange
from simulator.scenarios.scenario import Scenario
from simulator.world import World
from simulator.world import run as live
from tests.bench.bare import create_bare
from tests.bench.day import with_polling
from tests.bench.figures import Aim, Figure, Report
from tests.bench.filling import water_poll
from tests.bench.rounds import each, run

_ROOT = f"{Path(__file__).parents[2]}/"
_EVERY_S = 0.002
_ROUNDS = 3
_CALLS = 2_000
_FLEET = 1_000
_FIXED_AIM, _NEXT_AIM = Aim(86_400, is_floor=True), Aim(172_800, is_floor=True)

_LAYERS: Mapping[str, str] = {
    "firmware/": "firmware logic",
    "simulator/device/": "board",
    "simulator/network/": "network",
    "simulator/kernel/trace.py": "trace",
    "simulator/kernel/masking.py": "trace",
    "simulator/kernel/tally.py": "trace",
    "simulator/kernel/": "kernel: SimPy and asyncio",
    "simulator/invariants/": "judges",
    "simulator/": "people, signals, the world itself",
    "petcore/ports/": "store",
    "petcore/adapters/": "store",
    "petcore/services/": "service and rules",
    "petcore/rules/": "service and rules",
    "petcore/": "server's request layer",
}
"""The layer of a file: the first row that its path begins with decides."""


@dataclass(frozen=True, slots=True)
class _Lived:
    """A world that was lived through: processor seconds, simulated seconds, requests."""

    cpu_s: float
    sim_s: float
    requests: int

    @property
    def speed(self) -> float:
        """Simulated seconds a second of processor time."""
        return self.sim_s / self.cpu_s

    @property
    def request_us(self) -> float:
        """Microseconds a request, everything that is done for it in all layers."""
        return self.cpu_s / self.requests * 1e6


def breakdown() -> Report:
    """The default day for each way of polling, what its layers cost, and wilder worlds."""
    found: Counter[str] = Counter()
    fixed: list[_Lived] = []
    following: list[_Lived] = []
    bare: list[float] = []
    for _ in range(_ROUNDS):
        bare.append(run(_bare_us()))
        with _watching(found):
            fixed.append(_lived(World(seed=1, scenario=with_polling("fixed"))))
        following.append(_lived(World(seed=1, scenario=with_polling("next"))))
    bare_us, day_us = median(bare), median(lived.request_us for lived in fixed)
    return Report(
        [
            _speed("a default day, polling fixed", fixed, _FIXED_AIM),
            _speed("a default day, polling next", following, _NEXT_AIM),
            Figure(
                "a request of that day, in all layers / bare Quart handler",
                day_us / bare_us,
                f"{day_us:.0f} us against {bare_us:.0f} us bare",
            ),
            *_layers(found, day_us, bare_us),
        ]
    )


def wild() -> Report:
    """A day of storm, and an hour of a fleet; both poll when they are told to."""
    story = with_polling("next")
    storm = World(seed=1, scenario=story, faults=STORM)
    fleet = World(seed=1, scenario=_short(story), pets=_FLEET)
    return Report(
        [
            _speed("a day of storm, polling next", [_lived(storm)]),
            _speed(f"an hour of {_FLEET} pets, polling next", [_lived(fleet)]),
        ]
    )


def _short(story: Scenario) -> Scenario:
    return story.model_copy(update={"hours": 1})


def _lived(world: World) -> _Lived:
    with TemporaryFile() as trace:
        began = process_time()
        outcome = live(world, trace)
        cpu_s = process_time() - began
    return _Lived(cpu_s, outcome.sim_ms / 1000, outcome.counts["request"])


async def _bare_us() -> float:
    """Microseconds of a request of a bare Quart handler, as the bench of a poll asks it."""
    app = create_bare()

    async def ask(number: int) -> None:
        await exchange(app, water_poll(number))

    return await each(ask, _CALLS)()


def _speed(what: str, lived: list[_Lived], aim: Aim | None = None) -> Figure:
    usual = median(each.speed for each in lived)
    one = lived[0]
    absolute = f"{one.requests:,} requests of {one.request_us:.0f} us"
    return Figure(f"simulated time / processor time, {what}", usual, absolute, aim)


def _layers(found: Counter[str], day_us: float, bare_us: float) -> Iterator[Figure]:
    """What each layer has of a request, the dearest first."""
    for layer, times in found.most_common():
        share = times / found.total()
        absolute = f"{share * day_us:.0f} us a request, {share:.0%} of the day"
        yield Figure(f"{layer} / bare Quart handler", share * day_us / bare_us, absolute)


@contextmanager
def _watching(found: Counter[str]) -> Iterator[None]:
    """Count meanwhile in which layer the processor is found."""

    def look(_: int, frame: FrameType | None) -> None:
        found[_layer(frame)] += 1

    before = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, _EVERY_S, _EVERY_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _layer(frame: FrameType | None) -> str:
    """Of the innermost function that is ours."""
    while frame is not None:
        path = frame.f_code.co_filename.removeprefix(_ROOT)
        for begins, layer in _LAYERS.items():
            if path.startswith(begins):
                return layer
        frame = frame.f_back
    return "the bench itself"
