"""Tells what the server was asked to do for the first time from what it was asked again.

Whoever has no answer asks again with the same idempotency key, and a network may deliver a request
twice. Both are the same wish: it is done once. Who takes the key of something that was done for
something else has another wish, which must not be done.
"""

from simulator.invariants.exchanges import Exchange
from simulator.kernel.trace import Json

_KEPT = 4_096
"""How many keys of one sender are remembered. A key comes again within minutes; a sender who was
cut off for hours comes back with a few thousand at most."""

_A_DAY_MS = 23 * 3_600_000
"""So long a key is sure to be known; a server keeps it for a day by its own clock."""


class Repeats:
    """Remembers the newest keys of every sender."""

    def __init__(self) -> None:
        self._keys: dict[str, dict[tuple[str, str], None]] = {}

    def is_repeat(self, exchange: Exchange) -> bool:
        """Whether this was done before; if not, it is remembered. Without a key all is new."""
        key = exchange.key
        if key is None:
            return False
        keys = self._keys.setdefault(exchange.who, {})
        wish = (exchange.operation, key)
        if wish in keys:
            return True
        keys[wish] = None
        if len(keys) > _KEPT:
            del keys[next(iter(keys))]
        return False


class Bound:
    """Remembers what the newest keys of every sender were used for."""

    def __init__(self) -> None:
        self._done: dict[str, dict[tuple[str, str], tuple[int, Json]]] = {}

    def is_elsewhere(self, exchange: Exchange) -> bool:
        """Whether something else was done by this key before. If nothing was, what is done now is
        remembered.
        """
        if exchange.key is None:
            return False
        done = self._done.setdefault(exchange.who, {})
        place = (exchange.operation, exchange.key)
        at, asked = done.get(place, (-_A_DAY_MS, exchange.asked))
        if exchange.at - at < _A_DAY_MS:
            return asked != exchange.asked
        if exchange.is_done:
            done.pop(place, None)
            done[place] = exchange.at, exchange.asked
            if len(done) > _KEPT:
                del done[next(iter(done))]
        return False
