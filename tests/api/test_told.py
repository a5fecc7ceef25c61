"""Answers that are told while they happen: what a client hears, and what becomes of the teller."""

import asyncio
import json
from collections.abc import Mapping

import pytest
from hypercorn.typing import ASGIFramework

from petcore.api import document as documents
from petcore.api.connection import QUIET
from petcore.errors import LanguageFailed, NotFound, StoreUnavailable
from petcore.services import Services
from petcore.settings import default_settings
from petcore.wiring import wire
from tests.api.teller import (
    FORGET,
    PATIENCE_S,
    TELL,
    Began,
    Ended,
    Listener,
    Teller,
    Went,
    document,
)
from tests.contracts.served import HandClock, ask

STORY = (Began("once"), Went("upon a"), Ended(3))
HEARD = [
    ("began", {"word": "once"}),
    ("went", {"word": "up"}),
    ("went", {"word": "on"}),
    ("went", {"word": " a"}),
    ("ended", {"count": 3}),
]
HEAD = {b"content-type": b"text/event-stream", **dict(QUIET)}
JSON = ("content-type", "application/json")
OPEN: Mapping[str, object] = {"door": "open", "requests_per_min": 0}


def _services(settings: Mapping[str, object] = OPEN) -> Services:
    return wire(default_settings(store="memory:", **settings), clock=HandClock())


def _app(teller: Teller, deadline_s: float | None = None) -> ASGIFramework:
    return document(teller, _services().door, deadline_s=deadline_s)


async def _told(*steps: object) -> Listener:
    """A client who has heard the whole story."""
    teller = Teller(*steps)
    async with Listener(_app(teller)) as client:
        await client.all()
    assert teller.closed == 1
    return client


@pytest.mark.asyncio
async def test_a_story_is_told_in_order_and_part_by_part() -> None:
    """Every event by its name, in as many parts as it has, in an answer without a length."""
    client = await _told(*STORY)
    assert (client.status, dict(client.headers)) == (200, HEAD)
    assert len(client.headers) == len(HEAD)
    assert client.events == HEARD


@pytest.mark.asyncio
async def test_words_of_any_kind_stay_on_their_line() -> None:
    """What would end a line, or an event, is written another way."""
    words = "a\nb\rc\r\n\nd\u2028e\x85f\x00"
    client = await _told(Began(words))
    assert client.events == [("began", {"word": words})]


@pytest.mark.asyncio
async def test_each_piece_is_sent_at_once() -> None:
    """A client hears of an event before the next one has happened."""
    first, second = asyncio.Event(), asyncio.Event()
    teller = Teller(Began("a"), first, Went("bcd"), second, Ended(1))
    async with Listener(_app(teller)) as client:
        assert await client.next() == b'event: began\ndata: {"word":"a"}\n\n'
        assert (client.status, teller.told) == (200, 1)
        first.set()
        assert await client.next() == b'event: went\ndata: {"word":"bc"}\n\n'
        assert await client.next() == b'event: went\ndata: {"word":"d"}\n\n'
        assert teller.told == 2
        second.set()
        await client.all()
    assert client.events[-1] == ("ended", {"count": 1})


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (LanguageFailed("the model is away"), 502, "language_failed"),
        (NotFound("conversation_id: unknown"), 404, "not_found"),
        (StoreUnavailable("locked"), 503, "store_unavailable"),
        (ZeroDivisionError(), 500, "internal_error"),
        (asyncio.CancelledError(), 500, "internal_error"),
        (TimeoutError(), 500, "internal_error"),
    ],
)
async def test_what_fails_before_the_first_event_is_no_story(
    error: BaseException, status: int, code: str
) -> None:
    """It is answered as everywhere, with its status and in the shape of the document."""
    client = await _told(error)
    headers = dict(client.headers)
    assert (client.status, json.loads(client.body)["code"]) == (status, code)
    assert headers[b"content-type"] == b"application/json"
    assert headers[b"content-length"] == b"%d" % len(client.body)
    assert dict(QUIET).items() <= headers.items()
    assert (headers.get(b"retry-after") == b"5") == (status == 503)


@pytest.mark.asyncio
async def test_a_story_without_events_is_our_fault() -> None:
    """Nobody is told that nothing happened."""
    client = await _told()
    assert (client.status, json.loads(client.body)["code"]) == (500, "internal_error")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("step", "code"),
    [
        (LanguageFailed("the model is away"), "language_failed"),
        (StoreUnavailable("locked"), "store_unavailable"),
        (ZeroDivisionError(), "internal_error"),
        (asyncio.CancelledError(), "internal_error"),
        ("no event of this operation", "internal_error"),
        (Ended(-1), "internal_error"),
    ],
)
async def test_what_fails_later_is_the_last_event(step: object, code: str) -> None:
    """It says what went wrong in the document's own shape, and nothing follows. That goes for an
    event, too, that does not say what it should.
    """
    client = await _told(Began("a"), step, Ended(1))
    assert client.status == 200
    begun, (name, error) = client.events
    assert (begun, name) == (("began", {"word": "a"}), "error")
    assert isinstance(error, dict)
    assert set(error) == {"ok", "error", "code", "details"}
    assert (error["ok"], error["code"]) == (False, code)
    assert "the model is away" not in str(error)


@pytest.mark.asyncio
@pytest.mark.parametrize("told", [0, 1, 2, 3])
@pytest.mark.parametrize("hears", [True, False])
async def test_a_client_who_leaves_ends_the_story(told: int, *, hears: bool) -> None:
    """Before its first event as well as later, whether or not he has listened: nobody tells on, and
    nothing of it is left.
    """
    teller = Teller(*STORY[:told], asyncio.Event(), Ended(1))
    before = asyncio.all_tasks()
    async with Listener(_app(teller)) as client:
        if not hears:
            client.hears.clear()
        async with asyncio.timeout(PATIENCE_S):
            await teller.waits.wait()
    assert (teller.told, teller.closed) == (told, 1)
    assert asyncio.all_tasks() == before


@pytest.mark.asyncio
async def test_a_slow_client_holds_nobody_up() -> None:
    """Who does not listen gets it all later; by then the story is long over."""
    teller = Teller(*STORY)
    async with Listener(_app(teller)) as client:
        client.hears.clear()
        async with asyncio.timeout(PATIENCE_S):
            await teller.over.wait()
        assert client.body == b""
        client.hears.set()
        await client.all()
    assert client.events == HEARD


@pytest.mark.asyncio
async def test_a_story_has_its_time(caplog: pytest.LogCaptureFixture) -> None:
    """One that begins too late is refused, one that ends too late is broken off."""
    for steps, deadline_s, status in (((), 0.01, 503), ((Began("a"),), 0.5, 200)):
        teller = Teller(*steps, asyncio.Event())
        async with Listener(_app(teller, deadline_s=deadline_s)) as client:
            await client.all()
        assert (client.status, teller.closed) == (status, 1)
        *told, last = client.body.splitlines() if status == 200 else [client.body]
        error = json.loads(last.removeprefix(b"data: ") or told[-1].removeprefix(b"data: "))
        assert error["code"] == "store_unavailable"
        assert f"tellIt was not done within {deadline_s:g} s" in caplog.text
        caplog.clear()


@pytest.mark.asyncio
async def test_what_was_told_in_time_may_be_heard_later() -> None:
    """Neither the time of the story nor Quart's for an answer counts for who listens slowly."""
    teller = Teller(*STORY)
    app = document(teller, _services().door, deadline_s=0.5)
    app.config["RESPONSE_TIMEOUT"] = 0.01
    async with Listener(app) as client:
        client.hears.clear()
        await asyncio.sleep(0.6)
        client.hears.set()
        await client.all()
    assert client.events == HEARD


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("method", "body", "headers", "status", "code"),
    [
        ("GET", b"", [], 405, "method_not_allowed"),
        ("HEAD", b"", [], 405, "method_not_allowed"),
        ("DELETE", b"", [], 405, "method_not_allowed"),
        ("POST", b"", [], 400, "validation_failed"),
        ("POST", b"{}", [], 400, "validation_failed"),
        ("POST", b'{"user_id":"a"}', [("content-type", "text/plain")], 415, "unsupported_media_"),
        ("POST", b"[" * 20_000, [], 413, "payload_too_large"),
        ("POST", b'{"user_id":"a"}', [("idempotency-key", "a b")], 400, "validation_failed"),
    ],
)
async def test_a_bad_request_hears_no_story(
    method: str, body: bytes, headers: list[tuple[str, str]], status: int, code: str
) -> None:
    """What is true of every operation is true of one that tells."""
    teller = Teller(*STORY)
    head = headers if headers[:1] and headers[0][0] == "content-type" else [JSON, *headers]
    reply = await ask(_app(teller), method, TELL, body, head)
    assert reply.status == status
    if method != "HEAD":
        assert reply.json["code"].startswith(code)
    if status == 405:
        assert reply.headers["allow"] == "OPTIONS, POST"
    assert not teller.calls


@pytest.mark.asyncio
async def test_options_say_what_there_is() -> None:
    """Without telling anything."""
    teller = Teller(*STORY)
    reply = await ask(_app(teller), "OPTIONS", TELL)
    assert (reply.status, reply.headers["allow"], reply.body) == (200, "OPTIONS, POST", b"")
    assert not teller.calls


@pytest.mark.asyncio
async def test_the_door_comes_first() -> None:
    """A locked server tells nothing without a token, and nothing of another user with one."""
    services = _services({"door": "locked", "requests_per_min": 2})
    issued = await services.platform.devices.add("pet", "audrey")
    bearer = ("authorization", f"Bearer {issued.token}")
    teller = Teller(*STORY)
    app = document(teller, services.door)
    for user, head, status in (
        ("audrey", (), 401),
        ("mallory", (bearer,), 403),
        ("audrey", (bearer,), 200),
        ("audrey", (bearer,), 429),
    ):
        reply = await ask(app, "POST", TELL, b'{"user_id":"%b"}' % user.encode(), [JSON, *head])
        assert reply.status == status
        assert reply.headers["content-type"] == "text/event-stream" or status != 200
    assert [call.user_id for call in teller.calls] == ["audrey"]


@pytest.mark.asyncio
async def test_who_tells_knows_the_key() -> None:
    """As every operation does: twins are told apart, or not, by whoever keeps answers."""
    teller = Teller(*STORY)
    body = b'{"user_id":"audrey"}'
    await ask(_app(teller), "POST", TELL, body, [JSON, ("idempotency-key", "k")])
    (call,) = teller.calls
    assert (call.route, call.key, len(call.fingerprint)) == ("POST /tell", "k", 64)


@pytest.mark.asyncio
async def test_a_body_may_have_more_time_than_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    """An operation says how long, and in what is not its own business the usual is kept to."""
    monkeypatch.setattr(documents, "BODY_S", 0.01)
    for seconds, status in ((None, 408), (PATIENCE_S, 200)):
        app = document(Teller(*STORY), _services().door, body_s=seconds)
        async with Listener(app, late_s=0.05) as client:
            await client.all()
        assert client.status == status


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("method", "query", "status", "forgot"),
    [
        ("DELETE", "user_id=audrey", 200, ["audrey"]),
        ("DELETE", "user_id=audrey&more=1", 200, ["audrey"]),
        ("DELETE", "", 400, []),
        ("DELETE", "user_id=a&user_id=b", 400, []),
        ("DELETE", "user_id=%ZZ", 400, []),
        ("GET", "user_id=audrey", 405, []),
        ("HEAD", "user_id=audrey", 405, []),
        ("POST", "user_id=audrey", 405, []),
        ("OPTIONS", "user_id=audrey", 200, []),
    ],
)
async def test_what_is_deleted_is_named_by_the_query(
    method: str, query: str, status: int, forgot: list[str]
) -> None:
    """DELETE acts on what its query says and looks at no body; no other method does."""
    teller = Teller()
    reply = await ask(_app(teller), method, f"{FORGET}?{query}", b"no JSON")
    assert (reply.status, teller.forgot) == (status, forgot)
    if method != "DELETE":
        assert reply.headers["allow"] == "DELETE, OPTIONS"
