"""Takes turns inside one process, so that those who want the same thing do not race for it.

The compare-and-swap of the store decides between processes; without turns it would also have to
decide between hundreds of requests of one process, and all but one of each round would be in vain.
"""

from asyncio import Lock
from weakref import WeakValueDictionary


class Turns:
    """One lock for each name that somebody holds or waits for."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, Lock] = WeakValueDictionary()

    def of(self, name: str) -> Lock:
        """The lock of everybody who wants ``name`` now; to be held by ``async with``."""
        lock = self._locks.get(name)
        if lock is None:
            lock = self._locks[name] = Lock()
        return lock
