"""Holds every answer of an app to the contracts.

``Watch(app)`` is an ASGI app that passes everything through, and raises ``ContractBroken`` once an
answer is complete that no contract allows: its status, content type, headers or body. Use it
wherever a test sends requests. Not here: whether the answer is the right one; and the body of a
HEAD, which the server below ASGI cuts off, so that it may be there or not.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hypercorn.typing import (
    ASGIFramework,
    ASGIReceiveCallable,
    ASGISendCallable,
    ASGISendEvent,
    HTTPScope,
    Scope,
)

from tests.contracts.contract import (
    EVENTS_TYPE,
    JPEG_TYPE,
    JSON_TYPE,
    NAMES,
    PARTS_TYPE,
    Contract,
    Json,
    Promise,
    Validator,
    contract,
)
from tests.contracts.events import read_events
from tests.contracts.parts import SHOWN_AS, picture, read_parts

ALWAYS = {408: "request_timeout", 500: "internal_error"}
"""What can befall any operation, so that no operation declares it."""
AT_THE_DOOR = {401: "Unauthorized", 403: "Forbidden", 429: "RateLimited", 503: "Unavailable"}
"""What can befall any request, also where there is no operation that declares it."""
ENDS = ("done", "error")
"""The events after which nothing follows."""
_KINDS: Mapping[str | None, str] = {SHOWN_AS: PARTS_TYPE}
"""Kinds of answers that a contract writes more briefly."""
_PICTURES: Mapping[str | None, Callable[[bytes], object]] = {
    SHOWN_AS: read_parts,
    JPEG_TYPE: picture,
}
"""How those of pictures are read."""


class ContractBroken(AssertionError):
    """An answer that no contract allows."""


@dataclass
class Answer:
    """What the app said to one request."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def take(self, event: ASGISendEvent) -> None:
        """Note one event."""
        if event["type"] == "http.response.start":
            self.status = event["status"]
            self.headers = {
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in event["headers"]
            }
        elif event["type"] == "http.response.body":
            self.body += event.get("body", b"")


class Watch:
    """``app``, watched. ``seen`` counts answers by operationId and status."""

    def __init__(self, app: ASGIFramework) -> None:
        self._app = app
        self._judge = _Judge([contract(name) for name in NAMES])
        self.seen: Counter[tuple[str, int]] = Counter()
        self.broken: list[str] = []

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        answer = Answer()

        async def noting(event: ASGISendEvent) -> None:
            answer.take(event)
            await send(event)

        await self._app(scope, receive, noting)
        self._hold(scope, answer)

    def _hold(self, scope: HTTPScope, answer: Answer) -> None:
        method, path = scope["method"], scope["path"]
        try:
            name = self._judge.judge(method, path, answer)
        except ContractBroken as broken:
            self.broken.append(str(broken))
            raise
        self.seen[name, answer.status] += 1


class _Judge:
    """Knows which answers are allowed where."""

    def __init__(self, contracts: list[Contract]) -> None:
        self._rows = [
            (re.compile(re.sub(r"\{\w+\}", "[^/]+", promise.path)), promise, owner)
            for owner in contracts
            for promise in owner.promises
        ]
        self._validators: dict[tuple[str, int | str], Validator] = {}
        self._common = contracts[0]
        components = contracts[0].document["components"]
        self._error = contracts[0].validator(components["schemas"]["Error"])
        self._responses: Mapping[str, Json] = components["responses"]

    def judge(self, method: str, path: str, answer: Answer) -> str:
        """The operationId, or a word for what is none. Raises ``ContractBroken``."""
        here = [row for row in self._rows if row[0].fullmatch(path)]
        label = f"{method} {path[:80]} answered {answer.status}"
        served = {promise.method: (promise, owner) for _, promise, owner in here}
        allowed = {*served, "OPTIONS", *({"HEAD"} if "GET" in served else ())}
        is_refused = answer.status in AT_THE_DOOR
        if not served:
            if is_refused:
                self._judge_refusal(answer, label)
            else:
                self._demand(answer, 404, "not_found", label)
            return "unknown path"
        if method not in allowed or method == "OPTIONS":
            if is_refused:
                self._judge_refusal(answer, label)
            else:
                self._judge_method(method, allowed, answer, label)
            return "wrong method" if method != "OPTIONS" else "options"
        promise, owner = served["GET" if method == "HEAD" else method]
        self._judge_operation(promise, owner, answer, label, is_head=method == "HEAD")
        return promise.id if method != "HEAD" else f"HEAD {promise.id}"

    def _judge_method(self, method: str, allowed: set[str], answer: Answer, label: str) -> None:
        if answer.headers.get("allow") != ", ".join(sorted(allowed)):
            raise ContractBroken(f"{label} with Allow: {answer.headers.get('allow')}")
        if method != "OPTIONS":
            self._demand(answer, 405, "method_not_allowed", label)
        elif answer.status != 200 or answer.body:
            raise ContractBroken(f"{label} and not just Allow")

    def _judge_refusal(self, answer: Answer, label: str) -> None:
        declared = self._responses[AT_THE_DOOR[answer.status]]
        self._judge_declared("at the door", self._common, declared, answer, label)

    def _judge_operation(
        self, promise: Promise, owner: Contract, answer: Answer, label: str, *, is_head: bool
    ) -> None:
        label = f"{promise.id}: {label}"
        if is_head and promise.takes_key and answer.status < 300 and answer.body:
            raise ContractBroken(f"{label} as if it had acted: {answer.body[:200]!r}")
        if answer.status in ALWAYS and answer.status not in promise.responses:
            return self._demand(answer, answer.status, ALWAYS[answer.status], label)
        declared = promise.responses.get(answer.status)
        if declared is None:
            raise ContractBroken(f"{label}, which is not declared: {answer.body[:200]!r}")
        self._judge_declared(promise.id, owner, declared, answer, label, is_head=is_head)

    def _judge_declared(
        self,
        id: str,
        owner: Contract,
        declared: Json,
        answer: Answer,
        label: str,
        *,
        is_head: bool = False,
    ) -> None:
        _demand_headers(owner, declared.get("headers", {}), answer, label)
        content = declared["content"]
        kind = answer.headers.get("content-type")
        if kind in _KINDS.values() or _KINDS.get(kind, kind) not in content:
            raise ContractBroken(f"{label} as {kind}")
        if answer.headers["content-type"] == JSON_TYPE and not (is_head and not answer.body):
            key: tuple[str, int | str] = (id, answer.status)
            if key not in self._validators:
                self._validators[key] = owner.validator(content[JSON_TYPE]["schema"])
            _demand_valid(self._validators[key], answer.body, label)
        if answer.headers["content-type"] == EVENTS_TYPE:
            self._judge_events(id, owner, content[EVENTS_TYPE]["x-events"], answer, label)
        if kind in _PICTURES and not (is_head and not answer.body):
            _demand_pictures(_PICTURES[kind], answer.body, label, is_head=is_head)

    def _judge_events(
        self, id: str, owner: Contract, promised: Mapping[str, Json], answer: Answer, label: str
    ) -> None:
        """Each event says what is promised by its name; the last one ends the answer."""
        try:
            events = read_events(answer.body)
        except ValueError as error:
            raise ContractBroken(f"{label}: {error}") from error
        names = [name for name, _ in events]
        first, *_ = promised
        if names[:1] != [first] or names.count(first) > 1:
            raise ContractBroken(f"{label} and does not begin with {first}: {names[:9]}")
        if [name for name in names if name in ENDS] != names[-1:]:
            raise ContractBroken(f"{label} and does not end as it should: {names[-9:]}")
        for name, data in events:
            if name not in promised:
                raise ContractBroken(f"{label} with the event {name}")
            if (id, name) not in self._validators:
                self._validators[id, name] = owner.validator(promised[name])
            _demand_valid(self._validators[id, name], data, f"{label}: {name}")

    def _demand(self, answer: Answer, status: int, code: str, label: str) -> None:
        if answer.status != status:
            raise ContractBroken(f"{label} and not {status}: {answer.body[:200]!r}")
        if answer.headers.get("content-type") != JSON_TYPE:
            raise ContractBroken(f"{label} as {answer.headers.get('content-type')}")
        body = _demand_valid(self._error, answer.body, label)
        if body["code"] != code:
            raise ContractBroken(f"{label} with the code {body['code']}")


def _demand_headers(
    owner: Contract, headers: Mapping[str, Json], answer: Answer, label: str
) -> None:
    for name, declared in headers.items():
        value = answer.headers.get(name.lower())
        if value is None and declared.get("required"):
            raise ContractBroken(f"{label} without {name}")
        if value is not None:
            sent = int(value) if declared["schema"].get("type") == "integer" else value
            if not owner.validator(declared["schema"]).is_valid(sent):
                raise ContractBroken(f"{label} with {name}: {value}")


def _demand_pictures(
    read: Callable[[bytes], object], body: bytes, label: str, *, is_head: bool
) -> None:
    """All that was sent can be read, and there is something; of a HEAD that has no end, nothing."""
    if is_head and read is read_parts:
        raise ContractBroken(f"{label} as if it had been opened: {body[:200]!r}")
    try:
        pictures = read(body)
    except ValueError as error:
        raise ContractBroken(f"{label}: {error}") from error
    if not pictures:
        raise ContractBroken(f"{label} and shows nothing")


def _demand_valid(validator: Validator, body: bytes, label: str) -> Any:
    sent = _strictly_read(body, label)
    problems = [
        f"  {'/'.join(str(step) for step in error.instance_path) or '(top)'}: {error.message}"
        for error in validator.iter_errors(sent)
    ]
    if problems:
        raise ContractBroken("\n".join([f"{label} with a body that is not valid:", *problems]))
    return sent


def _strictly_read(body: bytes, label: str) -> Any:
    def refuse(name: str) -> None:
        raise ContractBroken(f"{label} with {name}, which is not JSON")

    try:
        return json.loads(body.decode("utf-8"), parse_constant=refuse)
    except ValueError as error:
        raise ContractBroken(f"{label} with a body that is not JSON: {body[:200]!r}") from error
