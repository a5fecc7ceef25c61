"""How much faster than life the simulator is, and what more pets and more days cost."""

import json
import subprocess
import sys
from collections.abc import Mapping
from tempfile import TemporaryFile
from time import perf_counter
from typing import Literal

from simulator.scenarios.reading import find
from simulator.scenarios.scenario import Scenario
from simulator.world import World, run
from tests.bench.figures import Aim, Figure, Report
from tests.bench.rounds import Rounds

_Polling = Literal["fixed", "next"]

_POLLINGS: Mapping[_Polling, Aim] = {
    "fixed": Aim(86_400, is_floor=True),
    "next": Aim(172_800, is_floor=True),
}
_ROUNDS = 3
_LINEAR = Aim(1.2)
_FLAT = Aim(2.0)
_MANY_PETS, _MANY_DAYS = 50, 14


def day() -> Report:
    """A default day for each way of polling; the trace goes to a temporary file."""
    speeds: dict[str, list[float]] = {polling: [] for polling in _POLLINGS}
    sizes: dict[str, float] = {}
    for _ in range(_ROUNDS):
        for polling in _POLLINGS:
            speed, sizes[polling] = _lived(polling)
            speeds[polling].append(speed)
    rounds = Rounds(speeds)
    lines = [f"trace of a default day, polling {name}: {mb:.1f} MB" for name, mb in sizes.items()]
    return Report([_figure(rounds, polling) for polling in _POLLINGS], lines)


def growth() -> Report:
    """Processor time and memory of worlds of many pets and of many days against one of one."""
    one = _world(1, 1)
    pets, days = _world(_MANY_PETS, 1), _world(1, _MANY_DAYS)
    return Report(
        [
            *_grown(f"{_MANY_PETS} pets", one, pets, _MANY_PETS),
            *_grown(f"{_MANY_DAYS} days", one, days, _MANY_DAYS),
        ],
        ["memory grows with what the server's store in memory holds: 3 MB a pet and day"],
    )


def with_polling(polling: _Polling) -> Scenario:
    """The default scenario with this way of polling."""
    story = find("ordinary")
    device = story.device.model_copy(update={"polling": polling})
    return story.model_copy(update={"device": device})


def _lived(polling: _Polling) -> tuple[float, float]:
    """Simulated seconds a second, and the size of the trace in megabytes."""
    with TemporaryFile() as trace:
        began = perf_counter()
        outcome = run(World(seed=1, scenario=with_polling(polling)), trace)
        return outcome.sim_ms / 1000 / (perf_counter() - began), trace.tell() / 1e6


def _figure(rounds: Rounds, polling: _Polling) -> Figure:
    speed = rounds.median(polling)
    return Figure(
        f"simulated time / real time, polling {polling}",
        speed,
        f"a default day in {with_polling(polling).hours * 3600 / speed:.1f} s",
        _POLLINGS[polling],
        spread=rounds.spread(polling),
    )


def _world(pets: int, days: int) -> Mapping[str, float]:
    """What a process of its own says of such a world."""
    command = [sys.executable, "-m", "tests.bench.grown", str(pets), str(days)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {name: float(value) for name, value in json.loads(said).items()}


def _grown(
    name: str, one: Mapping[str, float], many: Mapping[str, float], times: int
) -> list[Figure]:
    seconds, megabytes = many["cpu_s"] / times, many["rss_mb"]
    return [
        Figure(
            f"processor time of {name}, per pet and day / one",
            seconds / one["cpu_s"],
            f"{seconds:.2f} s against {one['cpu_s']:.2f} s",
            _LINEAR,
        ),
        Figure(
            f"memory of {name} / one",
            megabytes / one["rss_mb"],
            f"{megabytes:.0f} MB against {one['rss_mb']:.0f} MB",
            _FLAT,
        ),
    ]
