"""The store in memory: the whole suite, and what only its own orders could get wrong."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from petcore.adapters.store_memory import MemoryStore
from petcore.errors import Duplicate
from petcore.ports.store import Collection, Index, Query, Record, Store
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


class _Named(Record):
    name: str


@pytest.mark.asyncio
@pytest.mark.parametrize("is_unique_first", [True, False])
async def test_of_two_indexes_on_the_same_fields_each_counts(is_unique_first: bool) -> None:
    """The one that is unique refuses, whichever was declared first; both find."""
    indexes = Index(("name",), unique=is_unique_first), Index(("name",), unique=not is_unique_first)
    pets: Collection[_Named] = Collection("pets", indexes)
    store = MemoryStore()
    await store.insert(pets, {"_id": "1", "version": 1, "name": "Kiwi"})
    with pytest.raises(Duplicate):
        await store.insert(pets, {"_id": "2", "version": 1, "name": "Kiwi"})
    await store.insert(pets, {"_id": "3", "version": 1, "name": "Mango"})
    found = await store.find(Query(pets, {"name": "Mango"}))
    assert [each["_id"] for each in found] == ["3"]
    assert await store.delete(Query(pets)) == 2
    assert await store.find(Query(pets, {"name": "Kiwi"})) == []
