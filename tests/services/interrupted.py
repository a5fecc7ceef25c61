"""A store that is cut off in the middle: what a killed process or a lost answer looks like."""

from petcore.errors import StoreUnavailable
from petcore.ports.store import Collection, Query, R, Store


class InterruptedStore:
    """Passes everything on to ``store`` until ``writes`` writes were done, then fails for ever.

    ``is_stored`` says whether the write that fails was stored all the same.
    """

    def __init__(self, store: Store, writes: int, *, is_stored: bool) -> None:
        self._store = store
        self._left = writes
        self._is_stored = is_stored

    async def open(self) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """Nothing to do."""

    async def ping(self) -> None:
        """Ask the real store."""
        await self._store.ping()

    async def get(self, collection: Collection[R], id: str) -> R | None:
        """Ask the real store."""
        return await self._store.get(collection, id)

    async def find(self, query: Query[R]) -> list[R]:
        """Ask the real store."""
        return await self._store.find(query)

    async def count(self, query: Query[R]) -> int:
        """Ask the real store."""
        return await self._store.count(query)

    async def insert(self, collection: Collection[R], document: R) -> None:
        """Insert, or fail."""
        self._left -= 1
        if self._left >= 0 or (self._left == -1 and self._is_stored):
            await self._store.insert(collection, document)
        self._fail_if_over()

    async def replace(self, collection: Collection[R], document: R, expected: int) -> bool:
        """Replace, or fail."""
        self._left -= 1
        is_done = False
        if self._left >= 0 or (self._left == -1 and self._is_stored):
            is_done = await self._store.replace(collection, document, expected)
        self._fail_if_over()
        return is_done

    async def delete(self, query: Query[R]) -> int:
        """Delete, or fail."""
        self._fail_if_over()
        return await self._store.delete(query)

    def _fail_if_over(self) -> None:
        if self._left < 0:
            raise StoreUnavailable("cut off")


class RestlessStore(InterruptedStore):
    """Somebody else is quicker with every change."""

    async def replace(self, collection: Collection[R], document: R, expected: int) -> bool:
        """Change nothing."""
        return False
