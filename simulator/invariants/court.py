"""The court: tells every judge what happened, and knows in the end what they think."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TypeVar

from simulator.invariants import EVERY, Judge
from simulator.invariants.arrivals import Arrivals
from simulator.invariants.deeds import ACTED, Deeds
from simulator.invariants.exchanges import Exchange, Exchanges
from simulator.invariants.measured import MEASURED, measurement
from simulator.kernel.trace import Event, number

T = TypeVar("T")
Weigh = Callable[[Exchange], None]


class Court:
    """All judges of one world. Events go in by ``see``, in their order."""

    def __init__(self, judges: Sequence[Judge]) -> None:
        self.judges = tuple(judges)
        self._exchanges = Exchanges()
        self._arrivals = Arrivals()
        self._deeds = Deeds()
        self._completers: dict[str, Callable[[Event], Exchange | None]] = {
            **self._exchanges.hears,
            ACTED: lambda event: self._deeds.deed(event, self._exchanges),
            MEASURED: measurement,
        }
        self._hearers = _gathered(
            ({"request": self._heed, "answer": self._receive}, *(each.hears for each in judges))
        )
        self._heeders = _gathered(judge.heeds for judge in judges)
        self._weighers = _gathered(judge.weighs for judge in judges)
        self._receivers = _gathered(judge.receives for judge in judges)
        # Few operations are asked for, again and again; those with an id in them come and go.
        self._who_weighs = lru_cache(maxsize=1024)(self._find_weighers)

    def see(self, event: Event) -> None:
        """Something happened. Whoever judges an exchange does so before hearing of its events."""
        kind = str(event["kind"])
        complete = self._completers.get(kind)
        if complete is not None and (exchange := complete(event)) is not None:
            self._weigh(exchange)
        for hear in self._hearers.get(kind, ()):
            hear(event)

    def _heed(self, event: Event) -> None:
        for heed in self._heeders.get(f"{event['method']} {event['path']}", ()):
            heed(event)

    def _weigh(self, exchange: Exchange) -> None:
        always, if_done = self._who_weighs(exchange.operation)
        if exchange.was_sent:
            for weigh in always:
                weigh(exchange)
            if exchange.operation in self._receivers:
                self._arrivals.depart(exchange)
        if if_done and exchange.is_done:
            for weigh in if_done:
                weigh(exchange)

    def _find_weighers(self, operation: str) -> tuple[Sequence[Weigh], Sequence[Weigh]]:
        """Who weighs each exchange of an operation, and who those that were done."""
        always = [
            weigh
            for name, several in self._weighers.items()
            if name.endswith(EVERY) and operation.startswith(name.removesuffix(EVERY))
            for weigh in several
        ]
        return always, self._weighers.get(operation, ())

    def _receive(self, event: Event) -> None:
        exchange = self._arrivals.arrive(event)
        if exchange is not None:
            for receive in self._receivers[exchange.operation]:
                receive(exchange, number(event, "at"))

    def conclude(self, at: int) -> None:
        """The world is over."""
        for judge in self.judges:
            for asked in self._exchanges.unanswered:
                judge.miss(asked, at)
            judge.conclude(at)

    @property
    def is_content(self) -> bool:
        """Whether no judge objects."""
        return not any(judge.objections for judge in self.judges)

    @property
    def idle(self) -> tuple[str, ...]:
        """The judges who had no case; they have not acquitted."""
        return tuple(judge.name for judge in self.judges if not judge.cases)


def _gathered(several: Iterable[Mapping[str, T]]) -> dict[str, list[T]]:
    """All values of several tables under each key."""
    together: dict[str, list[T]] = {}
    for table in several:
        for name, value in table.items():
            together.setdefault(name, []).append(value)
    return together
