"""What lies in a MongoDB that petcore has written to is what its documents promise."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from types import UnionType
from typing import (
    Literal,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

import pytest
import pytest_asyncio
from pymongo import MongoClient

from petcore.adapters.store_mongo import MongoStore
from petcore.adapters.store_mongo_connection import Driver
from petcore.app import create_app
from petcore.services import Services
from petcore.services.collections import COLLECTIONS, SHAPES
from petcore.services.desktop_pet.breaks import PomodoroWish
from petcore.services.desktop_pet.persona import PersonaWish
from petcore.services.desktop_pet.stress import Reading, SessionWish
from petcore.services.desktop_pet.video import SourceWish
from petcore.services.desktop_pet.water import ScheduleWish
from petcore.services.idempotency import Call
from petcore.services.platform.pairings import PairingWish
from petcore.settings import default_settings
from petcore.wiring import wire
from simulator.network.asgi import Request, exchange
from tests.mongo.server import MongoServer
from tests.services.desktop_pet.measured import told
from tests.services.desktop_pet.talk import said
from tests.services.desktop_pet.test_breaks import part
from tests.services.desktop_pet.video import Seeing
from tests.services.server import Server

RECOMMENDED = {
    "water_schedules": [("user_id", True)],
    "focus_sessions": [("session_id", True)],
    "focus_samples": [("session_id", False)],
    "focus_reports": [("session_id", True)],
    "break_preferences": [("user_id", True)],
    "break_prompts": [("user_id", False), ("prompt_id", True)],
    "pomodoro_sessions": [("session_id", True)],
    "pet_personas": [("user_id", True)],
    "chat_messages": [("conversation_id", False)],
}
"""The document's ten indexes: the field, and whether it is to be unique."""


def test_the_recommended_indexes_are_declared() -> None:
    """Each is the beginning of a declared index, and as unique as the document says."""
    assert sum(map(len, RECOMMENDED.values())) == 10
    declared = {collection.name: collection.indexes for collection in COLLECTIONS}
    for name, fields in RECOMMENDED.items():
        for field, is_unique in fields:
            assert any(
                index.fields[0] == field and (not is_unique or index.unique)
                for index in declared[name]
                if not is_unique or index.fields == (field,)
            ), (name, field)


@pytest.fixture
def uri(server: MongoServer) -> str:
    """A database of its own."""
    return server.uri()


@pytest.fixture
def pet_server() -> Server:
    """Its clock and its chance."""
    return Server()


@pytest_asyncio.fixture
async def services(pet_server: Server, uri: str, driver: Driver) -> AsyncIterator[Services]:
    """The services of a server on MongoDB. It can see, and no time passes in which it looks."""
    services = wire(
        default_settings(store="memory:"),
        clock=pet_server.clock,
        entropy=pet_server.entropy,
        store=MongoStore(uri, COLLECTIONS, driver),
        faculties=pet_server.faculties(),
        eyes=Seeing().eyes,
    )
    await services.open()
    yield services
    await services.close()


@pytest.mark.asyncio
async def test_what_lies_there_has_the_types_of_the_schema_map(
    services: Services, pet_server: Server, uri: str
) -> None:
    """Plain PyMongo finds every field of every collection, dates as dates, numbers as numbers."""
    await _live_through_everything(services, pet_server)
    with MongoClient[dict[str, object]](uri, tz_aware=True) as client:
        database = client.get_default_database()
        stored = {name: list(database[name].find()) for name in SHAPES}
    for name, shape in SHAPES.items():
        assert stored[name], name
        fields, hints = get_type_hints(shape), get_type_hints(shape, include_extras=True)
        required = {name for name, hint in hints.items() if get_origin(hint) is not NotRequired}
        for document in stored[name]:
            assert required <= document.keys() <= fields.keys(), name
            for field, value in document.items():
                assert _is_of(value, fields[field]), (name, field, value)
    # Not by chance: what may be absent is there as well.
    assert any(document["last_triggered_at"] for document in stored["water_schedules"])
    assert any(document["ended_at"] for document in stored["focus_sessions"])
    assert {"vitals", "is_watched"} <= stored["focus_sessions"][0].keys()
    assert any("estimator" in str(document["raw_metrics"]) for document in stored["focus_samples"])
    assert {document["resolved_at"] is None for document in stored["break_prompts"]} == {False}


async def _live_through_everything(services: Services, server: Server) -> None:
    pet, call = services.desktop_pet, Call("test")
    await pet.water.set_schedule(
        ScheduleWish("audrey", "UTC", "00:00", "00:00", 60, enabled=True), call
    )
    await pet.water.poll("audrey", call)
    await pet.water.acknowledge("audrey", call)
    await pet.breaks.set_stress_prompts("audrey", True, call)
    await pet.breaks.start_pomodoro(PomodoroWish("audrey", 25, 5, 4), Call("start", "key", "same"))
    await pet.encouragement.get_message("audrey", 0.2, 0.9, call)
    camera = SourceWish("audrey", "esp32", "http://192.168.1.20:81/stream", 0, None)
    await pet.video.save_source(camera, call)
    wish = SessionWish(
        "audrey", "Math", allow_prompted_breaks=True, signal_source="presage", watch=True
    )
    session_id = str(part(await pet.stress.start_session(wish, call), "session")["session_id"])
    for _ in range(12):
        metrics = {"pulse": 71.5, "$ref": {"a.b": [1, True, None]}}
        reading = Reading(session_id, 0.5, 0.9, server.clock.now(), 1.0, None, metrics)
        await pet.stress.ingest_sample(reading, call)
        server.clock.advance(1)
    await pet.metrics.ingest(told(session_id, server.clock.now()), call)
    await pet.stress.end_session(session_id, call)
    await pet.chat.save_persona(PersonaWish("audrey", "Nova", None, None, None), call)
    await pet.chat.send_message(said("Hello!"), call)
    pairings = services.platform.pairings
    started = await pairings.start(PairingWish("pet", "1.2.0", "audrey"), "192.0.2.1")
    await pairings.confirm(str(started["user_code"]), "audrey", "pet")


def _is_of(value: object, declared: object) -> bool:
    origin = get_origin(declared) or declared
    if origin in (Union, UnionType):
        return any(_is_of(value, each) for each in get_args(declared))
    if origin is Literal:
        return value in get_args(declared)
    if declared is datetime:
        return isinstance(value, datetime) and value.microsecond % 1000 == 0
    if declared is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if is_typeddict(origin) or origin is Mapping:
        return isinstance(value, dict)
    assert isinstance(origin, type), declared
    return type(value) is origin


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("code", "status", "word"),
    [(10334, 413, "payload_too_large"), (64, 503, "store_unavailable")],
)
async def test_what_the_database_refuses_is_answered_in_the_documents_shape(
    services: Services, server: MongoServer, code: int, status: int, word: str
) -> None:
    """A document that is too large is the client's, all else the server's; nothing that the
    database quotes reaches a client.
    """
    server.refuse("insert", code)
    body = (
        b'{"user_id":"audrey","timezone":"UTC","start_time":"08:00","end_time":"20:00",'
        b'"interval_min":60,"enabled":true}'
    )
    headers = [(b"content-type", b"application/json"), (b"host", b"localhost")]
    request = Request("POST", "/api/water/schedule", headers=headers, body=body)
    response = await exchange(create_app(services), request)
    assert response.status == status
    assert f'"code":"{word}"'.encode() in response.body.replace(b" ", b"")
    assert b"audrey" not in response.body
