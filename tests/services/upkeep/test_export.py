"""Everything about one person, and nothing about anybody else."""

from collections.abc import Mapping

import pytest

from petcore.adapters.store_memory import MemoryStore
from petcore.ports.store import Query, R
from petcore.services.collections import PERSONAL
from petcore.services.outbox import Document
from petcore.services.upkeep.export import export
from tests.services.upkeep.lived import USERS, contents, lived


class Everybody(MemoryStore):
    """Finds it quicker to read all documents than one user's."""

    async def count(self, query: Query[R]) -> int:
        """Many of one user, few of all."""
        return 1_000 if query.equal else 1_001


async def exported(store: MemoryStore, user: str) -> list[tuple[str, Document]]:
    """All lines."""
    return [line async for line in export(store, PERSONAL, user)]


@pytest.mark.asyncio
@pytest.mark.parametrize("kind", [MemoryStore, Everybody])
async def test_all_of_one_person_is_exported(kind: type[MemoryStore]) -> None:
    """Every document of theirs, in order, without petcore's own machinery, whichever way of
    reading is the quicker one.
    """
    store = kind()
    lived_on = await lived()
    store._shelves = lived_on._shelves
    expected = [
        (name, _stripped(document))
        for name, found in (await contents(lived_on)).items()
        for document in found
        if document.get("user_id") == USERS[0]
    ]
    assert await exported(store, USERS[0]) == expected
    assert {name for name, _ in expected} == {known.name for known in PERSONAL}


@pytest.mark.asyncio
async def test_nobody_has_nothing() -> None:
    """A name that is only the beginning of one."""
    assert await exported(await lived(), "audre") == []


def _stripped(document: Mapping[str, object]) -> Document:
    machinery = ("version", "outbox", "outbox_len")
    return {name: value for name, value in document.items() if name not in machinery}
