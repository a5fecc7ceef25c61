"""How large a body may be, and how long it and what is done with it may take."""

import asyncio
import json
from collections.abc import Sequence

import pytest
from hypercorn.typing import ASGIReceiveEvent, ASGISendEvent

from petcore.adapters.store_memory import MemoryStore
from petcore.api import answering, desktop_pet, document, platform
from petcore.api.bodies import LARGE, LARGE_AT_ONCE
from petcore.api.strict import PARTS_MAX
from petcore.app import create_app
from petcore.ports.store import Collection, R
from simulator.network.asgi import Header, Request, exchange
from tests.api.ways import document_of, said
from tests.contracts.contract import JSON_TYPE
from tests.contracts.served import scope_of
from tests.contracts.watch import Answer
from tests.services.server import Server

Said = tuple[int, dict[bytes, bytes], bytes]
ACK = "/api/water/ack"
JSON = (b"content-type", b"application/json")
BODIES = {
    operation.path: operation.body_max
    for each in (desktop_pet, platform)
    for operation in each.OPERATIONS
    if operation.method == "POST"
}


class StuckStore(MemoryStore):
    """Answers nothing more."""

    async def get(self, collection: Collection[R], id: str) -> R | None:
        """Wait for ever."""
        await asyncio.Event().wait()
        return await super().get(collection, id)


class LateStore(MemoryStore):
    """Gives up by itself, in its driver's way."""

    async def get(self, collection: Collection[R], id: str) -> R | None:
        """Fail."""
        raise TimeoutError(collection.name)


@pytest.mark.asyncio
@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize("is_announced", [True, False])
async def test_a_body_has_its_size(path: str, *, is_announced: bool) -> None:
    """The largest is read, and one byte more is not, whether or not its length is told before."""
    app = create_app(Server().services())
    most = BODIES[path]
    codes = []
    for size in (most, most + 1):
        length = [(b"content-length", b"%d" % size)] if is_announced else []
        body = b"x" * size
        # Without a length, it comes in parts.
        request = Request("POST", path, "", [JSON, *length], body, 0 if is_announced else 1)
        response = await exchange(app, request)
        codes.append((response.status, json.loads(response.body)["code"]))
    assert codes == [(400, "validation_failed"), (413, "payload_too_large")]


@pytest.mark.asyncio
@pytest.mark.parametrize(("more", "said"), [(0, "user_id"), (1, "too many parts")])
async def test_a_body_has_not_too_many_parts(more: int, said: str) -> None:
    """Those that are allowed are read; what has more is refused before anybody looks for them."""
    app = create_app(Server().services())
    body = b'{"x":[' + b"1," * (PARTS_MAX + more) + b"1]}"
    request = Request("POST", "/api/chat/message", "", [JSON], body)
    response = await exchange(app, request)
    assert response.status == 400
    assert said in json.loads(response.body)["error"]


@pytest.mark.asyncio
async def test_so_many_large_bodies_come_in_at_a_time() -> None:
    """One more is told to come again; small ones pass, and there is room again afterwards."""
    app = create_app(Server().services())
    large = b'{"x":"' + b"a" * LARGE + b'"}'
    small = b'{"x":"a"}'

    async def send(body: bytes, until: asyncio.Event | None = None) -> tuple[int, str]:
        answer, half = Answer(), len(body) // 2
        parts = [(body[half:], False), (body[:half], True)]

        async def receive() -> ASGIReceiveEvent:
            if not parts:
                await asyncio.Event().wait()
            if until is not None and len(parts) == 1:
                await until.wait()
            part, more_body = parts.pop()
            return {"type": "http.request", "body": part, "more_body": more_body}

        async def take(event: ASGISendEvent) -> None:
            answer.take(event)

        await app(
            scope_of("POST", "/api/chat/message", body, [("content-type", JSON_TYPE)]),
            receive,
            take,
        )
        return answer.status, json.loads(answer.body)["code"]

    all_of_it = asyncio.Event()
    coming = [asyncio.create_task(send(large, all_of_it)) for _ in range(LARGE_AT_ONCE)]
    while (refused := await send(large)) == (400, "validation_failed"):
        pass
    assert refused == (429, "rate_limited")
    assert await send(small) == (400, "validation_failed")
    all_of_it.set()
    assert set(await asyncio.gather(*coming)) == {(400, "validation_failed")}
    assert await send(large) == (400, "validation_failed")


@pytest.mark.asyncio
async def test_a_body_has_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever does not send the rest of it hears so, and nothing happens."""
    monkeypatch.setattr(document, "BODY_S", 0.01)
    server = Server()
    before = await server.stored()
    app = create_app(server.services())
    body = json.dumps({"user_id": "audrey"}).encode()
    response = await exchange(app, Request("POST", ACK, "", [JSON], body, 3_600_000))
    assert (response.status, json.loads(response.body)["code"]) == (408, "request_timeout")
    assert (b"connection", b"close") in {(name.lower(), said) for name, said in response.headers}
    assert await server.stored() == before


TOKEN = (b"authorization", f"Bearer pet_{'0' * 32}_{'A' * 43}".encode())


async def _said_on_both_ways(store: MemoryStore, request: Request) -> Said:
    """The answer of a server with this store."""
    services = Server().services(store)
    at_once, by_quart = [
        said(await exchange(document_of(services, is_quart_alone=alone), request))
        for alone in (False, True)
    ]
    assert at_once == by_quart
    return at_once


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("headers", "who"), [((), ("pollWater",)), ((TOKEN,), ("pollWater", "the door"))]
)
async def test_an_operation_has_its_time(
    headers: Sequence[Header],
    who: Sequence[str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """And the door has. On both ways, who asks a server whose store hangs hears when to come
    again.
    """
    monkeypatch.setattr(answering, "DEADLINE_S", 0.01)
    request = Request("GET", "/api/water/poll", "user_id=audrey", headers)
    status, told, body = await _said_on_both_ways(StuckStore(), request)
    assert (status, json.loads(body)["code"]) == (503, "store_unavailable")
    assert told[b"retry-after"] == b"5"
    assert b"pollWater" not in body
    for each in who:
        assert f"{each} was not done within 0.01 s" in caplog.text


@pytest.mark.asyncio
@pytest.mark.parametrize("headers", [(), (TOKEN,)])
async def test_another_time_out_is_not_taken_for_it(headers: Sequence[Header]) -> None:
    """What a store's driver runs into is nothing that anybody foresaw: it is logged in full."""
    request = Request("GET", "/api/water/poll", "user_id=audrey", headers)
    status, _, body = await _said_on_both_ways(LateStore(), request)
    assert (status, json.loads(body)["code"]) == (500, "internal_error")
