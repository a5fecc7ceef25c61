"""What petcore writes is found right, and what somebody else's hand does to it is found."""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import NotRequired, cast, get_origin, get_type_hints
from uuid import UUID

import pytest
from bson import DBRef, Decimal128, Int64, MinKey, ObjectId
from hypothesis import given, settings
from hypothesis import strategies as st
from pymongo import MongoClient

from petcore.adapters.store_memory import MemoryStore
from petcore.adapters.store_mongo import MongoStore
from petcore.ports.store import Query, R, Store
from petcore.services.collections import COLLECTIONS, SHAPES
from petcore.services.outbox import Document
from petcore.services.upkeep.check import Complaint, Looked
from petcore.wiring import wire_checker
from simulator.scenarios.reading import find
from simulator.world import World, run
from tests.mongo.server import mongo_server
from tests.services.upkeep.generated import documents
from tests.services.upkeep.lived import WRITES, contents, lived

CHECKER = wire_checker()
BY_NAME = {collection.name: collection for collection in COLLECTIONS}
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def samples() -> Mapping[str, Document]:
    """A document of each collection, and ``waiting`` with a full outbox, as a server wrote them."""
    stored = asyncio.run(_stored(18))
    waiting = [d for d in stored["focus_sessions"] if d["outbox_len"]]
    quiet = {
        name: next(document for document in found if not document.get("outbox_len"))
        for name, found in stored.items()
    }
    return {"waiting": waiting[0], **quiet}


async def _stored(writes: int | None = None) -> dict[str, list[Document]]:
    return await contents(await lived(writes))


async def complaints(store: Store) -> list[Complaint]:
    """All that a check complains of."""
    events = [event async for event in CHECKER.check(store, COLLECTIONS)]
    return [event for event in events if isinstance(event, Complaint)]


def fields(name: str, document: Document) -> set[str]:
    """Where something is wrong with a document."""
    return {fault.field for fault in CHECKER.faults(name, document)}


@pytest.mark.asyncio
@pytest.mark.parametrize("writes", [None, *range(0, WRITES, 4)])
async def test_what_a_server_wrote_is_right(writes: int | None) -> None:
    """In every collection, wherever the server was cut off."""
    store = await lived(writes)
    assert await complaints(store) == []
    assert all((await contents(store)).values())


def test_what_a_simulated_day_leaves_is_right() -> None:
    """Half a student's day, with a network that is not always there: no document is wrong."""
    store = MemoryStore()
    ordinary = find("ordinary")
    device = ordinary.device.model_copy(update={"polling": "next"})
    scenario = ordinary.model_copy(update={"hours": 10, "device": device})
    run(World(seed=1, scenario=scenario), BytesIO(), store=store)
    assert asyncio.run(complaints(store)) == []
    assert len(asyncio.run(contents(store))["focus_samples"]) > 20


def test_every_collection_has_a_shape() -> None:
    """A collection that is added later cannot be forgotten."""
    assert set(SHAPES) == {collection.name for collection in COLLECTIONS}


@settings(max_examples=40)
@given(st.sampled_from(COLLECTIONS).flatmap(lambda known: documents(known, "audrey")))
def test_what_the_typed_dicts_allow_is_right(document: Document) -> None:
    """A document made from the annotations, its parts made to fit together, is never wrong."""
    name = next(name for name, shape in SHAPES.items() if _is_of(document, shape))
    assert list(CHECKER.faults(name, document)) == []


def _is_of(document: Document, shape: type) -> bool:
    return _required(shape) <= set(document) <= set(shape.__annotations__)


def _required(shape: type) -> set[str]:
    hints = get_type_hints(shape, include_extras=True)
    return {name for name, hint in hints.items() if get_origin(hint) is not NotRequired}


@pytest.mark.parametrize("field", ["vitals", "is_watched"])
def test_what_may_lack_is_no_fault_and_is_looked_at(
    samples: Mapping[str, Document], field: str
) -> None:
    """A session has it or not, and if it has, it is of its type; what must be there must."""
    session = samples["focus_sessions"]
    whole: Document = {**session, "vitals": {"formula": "x"}, "is_watched": True}
    lacking = {name: value for name, value in whole.items() if name != field}
    assert fields("focus_sessions", whole) == fields("focus_sessions", lacking) == set()
    for wrong in (None, 1, "x"):
        assert fields("focus_sessions", {**whole, field: wrong}) == {field}
    lacking = {name: value for name, value in whole.items() if name != "prompt_id"}
    assert fields("focus_sessions", lacking) == {"prompt_id"}


WRONG: tuple[tuple[str, Document, str], ...] = (
    ("water_schedules", {"start_time": "9:00"}, "start_time"),
    ("water_schedules", {"end_time": "24:00"}, "end_time"),
    ("water_schedules", {"interval_min": 0}, "interval_min"),
    ("water_schedules", {"interval_min": 60.0}, "interval_min"),
    ("water_schedules", {"interval_min": True}, "interval_min"),
    ("water_schedules", {"enabled": 1}, "enabled"),
    ("water_schedules", {"timezone": "Mars/Olympus"}, "timezone"),
    ("water_schedules", {"user_id": ""}, "user_id"),
    ("water_schedules", {"user_id": "another"}, "_id"),
    ("water_schedules", {"last_triggered_at": "2026-01-01"}, "last_triggered_at"),
    ("water_schedules", {"colour": "blue"}, "colour"),
    ("water_schedules", {"version": 0}, "version"),
    ("water_schedules", {"version": 1.5}, "version"),
    ("water_schedules", {"outbox_len": 1}, "outbox_len"),
    ("water_events", {"type": "SENT"}, "type"),
    ("water_events", {"at_utc_ms": 5}, "at_utc_ms"),
    ("water_events", {"at_utc": LONG_AGO}, "at_utc_ms"),
    ("water_events", {"_id": "1"}, "_id"),
    ("focus_sessions", {"session_id": "no uuid"}, "session_id"),
    ("focus_sessions", {"status": "paused"}, "status"),
    ("focus_sessions", {"status": "active"}, "status"),
    ("focus_sessions", {"ended_at": None}, "status"),
    ("focus_sessions", {"study_label": "x" * 201}, "study_label"),
    ("focus_sessions", {"prompt_id": "?"}, "prompt_id"),
    ("focus_samples", {"focus_score": 1.01}, "focus_score"),
    ("focus_samples", {"stress_score": -0.01}, "stress_score"),
    ("focus_samples", {"confidence": float("nan")}, "confidence"),
    ("focus_samples", {"is_counted": 2}, "is_counted"),
    ("focus_samples", {"raw_metrics": None}, "raw_metrics"),
    ("focus_samples", {"raw_metrics": {"x": b"bytes"}}, "raw_metrics"),
    ("focus_samples", {"signal_source": ""}, "signal_source"),
    ("focus_reports", {"report": {}}, "report.sample_count"),
    ("focus_reports", {"generated_at": None}, "generated_at"),
    ("break_preferences", {"stress_prompt_enabled": "yes"}, "stress_prompt_enabled"),
    ("break_prompts", {"resolved_at": None}, "is_open"),
    ("break_prompts", {"is_open": 1, "resolved_at": None, "acknowledged": True}, "acknowledged"),
    ("break_prompts", {"payload": {"title": "", "message": ""}}, "payload.screen"),
    ("break_prompts", {"type": "COFFEE"}, "type"),
    ("pomodoro_sessions", {"cycles": 25}, "cycles"),
    ("pomodoro_sessions", {"status": "active", "ended_at": LONG_AGO}, "status"),
    ("encouragement_events", {"message": None}, "message"),
    ("pet_personas", {"pet_name": ""}, "pet_name"),
    ("pet_personas", {"pet_name": "x" * 65}, "pet_name"),
    ("pet_personas", {"voice_id": 5}, "voice_id"),
    ("pet_personas", {"user_id": "another"}, "_id"),
    ("chat_messages", {"role": "system"}, "role"),
    ("chat_messages", {"content": None}, "content"),
    ("chat_messages", {"conversation_id": "kitchen"}, "conversation_id"),
    ("chat_messages", {"number": 10**6}, "_id"),
    ("chat_messages", {"number": 10**6 + 1, "role": "user"}, "role"),
    ("chat_memories", {"messages": 10**6 + 1}, "messages"),
    ("chat_memories", {"messages": None}, "messages"),
    ("chat_memories", {"summarized": 10**6}, "summarized"),
    ("chat_memories", {"first": 10**6}, "first"),
    ("chat_memories", {"first": 1}, "first"),
    ("chat_memories", {"erasures": -1}, "erasures"),
    ("chat_memories", {"user_id": "another"}, "_id"),
    ("devices", {"name": ""}, "name"),
    ("devices", {"name": "x" * 65}, "name"),
    ("devices", {"device_id": "00000000-0000-4000-8000-000000000000"}, "_id"),
    ("video_sources", {"source_type": "television"}, "source_type"),
    ("video_sources", {"webcam_index": -1}, "webcam_index"),
    ("video_sources", {"esp32_stream_url": None}, "esp32_stream_url"),
    ("video_sources", {"user_id": "another"}, "_id"),
    ("video_watches", {"is_open": 2}, "is_open"),
    ("video_watches", {"leased_until_ms": "soon"}, "leased_until_ms"),
    ("video_watches", {"session_id": str(UUID(int=1))}, "_id"),
    ("devices", {"user_id": ""}, "user_id"),
    ("devices", {"token_hash": "secret"}, "token_hash"),
    ("devices", {"firmware_version": None}, "firmware_version"),
    ("devices", {"last_seen_at": 5}, "last_seen_at"),
    ("pairings", {"user_code": "BCDFGHJK"}, "_id"),
    ("pairings", {"user_code": "BCDF-GHJ"}, "user_code"),
    ("pairings", {"device_code_hash": "F" * 64}, "device_code_hash"),
    ("pairings", {"device_id": "pet"}, "device_id"),
    ("pairings", {"user_id": "", "device_id": str(UUID(int=1))}, "device_id"),
    ("pairings", {"expires_at": LONG_AGO}, "expires_at_ms"),
    ("pairings", {"outbox_len": 2}, "outbox_len"),
    ("spent", {"whole_at_us": "now"}, "whole_at_us"),
    ("spent", {"user_id": "audrey"}, "user_id"),
    ("idempotency_keys", {"expires_at_ms": None}, "expires_at_ms"),
    ("idempotency_keys", {"answer": []}, "answer"),
)


@pytest.mark.parametrize(("name", "change", "field"), WRONG, ids=str)
def test_what_is_wrong_is_named(
    samples: Mapping[str, Document], name: str, change: Document, field: str
) -> None:
    """One change by somebody else's hand is found in its place, and nowhere else."""
    document = samples[name]
    assert fields(name, document) == set()
    assert fields(name, {**document, **change}) >= {field}
    if set(change) == {field}:
        assert fields(name, {**document, **change}) - {"_id"} == {field} - {"_id"}


@pytest.mark.parametrize("name", BY_NAME)
def test_a_missing_field_is_named(samples: Mapping[str, Document], name: str) -> None:
    """Each of them that must be there."""
    for field in _required(SHAPES[name]):
        rest = {known: value for known, value in samples[name].items() if known != field}
        assert field in fields(name, rest)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"collection": "pets"}, "outbox[0].collection"),
        ({"expected": 7}, "outbox[0].document.version"),
        ({"expected": None}, "outbox[0].expected"),
        ({"document": {}}, "outbox[0].document._id"),
        ({"document": None}, "outbox[0].document"),
    ],
    ids=str,
)
def test_what_waits_in_an_outbox_is_checked(
    samples: Mapping[str, Document], change: Document, field: str
) -> None:
    """It will be stored as it is when a server starts."""
    waiting = samples["waiting"]
    outbox = waiting["outbox"]
    assert isinstance(outbox, list)
    broken = {**waiting, "outbox": [{**outbox[0], **change}, *outbox[1:]]}
    assert fields("focus_sessions", waiting) == set()
    assert field in fields("focus_sessions", broken)
    sample = {**outbox[0]["document"], "focus_score": 2}
    broken = {**waiting, "outbox": [{**outbox[0], "document": sample}, *outbox[1:]]}
    assert fields("focus_sessions", broken) == {"outbox[0].document.focus_score"}


GARBAGE: tuple[object, ...] = (
    ObjectId("0123456789abcdef01234567"),
    Decimal128("1.5"),
    Decimal(1),
    Int64(5),
    MinKey(),
    DBRef("pets", 1),
    b"bytes",
    float("nan"),
    2**70,
    datetime(2026, 1, 1),
    datetime(1, 1, 1, tzinfo=UTC) + timedelta(microseconds=1),
    None,
    [],
    {},
    [[{"$date": 5}]],
    "{user_id.__class__}",
    True,
)


@settings(max_examples=80)
@given(data=st.data())
def test_no_garbage_stops_the_check(data: st.DataObject, samples: Mapping[str, Document]) -> None:
    """Whatever stands in whatever place of a document, the check says something or nothing."""
    name = data.draw(st.sampled_from(list(samples)))
    document = dict(samples[name])
    for field in data.draw(st.sets(st.sampled_from(list(document)), min_size=1, max_size=3)):
        document[field] = data.draw(st.sampled_from(GARBAGE))
    faults = list(CHECKER.faults("focus_sessions" if name == "waiting" else name, document))
    assert all(fault.wrong and fault.right for fault in faults)


class Spoiled(MemoryStore):
    """Has documents that this store would never take, and one that cannot be reached."""

    def __init__(self, spoiled: Mapping[str, list[Document]]) -> None:
        super().__init__()
        self._spoiled = spoiled

    async def find(self, query: Query[R]) -> list[R]:
        """The spoiled ones."""
        return cast("list[R]", self._spoiled.get(query.collection.name, []))

    async def count(self, query: Query[R]) -> int:
        """One more of each."""
        return len(self._spoiled.get(query.collection.name, [])) + 1


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("water_schedules", "water:{user_id}"),
        ("focus_sessions", "session:{session_id}"),
        ("focus_samples", "sample:{sample_id}"),
        ("focus_reports", "report:{session_id}"),
        ("break_preferences", "preference:{user_id}"),
        ("break_prompts", "prompt:{prompt_id}"),
        ("pomodoro_sessions", "pomodoro:{session_id}"),
        ("devices", "device:{device_id}"),
        ("pairings", "pairing:{user_code}"),
    ],
)
def test_ids_are_those_of_stores_that_exist(
    samples: Mapping[str, Document], name: str, right: str
) -> None:
    """What petcore looks for must be what it once wrote, or all that is stored is lost to it."""
    assert samples[name]["_id"] == right.format_map(samples[name])


@pytest.mark.asyncio
async def test_what_cannot_be_reached_is_counted(samples: Mapping[str, Document]) -> None:
    """A document whose ``_id`` is no string comes with no page, but with the count."""
    odd = {**samples["water_events"], "_id": ObjectId()}
    store = Spoiled({"water_events": [odd]})
    told = await complaints(store)
    assert ("water_events", "", "_id") in {(c.collection, c.id, c.fault.field) for c in told}
    assert len(told) == len(COLLECTIONS)
    assert "of 2 documents 2 cannot be reached" in told[1].fault.wrong


@pytest.mark.asyncio
async def test_two_owners_of_a_unique_value_are_told(samples: Mapping[str, Document]) -> None:
    """A database whose unique index was dropped may hold them."""
    session = samples["focus_sessions"]
    other = {**session, "_id": f"{session['_id']}x"}
    told = await complaints(Spoiled({"focus_sessions": [session, other]}))
    twice = [c for c in told if c.id == other["_id"] and c.fault.field == "session_id"]
    assert len(twice) == 1
    assert str(session["_id"]) in twice[0].fault.right


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The database of a stand-in."""
    with mongo_server() as server:
        yield server.uri()


@pytest.mark.asyncio
async def test_garbage_from_a_mongo_shell_is_told(address: str) -> None:
    """Whatever was put in beside petcore's own documents, the check comes to its end."""
    store = MongoStore(address, COLLECTIONS)
    await store.open()
    with MongoClient[dict[str, object]](address) as shell:
        events = shell.get_default_database()["water_events"]
        events.insert_one({"_id": ObjectId(), "version": 1})
        events.insert_one({"_id": "w1", "version": "1", "user_id": ObjectId(), "at_utc": 5})
    told = await complaints(store)
    await store.close()
    assert {complaint.collection for complaint in told} == {"water_events"}
    assert {"version", "user_id", "at_utc", "type", "at_utc_ms"} == {
        complaint.fault.field for complaint in told if complaint.id == "w1"
    }


@pytest.mark.asyncio
async def test_the_check_tells_how_far_it_is() -> None:
    """Every collection is looked at to its end."""
    store = await lived()
    looked = [e async for e in CHECKER.check(store, COLLECTIONS) if isinstance(e, Looked)]
    ends = {step.collection: (step.done, step.total) for step in looked}
    counts = {name: len(found) for name, found in (await contents(store)).items()}
    assert ends == {name: (count, count) for name, count in counts.items()}


def test_indexes_stand_on_fields_that_shapes_know() -> None:
    """What is looked up is checked."""
    for name, collection in BY_NAME.items():
        assert set(collection.indexed_fields()) <= set(SHAPES[name].__annotations__)
