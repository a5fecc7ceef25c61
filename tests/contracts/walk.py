"""How to ask every operation of the contracts, so that it answers as it does to whoever may ask.

A request is made of what its contract requires; where that is an id or a code, of one that exists.
Here: the request and what must be there for it. Not here: any opinion about the answers. An
operation that nobody has said how to ask for ends the test.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pytest

from tests.contracts.contract import JSON_TYPE, NAMES, Contract, Json, Promise, contract
from tests.contracts.served import Reply, Served

PROMISES: list[tuple[Contract, Promise]] = [
    (contract(name), promise) for name in NAMES for promise in contract(name).promises
]
THINGS = ("session_id", "prompt_id", "conversation_id")
"""Fields that name a thing which belongs to somebody."""
TALKING = ("sendMessage", "streamMessage")
"""Operations that say something: what is said is required, though in two ways."""
ABSENT = "11111111-2222-4333-8444-555555555555"

_VALUES: Json = {
    "acknowledged": True,
    "enabled": True,
    "pet_name": "Nova",
    "focus_score": 0.5,
    "stress_score": 0.5,
    "metrics": {},
    "source_type": "webcam",
}
_HIGH: Json = {"focus_score": 0.4, "stress_score": 0.9}


@dataclass(frozen=True)
class Request:
    """A request: its fields, and where they go."""

    promise: Promise
    fields: Json

    def with_(self, **fields: object) -> "Request":
        """The same with other values."""
        return Request(self.promise, {**self.fields, **fields})

    def send(
        self,
        served: Served,
        headers: Iterable[tuple[str, str]] = (),
        query: str = "",
        *,
        is_head: bool = False,
    ) -> Reply:
        """Ask, or for the HEAD of what is read. ``query`` goes behind whatever the query is."""
        path, rest = self.promise.path, dict(self.fields)
        for name in self.fields:
            if f"{{{name}}}" in path:
                path = path.replace(f"{{{name}}}", str(rest.pop(name)))
        method = "HEAD" if is_head and self.promise.method == "GET" else self.promise.method
        if self.promise.request is None:
            query = "&".join(part for part in (urlencode(rest), query) if part)
            return served.ask(method, f"{path}?{query}", headers=headers)
        head = [("content-type", JSON_TYPE), *headers]
        return served.ask(method, f"{path}?{query}", json.dumps(rest).encode(), head)


@dataclass
class Home:
    """A user and what may be his, made when it is asked for."""

    served: Served
    user: str
    token: str = field(init=False)

    def __post_init__(self) -> None:
        self.token = self.served.token_of(self.user)

    @property
    def head(self) -> list[tuple[str, str]]:
        """The header that carries the token of the user."""
        return [("authorization", f"Bearer {self.token}")]

    def request(self, owner: Contract, promise: Promise) -> Request:
        """The request that the user may make; it is answered with success."""
        fields = {name: self._value(promise, name) for name in required(owner, promise)}
        if promise.id == "getWaterSchedule":
            self.post("/api/water/schedule", {"user_id": self.user})
        if promise.id == "getPersona":
            self.post("/api/chat/persona", {"user_id": self.user, "pet_name": "Nova"})
        if promise.id == "getSource":
            self.post("/api/video/source", {"user_id": self.user, "source_type": "webcam"})
        if promise.id in TALKING:
            fields |= {"conversation_id": _conversation(self), "transcript": "hello again"}
        return Request(promise, fields)

    def post(self, path: str, sent: Json) -> Json:
        """What the server answers to the user."""
        body, head = json.dumps(sent).encode(), [("content-type", JSON_TYPE), *self.head]
        reply = self.served.ask("POST", path, body, head)
        assert reply.status < 300, reply.body
        answer: Json = reply.json
        return answer

    def _value(self, promise: Promise, name: str) -> object:
        if name == "user_id":
            return self.user
        if name in THINGS or name == "device_code":
            make = _MAKERS.get(promise.id)
            if make is None:
                pytest.fail(f"nobody has said which {name} {promise.id} is about", pytrace=False)
            return make(self)
        if name not in _VALUES:
            pytest.fail(f"nobody has said what {name} of {promise.id} may be", pytrace=False)
        return _VALUES[name]


def required(owner: Contract, promise: Promise) -> list[str]:
    """The fields that a request must have."""
    if promise.request is None:
        return [each["name"] for each in promise.parameters if each.get("required")]
    return list(_schema(owner, promise).get("required", ()))


def fields(owner: Contract, promise: Promise) -> list[str]:
    """The fields that a request may have."""
    if promise.request is None:
        return [each["name"] for each in promise.parameters if each["in"] != "header"]
    return list(_schema(owner, promise)["properties"])


def _schema(owner: Contract, promise: Promise) -> Json:
    assert promise.request is not None
    return owner.resolved(promise.request[JSON_TYPE]["schema"])


def _session(home: Home) -> str:
    wish = {"user_id": home.user, "allow_prompted_breaks": True}
    return str(home.post("/api/stress/session/start", wish)["session"]["session_id"])


def _ended(home: Home) -> str:
    session = _session(home)
    home.post("/api/stress/session/end", {"session_id": session})
    return session


def _pomodoro(home: Home) -> str:
    started = home.post("/api/breaks/pomodoro/start", {"user_id": home.user})
    return str(started["session"]["session_id"])


def _prompt(home: Home) -> str:
    session = _session(home)
    for at in ("17:50", "17:55", "18:00"):
        sample = {"session_id": session, "captured_at": f"2026-02-28T{at}:00Z", **_HIGH}
        home.post("/api/stress/sample", sample)
    target = f"/api/breaks/prompt/poll?{urlencode({'user_id': home.user})}"
    return str(home.served.ask("GET", target, headers=home.head).json["prompt_id"])


def _conversation(home: Home) -> str:
    said = home.post("/api/chat/message", {"user_id": home.user, "transcript": "hello"})
    return str(said["conversation_id"])


def _device_code(home: Home) -> str:
    return str(home.post("/api/devices/pairing", {})["device_code"])


_MAKERS: dict[str, Callable[[Home], str]] = {
    "ingestSample": _session,
    "ingestMetrics": _session,
    "endSession": _session,
    "getReport": _ended,
    "getPomodoroStatus": _pomodoro,
    "stopPomodoro": _pomodoro,
    "ackPrompt": _prompt,
    "collectToken": _device_code,
}
