"""When the store of the server failed, for judges to whom that is an excuse.

A store may fail, and the server says so (503 ``store_unavailable``): then nobody knows whether what
was asked was done. That is no excuse for saying so when the store was well. A call of the store
that was slow or looked for it in vain may end some seconds after the fault.
"""

from collections import deque
from collections.abc import Mapping

from simulator.invariants.exchanges import Exchange
from simulator.kernel.trace import Event, number

UNAVAILABLE = "store_unavailable"
"""The code of an answer that says so."""

SPELLS = ("store away", "disk full")
STROKES = ("slow store", "lost answer of the store")
"""The faults of a store: those that last, and those of one call."""

_LINGERS_MS = 8_000
"""How long what came of a fault may be told to others who waited for the same: as long as a slow
call and the search for a store that is away take together."""
_KEPT = 256
"""A request is answered within a minute or two; there were not more faults since it was asked."""


class StoreTroubles:
    """Told of every ``fault``."""

    def __init__(self) -> None:
        self._spans: deque[tuple[int, int]] = deque(maxlen=_KEPT)

    def hear(self, event: Event) -> None:
        """Something befell somebody."""
        fault, at = event["fault"], number(event, "at")
        if fault in SPELLS:
            self._spans.append((at, at + number(event, "ms")))
        elif fault in STROKES:
            self._spans.append((at, at))

    def between(self, begin: int, end: int) -> bool:
        """Whether the store failed, or had just failed, some time between these two moments."""
        return any(since <= end and until + _LINGERS_MS >= begin for since, until in self._spans)

    def excuse(self, exchange: Exchange) -> bool:
        """Whether an answer may say that the store failed, and does."""
        return self.says_so(exchange.answer) and self.between(exchange.asked_at, exchange.at)

    @staticmethod
    def says_so(answer: Mapping[str, object]) -> bool:
        """Whether an answer says that the store failed."""
        return answer.get("code") == UNAVAILABLE
