"""What a document answers at once, and that Quart would have said the same."""

from collections.abc import Callable

import pytest

from petcore.adapters.store_memory import MemoryStore
from petcore.api import desktop_pet, platform
from petcore.api.document import Document
from petcore.app import create_app
from petcore.errors import StoreUnavailable
from petcore.ports.store import Collection, R
from petcore.services import Services
from petcore.services.desktop_pet.water import ScheduleWish
from petcore.services.idempotency import Call
from simulator.network.asgi import Request, exchange
from tests.api.ways import document_of, said
from tests.contracts.served import ask
from tests.services.server import Server

POLL, PROMPT = "/api/water/poll", "/api/breaks/prompt/poll"
ACTIVE, STATUS = "/api/breaks/pomodoro/active", "/api/breaks/pomodoro/status"
SCHEDULE = "/api/water/schedule"
PERSONA, MEMORY = "/api/chat/persona", "/api/chat/memory"
SOURCE, LATEST = "/api/video/source", "/api/video/latest"
AT_ONCE = {POLL, PROMPT, ACTIVE, STATUS, SCHEDULE, PERSONA, MEMORY, SOURCE, LATEST}
ABSENT = "11111111-2222-4333-8444-555555555555"
AUDREY = "user_id=audrey"
KEY = (b"idempotency-key", b"poll-1")
WISH = ScheduleWish("audrey", "America/Vancouver", "00:00", "00:00", 60, enabled=True)


class ShutStore(MemoryStore):
    """Cannot be read just now."""

    async def get(self, collection: Collection[R], id: str) -> R | None:
        """Refuse."""
        raise StoreUnavailable("locked")


class BrokenStore(MemoryStore):
    """Has a fault that nobody foresaw."""

    async def get(self, collection: Collection[R], id: str) -> R | None:
        """Stumble."""
        raise ZeroDivisionError


async def _scheduled(store: MemoryStore) -> Services:
    """The services of a server on which audrey has a schedule, as far as ``store`` plays along."""
    server = Server()
    await server.services().desktop_pet.water.set_schedule(WISH, Call("schedule"))
    return server.services(store if type(store) is not MemoryStore else server.store)


CASES: dict[str, tuple[int, Request, Callable[[], MemoryStore]]] = {
    "due": (200, Request("GET", POLL, AUDREY), MemoryStore),
    "due under a key": (200, Request("GET", POLL, AUDREY, [KEY]), MemoryStore),
    "escaped": (200, Request("GET", POLL, "user_id=%61udrey&x=+"), MemoryStore),
    "two keys": (400, Request("GET", POLL, AUDREY, [KEY, KEY]), MemoryStore),
    "a key that says nothing": (400, Request("GET", POLL, AUDREY, [(KEY[0], b"")]), MemoryStore),
    "no user": (400, Request("GET", POLL), MemoryStore),
    "a broken escape": (400, Request("GET", POLL, "user_id=%ZZ"), MemoryStore),
    "a letter beyond ASCII": (400, Request("GET", POLL, "user_id=ü"), MemoryStore),
    "a body": (200, Request("GET", SCHEDULE, AUDREY, (), b"{}"), MemoryStore),
    "nothing there": (404, Request("GET", STATUS, f"session_id={ABSENT}"), MemoryStore),
    "HEAD of what acts": (200, Request("HEAD", POLL, AUDREY), MemoryStore),
    "HEAD of what only tells": (200, Request("HEAD", SCHEDULE, AUDREY), MemoryStore),
    "HEAD of nothing": (400, Request("HEAD", SCHEDULE), MemoryStore),
    "the store is shut": (503, Request("GET", POLL, AUDREY), ShutStore),
    "a fault": (500, Request("GET", POLL, AUDREY), BrokenStore),
    "another method": (405, Request("PUT", POLL, AUDREY), MemoryStore),
    "a slash too many": (404, Request("GET", f"{POLL}/", AUDREY), MemoryStore),
}


@pytest.mark.asyncio
@pytest.mark.parametrize("name", CASES)
async def test_quart_would_have_said_the_same(name: str) -> None:
    """Status, headers and body do not depend on who found the operation."""
    status, request, store = CASES[name]
    at_once, by_quart = [
        await exchange(document_of(await _scheduled(store()), is_quart_alone=alone), request)
        for alone in (False, True)
    ]
    assert said(at_once) == said(by_quart)
    assert at_once.status == status


@pytest.mark.asyncio
async def test_a_shut_store_says_when_to_come_back() -> None:
    """Retry-After is sent by whoever answers."""
    document = document_of(await _scheduled(ShutStore()), is_quart_alone=False)
    response = await exchange(document, Request("GET", POLL, AUDREY))
    assert dict(response.headers)[b"retry-after"] == b"5"


@pytest.mark.asyncio
async def test_what_takes_no_body_and_no_path_is_answered_at_once() -> None:
    """All polls are; what reads a body, or its path, or has no end, is left to Quart."""
    services = Server().services()
    documents = (
        desktop_pet.create(services.desktop_pet, services.door),
        platform.create(services.platform, services.door),
    )
    found = set()
    for document in documents:
        assert isinstance(document, Document)
        found |= set(document.at_once)
    paths = {*AT_ONCE, "/healthz", "/readyz"}
    assert found == {(method, path) for method in ("GET", "HEAD") for path in paths}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", POLL, 400), ("GET", "/nothing", 404), ("PUT", POLL, 405), ("GET", "/healthz", 400)],
)
async def test_a_query_of_any_bytes_is_the_clients_fault(
    method: str, path: str, status: int
) -> None:
    """Nobody stumbles over bytes that are no text, wherever the request ends up."""
    app = create_app(Server().services())
    assert (await ask(app, method, f"{path}?user_id=\xff")).status == status
