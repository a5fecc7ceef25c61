"""The composer: several documents on one port."""

import logging
from collections.abc import Mapping

import pytest
from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, Scope
from quart import Quart

from petcore.app import Composer, create_app
from petcore.services.desktop_pet.breaks import PomodoroWish
from petcore.services.idempotency import Call
from simulator.network.asgi import Request, Response, exchange
from tests.services.server import Server


def document(name: str, routes: Mapping[str, tuple[str, ...]]) -> Quart:
    """An app that answers with its name, and words its errors with it."""
    app = Quart(name)

    async def answer(**_: str) -> str:
        return name

    async def refuse(error: Exception) -> tuple[str, int]:
        return f"{name}: {type(error).__name__}", getattr(error, "code", 500)

    for number, (path, methods) in enumerate(routes.items()):
        app.add_url_rule(path, f"r{number}", answer, methods=list(methods))
    app.register_error_handler(Exception, refuse)
    return app


PET = {"/api/chat/message": ("POST",), "/api/water/poll": ("GET",)}
BABELFISH = {
    "/api/chat/<id>/message": ("POST",),
    "/api/chat/message": ("GET",),
    "/auth/login": ("POST",),
}


class BothDocuments:
    """Two documents that know some paths together, on one port."""

    def __init__(self) -> None:
        self._composer = Composer([document("pet", PET), document("babelfish", BABELFISH)])

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Serve a request."""
        assert scope["type"] == "http"
        await self._composer.serve(scope, receive, send)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("method", "path", "status", "body", "allow"),
    [
        ("POST", "/api/chat/message", 200, "pet", ""),
        ("GET", "/api/chat/message", 200, "babelfish", ""),
        ("POST", "/api/chat/7/message", 200, "babelfish", ""),
        ("PUT", "/api/chat/message", 405, None, "GET, HEAD, OPTIONS, POST"),
        ("OPTIONS", "/api/chat/message", 200, "", "GET, HEAD, OPTIONS, POST"),
        ("PUT", "/api/water/poll", 405, "pet: MethodNotAllowed", "GET, HEAD, OPTIONS"),
        ("GET", "/auth/logout", 404, "babelfish: NotFound", ""),
        ("GET", "/api/water/nothing", 404, "pet: NotFound", ""),
        ("GET", "/nothing", 404, "pet: NotFound", ""),
        ("GET", "//api/water/poll", 404, "pet: NotFound", ""),
        ("GET", "", 404, "pet: NotFound", ""),
    ],
)
async def test_documents_share_a_port(
    method: str, path: str, status: int, body: str | None, allow: str
) -> None:
    """Each finds its document; a 405 tells the methods of all, a 404 has the nearest shape."""
    response = await exchange(BothDocuments(), Request(method, path))
    assert response.status == status
    assert body is None or response.body.decode() == body
    headers = {name.lower(): value.decode() for name, value in response.headers}
    assert headers.get(b"allow", "") == allow


async def _ask(path: str, query: str = "") -> Response:
    server = Server()
    services = server.services()
    await services.open()
    return await exchange(create_app(services), Request("GET", path, query))


@pytest.mark.asyncio
async def test_a_request_is_logged_without_what_is_private(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A line tells method, path, status and duration; the query, with its name, stays out."""
    with caplog.at_level(logging.INFO, "petcore.request"):
        await _ask("/api/water/poll", "user_id=audrey")
    (record,) = [record for record in caplog.records if record.name == "petcore.request"]
    assert record.getMessage() == "GET /api/water/poll 200 0 ms"


@pytest.mark.asyncio
async def test_nothing_is_logged_when_nobody_listens(caplog: pytest.LogCaptureFixture) -> None:
    """Above the level of information a good request leaves no line."""
    with caplog.at_level(logging.WARNING):
        await _ask("/healthz")
    assert not caplog.records


@pytest.mark.asyncio
async def test_a_head_on_what_acts_changes_nothing_and_promises_no_length() -> None:
    """Not even the end of a Pomodoro that ran out unseen is recorded."""
    server = Server()
    services = server.services()
    answer = await services.desktop_pet.breaks.start_pomodoro(
        PomodoroWish("audrey", 1, 1, 1), Call("start")
    )
    session = answer["session"]
    assert isinstance(session, dict)
    server.clock.advance(60)
    before = await server.stored()
    for path, query in (
        ("/api/breaks/pomodoro/status", f"session_id={session['session_id']}"),
        ("/api/breaks/pomodoro/active", "user_id=audrey"),
        ("/api/water/poll", "user_id=audrey"),
    ):
        response = await exchange(create_app(services), Request("HEAD", path, query))
        assert (response.status, response.body) == (200, b"")
        assert b"content-length" not in {name.lower() for name, _ in response.headers}
    assert await server.stored() == before


@pytest.mark.asyncio
async def test_a_key_is_given_once() -> None:
    """Two keys on one request could be meant in two ways."""
    app = create_app(Server().services())
    keys = [(b"idempotency-key", b"a"), (b"idempotency-key", b"b")]
    response = await exchange(app, Request("GET", "/api/water/poll", "user_id=audrey", keys))
    assert response.status == 400
    assert b"Idempotency-Key" in response.body
