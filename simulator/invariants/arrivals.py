"""Puts answers that arrive together with what the server said in them."""

from simulator.invariants.exchanges import Exchange
from simulator.kernel.trace import Event

_UNDER_WAY_MS = 60_000
"""Longer than any device waits for an answer. Those that nobody waits for are forgotten so."""


class Arrivals:
    """Holds what was served until it arrives."""

    def __init__(self) -> None:
        self._under_way: dict[object, Exchange] = {}

    def depart(self, exchange: Exchange) -> None:
        """The server has answered."""
        under_way = self._under_way
        under_way[exchange.id] = exchange
        while under_way[oldest := next(iter(under_way))].at < exchange.at - _UNDER_WAY_MS:
            del under_way[oldest]

    def arrive(self, event: Event) -> Exchange | None:
        """What arrived with this ``answer`` event, if it was said to depart."""
        return self._under_way.pop(event["id"], None)
