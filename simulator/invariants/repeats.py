"""Tells what the server was asked to do for the first time from what it was asked again.

Whoever has no answer asks again with the same idempotency key, and a network may deliver a request
twice. Both are the same wish: it is done once.
"""

from simulator.invariants.exchanges import Exchange

_KEPT = 4_096
"""How many keys of one sender are remembered. A key comes again within minutes; a sender who was
cut off for hours comes back with a few thousand at most."""


class Repeats:
    """Remembers the newest keys of every sender."""

    def __init__(self) -> None:
        self._keys: dict[str, dict[tuple[str, str], None]] = {}

    def is_repeat(self, exchange: Exchange) -> bool:
        """Whether this was done before; if not, it is remembered. Without a key all is new."""
        if exchange.key is None:
            return False
        keys = self._keys.setdefault(exchange.who, {})
        wish = (exchange.operation, exchange.key)
        if wish in keys:
            return True
        keys[wish] = None
        if len(keys) > _KEPT:
            del keys[next(iter(keys))]
        return False
