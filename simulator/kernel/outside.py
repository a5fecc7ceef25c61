"""A store of the real world, seen from a simulated one.

The store lives in a thread with an event loop of its own, where sockets, files and real time are
allowed. Whoever asks it from the world stands still until the answer is there: no time of the world
passes, and nobody else has a turn. So a day comes out the same on every store that keeps the port's
laws, to the last byte.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import TypeVar

from petcore.ports.store import Store
from simulator.kernel.wrapped import Ask, Doing, WrappedStore

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


class _StoreOutside(WrappedStore):
    """Hands everything on to ``store``, which is at home in ``loop``."""

    def __init__(self, store: Store, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(store)
        self._loop = loop

    async def close(self) -> None:
        """Finish what was begun and let go; ``outside`` may have done so before."""
        if not self._loop.is_closed():
            self.answer(self._store.close())

    async def _do(self, operation: str, ask: Ask[T]) -> T:
        return self.answer(ask())

    def answer(self, question: Doing[T]) -> T:
        """Wait for it, and let the world wait."""
        return asyncio.run_coroutine_threadsafe(question, self._loop).result()
