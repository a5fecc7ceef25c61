"""The store in memory: the whole suite, and nothing it would need alone."""

from collections.abc import AsyncIterator

import pytest_asyncio

from petcore.adapters.store_memory import MemoryStore
from petcore.ports.store import Store
from tests.adapters.store_conformance import StoreConformance


class TestMemoryStore(StoreConformance):
    """Runs the suite."""

    @pytest_asyncio.fixture
    async def store(self) -> AsyncIterator[Store]:
        """An empty store."""
        store = MemoryStore()
        await store.open()
        yield store
        await store.close()
