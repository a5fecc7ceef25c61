"""Puts answers that arrive at a device together with what the server said in them."""

from simulator.invariants.exchanges import Exchange
from simulator.kernel.trace import Event, number

_UNDER_WAY = 256
"""More answers than are ever under way at once. Those that nobody waits for are forgotten so."""


class Arrivals:
    """Holds what was served until it arrives."""

    def __init__(self) -> None:
        self._under_way: dict[int, Exchange] = {}

    def depart(self, exchange: Exchange) -> None:
        """The server has answered."""
        self._under_way[exchange.id] = exchange
        if len(self._under_way) > _UNDER_WAY:
            del self._under_way[next(iter(self._under_way))]

    def arrive(self, event: Event) -> Exchange | None:
        """What arrived with this ``answer`` event, if it was said to depart."""
        return self._under_way.pop(number(event, "id"), None)
