"""Measuring in rounds, so that a machine which slows down slows down everything compared.

In each round every side has its turn; ratios are taken round by round, and the median of them is
the answer. Every other round goes backwards, and one round before the first warms up.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from statistics import median, quantiles
from time import process_time
from typing import TypeVar

import uvicorn

from tests.bench.figures import Aim, Figure, Spread

T = TypeVar("T")

Side = Callable[[], Awaitable[float]]
"""Takes its turn and says what it came to: a cost, or a rate."""


class Rounds:
    """What each side came to in each round."""

    def __init__(self, values: Mapping[str, Sequence[float]]) -> None:
        self._values = values

    def __add__(self, others: "Rounds") -> "Rounds":
        """These rounds and then ``others`` of the same sides."""
        joined = {name: [*values, *others._values[name]] for name, values in self._values.items()}
        return Rounds(joined)

    def median(self, side: str) -> float:
        """What ``side`` usually came to."""
        return median(self._values[side])

    def spread(self, side: str) -> Spread:
        """Where the middle half of the rounds of ``side`` lies."""
        return _middle(self._values[side])

    def difference(self, over: str, under: str) -> float:
        """How much more ``over`` usually comes to than ``under`` in the same round."""
        pairs = zip(self._values[over], self._values[under], strict=True)
        return median(high - low for high, low in pairs)

    def ratio(self, what: str, over: str, under: str, absolute: str, aim: Aim | None) -> Figure:
        """How many times ``under`` goes into ``over``."""
        pairs = zip(self._values[over], self._values[under], strict=True)
        ratios = [high / low for high, low in pairs]
        return Figure(what, median(ratios), absolute, aim, spread=_middle(ratios))


async def take_turns(sides: Mapping[str, Side], rounds: int) -> Rounds:
    """Measure all ``sides`` in ``rounds`` rounds."""
    values: dict[str, list[float]] = {name: [] for name in sides}
    names = list(sides)
    for name in names:
        await sides[name]()
    for _ in range(rounds):
        names.reverse()
        for name in names:
            values[name].append(await sides[name]())
    return Rounds(values)


def each(work: Callable[[int], Awaitable[object]], times: int) -> Side:
    """A side that says how many microseconds one call of ``work`` takes, of ``times`` calls.

    Of processor time: ``work`` waits for nothing, and other programs shall not count.
    """

    async def side() -> float:
        began = process_time()
        for number in range(times):
            await work(number)
        return (process_time() - began) / times * 1e6

    return side


def run(work: Coroutine[object, object, T]) -> T:
    """The outcome of ``work`` on the kind of event loop that the server has."""
    factory = uvicorn.Config("").get_loop_factory()
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(work)


def _middle(values: Sequence[float]) -> Spread:
    quarters = quantiles(values, n=4, method="inclusive")
    return quarters[0], quarters[2]
