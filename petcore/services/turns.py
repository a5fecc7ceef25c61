"""Takes turns inside one process, so that those who want the same thing do not race for it.

The compare-and-swap of the store decides between processes; without turns it would also have to
decide between hundreds of requests of one process, and all but one of each round would be in vain.

What one could not get from the store, those who wait behind him will not get either: they share
his failure at once. Otherwise each would wait as long again, and the last of them for minutes.
"""

from asyncio import Lock
from types import TracebackType
from weakref import WeakValueDictionary

from petcore.errors import StoreUnavailable
from petcore.marks import mark


class Turns:
    """A queue for each name that somebody holds or waits for."""

    def __init__(self) -> None:
        self._queues: WeakValueDictionary[str, _Queue] = WeakValueDictionary()

    def of(self, name: str) -> "_Turn":
        """A turn of one who wants ``name`` now; to be held by ``async with``.

        Waiting for it raises ``StoreUnavailable`` if somebody before raised it meanwhile.
        """
        queue = self._queues.get(name)
        if queue is None:
            queue = self._queues[name] = _Queue()
        return _Turn(queue)


class _Queue:
    """Those who want one thing, and what failed the latest of them."""

    __slots__ = ("__weakref__", "failure", "lock")

    def __init__(self) -> None:
        self.lock = Lock()
        self.failure: StoreUnavailable | None = None


class _Turn:
    __slots__ = ("_queue",)

    def __init__(self, queue: _Queue) -> None:
        self._queue = queue

    async def __aenter__(self) -> None:
        queue = self._queue
        before = queue.failure
        await queue.lock.acquire()
        if queue.failure is not None and queue.failure is not before:
            queue.lock.release()
            mark("failed in line")
            raise StoreUnavailable(queue.failure.message)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(error, StoreUnavailable):
            self._queue.failure = error
        self._queue.lock.release()
