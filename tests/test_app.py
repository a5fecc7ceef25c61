"""The composer: several documents on one port."""

import logging
import subprocess
import sys
from collections.abc import Mapping

import pytest
from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, Scope
from quart import Quart

from petcore.api.composer import Composer
from petcore.api.connection import QUIET
from petcore.app import READ_BY_PAGES, SENT_BY_PAGES, create_app
from petcore.services.desktop_pet.breaks import PomodoroWish
from petcore.services.idempotency import Call
from petcore.settings import default_settings
from petcore.wiring import wire
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
    response = await exchange(BothDocuments(), Request(method, path), ADDRESS)
    assert response.status == status
    assert body is None or response.body.decode() == body
    headers = {name.lower(): value.decode() for name, value in response.headers}
    assert headers.get(b"allow", "") == allow


ORIGIN = "https://pet.example"
ADDRESS = "192.168.1.50"


async def _ask(path: str, query: str = "", method: str = "GET") -> Response:
    server = Server()
    services = server.services()
    await services.open()
    return await exchange(create_app(services), Request(method, path, query), ADDRESS)


async def _lines(
    caplog: pytest.LogCaptureFixture, level: int, path: str, query: str = "", method: str = "GET"
) -> list[str]:
    with caplog.at_level(level, "petcore"):
        await _ask(path, query, method)
    return [record.getMessage() for record in caplog.records if record.name.startswith("petcore")]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("method", "path", "query", "line"),
    [
        ("GET", "/api/water/poll", "user_id=audrey", "GET /api/water/poll 200 0 ms"),
        ("GET", "/api/stress/report/audrey", "", "GET /api/stress/report/<session_id> 400 0 ms"),
        ("PUT", "/api/water/poll", "", "PUT /api/water/poll 405 0 ms"),
        ("GET", "/api/water/poll/audrey", "", "GET /api/water/poll/... 404 0 ms"),
        ("GET", "/api/watr/poll", "", "GET /api/... 404 0 ms"),
        ("GET", "/api/water", "", "GET /api/water 404 0 ms"),
        ("GET", "/audrey", "", "GET /... 404 0 ms"),
        ("GET", "//api/water/poll", "", "GET /... 404 0 ms"),
        ("GET", "", "", "GET /... 404 0 ms"),
        ("GET", "/" * 60_000, "", "GET /... 404 0 ms"),
        ("AUDREY", "/api/water/poll", "", "? /api/water/poll 405 0 ms"),
    ],
)
async def test_a_request_is_logged_without_what_is_private(
    caplog: pytest.LogCaptureFixture, method: str, path: str, query: str, line: str
) -> None:
    """A line tells method, route, status and duration; whatever else was sent stays out."""
    lines = await _lines(caplog, logging.INFO, path, query, method)
    assert lines == [line]


@pytest.mark.asyncio
async def test_a_maker_can_see_what_his_device_asks_for(caplog: pytest.LogCaptureFixture) -> None:
    """At the level debug, and only what is no route."""
    lines = await _lines(caplog, logging.DEBUG, "/api/watr/poll", "user_id=audrey")
    assert lines == ["asked for /api/watr/poll", "GET /api/... 404 0 ms"]
    caplog.clear()
    assert len(await _lines(caplog, logging.DEBUG, "/api/water/poll", "user_id=audrey")) == 1


@pytest.mark.asyncio
async def test_who_asks_too_often_does_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """One line says so; those of his requests are for the level debug."""
    settings = default_settings(store="memory:", door="locked", requests_per_min=2)
    app = create_app(wire(settings, clock=Server().clock))
    for level, lines in ((logging.INFO, 3), (logging.DEBUG, 9)):
        caplog.clear()
        with caplog.at_level(level, "petcore"):
            for _ in range(9):
                await exchange(app, Request("GET", "/api/water/poll"), ADDRESS)
        told = [record.getMessage() for record in caplog.records if "petcore" in record.name]
        assert len(told) == lines
        assert (f"address {ADDRESS} asks too often" in told) is (level == logging.INFO)


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
        response = await exchange(create_app(services), Request("HEAD", path, query), ADDRESS)
        assert (response.status, response.body) == (200, b"")
        assert b"content-length" not in {name.lower() for name, _ in response.headers}
    assert await server.stored() == before


@pytest.mark.asyncio
async def test_a_key_is_given_once() -> None:
    """Two keys on one request could be meant in two ways."""
    app = create_app(Server().services())
    keys = [(b"idempotency-key", b"a"), (b"idempotency-key", b"b")]
    request = Request("GET", "/api/water/poll", "user_id=audrey", keys)
    response = await exchange(app, request, ADDRESS)
    assert response.status == 400
    assert b"Idempotency-Key" in response.body


# Pages of other origins


def _page(origin: str, method: str = "GET", **headers: str) -> Request:
    """What a browser sends for a page of another site."""
    told = {"origin": origin, "sec-fetch-site": "cross-site", **headers}
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in told.items()]
    return Request(method, "/api/water/poll", "user_id=audrey", pairs)


def _preflight(origin: str, method: str = "GET", headers: str = "authorization") -> Request:
    """What it asks before, without the token."""
    wanted = {
        "access-control-request-method": method,
        "access-control-request-headers": headers,
    }
    return _page(origin, "OPTIONS", **wanted)


async def _shared(
    request: Request, *origins: str, **settings: object
) -> tuple[int, dict[str, str]]:
    """Status and CORS headers of the answer of a server that is configured so."""
    chosen = default_settings(store="memory:", cors_origins=origins, **settings)
    app = create_app(wire(chosen, store=Server().store), origins)
    response = await exchange(app, request, ADDRESS)
    headers = {name.decode().lower(): value.decode() for name, value in response.headers}
    return response.status, headers


@pytest.mark.asyncio
async def test_a_page_of_a_configured_origin_is_served() -> None:
    """It may read the answer, and how often it may ask; it is the only one."""
    status, headers = await _shared(_page(ORIGIN), ORIGIN, "http://localhost:3000")
    assert status == 200
    assert headers["access-control-allow-origin"] == ORIGIN
    assert headers["access-control-expose-headers"] == ", ".join(READ_BY_PAGES)
    assert headers["vary"] == "Origin"
    assert "access-control-allow-credentials" not in headers


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "origin", ["https://other.example", "null", "https://pet.example:8443", ""]
)
async def test_a_page_of_another_origin_is_not(origin: str) -> None:
    """Neither does a local server let it in, nor may it read what any server says."""
    status, headers = await _shared(_page(origin), ORIGIN)
    assert status == 403
    assert "access-control-allow-origin" not in headers
    status, headers = await _shared(_page(origin), ORIGIN, door="open")
    assert status == 200
    assert "access-control-allow-origin" not in headers


@pytest.mark.asyncio
async def test_a_page_can_send_what_a_device_sends() -> None:
    """The browser asks before, and without the token."""
    wanted = ", ".join(SENT_BY_PAGES).lower()
    request = _preflight(ORIGIN, "POST", wanted)
    status, headers = await _shared(request, ORIGIN, door="locked")
    assert status == 200
    assert headers["access-control-allow-origin"] == ORIGIN
    allowed = {name.strip().lower() for name in headers["access-control-allow-headers"].split(",")}
    assert {name.lower() for name in SENT_BY_PAGES} <= allowed


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "request_",
    [
        _preflight("https://other.example"),
        _preflight(ORIGIN, "PATCH"),
        _preflight(ORIGIN, headers="x-custom"),
    ],
)
async def test_a_page_cannot_send_anything_else(request_: Request) -> None:
    """Other origins, methods and headers are refused."""
    status, _ = await _shared(request_, ORIGIN)
    assert status == 400


@pytest.mark.asyncio
@pytest.mark.parametrize("origin", [ORIGIN, "https://other.example"])
async def test_what_a_browser_is_told_before_is_quiet(origin: str) -> None:
    """As all that is answered, whether or not it may ask."""
    _, headers = await _shared(_preflight(origin), ORIGIN)
    quiet = {name.decode(): value.decode() for name, value in QUIET}
    assert quiet.items() <= headers.items()


@pytest.mark.asyncio
async def test_a_page_hears_how_often_it_may_ask() -> None:
    """All that a 429 says of it."""
    services = wire(default_settings(store="memory:", door="open", requests_per_min=1))
    app = create_app(services, (ORIGIN,))
    await exchange(app, _page(ORIGIN), ADDRESS)
    response = await exchange(app, _page(ORIGIN), ADDRESS)
    names = {name.decode().lower() for name, _ in response.headers}
    assert response.status == 429
    assert {name.lower() for name in READ_BY_PAGES} <= names


@pytest.mark.asyncio
async def test_a_page_hears_that_it_needs_a_token() -> None:
    """An error is an answer, too."""
    status, headers = await _shared(_page(ORIGIN), ORIGIN, door="locked")
    assert status == 401
    assert headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.asyncio
async def test_nothing_is_shared_unless_it_is_configured() -> None:
    """A server that knows of no origin says nothing of them, and asks its door."""
    status, headers = await _shared(_preflight(ORIGIN))
    assert status == 403
    assert not [name for name in headers if name.startswith("access-control")]


def test_whoever_shares_nothing_does_not_wait_for_it() -> None:
    """Starlette is imported by the first app that shares something."""
    code = "import sys, petcore.serving; raise SystemExit('starlette' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
