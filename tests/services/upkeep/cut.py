"""A store that fails for ever after so many calls, whatever they are."""

from petcore.errors import StoreUnavailable
from petcore.ports.store import Collection, Query, R, Store


class CutStore:
    """Passes on ``calls`` calls to ``store``. ``is_done`` says whether the one after them, which
    fails like all that follow, is carried out all the same.
    """

    def __init__(self, store: Store, calls: int, *, is_done: bool = False) -> None:
        self._store = store
        self._left = calls
        self._is_done = is_done

    async def open(self) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """Nothing to do."""

    async def ping(self) -> None:
        """Nothing to do."""

    async def get(self, collection: Collection[R], id: str) -> R | None:
        """Ask the real store, or fail."""
        self._require(is_write=False)
        return await self._store.get(collection, id)

    async def find(self, query: Query[R]) -> list[R]:
        """Ask the real store, or fail."""
        self._require(is_write=False)
        return await self._store.find(query)

    async def count(self, query: Query[R]) -> int:
        """Ask the real store, or fail."""
        self._require(is_write=False)
        return await self._store.count(query)

    async def insert(self, collection: Collection[R], document: R) -> None:
        """Insert, or fail."""
        self._require(is_write=True)
        await self._store.insert(collection, document)
        self._fail_if_over()

    async def replace(self, collection: Collection[R], document: R, expected: int) -> bool:
        """Replace, or fail."""
        self._require(is_write=True)
        is_done = await self._store.replace(collection, document, expected)
        self._fail_if_over()
        return is_done

    async def delete(self, query: Query[R]) -> int:
        """Delete, or fail."""
        self._require(is_write=True)
        deleted = await self._store.delete(query)
        self._fail_if_over()
        return deleted

    def _require(self, *, is_write: bool) -> None:
        self._left -= 1
        if not (self._left == -1 and self._is_done and is_write):
            self._fail_if_over()

    def _fail_if_over(self) -> None:
        if self._left < 0:
            raise StoreUnavailable("cut off")
