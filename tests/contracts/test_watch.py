"""The watch itself: what it lets pass and what it complains of; and the answers of a lost store.

The other gates lean on it, so a watch that sleeps would make them all green.
"""

import asyncio
import json
from collections.abc import Mapping

import pytest
from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, Scope

from petcore.errors import StoreUnavailable
from tests.contracts.contract import (
    EVENTS_TYPE,
    JPEG_TYPE,
    JSON_TYPE,
    NAMES,
    PARTS_TYPE,
    Json,
    Promise,
    contract,
)
from tests.contracts.lost import LostStore
from tests.contracts.parts import SHOWN_AS
from tests.contracts.served import Served, ask
from tests.contracts.sight import PICTURES
from tests.contracts.walk import TALKING
from tests.contracts.watch import ContractBroken, Watch

DUE: Json = {
    "remind_now": False,
    "reason": "not_due",
    "server_time_utc": "2026-02-28T18:00:00+00:00",
    "payload": None,
    "next_poll_s": 60,
    "utc_offset_min": -480,
}
NO_STORE = {"content-type": JSON_TYPE, "cache-control": "no-store"}
PLAIN = {"content-type": JSON_TYPE}
EVENTS = {"content-type": EVENTS_TYPE, "cache-control": "no-store"}
TELL = "POST /api/chat/stream"
HEARD: Json = {
    "conversation_id": "11111111-2222-4333-8444-555555555555",
    "pet_name": None,
    "transcript": "hello",
}
TIMINGS: Json = {"hearing": 0, "language": 1, "voice": 0, "first_sound": None, "total": 1}
DONE: Json = {
    "ok": True,
    **HEARD,
    "reply_text": "Hi.",
    "reply_audio_base64": None,
    "actions": [],
    "warnings": [],
    "timings_ms": TIMINGS,
}
SHOW, LATEST = "GET /api/video/stream", "GET /api/video/latest"
PARTS = {"content-type": SHOWN_AS, "cache-control": "no-store"}
PICTURE = {"content-type": JPEG_TYPE, "cache-control": "no-store"}
SEEN: Json = {
    "ok": True,
    "user_id": "audrey",
    "captured_at": "2026-02-28T18:00:00+00:00",
    "metrics": {"focus_score": None, "stress_score": 0.5, "confidence": 0},
    "image_base64": "/9j/2Q==",
}
GET, HEAD = "GET /api/water/poll", "HEAD /api/water/poll"


def _error(code: str) -> Json:
    return {"ok": False, "error": "No.", "code": code, "details": []}


def _told(*events: tuple[str, object]) -> bytes:
    lines = (f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events)
    return "".join(lines).encode()


def _shown(*pictures: bytes) -> bytes:
    head = "\r\ncontent-type: image/jpeg\r\ncontent-length: %d\r\n\r\n"
    parts = (head.encode() % len(each) + each + b"\r\n--frame" for each in pictures)
    return b"--frame" + b"".join(parts) + b"--\r\n"


BEGUN, OVER = ("heard", HEARD), ("done", DONE)


class Says:
    """An app that answers everything with one answer."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self._status = status
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]
        self._body = body

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Serve one connection."""
        await send(
            {"type": "http.response.start", "status": self._status, "headers": self._headers}
        )
        await send({"type": "http.response.body", "body": self._body, "more_body": False})


def _watch(line: str, status: int, headers: Mapping[str, str], body: object) -> Watch:
    """Ask ``line`` of an app that gives this answer, and watch it."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    watch = Watch(Says(status, headers, sent))
    method, target = line.split()
    asyncio.run(ask(watch, method, target))
    return watch


@pytest.mark.parametrize(
    ("line", "status", "headers", "body"),
    [
        (GET, 200, NO_STORE, DUE),
        (GET, 200, NO_STORE, {**DUE, "more": [1]}),
        (GET, 400, PLAIN, _error("validation_failed")),
        (GET, 503, {**PLAIN, "retry-after": "5"}, _error("store_unavailable")),
        (GET, 500, PLAIN, _error("internal_error")),
        (GET, 408, PLAIN, _error("request_timeout")),
        (HEAD, 200, NO_STORE, b""),
        (TELL, 200, EVENTS, _told(BEGUN, ("text", {"text": "Hi."}), OVER)),
        (TELL, 200, EVENTS, _told(BEGUN, ("error", _error("language_failed")))),
        (TELL, 502, PLAIN, _error("hearing_absent")),
        ("GET /nowhere", 404, PLAIN, _error("not_found")),
        ("GET /api/video/source", 404, PLAIN, _error("not_found")),
        ("GET /api/video/nowhere", 404, PLAIN, _error("not_found")),
        (SHOW, 200, PARTS, _shown(*PICTURES)),
        (SHOW, 503, PLAIN, _error("camera_unavailable")),
        (SHOW.replace("GET", "HEAD"), 200, PARTS, b""),
        (LATEST, 200, {**PICTURE, "vary": "Accept"}, PICTURES[0]),
        (LATEST, 200, {**PICTURE, "vary": "Accept, Origin"}, PICTURES[0]),
        (LATEST.replace("GET", "HEAD"), 200, {**PICTURE, "vary": "Accept"}, b""),
        (LATEST, 200, {**PLAIN, "vary": "Accept"}, SEEN),
        (
            "PUT /api/water/ack",
            405,
            {**PLAIN, "allow": "OPTIONS, POST"},
            _error("method_not_allowed"),
        ),
        ("OPTIONS /healthz", 200, {"allow": "GET, HEAD, OPTIONS"}, b""),
    ],
)
def test_what_is_promised_passes(
    line: str, status: int, headers: Mapping[str, str], body: object
) -> None:
    """Answers that a contract allows are counted and nothing is said."""
    watch = _watch(line, status, headers, body)
    assert watch.broken == []
    assert sum(watch.seen.values()) == 1


@pytest.mark.parametrize(
    ("line", "status", "headers", "body", "told"),
    [
        (GET, 200, NO_STORE, {**DUE, "reason": "later"}, "reason"),
        (GET, 200, NO_STORE, {**DUE, "next_poll_s": 0}, "next_poll_s"),
        (GET, 200, NO_STORE, {**DUE, "utc_offset_min": -1081}, "utc_offset_min"),
        (GET, 200, NO_STORE, {**DUE, "server_time_utc": "2026-02-28T18:00:00Z"}, "server_time_utc"),
        (GET, 200, NO_STORE, {**DUE, "server_time_utc": "2026-02-30T18:00:00+00:00"}, "date-time"),
        (GET, 200, NO_STORE, {"remind_now": False}, "required"),
        (GET, 200, NO_STORE, b"{'a':1}", "not JSON"),
        (GET, 200, NO_STORE, b'{"remind_now":NaN}', "NaN"),
        (GET, 200, NO_STORE, b"\xff", "not JSON"),
        (GET, 200, PLAIN, DUE, "without Cache-Control"),
        (GET, 200, {**PLAIN, "cache-control": "max-age=1"}, DUE, "max-age=1"),
        (GET, 200, {**NO_STORE, "content-type": "text/html"}, DUE, "text/html"),
        (GET, 201, NO_STORE, DUE, "not declared"),
        (GET, 404, PLAIN, _error("not_found"), "not declared"),
        (GET, 400, PLAIN, _error("not_found"), "code"),
        (GET, 400, PLAIN, {"error": "No."}, "required"),
        (GET, 503, PLAIN, _error("store_unavailable"), "without Retry-After"),
        (GET, 500, {"content-type": "text/html"}, b"<p>", "text/html"),
        (GET, 500, PLAIN, _error("not_found"), "code not_found"),
        (HEAD, 200, NO_STORE, DUE, "as if it had acted"),
        (TELL, 200, PLAIN, DONE, "as application/json"),
        (TELL, 200, EVENTS, b"", "does not begin"),
        (TELL, 200, EVENTS, _told(OVER), "does not begin"),
        (TELL, 200, EVENTS, _told(BEGUN, BEGUN, OVER), "does not begin"),
        (TELL, 200, EVENTS, _told(BEGUN), "does not end"),
        (TELL, 200, EVENTS, _told(BEGUN, OVER, OVER), "does not end"),
        (TELL, 200, EVENTS, _told(BEGUN, OVER, ("text", {"text": "Hi."})), "does not end"),
        (TELL, 200, EVENTS, _told(BEGUN, ("word", {"text": "Hi."}), OVER), "the event word"),
        (TELL, 200, EVENTS, _told(BEGUN, ("text", {"text": ""}), OVER), "text"),
        (TELL, 200, EVENTS, _told(BEGUN, ("audio", {"audio_base64": "A" * 2049}), OVER), "audio"),
        (TELL, 200, EVENTS, _told(BEGUN, ("done", {**DONE, "ok": False})), "done"),
        (TELL, 200, EVENTS, _told(BEGUN, ("error", {"error": "No."})), "required"),
        (TELL, 200, EVENTS, _told(BEGUN, OVER)[:-1], "not a row of events"),
        (TELL, 200, EVENTS, _told(BEGUN, OVER).replace(b"\n", b"\r\n"), "not a row of events"),
        (TELL, 200, EVENTS, b": hello\n\n" + _told(BEGUN, OVER), "not a row of events"),
        (TELL, 502, PLAIN, _error("voice_failed"), "code"),
        ("GET /nowhere", 200, PLAIN, {}, "not 404"),
        ("GET /api/video/nowhere", 200, PLAIN, {}, "not 404"),
        ("GET /api/video/source", 200, PLAIN, {}, "required"),
        (SHOW, 200, PLAIN, {}, "as application/json"),
        (SHOW, 200, {**PARTS, "content-type": PARTS_TYPE}, _shown(*PICTURES), "as multipart"),
        (SHOW, 200, {**PARTS, "content-type": JPEG_TYPE}, PICTURES[0], "as image/jpeg"),
        (SHOW, 200, PARTS, b"", "does not begin"),
        (SHOW, 200, PARTS, b"--frame--\r\n", "shows nothing"),
        (SHOW, 200, PARTS, _shown(*PICTURES)[:-4], "does not end"),
        (SHOW, 200, PARTS, _shown(*PICTURES) + b"\r\n", "does not end"),
        (SHOW, 200, PARTS, _shown(PICTURES[0]).replace(b"length: 1", b"length: 2"), "no boundary"),
        (SHOW, 200, PARTS, _shown(PICTURES[0], b"<p>"), "no JPEG"),
        (SHOW, 200, PARTS, _shown(PICTURES[0]).replace(b"\r\n", b"\n"), "does not end"),
        (SHOW, 503, PLAIN, _error("not_found"), "code"),
        (SHOW.replace("GET", "HEAD"), 200, PARTS, _shown(*PICTURES), "as if it had been opened"),
        (LATEST, 200, PICTURE, PICTURES[0], "without Vary"),
        (LATEST, 200, {**PICTURE, "vary": "Accept-Language"}, PICTURES[0], "Accept-Language"),
        (LATEST, 200, {**PICTURE, "vary": "Accept"}, b"", "no JPEG"),
        (LATEST, 200, {**PICTURE, "vary": "Accept"}, b"GIF89a", "no JPEG"),
        (LATEST, 200, {**PLAIN, "vary": "Accept"}, PICTURES[0], "not JSON"),
        (LATEST, 200, {**PLAIN, "vary": "Accept"}, {**SEEN, "metrics": {}}, "required"),
        (LATEST, 404, PLAIN, _error("not_found"), "not declared"),
        ("GET /nowhere", 404, {"content-type": "text/html"}, b"", "text/html"),
        (
            "PUT /api/water/ack",
            405,
            {**PLAIN, "allow": "POST"},
            _error("method_not_allowed"),
            "Allow",
        ),
        ("PUT /api/water/ack", 200, {**PLAIN, "allow": "OPTIONS, POST"}, {}, "not 405"),
        ("OPTIONS /healthz", 200, {}, b"", "Allow"),
    ],
)
def test_what_is_not_promised_is_told(
    line: str, status: int, headers: Mapping[str, str], body: object, told: str
) -> None:
    """An answer that no contract allows raises, and says what is wrong with it."""
    with pytest.raises(ContractBroken, match=told):
        _watch(line, status, headers, body)


def _of_body(promise: Promise) -> Json:
    """The required fields of a request, with values that are valid."""
    id = "11111111-2222-4333-8444-555555555555"
    values: Json = {
        "user_id": "audrey",
        "session_id": id,
        "prompt_id": id,
        "pet_name": "Nova",
        "acknowledged": True,
        "enabled": True,
        "focus_score": 0.5,
        "stress_score": 0.5,
        "metrics": {},
        "device_code": "pair_BCDFGHJK_" + "a" * 43,
        "source_type": "webcam",
    }
    assert promise.request is not None
    name = "platform" if promise.is_public else "desktop_pet"
    schema = contract(name).resolved(promise.request[JSON_TYPE]["schema"])
    said = {"transcript": "hello"} if promise.id in TALKING else {}
    return {name: values[name] for name in schema.get("required", ())} | said


@pytest.mark.parametrize(
    "promise",
    [promise for name in NAMES for promise in contract(name).promises],
    ids=lambda promise: promise.id,
)
def test_a_lost_store_is_503_and_comes_back(promise: Promise) -> None:
    """Every operation that needs the store says so with Retry-After; the others do not mind."""
    store = LostStore()
    with Served(store=store) as served:
        store.error = StoreUnavailable("the store is away")
        if promise.request is None:
            given = [each for each in promise.parameters if each["in"] != "header"]
            target = promise.path.replace("{session_id}", "11111111-2222-4333-8444-555555555555")
            query = "&".join(f"{each['name']}={each['example']}" for each in given)
            asked = f"{target}?{query}" if "{" not in promise.path else target
            reply = served.ask(promise.method, asked)
        else:
            reply = served.post(promise.path, _of_body(promise), "k")
        if promise.id == "getHealth":
            assert reply.status == 200
            return
        assert (reply.status, reply.json["code"]) == (503, "store_unavailable")
        assert int(reply.headers["retry-after"]) > 0
        store.error = None
        assert served.get("/readyz").status == 200
        assert all(documents == [] for documents in served.dump().values())
