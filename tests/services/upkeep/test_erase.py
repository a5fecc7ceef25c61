"""Nothing is left of a person, and nobody else loses anything."""

import asyncio
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from random import Random
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from petcore.adapters.store_memory import MemoryStore
from petcore.adapters.store_mongo import MongoStore
from petcore.adapters.store_sqlite import SqliteStore
from petcore.adapters.store_sqlite_scrub import scrub
from petcore.errors import StoreUnavailable
from petcore.ports.store import Collection, Query, R, Store
from petcore.services.collections import COLLECTIONS, PERSONAL, SHAPES
from petcore.services.desktop_pet.collections import FOCUS_SAMPLES
from petcore.services.outbox import OUTBOX_INDEX, Document, Outbox
from petcore.services.upkeep import erase as erasing
from petcore.services.upkeep.copy import copy
from petcore.services.upkeep.erase import Erased, Rewritten, census, erase
from tests.mongo.server import mongo_server
from tests.services.upkeep.cut import CutStore
from tests.services.upkeep.generated import documents
from tests.services.upkeep.lived import USERS, contents, lived

NAMES = (
    "ann", "anna", "an", "Ann", "\N{LATIN SMALL LETTER A WITH DIAERESIS}nn", "ann'", 'ann"', "ann%",
    "ann_", "ann:1", "$ann", "%24ann", "ann ", "a\N{COMBINING DIAERESIS}nn", "\N{WATER WAVE}", "'",
)  # fmt: skip

OWNED = st.tuples(st.sampled_from(NAMES[:6] + NAMES), st.sampled_from(PERSONAL))
STORED = st.lists(
    OWNED.flatmap(lambda owned: st.tuples(st.just(owned[1]), documents(owned[1], owned[0]))),
    max_size=8,
    unique_by=lambda stored: (stored[0].name, stored[1]["_id"]),
)


async def erased(store: Store, user: str) -> list[Erased | Rewritten]:
    """All that erasing tells."""
    return [event async for event in erase(store, PERSONAL, user)]


def mentions(value: object, user: str) -> bool:
    """Whether something belongs to the user, however deep it stands."""
    if isinstance(value, Mapping):
        return value.get("user_id") == user or any(mentions(v, user) for v in value.values())
    return isinstance(value, list) and any(mentions(item, user) for item in value)


async def filled(stored: list[tuple[Collection[Document], Document]]) -> MemoryStore:
    """A store that holds these."""
    store = MemoryStore()
    for collection, document in stored:
        await store.insert(collection, document)
    return store


def test_every_collection_knows_its_owner() -> None:
    """Whoever adds a collection gives it a ``user_id`` and an index that begins with it: without
    them a person could not be found in it.
    """
    for collection in PERSONAL:
        assert "user_id" in SHAPES[collection.name].__annotations__, collection.name
        assert any(index.fields[0] == "user_id" for index in collection.indexes), collection.name


@settings(max_examples=40)
@given(stored=STORED, user=st.sampled_from(NAMES[:6] + NAMES))
def test_one_person_goes_and_all_others_stay(
    stored: list[tuple[Collection[Document], Document]], user: str
) -> None:
    """In every collection, in outboxes, whatever the others are called; and a server that starts
    afterwards brings nothing back.
    """

    async def live() -> tuple[dict[str, int], dict[str, list[Document]], int]:
        store = await filled(stored)
        counted = await census(store, PERSONAL, user)
        events = await erased(store, user)
        rest = await contents(store)
        told = sum(event.documents for event in events if isinstance(event, Erased))
        assert told == sum(counted.values())
        await Outbox(store, COLLECTIONS).settle_all()
        assert not any(mentions(found, user) for found in (await contents(store)).values())
        return counted, rest, told

    counted, rest, told = asyncio.run(live())
    mine = [(known.name, document) for known, document in stored if document["user_id"] == user]
    others = [(known.name, document) for known, document in stored if document["user_id"] != user]
    assert told == len(mine)
    assert {name: count for name, count in counted.items() if count} == {
        name: [known for known, _ in mine].count(name) for name, _ in mine
    }
    left = [(name, document) for name, found in rest.items() for document in found]
    assert sorted(left, key=str) == sorted(others, key=str)


@pytest.mark.asyncio
@pytest.mark.parametrize("is_done", [False, True])
async def test_an_erase_that_is_cut_off_is_continued(is_done: bool) -> None:
    """Cut off after any call, with a server started in between that delivers what it finds, a
    second one leaves nothing, and the other user has all.
    """
    calls, is_over = 0, False
    while not is_over:
        store = await lived(writes=18)
        before = await contents(store)
        try:
            await erased(CutStore(store, calls, is_done=is_done), USERS[0])
        except StoreUnavailable:
            await Outbox(store, COLLECTIONS).settle_all()
            await erased(store, USERS[0])
        else:
            is_over = True
        rest = await contents(store)
        assert not any(mentions(found, USERS[0]) for found in rest.values())
        for name, found in before.items():
            assert rest[name] == [d for d in found if d.get("user_id") != USERS[0]]
        calls += 1
    assert calls > 20


class Written(MemoryStore):
    """A server writes a sample of ann's ``times`` times, whenever a pass is over."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    async def write(self) -> None:
        """Write one."""
        sample = {"_id": f"sample:{self.times}", "version": 1, "user_id": "ann"}
        rest = {"session_id": "s", "captured_at_ms": 1, "is_counted": 0}
        await self.insert(FOCUS_SAMPLES, sample | rest)

    async def delete(self, query: Query[R]) -> int:
        """Delete; then the server writes."""
        deleted = await super().delete(query)
        if query.collection.name == "encouragement_events" and self.times:
            self.times -= 1
            await self.write()
        return deleted


@pytest.mark.asyncio
@pytest.mark.parametrize("times", [0, 1, 3])
async def test_what_a_server_writes_meanwhile_goes_too(times: int) -> None:
    """Passes follow until one finds nothing."""
    store = Written(times)
    await store.write()
    events = await erased(store, "ann")
    passes = [event.passing for event in events if isinstance(event, Erased)]
    assert passes[-1] == times + 2
    assert not any(isinstance(event, Rewritten) for event in events)
    assert await store.count(Query(FOCUS_SAMPLES)) == 0


@pytest.mark.asyncio
async def test_a_server_that_goes_on_writing_is_told() -> None:
    """After a few passes."""
    store = Written(99)
    await store.write()
    assert isinstance((await erased(store, "ann"))[-1], Rewritten)


@pytest.mark.asyncio
async def test_deciding_documents_go_first() -> None:
    """An outbox is gone before anything that it could bring back."""
    events = await erased(await lived(writes=18), USERS[0])
    first = [e.collection for e in events if isinstance(e, Erased) and e.passing == 1]
    deciding = {known.name for known in PERSONAL if OUTBOX_INDEX in known.indexes}
    assert set(first[: len(deciding)]) == deciding
    assert set(first) == {known.name for known in PERSONAL}


@pytest.mark.asyncio
async def test_portions_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few are deleted at a time."""
    monkeypatch.setattr(erasing, "_PORTION", 2)
    store = await lived()
    counted = await census(store, PERSONAL, USERS[0])
    events = await erased(store, USERS[0])
    for name, count in counted.items():
        mine = [e.documents for e in events if isinstance(e, Erased) and e.collection == name]
        assert sum(mine) == count > 0


@pytest.fixture
def address() -> Iterator[str]:
    """A database of a stand-in."""
    with mongo_server() as server:
        yield server.uri()


@pytest.mark.asyncio
async def test_a_person_goes_from_a_mongodb(address: str) -> None:
    """As from every store."""
    store = MongoStore(address, COLLECTIONS)
    await store.open()
    source = await lived(writes=18)
    async for _ in copy(source, store, COLLECTIONS):
        pass
    await erased(store, USERS[0])
    await erased(source, USERS[0])
    assert await contents(store) == await contents(source)
    await store.close()


def _traces(path: Path, name: bytes) -> int:
    return sum(file.read_bytes().count(name) for file in path.parent.glob(f"{path.name}*"))


@pytest.mark.asyncio
@pytest.mark.parametrize("count", [20, 4_000])
async def test_a_person_goes_from_the_bytes_of_a_file(tmp_path: Path, count: int) -> None:
    """Neither the file nor what stands beside it holds the name afterwards."""
    path, chance = tmp_path / "petcore.db", Random(1)
    store = SqliteStore(path, PERSONAL)
    await store.open()
    samples = [_sample(chance, chance.choice(("secretann", "ben"))) for _ in range(count)]
    await asyncio.gather(*(store.insert(FOCUS_SAMPLES, s) for s in samples))
    assert _traces(path, b"secretann") > count / 3
    await erased(store, "secretann")
    await store.close()
    if count < 100:
        # Few pages were divided, so what was deleted is overwritten where it stood.
        assert _traces(path, b"secretann") == 0
    assert scrub(path)
    assert _traces(path, b"secretann") == 0
    await store.open()
    kept = await store.find(Query(FOCUS_SAMPLES))
    assert len(kept) == sum(sample["user_id"] == "ben" for sample in samples)
    await store.close()


def _sample(chance: Random, user: str) -> Document:
    id = f"sample:{user}:{chance.getrandbits(64):016x}"
    length = chance.choice((10, 100, 900, 2_000))
    return {
        "_id": id,
        "version": 1,
        "user_id": user,
        "session_id": f"{chance.getrandbits(64):x}",
        "captured_at_ms": chance.randrange(10**9),
        "is_counted": 0,
        "raw_metrics": {"text": f"{user}'s" + "x" * length},
    }


@pytest.mark.asyncio
async def test_a_file_that_is_in_use_is_told(tmp_path: Path) -> None:
    """And left alone: its server goes on, and its log gets nothing of a file written anew."""
    path = tmp_path / "petcore.db"
    store = SqliteStore(path, PERSONAL)
    await store.open()
    before = _bytes(tmp_path)
    assert not scrub(path)
    assert _bytes(tmp_path) == before
    await store.ping()
    await store.close()
    assert scrub(path)
    assert list(_bytes(tmp_path)) == ["petcore.db"]


def _bytes(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


class _Asked(sqlite3.Connection):
    """Remembers where SQLite puts its passing files while the file is written anew."""

    folders: ClassVar[list[tuple[str]]] = []

    def execute(self, sql: str, parameters: object = (), /) -> sqlite3.Cursor:
        """Ask, then execute."""
        if sql == "VACUUM":
            type(self).folders += super().execute("PRAGMA temp_store_directory").fetchall()
        return super().execute(sql)


def test_the_room_is_taken_beside_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's folder for passing files may be small; it holds again afterwards."""
    folder = tmp_path / "audrey's"
    folder.mkdir()
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=_Asked))
    assert scrub(folder / "petcore.db")
    assert _Asked.folders == [(str(folder),)]
    with closing(sqlite3.connect(":memory:")) as connection:
        assert connection.execute("PRAGMA temp_store_directory").fetchall() == []
