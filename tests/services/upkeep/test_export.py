"""Everything about one person, and nothing about anybody else."""

from collections.abc import Mapping

import pytest

from petcore.adapters.store_memory import MemoryStore
from petcore.ports.store import Query, R
from petcore.services.collections import PERSONAL
from petcore.services.outbox import Document
from petcore.services.platform.pairings import PairingWish
from petcore.services.upkeep.export import export
from tests.services.server import Server
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


@pytest.mark.asyncio
async def test_who_is_named_by_a_device_that_pairs_has_that_too() -> None:
    """Also if nobody confirms its code, which is told as it stands on the screen. The secret that
    collects the token, and the token, are there as hashes only.
    """
    server = Server()
    pairings = server.services().platform.pairings
    waiting = await pairings.start(PairingWish("lamp", None, "audrey"), "192.0.2.1")
    paired = await pairings.start(PairingWish("desk", None, None), "192.0.2.1")
    await pairings.confirm(str(paired["user_code"]), "audrey", "desk")
    collected = await pairings.collect(str(paired["device_code"]), "192.0.2.1")
    found = [line for line in await exported(server.store, "audrey") if line[0] == "pairings"]
    shown = {str(started["user_code"]).replace("-", "") for started in (waiting, paired)}
    assert {document["user_code"] for _, document in found} == shown
    assert {document["device_id"] for _, document in found} == {"", collected["device_id"]}
    secrets = [waiting["device_code"], paired["device_code"], collected["token"]]
    assert not [secret for secret in secrets if str(secret)[-43:] in str(found)]


def _stripped(document: Mapping[str, object]) -> Document:
    machinery = ("version", "outbox", "outbox_len")
    return {name: value for name, value in document.items() if name not in machinery}
