"""A store as one process of the server has it, who may die each time that he waits for it.

Not here: when somebody dies (``worker``), and what else the store does to him (``disk``).
"""

from collections.abc import Awaitable, Callable
from typing import Literal, TypeVar

from petcore.ports.store import Collection, Query, R, Store
from simulator.server.life import Life

T = TypeVar("T")

Doom = Literal["", "before", "after"]
"""Whether one dies now, before or after what he asks for is done."""


class MortalStore:
    """Hands everything on to ``store`` as long as ``life`` goes on; ``doom`` is asked each time."""

    def __init__(self, store: Store, life: Life, doom: Callable[[], Doom]) -> None:
        self._store = store
        self._life = life
        self._doom = doom

    async def open(self) -> None:
        """Get ready. Raises ``StartRefused`` if that cannot be."""
        await self._do(self._store.open)

    async def close(self) -> None:
        """Let go. Others have the store, too, so it stays open."""

    async def ping(self) -> None:
        """Return if the store can be read and written now."""
        await self._do(self._store.ping)

    async def get(self, collection: Collection[R], id: str) -> R | None:
        """The document with this ``_id``, or None."""
        return await self._do(lambda: self._store.get(collection, id))

    async def insert(self, collection: Collection[R], document: R) -> None:
        """Store a new document durably. Raises ``Duplicate`` and stores nothing if it is not."""
        await self._do(lambda: self._store.insert(collection, document))

    async def replace(self, collection: Collection[R], document: R, expected: int) -> bool:
        """Replace the document of the same ``_id`` if its version is ``expected``; say whether."""
        return await self._do(lambda: self._store.replace(collection, document, expected))

    async def find(self, query: Query[R]) -> list[R]:
        """The documents the query describes, in its order."""
        return await self._do(lambda: self._store.find(query))

    async def delete(self, query: Query[R]) -> int:
        """Delete what ``find`` would return; say how many."""
        return await self._do(lambda: self._store.delete(query))

    async def count(self, query: Query[R]) -> int:
        """How many documents ``find`` would return."""
        return await self._do(lambda: self._store.count(query))

    async def _do(self, ask: Callable[[], Awaitable[T]]) -> T:
        """What comes of it, if who asks is alive before and after."""
        self._life.require()
        doom = self._doom()
        if doom == "before":
            self._life.kill()
            self._life.require()
        try:
            return await ask()
        finally:
            if doom == "after":
                self._life.kill()
            self._life.require()
