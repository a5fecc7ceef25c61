"""A store that lets others go first: every operation waits for some turns of the event loop."""

import asyncio
from random import Random

from petcore.ports.store import Collection, Query, R, Store


class InterleavedStore:
    """Passes everything on to ``store`` after as many turns as ``chance`` draws."""

    def __init__(self, store: Store, chance: Random) -> None:
        self._store = store
        self._chance = chance

    async def open(self) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """Nothing to do."""

    async def ping(self) -> None:
        """Ask the real store."""
        await self._store.ping()

    async def get(self, collection: Collection[R], id: str) -> R | None:
        """Ask the real store, later."""
        await self._wait()
        return await self._store.get(collection, id)

    async def find(self, query: Query[R]) -> list[R]:
        """Ask the real store, later."""
        await self._wait()
        return await self._store.find(query)

    async def count(self, query: Query[R]) -> int:
        """Ask the real store, later."""
        await self._wait()
        return await self._store.count(query)

    async def insert(self, collection: Collection[R], document: R) -> None:
        """Insert, later."""
        await self._wait()
        await self._store.insert(collection, document)
        await self._wait()

    async def replace(self, collection: Collection[R], document: R, expected: int) -> bool:
        """Replace, later."""
        await self._wait()
        is_done = await self._store.replace(collection, document, expected)
        await self._wait()
        return is_done

    async def delete(self, query: Query[R]) -> int:
        """Delete, later."""
        await self._wait()
        return await self._store.delete(query)

    async def _wait(self) -> None:
        for _ in range(self._chance.randrange(4)):
            await asyncio.sleep(0)
