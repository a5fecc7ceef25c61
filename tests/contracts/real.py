"""Ids, codes, cameras, sounds and instants that exist, in the place of what a generator makes up.

What is valid stays valid and what is not stays so, but an operation gets to see something that it
can do something with. Not here: any opinion about the answers.
"""

import json
import re
from collections import Counter
from datetime import timedelta
from urllib.parse import parse_qs

from hypercorn.typing import (
    ASGIFramework,
    ASGIReceiveCallable,
    ASGISendCallable,
    HTTPScope,
    Scope,
)

from tests.contracts.bodies import again, whole
from tests.contracts.contract import JSON_TYPE, Json, contract
from tests.contracts.served import Served, ask
from tests.contracts.talk import spoken

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_HIGH: Json = {"focus_score": 0.4, "stress_score": 0.9}
_PAIRING = "/api/devices/pairing"
_CHAT, _VIDEO = "/api/chat/", "/api/video/"
_CAMERAS: Json = {
    "source_type": "recording",
    "recording": "desk.avi",
    "esp32_stream_url": "http://192.168.1.20:81/stream",
}
METRICS = "/api/stress/metrics"
_IDS = ("session_id", "prompt_id", "conversation_id")


class RealIds:
    """``app``, with two of three well-formed ids in requests exchanged for ones that exist.

    What is valid stays valid and what is not stays so, but an operation gets to see ids that it
    can do something with.
    """

    def __init__(self, app: ASGIFramework) -> None:
        self._app = app
        self._met = Counter[str]()

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or not _takes_id(scope["path"]):
            return await self._app(scope, receive, send)
        body = await whole(receive)
        sent = _id_of(scope, body)
        if sent is not None:
            operation = scope["path"].replace(sent, "")
            self._met[operation] += 1
            if self._met[operation] % 3:
                real = await self._real(scope["path"], body)
                body = body.replace(sent.encode(), real.encode())
                scope = _exchanged(scope, sent, real)
        await self._app(scope, again(body, receive), send)

    async def _real(self, path: str, body: bytes) -> str:
        user = f"ida{self._met.total()}"
        if path.startswith(_CHAT):
            return await self._conversation(body)
        if "pomodoro" in path:
            started = await self._post("/api/breaks/pomodoro/start", {"user_id": user})
            return str(started["session"]["session_id"])
        session = await self._session(user)
        if "prompt" in path:
            polled = await ask(self._app, "GET", f"/api/breaks/prompt/poll?user_id={user}")
            return str(polled.json["prompt_id"])
        if "report" in path:
            await self._post("/api/stress/session/end", {"session_id": session})
        return session

    async def _conversation(self, body: bytes) -> str:
        """One of the user who asks; if he cannot be one, it does not matter."""
        sent = json.loads(body)
        said = {"user_id": sent.get("user_id"), "transcript": "hello"}
        return str((await self._post(f"{_CHAT}message", said)).get("conversation_id", ""))

    async def _session(self, user: str) -> str:
        """A session with ten minutes of high stress, so with an open prompt."""
        wish = {"user_id": user, "allow_prompted_breaks": True}
        session = (await self._post("/api/stress/session/start", wish))["session"]["session_id"]
        for at in ("17:50", "17:55", "18:00"):
            sample = {"session_id": session, "captured_at": f"2026-02-28T{at}:00Z", **_HIGH}
            await self._post("/api/stress/sample", sample)
        return str(session)

    async def _post(self, path: str, sent: Json) -> Json:
        head = [("content-type", JSON_TYPE)]
        answer: Json = (await ask(self._app, "POST", path, json.dumps(sent).encode(), head)).json
        return answer


def _takes_id(path: str) -> bool:
    return path.startswith("/api/stress/report/") or path in (
        "/api/stress/sample",
        METRICS,
        "/api/stress/session/end",
        "/api/breaks/pomodoro/status",
        "/api/breaks/pomodoro/stop",
        "/api/breaks/prompt/ack",
        f"{_CHAT}message",
        f"{_CHAT}stream",
    )


def _id_of(scope: HTTPScope, body: bytes) -> str | None:
    """The id of the request if it is where it belongs and well-formed."""
    places = [scope["path"].rsplit("/", 1)[-1], scope["query_string"].decode("latin-1")]
    try:
        sent = json.loads(body)
        places += [next(sent[name] for name in _IDS if name in sent)]
    except (ValueError, TypeError, StopIteration):
        pass
    for place in places:
        found = _UUID.fullmatch(str(place).removeprefix("session_id="))
        if found:
            return found[0]
    return None


def _exchanged(scope: HTTPScope, sent: str, real: str) -> HTTPScope:
    return {
        **scope,
        "path": scope["path"].replace(sent, real),
        "raw_path": scope["raw_path"].replace(sent.encode(), real.encode()),
        "query_string": scope["query_string"].replace(sent.encode(), real.encode()),
    }


class RealCodes:
    """``app``, with every other device code exchanged for one that exists; of these every other
    was confirmed.

    Before each request that pairs so much time passes that no limit is met and no code is left.
    """

    def __init__(self, app: ASGIFramework, served: Served) -> None:
        self._app = app
        self._served = served
        self._met = 0

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or not scope["path"].startswith(_PAIRING):
            return await self._app(scope, receive, send)
        self._served.clock.move(timedelta(hours=1))
        body = await whole(receive)
        sent = _code_of(body)
        if sent is not None:
            self._met += 1
            if self._met % 2:
                body = json.dumps({**sent, "device_code": await self._real()}).encode()
                headers = [pair for pair in scope["headers"] if pair[0] != b"content-length"]
                scope = {**scope, "headers": headers}
        await self._app(scope, again(body, receive), send)

    async def _real(self) -> str:
        head = [("content-type", JSON_TYPE)]
        started = (await ask(self._app, "POST", _PAIRING, b"{}", head)).json
        if self._met % 4 == 1:
            pairings = self._served.services.platform.pairings
            await pairings.confirm(started["user_code"], "audrey", f"paired {self._met}")
        return str(started["device_code"])


def _code_of(body: bytes) -> Json | None:
    """What was sent, if it is a code of any kind and not more than that."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return None
    is_code = isinstance(sent, dict) and isinstance(sent.get("device_code"), str)
    return sent if is_code and 1 <= len(sent["device_code"]) <= 128 else None


class RealSources:
    """``app``, where who asks for pictures has a camera of each kind, and two of three who ask for
    their camera have one.
    """

    def __init__(self, app: ASGIFramework) -> None:
        self._app = app
        self._met = 0

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or not scope["path"].startswith(_VIDEO):
            return await self._app(scope, receive, send)
        body = await whole(receive)
        user = _user_of(scope, body)
        if scope["path"] == f"{_VIDEO}source":
            self._met += 1
        if user is not None and (scope["path"] != f"{_VIDEO}source" or self._met % 3):
            await self._store(user)
        await self._app(scope, again(body, receive), send)

    async def _store(self, user: object) -> None:
        """If he cannot have one, it does not matter."""
        source = {"user_id": user, **_CAMERAS}
        head = [("content-type", JSON_TYPE)]
        await ask(self._app, "POST", f"{_VIDEO}source", json.dumps(source).encode(), head)


def _user_of(scope: HTTPScope, body: bytes) -> object:
    """Who is named by the query or the body, None if it is nobody."""
    query = parse_qs(scope["query_string"].decode("latin-1"))
    try:
        sent = json.loads(body) if body else {name: said[0] for name, said in query.items()}
    except (ValueError, RecursionError):
        return None
    return sent.get("user_id") if isinstance(sent, dict) else None


class RealSound:
    """``app``, with a recording of somebody in the place of every text that could stand there."""

    def __init__(self, app: ASGIFramework) -> None:
        self._app = app
        self._recording = spoken("what does my day look like")

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or not scope["path"].startswith(_CHAT):
            return await self._app(scope, receive, send)
        body = await whole(receive)
        try:
            sent = json.loads(body)
        except (ValueError, RecursionError):
            sent = None
        if isinstance(sent, dict) and isinstance(sound := sent.get("audio_base64"), str) and sound:
            body = json.dumps({**sent, "audio_base64": self._recording}).encode()
            headers = [pair for pair in scope["headers"] if pair[0] != b"content-length"]
            scope = {**scope, "headers": headers}
        await self._app(scope, again(body, receive), send)


class RealTimes:
    """``app``, with every instant of metrics exchanged for one of the last minute: no schema says
    what the time is.
    """

    def __init__(self, app: ASGIFramework, served: Served) -> None:
        self._app = app
        self._served = served
        owner = contract("desktop_pet")
        self._stamp, self._instant = (
            owner.validator({"$ref": f"#/components/schemas/{name}"})
            for name in ("Microseconds", "Instant")
        )

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["path"] != METRICS:
            return await self._app(scope, receive, send)
        body = await whole(receive)
        try:
            sent = json.loads(body)
        except (ValueError, RecursionError):
            sent = None
        if isinstance(sent, dict) and (timed := self._timed(sent)) != sent:
            body = json.dumps(timed).encode()
            headers = [pair for pair in scope["headers"] if pair[0] != b"content-length"]
            scope = {**scope, "headers": headers}
        await self._app(scope, again(body, receive), send)

    def _timed(self, sent: object, name: str = "", place: int = 0) -> object:
        """The same at another time; those further behind in a list are later."""
        if isinstance(sent, dict):
            return {key: self._timed(value, key, place) for key, value in sent.items()}
        if isinstance(sent, list):
            return [self._timed(value, name, place + 1) for place, value in enumerate(sent)]
        at = self._served.clock.now() - timedelta(seconds=max(60 - place, 0))
        if name == "timestamp" and self._stamp.is_valid(sent):
            stamp = int(at.timestamp()) * 1_000_000
            return str(stamp) if isinstance(sent, str) else stamp
        if name == "captured_at" and self._instant.is_valid(sent):
            return at.isoformat()
        return sent
