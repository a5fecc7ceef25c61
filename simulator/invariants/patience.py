"""How long the server may take for an answer in a world with its faults, which judges share.

A healthy store answers at once. One that is slow takes its time for each thing that it is asked,
and one that is away is looked for, for a while, before the server says that it is: by so much an
answer may come later, and what it carries may be older. The server's own death needs no patience:
whoever waits hears of it at once, and where nobody is there is nobody to wait for.

Of faults the first line of a trace says what is not as usual; what is usual stands here again.
"""

from collections.abc import Mapping

from simulator.kernel.trace import Event

_SLOW_ANSWERS = 6
"""So many slow answers of the store at most stand between a request and its answer."""
_LOOKED_FOR_MS = 10_000
"""So long a store that is away may be looked for, twice."""
_SLOW_MS, _TAIL_MS = (50, 3_000), (1_000, 20_000)
_FAIR_MS = 40
"""How long a message is under way at most in weather that is fair."""


def store_ms(world: Event) -> int:
    """By how many milliseconds the store may make an answer late; 0 if it is well."""
    store = _faults(world, "store")
    slow_ms = _SLOW_ANSWERS * _most(store.get("slow_ms", _SLOW_MS)) if store.get("slow") else 0
    return slow_ms + (_LOOKED_FOR_MS if store.get("outages") else 0)


def way_ms(world: Event) -> int:
    """How many milliseconds a request may be under way to the server."""
    network = _faults(world, "network")
    tail_ms = _most(network.get("tail_ms", _TAIL_MS)) if network.get("tail") else 0
    weather = _object(_object(world["scenario"])["network"])
    is_as_told = _object(world.get("faults", {})).get("as_told", True)
    return tail_ms + (_most(weather["delay_ms"]) if is_as_told else _FAIR_MS)


def _faults(world: Event, room: str) -> Mapping[str, object]:
    """What goes wrong in a room, but for what is usual."""
    return _object(_object(world.get("faults", {})).get(room, {}))


def _object(value: object) -> Mapping[str, object]:
    assert isinstance(value, Mapping)
    return value


def _most(span: object) -> int:
    assert isinstance(span, list | tuple)
    most: int = span[1]
    return most
