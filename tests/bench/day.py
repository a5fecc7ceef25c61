"""How much faster than life the simulator is."""

from tempfile import TemporaryFile
from time import perf_counter
from typing import Literal

from simulator.world import Options, run
from tests.bench.figures import Figure, Report
from tests.bench.rounds import Rounds

_POLLINGS: tuple[Literal["fixed"], Literal["next"]] = ("fixed", "next")
_ROUNDS = 3


def day() -> Report:
    """A default day for each way of polling; the trace goes to a temporary file."""
    speeds: dict[str, list[float]] = {polling: [] for polling in _POLLINGS}
    for _ in range(_ROUNDS):
        for polling in _POLLINGS:
            speeds[polling].append(_speed(Options(polling=polling)))
    rounds = Rounds(speeds)
    return Report([_figure(rounds, polling) for polling in _POLLINGS])


def _speed(options: Options) -> float:
    """Simulated seconds a second."""
    with TemporaryFile() as trace:
        began = perf_counter()
        outcome = run(1, options, trace)
        return outcome.sim_ms / 1000 / (perf_counter() - began)


def _figure(rounds: Rounds, polling: str) -> Figure:
    speed = rounds.median(polling)
    return Figure(
        f"simulated time / real time, polling {polling}",
        speed,
        f"a default day in {Options().hours * 3600 / speed:.1f} s",
        spread=rounds.spread(polling),
    )
