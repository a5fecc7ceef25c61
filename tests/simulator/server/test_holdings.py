"""What the server holds in the end is told, all of it."""

import asyncio
import json

import pytest

from petcore.adapters.store_memory import MemoryStore
from petcore.ports.store import Collection, Record
from simulator.server import holdings
from simulator.server.holdings import note_stored
from tests.simulator.stages import scene

PETS: Collection[Record] = Collection("pets")
TOYS: Collection[Record] = Collection("toys")


@pytest.mark.parametrize("number", [0, 1, 2, 3, 5])
def test_it_is_told_page_by_page(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each document once, in their order, one collection after the other."""
    monkeypatch.setattr(holdings, "_PAGE", 2)
    with scene() as empty:
        store = MemoryStore()

        async def keep() -> None:
            await store.open()
            for collection in (TOYS, PETS):
                for id in range(number, 0, -1):
                    await store.insert(collection, Record(_id=f"a{id}", version=1))
            await note_stored(empty.stage, store, (PETS, TOYS))

        asyncio.run(keep())
        told = [
            (event["collection"], json.loads(str(event["document"]))["_id"])
            for event in empty.events("stored")
        ]
    ids = [f"a{id}" for id in range(1, number + 1)]
    assert told == [(name, id) for name in ("pets", "toys") for id in ids]
