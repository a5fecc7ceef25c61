"""Everything arrives, whenever the copy is cut off, and nothing that was there is harmed."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from petcore.adapters.store_memory import MemoryStore
from petcore.adapters.store_mongo import MongoStore
from petcore.adapters.store_sqlite import SqliteStore
from petcore.errors import Duplicate, StoreUnavailable, TooLarge
from petcore.ports.store import Collection, Index, R, Store
from petcore.services.collections import COLLECTIONS
from petcore.services.desktop_pet.collections import FOCUS_SAMPLES, WATER_EVENTS
from petcore.services.outbox import Document
from petcore.services.upkeep import copy as copying
from petcore.services.upkeep import pages as paging
from petcore.services.upkeep.copy import Event, Left, Moved, Proof, Step, copy, exact
from tests.mongo.server import MongoServer, mongo_server
from tests.services.upkeep.cut import CutStore
from tests.services.upkeep.lived import contents, lived

NOTES: Collection[Document] = Collection("notes", (Index(("handle",), unique=True),))


@pytest.fixture(scope="module")
def server() -> Iterator[MongoServer]:
    """A MongoDB stand-in for the tests of this file."""
    with mongo_server() as server:
        yield server


def note(place: int, version: int = 1, **fields: object) -> Document:
    """A small document."""
    return {"_id": f"n{place:04}", "version": version, "handle": f"h{place}", **fields}


async def copied(
    source: Store, target: Store, collections: tuple[Collection[Document], ...] = COLLECTIONS
) -> list[Event]:
    """All that a copy tells."""
    return [event async for event in copy(source, target, collections)]


def written(events: list[Event]) -> int:
    """How many documents were written."""
    return sum(
        max(step.written for step in events if isinstance(step, Step) and step.collection == name)
        for name in {step.collection for step in events if isinstance(step, Step)}
    )


def left(events: list[Event]) -> dict[str, str]:
    """What was left alone, and why."""
    return {event.id: event.cause for event in events if isinstance(event, Left)}


def proven(events: list[Event]) -> bool:
    """Whether there are proofs, and all hold."""
    proofs = [event for event in events if isinstance(event, Proof)]
    return bool(proofs) and all(proof.holds for proof in proofs)


async def filled(*documents: Document) -> MemoryStore:
    """A store of notes."""
    store = MemoryStore()
    for document in documents:
        await store.insert(NOTES, document)
    return store


@pytest.mark.asyncio
async def test_everything_moves_through_all_stores(server: MongoServer, tmp_path: Path) -> None:
    """From memory to SQLite to MongoDB to another SQLite and back, waiting outboxes among them, all
    is as it was; a second copy writes nothing.
    """
    source = await lived(writes=18)
    before = await contents(source)
    stores: list[Store] = [
        source,
        SqliteStore(tmp_path / "a.db", COLLECTIONS),
        MongoStore(server.uri(), COLLECTIONS),
        SqliteStore(tmp_path / "b.db", COLLECTIONS),
        MemoryStore(),
    ]
    for store in stores:
        await store.open()
    for here, there in pairwise(stores):
        first, again = await copied(here, there), await copied(here, there)
        assert proven(first)
        assert left(first) == {}
        assert written(first) == sum(map(len, before.values()))
        assert proven(again)
        assert written(again) == 0
    assert await contents(stores[-1]) == before == await contents(source)
    assert any(document.get("outbox_len") for some in before.values() for document in some)
    for store in stores:
        await store.close()


@pytest.mark.asyncio
@pytest.mark.parametrize("is_done", [False, True])
async def test_a_copy_that_is_cut_off_is_continued(is_done: bool) -> None:
    """Cut off after any call to the target, even if the answer alone was lost, another copy
    completes it and writes only what was missing.
    """
    source = await filled(*(note(number) for number in range(40)))
    for calls in range(50):
        target = MemoryStore()
        cut = CutStore(target, calls, is_done=is_done)
        try:
            await copied(source, cut, (NOTES,))
        except StoreUnavailable:
            there = len(target._shelf(NOTES).documents)
            events = await copied(source, target, (NOTES,))
            assert proven(events)
            assert left(events) == {}
            assert written(events) == 40 - there
        else:
            break
    assert calls > 40


@pytest.mark.asyncio
async def test_a_copy_that_is_cancelled_leaves_nobody_writing(tmp_path: Path) -> None:
    """After Ctrl-C at any moment the target can be closed, and a new copy completes it."""
    source = await filled(*(note(number) for number in range(40)))
    for turns in range(0, 60, 5):
        target = SqliteStore(tmp_path / f"{turns}.db")
        await target.open()
        work = asyncio.ensure_future(copied(source, target, (NOTES,)))
        for _ in range(turns):
            await asyncio.sleep(0)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        await target.close()
        await target.open()
        assert proven(await copied(source, target, (NOTES,)))
        await target.close()


class AtOnce(MemoryStore):
    """Knows how many inserts were under way together."""

    def __init__(self) -> None:
        super().__init__()
        self.now = self.most = 0

    async def insert(self, collection: Collection[R], document: R) -> None:
        """Insert after some turns."""
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)
        self.now -= 1
        await super().insert(collection, document)


@pytest.mark.asyncio
async def test_many_writes_are_under_way_together() -> None:
    """But not all: a target is not stormed."""
    target = AtOnce()
    await copied(await filled(*(note(number) for number in range(200))), target, (NOTES,))
    assert target.most == 32


@pytest.mark.asyncio
async def test_only_what_is_older_is_replaced() -> None:
    """A newer document, a different one of the same version, one that the source has not, and one
    whose unique value is taken are told and stay as they are; an older one is replaced.
    """
    source = await filled(
        note(1, 3, text="new"),
        note(2, 2, text="here"),
        note(3, 2, text="here"),
        note(4, text="same"),
        note(5),
    )
    target = await filled(
        note(1, 2, text="old"),
        note(2, 2, text="there"),
        note(3, 9, text="there"),
        note(4, text="same"),
        {**note(6), "handle": "h5"},
        note(9),
    )
    events = await copied(source, target, (NOTES,))
    assert left(events) == {
        "n0002": "differs, and the target's version 2 is not older than 2",
        "n0003": "differs, and the target's version 9 is not older than 2",
        "n0005": "a unique value of it belongs to another document of the target",
        "n0006": "is in the target only",
        "n0009": "is in the target only",
    }
    assert not proven(events)
    stored = target._shelf(NOTES).documents
    assert stored["n0001"] == note(1, 3, text="new")
    assert stored["n0002"] == note(2, 2, text="there")
    assert stored["n0003"] == note(3, 9, text="there")
    assert set(stored) == {"n0001", "n0002", "n0003", "n0004", "n0006", "n0009"}


class Repeating(MemoryStore):
    """Stores a document, loses the answer, is asked again by its driver, and has it already."""

    async def insert(self, collection: Collection[R], document: R) -> None:
        """Insert, and say that it was there."""
        await super().insert(collection, document)
        raise Duplicate("stored already")


@pytest.mark.asyncio
async def test_a_lost_answer_is_no_difference() -> None:
    """What turns out to be stored as it should be has been written."""
    events = await copied(await filled(note(1), note(2)), Repeating(), (NOTES,))
    assert left(events) == {}
    assert written(events) == 2
    assert proven(events)


class Refusing(MemoryStore):
    """Finds one document too large."""

    async def insert(self, collection: Collection[R], document: R) -> None:
        """Insert all but one."""
        if document["_id"] == "n0001":
            raise TooLarge("keeps no document so large")
        await super().insert(collection, document)


@pytest.mark.asyncio
async def test_what_cannot_be_stored_does_not_stop_the_rest() -> None:
    """A document that is too large, or that no store could keep, is told."""
    source = await filled(note(1), note(2), note(3))
    source._shelf(NOTES).documents["n0002"]["text"] = b"bytes"
    target = Refusing()
    events = await copied(source, target, (NOTES,))
    assert left(events) == {
        "n0001": "cannot be stored: keeps no document so large",
        "n0002": "cannot be stored: a document cannot hold b'bytes'",
    }
    assert set(target._shelf(NOTES).documents) == {"n0003"}
    assert not proven(events)


class Changing(MemoryStore):
    """A target in which somebody else changes a document when the last one is copied."""

    changed: Document = note(2)

    async def insert(self, collection: Collection[R], document: R) -> None:
        """Insert, and change another one after the last."""
        await super().insert(collection, document)
        if document["_id"] == "n0003":
            self._shelf(NOTES).documents["n0002"] = dict(self.changed)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("changed", "holds"),
    [
        ({"number": 1, "text": "x", "at": datetime(2026, 1, 1, tzinfo=UTC)}, True),
        ({"at": datetime(2026, 1, 1, tzinfo=UTC), "text": "x", "number": 1}, True),
        ({"number": 1.0, "text": "x", "at": datetime(2026, 1, 1, tzinfo=UTC)}, False),
        ({"number": True, "text": "x", "at": datetime(2026, 1, 1, tzinfo=UTC)}, False),
        ({"number": 1, "text": "y", "at": datetime(2026, 1, 1, tzinfo=UTC)}, False),
        ({"number": 1, "text": "x", "at": {"$date": 1767225600000}}, False),
        ({"number": 1, "text": "x"}, False),
    ],
    ids=str,
)
async def test_the_proof_reads_back(changed: Document, holds: bool) -> None:
    """A document that changed after it was copied fails the proof, be it in its type alone."""
    same = {"number": 1, "text": "x", "at": datetime(2026, 1, 1, tzinfo=UTC)}
    target = Changing()
    target.changed = {**note(2), **changed}
    source = await filled(note(1), {**note(2), **same}, note(3))
    assert proven(await copied(source, target, (NOTES,))) == holds


@settings(max_examples=60)
@given(
    ours=st.dictionaries(st.integers(0, 30), st.integers(1, 2)),
    theirs=st.dictionaries(st.integers(0, 30), st.integers(1, 2)),
)
def test_both_stores_are_walked_side_by_side(ours: dict[int, int], theirs: dict[int, int]) -> None:
    """Whatever both hold, and wherever pages end, the target has afterwards what it had and all
    that is newer here.
    """

    async def meet() -> tuple[dict[str, Document], set[str], bool]:
        source = await filled(*(note(number, version) for number, version in ours.items()))
        target = await filled(*(note(number, version) for number, version in theirs.items()))
        events = await copied(source, target, (NOTES,))
        return dict(target._shelf(NOTES).documents), set(left(events)), proven(events)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paging, "PAGE", 3)
        patch.setattr(copying, "_AT_ONCE", 2)
        stored, told, holds = asyncio.run(meet())
    newest = {number: max(ours.get(number, 0), theirs.get(number, 0)) for number in ours | theirs}
    assert stored == {f"n{number:04}": note(number, newest[number]) for number in newest}
    assert told == {f"n{number:04}" for number in theirs if theirs[number] > ours.get(number, 0)}
    assert holds == (newest == ours)


def test_names_have_no_order_in_a_checksum() -> None:
    """All the way down; and what no store could keep has a text, too."""
    assert exact({"a": 1, "b": {"c": 2, "d": 3}}) == exact({"b": {"d": 3, "c": 2}, "a": 1})
    assert exact({"a": object}) != exact({"a": dict})


@pytest.mark.asyncio
async def test_steps_tell_how_far_it_is() -> None:
    """Each collection begins at none and ends at all."""
    events = await copied(await lived(), MemoryStore())
    for collection in (FOCUS_SAMPLES, WATER_EVENTS):
        steps = [event for event in events if isinstance(event, Step)]
        mine = [step for step in steps if step.collection == collection.name]
        copying_steps = [step for step in mine if step.doing == "copy"]
        assert copying_steps[0].done == 0
        assert copying_steps[-1].done == copying_steps[-1].total > 0
        assert mine[-1].doing == "verify"


@pytest.mark.asyncio
@pytest.mark.parametrize("is_new", [True, False])
async def test_a_write_after_the_proof_is_told_if_it_is_a_new_document(*, is_new: bool) -> None:
    """That one was replaced cannot be seen without reading all again: stop the server first."""
    source, target = await filled(note(1)), MemoryStore()
    told: list[Event] = []
    async for event in copy(source, target, (NOTES,)):
        told.append(event)
        if isinstance(event, Proof) and is_new:
            await source.insert(NOTES, note(2))
        elif isinstance(event, Proof):
            assert await source.replace(NOTES, note(1, 2), 1)
    assert proven(told)
    assert (Moved("notes") in told) == is_new
