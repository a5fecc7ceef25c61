"""What the adapter for MongoDB adds to the driver, and which of both drivers is quicker.

Both sides ask the same stand-in through the same driver with the same options, concerns and
indexes. One side is the store; the other is what somebody would write by hand who needs no port:
the driver's own calls, with dates that know their zone. The stand-in is slower than a MongoDB, so
what the adapter adds is told in processor time, too.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from itertools import count
from statistics import median
from time import perf_counter, process_time
from typing import Literal, get_args

from petcore.adapters.store_mongo_connection import Driver
from tests.bench.figures import Aim, Figure, Report
from tests.bench.mongo_askers import SIZE, Asker, by_hand, opened
from tests.bench.rounds import Rounds, Side, run, take_turns
from tests.mongo.server import mongo_server

_AIM = Aim(1.25)
_ROUNDS = 21
_DRIVERS: tuple[Driver, ...] = get_args(Driver)
_EACH = 4  # calls of each of several callers
_STORE, _BARE = "store", "bare"

_Name = Literal["get", "insert", "replace", "find of 10", "count", "delete one"]


@dataclass(frozen=True, slots=True)
class _Operation:
    """``calls`` to a turn at least, after ``before`` was called, which is not measured."""

    work: Callable[[Asker, int], Awaitable[None]]
    calls: int = 20
    before: Callable[[Asker, int], Awaitable[None]] | None = None


_OPERATIONS: Mapping[_Name, _Operation] = {
    "get": _Operation(lambda asker, number: asker.get(number)),
    "insert": _Operation(lambda asker, number: asker.insert(number)),
    "replace": _Operation(lambda asker, number: asker.replace(number)),
    "find of 10": _Operation(lambda asker, number: asker.find(number)),
    "count": _Operation(lambda asker, number: asker.count(number), 3),
    "delete one": _Operation(
        lambda asker, number: asker.delete(number), 10, lambda asker, number: asker.put(number)
    ),
}

# Of how many callers at a time.
_COMPARED: tuple[tuple[_Name, int], ...] = (
    *((name, 1) for name in _OPERATIONS),
    ("get", 16),
    ("insert", 16),
)
_RACED: tuple[tuple[_Name, int], ...] = tuple(
    (name, callers) for name in ("get", "insert") for callers in (1, 16, 50)
)


class _Turns:
    """Sides of one operation; in what processor time they came to is kept for later."""

    def __init__(self, name: _Name, callers: int, askers: Mapping[str, Asker]) -> None:
        self._operation = _OPERATIONS[name]
        self._callers = callers
        self._askers = askers
        self._processor: dict[str, list[float]] = {name: [] for name in askers}

    async def taken(self, numbers: "count[int]") -> tuple[Rounds, Rounds]:
        """Microseconds in which half of the calls are done, and of processor time that one takes.

        Turns are short and their medians count, so that other programs matter little.
        """
        sides = {name: self._side(name, asker, numbers) for name, asker in self._askers.items()}
        return await take_turns(sides, _ROUNDS), Rounds(self._processor)

    def _side(self, name: str, asker: Asker, numbers: "count[int]") -> Side:
        operation = self._operation
        calls = max(operation.calls, _EACH * self._callers)

        async def side() -> float:
            given = [next(numbers) for _ in range(calls)]
            if operation.before:
                for number in given:
                    await operation.before(asker, number)
            began = process_time()
            took = await self._at_once(asker, given)
            self._processor[name].append((process_time() - began) / calls * 1e6)
            return median(took) * 1e6

        return side

    async def _at_once(self, asker: Asker, given: list[int]) -> list[float]:
        waiting, took = iter(given), []

        async def caller() -> None:
            for number in waiting:
                began = perf_counter()
                await self._operation.work(asker, number)
                took.append(perf_counter() - began)

        await asyncio.gather(*(caller() for _ in range(self._callers)))
        return took


def mongo() -> Report:
    """Each driver against itself, then both against each other, in new databases."""
    with mongo_server() as server:
        added = [run(_added(driver, server.uri())) for driver in _DRIVERS]
        raced = run(_raced(server.uri()))
    figures = [figure for report in added for figure in report.figures]
    lines = [line for report in added for line in report.lines]
    heading = "Processor time of the asking process, the stand-in's left out:"
    return Report([*figures, *raced], [heading, *lines])


async def _added(driver: Driver, uri: str) -> Report:
    async with opened(driver, uri) as store, by_hand(driver, uri) as bare:
        askers: Mapping[str, Asker] = {_STORE: store, _BARE: bare}
        figures, lines, numbers = [], [], count(SIZE)
        for name, callers in _COMPARED:
            real, processor = await _Turns(name, callers, askers).taken(numbers)
            what = f"{name}, {driver}, {_named(callers)}"
            figures.append(_figure(f"{what}: store / driver alone", real, _STORE, _BARE, _AIM))
            more, alone = processor.difference(_STORE, _BARE), processor.median(_BARE)
            lines.append(
                f"{what}: the driver {alone:.0f} us, the adapter {more:+.0f} us "
                f"({1 + more / alone:.2f} times)"
            )
    return Report(figures, lines)


async def _raced(uri: str) -> list[Figure]:
    async with opened("motor", uri) as motor, opened("pymongo", uri) as pymongo:
        askers: Mapping[str, Asker] = {"motor": motor, "pymongo": pymongo}
        figures, numbers = [], count(SIZE)
        for name, callers in _RACED:
            real, _ = await _Turns(name, callers, askers).taken(numbers)
            what = f"{name}, {_named(callers)}: pymongo / motor"
            figures.append(_figure(what, real, "pymongo", "motor", None))
    return figures


def _figure(what: str, rounds: Rounds, over: str, under: str, aim: Aim | None) -> Figure:
    absolute = f"{rounds.median(over):,.0f} us against {rounds.median(under):,.0f} us"
    return rounds.ratio(what, over, under, absolute, aim)


def _named(callers: int) -> str:
    return "1 caller" if callers == 1 else f"{callers} callers"
