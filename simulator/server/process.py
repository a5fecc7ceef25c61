"""One process of the production code, as this world sees it, and who makes it."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass

from hypercorn.typing import ASGIFramework

from petcore.ports.clock import Clock
from petcore.ports.store import Collection, Store
from simulator.kernel.trace import Json
from simulator.people.owner import Devices, Pairings


@dataclass(frozen=True, slots=True)
class Process:
    """What it answers by, and what else is asked of it."""

    app: ASGIFramework
    open: Callable[[], Coroutine[object, None, None]]
    close: Callable[[], Coroutine[object, None, None]]
    devices: Devices
    pairings: Pairings
    collections: Sequence[Collection[Json]]


Hire = Callable[[str, Clock, Store], Process]
"""Makes the process called so, which goes by this clock and uses this store."""
