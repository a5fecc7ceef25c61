"""Another judge reads the contracts, makes up requests, and finds the answers as promised.

Schemathesis runs on the committed files, in this process, with all of its checks. The same files
give the same requests. Not here: sequences of requests; see ``test_behaviour_*.py``.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from importlib.resources import files
from typing import Any

import pytest
import schemathesis
from hypercorn.typing import (
    ASGIFramework,
    ASGIReceiveCallable,
    ASGIReceiveEvent,
    ASGISendCallable,
    HTTPScope,
    Scope,
)
from hypothesis import strategies as st
from schemathesis.engine import events, from_schema

from simulator.kernel.outside import outside
from tests.contracts.contract import CONTRACTS, JSON_TYPE, NAMES, Json, Promise, contract
from tests.contracts.served import KIND, Served, ask
from tests.stores import fresh_store

FUZZED = 50
PROMISES = [(name, promise) for name in NAMES for promise in contract(name).promises]
Case = schemathesis.Case[Any]
ZONES = sorted(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())
STEADY: Json = {"operation-ordering": "none", "extra-data-sources": {"responses": False}}
SETTINGS: Json = {
    "seed": 1,
    "continue-on-failure": True,
    "cache": {"enabled": False},
    "output": {"sanitization": {"enabled": False}},
    "generation": {
        "mode": "all",
        "max-examples": FUZZED,
        "deterministic": True,
        "database": "none",
    },
    "analysis": {"constants": {"enabled": False}},
    # An unknown id is no refusal of a malformed body.
    "checks": {"negative_data_rejection": {"expected-statuses": ["400", "415"]}},
    "phases": {
        "examples": STEADY,
        "coverage": STEADY,
        "fuzzing": {**STEADY, "error-feedback": {"enabled": False}},
        "stateful": {"enabled": False},
    },
}

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_HIGH: Json = {"focus_score": 0.4, "stress_score": 0.9}


@st.composite
def _instants(draw: st.DrawFn) -> str:
    """Date-times with any offset whose year is 2000 to 2100, here and in UTC."""
    local = draw(st.datetimes(datetime(2000, 1, 2), datetime(2100, 12, 30)))
    offset = timedelta(minutes=draw(st.integers(-23 * 60 - 59, 23 * 60 + 59)))
    shown = local.replace(tzinfo=timezone(offset)).isoformat()
    return draw(st.sampled_from([shown, local.replace(tzinfo=UTC).isoformat()[:-6] + "Z"]))


class RealIds:
    """``app``, with every other well-formed id in a request exchanged for one that exists.

    What is valid stays valid and what is not stays so, but an operation gets to see ids that it
    can do something with.
    """

    def __init__(self, app: ASGIFramework) -> None:
        self._app = app
        self._met = 0

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or not _takes_id(scope["path"]):
            return await self._app(scope, receive, send)
        body = await _whole(receive)
        sent = _id_of(scope, body)
        if sent is not None:
            self._met += 1
            if self._met % 2:
                real = await self._real(scope["path"])
                body = body.replace(sent.encode(), real.encode())
                scope = _exchanged(scope, sent, real)
        incoming: list[ASGIReceiveEvent] = [
            {"type": "http.request", "body": body, "more_body": False}
        ]

        async def again() -> ASGIReceiveEvent:
            return incoming.pop() if incoming else await receive()

        await self._app(scope, again, send)

    async def _real(self, path: str) -> str:
        user = f"ida{self._met}"
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
        "/api/stress/session/end",
        "/api/breaks/pomodoro/status",
        "/api/breaks/pomodoro/stop",
        "/api/breaks/prompt/ack",
    )


def _id_of(scope: HTTPScope, body: bytes) -> str | None:
    """The id of the request if it is where it belongs and well-formed."""
    places = [scope["path"].rsplit("/", 1)[-1], scope["query_string"].decode("latin-1")]
    try:
        sent = json.loads(body)
        places += [sent["session_id" if "session_id" in sent else "prompt_id"]]
    except (ValueError, TypeError, KeyError):
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


async def _whole(receive: ASGIReceiveCallable) -> bytes:
    body = b""
    while True:
        event = await receive()
        if event["type"] != "http.request":
            return body
        body += event.get("body", b"")
        if not event.get("more_body", False):
            return body


@dataclass
class Verdict:
    """What a run over one contract found, by operation: requests, statuses, complaints."""

    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    answered: Counter[tuple[str, int]] = field(default_factory=Counter)
    complaints: list[tuple[str, str]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def _known_zone_or_no_zone(case: Case) -> bool:
    """A zone that looks like one and is unknown is refused by a rule that no schema shows."""
    zone = case.body.get("timezone") if isinstance(case.body, dict) else None
    looks_like_one = isinstance(zone, str) and re.fullmatch(r"[A-Za-z0-9_+\-/]{1,64}", zone)
    return not looks_like_one or zone in ZONES


def _run(name: str) -> Verdict:
    schemathesis.openapi.format("iana-tz", st.sampled_from(ZONES))
    schemathesis.openapi.format("date-time", _instants())
    schema: schemathesis.BaseSchema = schemathesis.openapi.from_path(
        CONTRACTS / f"{name}.openapi.yaml", config=schemathesis.Config.from_dict(SETTINGS)
    )
    for planned in sorted(contract(name).planned):
        schema = schema.exclude(operation_id=planned)

    @schema.hook
    def filter_case(context: schemathesis.HookContext, case: Case) -> bool:
        return _known_zone_or_no_zone(case)

    verdict = Verdict()
    # Each request comes in an event loop of its own, which a store that waits would not survive.
    with fresh_store(KIND) as store, outside(store) as kept, Served(store=kept) as served:
        schema.app = RealIds(served.app)
        for event in from_schema(schema).execute():
            _note(verdict, event)
        verdict.broken = served.app.broken
    return verdict


def _note(verdict: Verdict, event: events.EngineEvent) -> None:
    if isinstance(event, events.NonFatalError):
        verdict.complaints.append((event.label, event.info.format()))
    elif isinstance(event, events.FatalError):
        raise event.exception
    elif isinstance(event, events.ScenarioFinished) and event.label:
        verdict.asked[event.label, event.phase.value] += len(event.recorder.interactions)
        for interaction in event.recorder.interactions.values():
            assert interaction.response is not None
            verdict.answered[event.label, interaction.response.status_code] += 1
        for checks in event.recorder.checks.values():
            for check in checks:
                if check.failure_info is not None:
                    told = f"{check.name}: {check.failure_info.failure}"
                    text = f"{told}\n{check.failure_info.code_sample}"
                    verdict.complaints.append((event.label, text))


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Verdict]:
    """A run over each contract."""
    return {name: _run(name) for name in NAMES}


def _name(pair: tuple[str, Promise]) -> str:
    return pair[1].id


@pytest.mark.parametrize("pair", PROMISES, ids=_name)
def test_answers_are_as_promised(pair: tuple[str, Promise], verdicts: dict[str, Verdict]) -> None:
    """No check has anything to say about this operation."""
    name, promise = pair
    label = f"{promise.method} {promise.path}"
    found = [text for place, text in verdicts[name].complaints if place == label]
    if found:
        pytest.fail(f"{len(found)} complaints, of which these:\n\n" + "\n\n".join(found[:5]), False)


@pytest.mark.parametrize("pair", PROMISES, ids=_name)
def test_the_operation_was_really_exercised(
    pair: tuple[str, Promise], verdicts: dict[str, Verdict]
) -> None:
    """Each phase asked often enough, and requests were accepted as well as refused."""
    name, promise = pair
    verdict, label = verdicts[name], f"{promise.method} {promise.path}"
    if name == "platform":
        assert verdict.answered[label, promise.success] >= 3
        return
    assert verdict.asked[label, "fuzzing"] >= FUZZED
    assert verdict.asked[label, "coverage"] >= 10
    assert verdict.answered[label, promise.success] >= 10
    assert verdict.answered[label, 400] >= 4
    assert (verdict.answered[label, 415] >= 3) == (promise.request is not None)


def test_documented_examples_were_sent(verdicts: dict[str, Verdict]) -> None:
    """Each operation whose contract shows an example had it sent, and only those did."""
    sent = {label for label, phase in verdicts["desktop_pet"].asked if phase == "examples"}
    silent = {label for label in sent if not verdicts["desktop_pet"].asked[label, "examples"]}
    assert len(sent) == len(contract("desktop_pet").promises)
    assert silent == {"POST /api/breaks/pomodoro/stop"}


@pytest.mark.parametrize("name", NAMES)
def test_nothing_else_went_wrong(name: str, verdicts: dict[str, Verdict]) -> None:
    """No complaint lies outside of the operations, and the watch saw nothing either."""
    labels = {f"{promise.method} {promise.path}" for promise in contract(name).promises}
    assert [pair for pair in verdicts[name].complaints if pair[0] not in labels] == []
    assert verdicts[name].broken == []
    refused = sum(count for (_, status), count in verdicts[name].answered.items() if status == 405)
    assert refused >= len(contract(name).promises)
