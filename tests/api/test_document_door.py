"""Whom a document lets in, on both ways, and what the others hear."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from petcore.api import entrance, platform
from petcore.api.connection import Asked
from petcore.services import Services
from petcore.settings import default_settings
from petcore.wiring import wire
from simulator.network.asgi import Header, Request, Response, exchange
from tests.api.ways import document_of, said
from tests.services.server import Server

POLL, SCHEDULE, ACK = "/api/water/poll", "/api/water/schedule", "/api/water/ack"
AUDREY, MALLORY = "user_id=audrey", "user_id=mallory"
LOCKED = {"door": "locked"}
OPEN_ONCE = {"door": "open", "requests_per_min": 1}
LOCKED_ONCE = {"door": "locked", "requests_per_min": 1}
LOCAL: Mapping[str, object] = {}
BEARER = {b"www-authenticate": b'Bearer realm="petcore"'}
ENOUGH = {
    b"retry-after": b"60",
    b"ratelimit-limit": b"1",
    b"ratelimit-remaining": b"0",
    b"ratelimit-reset": b"60",
}
CODES = {401: "unauthorized", 403: "forbidden", 404: "not_found", 429: "rate_limited"}


@dataclass(frozen=True)
class Case:
    """A request to a server with such settings, and what comes of it. With ``is_known`` it has
    audrey's token; ``before`` are requests that were there before it.
    """

    status: int
    settings: Mapping[str, object]
    request: Request
    is_known: bool = False
    headers: Mapping[bytes, bytes] = field(default_factory=dict)
    before: int = 0


def _poll(*headers: Header, query: str = AUDREY) -> Request:
    return Request("GET", POLL, query, headers)


def _bearer(token: str) -> Header:
    return b"authorization", f"Bearer {token}".encode()


def _from(host: bytes) -> Request:
    return _poll((b"host", host))


CASES = {
    "no token": Case(401, LOCKED, _poll(), headers=BEARER),
    "a token that cannot be one": Case(401, LOCKED, _poll(_bearer("x")), headers=BEARER),
    "a password": Case(401, LOCKED, _poll((b"authorization", b"Basic eDp4")), headers=BEARER),
    "no token and no user": Case(401, LOCKED, _poll(query=""), headers=BEARER),
    "no token and HEAD": Case(401, LOCKED, Request("HEAD", POLL, AUDREY), headers=BEARER),
    "no token where nothing is": Case(401, LOCKED, Request("GET", "/nothing"), headers=BEARER),
    "no token and another method": Case(401, LOCKED, Request("PUT", POLL), headers=BEARER),
    "no token and a body": Case(401, LOCKED, Request("POST", ACK, "", (), b"{"), headers=BEARER),
    "her token": Case(200, LOCKED, _poll(), is_known=True),
    "her token, another user": Case(403, LOCKED, _poll(query=MALLORY), is_known=True),
    "her token and HEAD, another user": Case(
        403, LOCKED, Request("HEAD", POLL, MALLORY), is_known=True
    ),
    "her token where nothing is": Case(404, LOCKED, Request("GET", "/nothing"), is_known=True),
    "on this machine": Case(200, LOCAL, _poll()),
    "on this machine with a wrong token": Case(401, LOCAL, _poll(_bearer("x")), headers=BEARER),
    "on this machine, another user": Case(403, LOCAL, _poll(query=MALLORY), is_known=True),
    "on this machine as often as one likes": Case(200, {"requests_per_min": 1}, _poll(), before=3),
    "open": Case(200, OPEN_ONCE, _poll()),
    "open, but too often": Case(429, OPEN_ONCE, _poll(), headers=ENOUGH, before=1),
    "her token too often": Case(429, LOCKED_ONCE, _poll(), is_known=True, headers=ENOUGH, before=1),
    "no token too often": Case(429, LOCKED_ONCE, _poll(), headers=ENOUGH, before=1),
    "localhost": Case(200, LOCAL, _from(b"localhost:5000")),
    "an address": Case(200, LOCAL, _from(b"[::1]:5000")),
    "an address that is none": Case(403, LOCAL, _from(b"0.0.0.0:5000")),
    "an address of another machine": Case(403, LOCAL, _from(b"192.168.1.10:5000")),
    "a proxy's password": Case(200, LOCAL, _poll((b"authorization", b"Basic eDp4"))),
    "a token in two words": Case(
        401, LOCAL, _poll((b"authorization", b"Bearer a b")), headers=BEARER
    ),
    "a token that is missing": Case(
        401, OPEN_ONCE, _poll((b"authorization", b"bearer")), headers=BEARER
    ),
    "two tokens": Case(401, LOCAL, _poll(_bearer("a"), _bearer("b")), headers=BEARER),
    "her token and another": Case(401, LOCAL, _poll(_bearer("a")), is_known=True, headers=BEARER),
    "her token and a password": Case(
        401, LOCAL, _poll((b"authorization", b"Basic eDp4")), is_known=True, headers=BEARER
    ),
    "a foreign name": Case(403, LOCAL, _from(b"pets.example:5000")),
    "a name that was set": Case(200, {"host_names": ("pet.lan",)}, _from(b"pet.lan")),
    "a foreign name, but open": Case(200, OPEN_ONCE, _from(b"pets.example")),
    "a page of another site": Case(403, LOCAL, _poll((b"sec-fetch-site", b"cross-site"))),
    "a page of its own": Case(200, LOCAL, _poll((b"sec-fetch-site", b"same-origin"))),
    "a page of another site that posts": Case(
        403, LOCAL, Request("POST", ACK, "", [(b"sec-fetch-site", b"cross-site")], b"{}")
    ),
}


def _wired(server: Server, settings: Mapping[str, object]) -> Services:
    return wire(
        default_settings(**{"store": "memory:", **settings}),
        clock=server.clock,
        entropy=server.entropy,
        store=server.store,
    )


async def _services(settings: Mapping[str, object]) -> tuple[Services, str]:
    """The services of a server, and audrey's token there."""
    services = _wired(Server(), settings)
    issued = await services.platform.devices.add("pet", "audrey")
    return services, issued.token


async def _asked(case: Case, *, is_quart_alone: bool) -> Response:
    services, token = await _services(case.settings)
    document = document_of(services, is_quart_alone=is_quart_alone)
    request = case.request
    if case.is_known:
        headers = [*request.headers, _bearer(token)]
        request = Request(request.method, request.path, request.query, headers, request.body)
    for _ in range(case.before):
        await exchange(document, request)
    return await exchange(document, request)


@pytest.mark.asyncio
@pytest.mark.parametrize("name", CASES)
async def test_the_door_is_the_same_on_both_ways(name: str) -> None:
    """Who is not let in hears so in the document's shape, with the headers that say what to do."""
    case = CASES[name]
    at_once, by_quart = [said(await _asked(case, is_quart_alone=alone)) for alone in (False, True)]
    assert at_once == by_quart
    status, headers, body = at_once
    assert status == case.status
    told = {b"www-authenticate", *ENOUGH} & set(headers)
    assert {header: headers[header] for header in told} == case.headers
    if status in CODES:
        assert json.loads(body)["code"] == CODES[status]


@pytest.mark.asyncio
async def test_who_is_not_let_in_makes_nothing_happen() -> None:
    """A body is not read, and nothing is stored."""
    server = Server()
    services = _wired(server, LOCKED)
    before = await server.stored()
    for alone in (False, True):
        document = document_of(services, is_quart_alone=alone)
        body = json.dumps({"user_id": "audrey"}).encode()
        headers = [(b"content-type", b"application/json")]
        response = await exchange(document, Request("POST", ACK, "", headers, body))
        assert response.status == 401
    assert await server.stored() == before


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/healthz", 200),
        ("HEAD", "/readyz", 200),
        ("POST", "/api/devices/pairing", 201),
        ("GET", "/api/devices/pairing", 401),
    ],
)
async def test_some_doors_are_for_everybody(method: str, path: str, status: int) -> None:
    """Whether the server lives, and how to get a token, need none."""
    services, _ = await _services(LOCKED)
    document = platform.create(services.platform, services.door)
    headers = [(b"content-type", b"application/json")]
    response = await exchange(document, Request(method, path, "", headers, b"{}"))
    assert response.status == status


def test_nothing_large_is_remembered_of_a_visitor() -> None:
    """Neither what a proxy says of where he comes from, nor a header: each would be kept often."""
    entrance._known_visitor.cache_clear()
    for client, host in (("x" * 16_000, b"localhost"), ("192.0.2.1", b"x" * 16_000)):
        visitor = entrance.visitor(Asked("GET", b"", [(b"host", host)], client))
        assert (visitor.address, visitor.host) == (client, host.decode())
    assert entrance._known_visitor.cache_info().currsize == 0
    entrance.visitor(Asked("GET", b"", [(b"host", b"localhost")], "192.0.2.1"))
    assert entrance._known_visitor.cache_info().currsize == 1
