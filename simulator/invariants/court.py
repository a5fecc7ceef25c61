"""The court: tells every judge what happened, and knows in the end what they think."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from simulator.invariants import EVERY, Judge
from simulator.invariants.deeds import ACTED, Deeds
from simulator.invariants.exchanges import Exchange, Exchanges
from simulator.invariants.measured import MEASURED, measurement
from simulator.kernel.trace import Event


class Court:
    """All judges of one world. Events go in by ``see``, in their order."""

    def __init__(self, judges: Sequence[Judge]) -> None:
        self.judges = tuple(judges)
        self._exchanges = Exchanges()
        self._deeds = Deeds()
        self._completers: dict[str, Callable[[Event], Exchange | None]] = {
            **self._exchanges.hears,
            ACTED: lambda event: self._deeds.deed(event, self._exchanges),
            MEASURED: measurement,
        }
        self._hearers: dict[str, list[Callable[[Event], None]]] = defaultdict(list)
        self._weighers: dict[str, list[Callable[[Exchange], None]]] = defaultdict(list)
        for judge in self.judges:
            for kind, hear in judge.hears.items():
                self._hearers[kind].append(hear)
            for operation, weigh in judge.weighs.items():
                self._weighers[operation].append(weigh)

    def see(self, event: Event) -> None:
        """Something happened. Whoever judges an exchange does so before hearing of its events."""
        kind = str(event["kind"])
        complete = self._completers.get(kind)
        exchange = None if complete is None else complete(event)
        if exchange is not None:
            self._weigh(exchange)
        for hear in self._hearers.get(kind, ()):
            hear(event)

    def _weigh(self, exchange: Exchange) -> None:
        if exchange.was_sent:
            for weigh in self._weighers[EVERY]:
                weigh(exchange)
        concerned = self._weighers.get(exchange.operation)
        if concerned is not None and exchange.is_done:
            for weigh in concerned:
                weigh(exchange)

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
