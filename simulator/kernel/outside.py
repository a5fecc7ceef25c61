"""A store of the real world, seen from a simulated one.

The store lives in a thread with an event loop of its own, where sockets, files and real time are
allowed. Whoever asks it from the world stands still until the answer is there: no time of the world
passes, and nobody else has a turn. So a day comes out the same on every store that keeps the port's
laws, to the last byte.
"""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import TypeVar

from petcore.ports.store import Collection, Query, R, Store

T = TypeVar("T")


@contextmanager
def outside(store: Store) -> Iterator[Store]:
    """``store`` for the inhabitants of a world; it is closed at the end."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="petsim-outside", daemon=True)
    thread.start()
    seen = _StoreOutside(store, loop)
    try:
        yield seen
    finally:
        seen.answer(store.close())  # whoever used it may not have
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


class _StoreOutside:
    """Hands everything on to ``store``, which is at home in ``loop``."""

    def __init__(self, store: Store, loop: asyncio.AbstractEventLoop) -> None:
        self._store = store
        self._loop = loop

    async def open(self) -> None:
        """Get ready. Raises ``StartRefused`` if that cannot be."""
        self.answer(self._store.open())

    async def close(self) -> None:
        """Finish what was begun and let go; ``outside`` may have done so before."""
        if not self._loop.is_closed():
            self.answer(self._store.close())

    async def ping(self) -> None:
        """Return if the store can be read and written now."""
        self.answer(self._store.ping())

    async def get(self, collection: Collection[R], id: str) -> R | None:
        """The document with this ``_id``, or None."""
        return self.answer(self._store.get(collection, id))

    async def insert(self, collection: Collection[R], document: R) -> None:
        """Store a new document durably. Raises ``Duplicate`` and stores nothing if it is not."""
        self.answer(self._store.insert(collection, document))

    async def replace(self, collection: Collection[R], document: R, expected: int) -> bool:
        """Replace the document of the same ``_id`` if its version is ``expected``; say whether."""
        return self.answer(self._store.replace(collection, document, expected))

    async def find(self, query: Query[R]) -> list[R]:
        """The documents the query describes, in its order."""
        return self.answer(self._store.find(query))

    async def delete(self, query: Query[R]) -> int:
        """Delete what ``find`` would return; say how many."""
        return self.answer(self._store.delete(query))

    async def count(self, query: Query[R]) -> int:
        """How many documents ``find`` would return."""
        return self.answer(self._store.count(query))

    def answer(self, question: Coroutine[object, object, T]) -> T:
        """Wait for it, and let the world wait."""
        return asyncio.run_coroutine_threadsafe(question, self._loop).result()
