"""Requests and answers against the contract, each part of them broken in turn."""

import json
from collections.abc import Mapping
from typing import cast

import pytest

from simulator.invariants.contract_kept import ContractKept
from simulator.kernel.trace import Event
from tests.simulator.invariants.story import (
    SESSION,
    USER,
    Story,
    encouragement,
    exchanged,
    pomodoro_active,
    pomodoro_set,
    preference,
    prompt_ack,
    prompt_poll,
    sample,
    schedule,
    sole,
    study,
    verdict,
    water_poll,
)
from tests.simulator.invariants.talk_story import STREAM, TALK, answer, told

NO_STORE = {"cache-control": "no-store"}
REPORT = f"GET /api/stress/report/{SESSION}"
SAMPLE = "POST /api/stress/sample"


def refused(operation: str, asked: Mapping[str, object], status: int, code: str) -> Story:
    """The server says no."""
    answer = {"ok": False, "error": "No.", "code": code, "details": []}
    return exchanged(1, operation, asked, answer, status=status)


def held_up(operation: str, asked: Mapping[str, object]) -> Story:
    """The server says not now."""
    names = ("retry_after", "ratelimit_limit", "ratelimit_remaining", "ratelimit_reset")
    story = refused(operation, asked, 429, "rate_limited")
    return with_headers(story, "served", **dict.fromkeys(names, "1"))


def changed(story: Story, kind: str, **facts: object) -> Story:
    """The story with other facts in its request or in what was served."""
    return [{**event, **facts} if event["kind"] == kind else event for event in story]


def asking(story: Story, **facts: object) -> Story:
    """The story with other facts in the body of its request."""
    body = {**json.loads(cast("str", story[0]["body"])), **facts}
    return changed(story, "request", body=json.dumps(body))


def answering(story: Story, **facts: object) -> Story:
    """The story with other facts in the body of its answer."""
    body = {**json.loads(cast("str", story[1]["body"])), **facts}
    return changed(story, "served", body=json.dumps(body))


def with_headers(story: Story, kind: str, **headers: object) -> Story:
    """The story with other headers; None takes one away."""

    def altered(event: Event) -> Mapping[str, object]:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        both = {**cast("Mapping[str, object]", event["headers"]), **names}
        return {name: value for name, value in both.items() if value is not None}

    return [
        {**event, "headers": altered(event)} if event["kind"] == kind else event for event in story
    ]


def test_a_day_by_the_contract_is_accepted() -> None:
    """One of each, and the refusals that may be met."""
    judge = ContractKept()
    asked = {"session_id": SESSION, "focus_score": 1, "stress_score": 0}
    story = [
        schedule(),
        water_poll(1, reminds=True),
        water_poll(1, reminds=False),
        prompt_poll(1, None),
        prompt_poll(1, SESSION),
        prompt_ack(1, SESSION, accepts=True, answered=None),
        study(1),
        sample(1),
        pomodoro_set(1),
        pomodoro_active(1, SESSION),
        encouragement(1, "Yes"),
        preference(1, enabled=True),
        refused(REPORT, {}, 404, "not_found"),
        refused(SAMPLE, asked, 409, "wrong_state"),
        held_up("POST /api/devices/pairing", {"user_id": USER}),
        held_up("POST /api/devices/pairing/collect", {"device_code": f"pair_BCDFGHJK_{'x' * 43}"}),
        with_headers(refused(SAMPLE, asked, 503, "store_unavailable"), "served", retry_after="1"),
    ]
    assert verdict(judge, *story) == []
    assert judge.cases == len(story)


@pytest.mark.parametrize(
    ("story", "complaint"),
    [
        (exchanged(1, "GET /api/water/plan", {}, {}), "is not in the contract"),
        (exchanged(1, "DELETE /api/water/schedule", {}, {}), "is not in the contract"),
        (changed(water_poll(1, reminds=False), "request", query=""), "user_id"),
        (changed(water_poll(1, reminds=False), "request", query="user_id=%07"), "user_id"),
        (water_poll(1, reminds=False, key="two words"), "idempotency-key"),
        (asking(schedule(), interval_min=0), "interval_min"),
        (asking(schedule(), user_id=None), "user_id"),
        (asking(schedule(), start_time="9:00"), "start_time"),
        (asking(sample(1), captured_at="yesterday"), "captured_at"),
        (asking(sample(1), captured_at="2026-02-30T18:00:00Z"), "captured_at"),
        (asking(sample(1), session_id="mine"), "session_id"),
        (changed(study(1), "request", body=""), "user_id"),
        (with_headers(study(1), "request", content_type=None), "content type is missing"),
        (with_headers(study(1), "request", content_type="text/plain"), "content type is text"),
        (with_headers(study(1), "served", content_type="text/html"), "content type is text"),
        (with_headers(study(1), "served", content_type=None), "content type is missing"),
        (with_headers(water_poll(1, reminds=False), "served", cache_control=None), "cache-control"),
        (
            with_headers(water_poll(1, reminds=False), "served", cache_control="public"),
            "cache-control",
        ),
        (changed(study(1), "served", status=200), "no status 200"),
        (changed(study(1), "served", status=500), "no status 500"),
        (changed(study(1), "served", body="<html>"), "ok"),
        (answering(study(1), ok=False), "ok"),
        (answering(study(1), session=None), "session"),
        (answering(water_poll(1, reminds=False), next_poll_s=0), "next_poll_s"),
        (answering(water_poll(1, reminds=False), server_time_utc="now"), "server_time_utc"),
        (answering(prompt_poll(1, SESSION), type="BREAK"), "type"),
        (refused(SAMPLE, {"session_id": SESSION}, 400, "validation_failed"), "focus_score"),
        (refused("POST /api/water/ack", {"user_id": USER}, 400, "validation_failed"), "refused"),
        (refused("GET /api/water/poll", {"user_id": USER}, 429, "rate_limited"), "refused"),
        (
            refused("POST /api/devices/pairing", {"user_id": USER}, 429, "rate_limited"),
            "retry-after",
        ),
        (refused("POST /api/devices/pairing", {"user_id": USER}, 413, "too_large"), "refused"),
        (refused(REPORT, {}, 404, "wrong_state"), "code"),
        (refused("GET /api/water/poll", {"user_id": USER}, 404, "not_found"), "no status 404"),
        (refused("GET /api/stress/report/mine", {}, 404, "not_found"), "session_id"),
        (
            refused("POST /api/water/ack", {"user_id": USER}, 503, "store_unavailable"),
            "retry-after",
        ),
    ],
)
def test_what_breaks_the_contract_is_noticed(story: Story, complaint: str) -> None:
    """One part of a request or an answer is not as promised, and the judge names it."""
    assert complaint in sole(verdict(ContractKept(), story))


@pytest.mark.parametrize(
    ("failed", "asked", "place", "is_fair"),
    [
        ("hearing", {"audio_base64": "UklGRg=="}, "audio_base64", True),
        ("voice", {"audio_base64": "UklGRg=="}, "audio_base64", False),
        (None, {"audio_base64": "UklGRg=="}, "audio_base64", False),
        ("hearing", {"transcript": "Hello."}, "audio_base64", False),
        ("hearing", {"audio_base64": "UklGRg=="}, "user_id", False),
    ],
)
def test_who_was_not_heard_may_hear_that(
    failed: str | None, asked: Mapping[str, object], place: str, is_fair: bool
) -> None:
    """Only if it was the pet's ears that gave nothing, and of his speech."""
    answer = {
        "ok": False,
        "error": "No.",
        "code": "validation_failed",
        "details": [{"loc": ["body", place], "msg": "no words were heard in it"}],
    }
    wish = {"user_id": "audrey", **asked}
    story = exchanged(1, "POST /api/chat/message", wish, answer, status=400, key="a")
    event: Event = {"at": 1, "kind": "failed", "id": story[0]["id"], "what": failed}
    events = [story[0], *([event] if failed else []), *story[1:]]
    assert (verdict(ContractKept(), events) == []) is is_fair


def test_the_platforms_contract_is_kept_too() -> None:
    """It is another file."""
    judge = ContractKept()
    assert verdict(judge, exchanged(1, "GET /healthz", {}, {"ok": True})) == []
    assert verdict(ContractKept(), exchanged(1, "GET /healthz", {}, {"ok": 1})) != []
    assert judge.cases == 1


def test_a_stranger_keeps_to_nothing() -> None:
    """What he is answered is for another judge."""
    judge = ContractKept()
    assert verdict(judge, exchanged(1, "GET /admin", {}, {}, status=401, who="stranger/x")) == []
    assert judge.cases == 0


HEARD = ("heard", {"conversation_id": TALK, "pet_name": None, "transcript": "Hello."})
DONE = ("done", answer("Hello.", "Hi."))
FAILED = ("error", {"ok": False, "error": "No.", "code": "language_failed", "details": []})


def test_a_stream_is_held_against_the_contract_event_by_event() -> None:
    """Whether it goes well, fails in the middle, or never begins."""
    text = ("text", {"text": "Hi."})
    sound = ("audio", {"audio_base64": "QUJD"})
    judge = ContractKept()
    stories = [
        told(1, "Hello.", [HEARD, text, sound, DONE]),
        told(2, "Hello.", [HEARD, text, FAILED]),
        refused(STREAM, {"user_id": USER, "transcript": "Hello."}, 502, "language_failed"),
        refused(STREAM, {"user_id": USER, "transcript": "Hello."}, 404, "not_found"),
    ]
    assert verdict(judge, *stories) == []
    assert judge.cases == len(stories)


@pytest.mark.parametrize(
    ("story", "fault"),
    [
        (told(1, "Hello.", [HEARD, ("shout", {}), DONE]), "event shout: it is not known"),
        (told(1, "Hello.", [HEARD, ("text", {"text": "a" * 201}), DONE]), "event text: text: "),
        (told(1, "Hello.", [HEARD, ("audio", {}), DONE]), "event audio: it: "),
        (told(1, "Hello.", [("heard", {"transcript": 1}), DONE]), "event heard: "),
        (told(1, "Hello.", []), "it is no stream of events"),
        (
            exchanged(1, STREAM, {"user_id": USER, "transcript": "Hello."}, answer("", "")),
            "its content type is application/json",
        ),
        (told(1, "", [HEARD, DONE]), "asks against the contract: transcript: "),
    ],
)
def test_a_stream_against_the_contract_is_noticed(story: Story, fault: str) -> None:
    """In an event, in its name, in what it is altogether."""
    assert fault in sole(verdict(ContractKept(), story))


CLUMSY = f"clumsy/{USER}"
SET: Mapping[str, object] = json.loads(str(schedule()[1]["body"]))
"""A schedule that was set after all."""


@pytest.mark.parametrize(
    ("operation", "status", "code"),
    [
        ("POST /api/water/schedule", 400, "validation_failed"),
        ("POST /api/water/schedule", 503, "store_unavailable"),
        ("GET /api/coffee/poll", 404, "not_found"),
        ("DELETE /api/water/schedule", 405, "method_not_allowed"),
    ],
)
def test_nonsense_is_refused(operation: str, status: int, code: str) -> None:
    """As the contract has it; somebody else may not ask so."""
    error: dict[str, object] = {"ok": False, "error": "No.", "code": code, "details": []}
    asked = {"user_id": USER, "interval_min": 0}
    story = exchanged(1, operation, asked, error, who=CLUMSY, status=status)
    assert verdict(ContractKept(), story) == []
    assert verdict(ContractKept(), exchanged(1, operation, asked, error, status=status)) != []


@pytest.mark.parametrize(
    ("operation", "status", "answer"),
    [
        ("POST /api/water/schedule", 200, {"ok": True}),
        ("POST /api/water/schedule", 200, SET),
        ("POST /api/water/schedule", 400, {"sorry": True}),
        ("POST /api/water/schedule", 418, {}),
        ("GET /api/coffee/poll", 200, {"ok": True}),
        ("GET /api/coffee/poll", 500, {}),
    ],
)
def test_nonsense_must_be_refused(
    operation: str, status: int, answer: Mapping[str, object]
) -> None:
    """What is done all the same, or refused in another shape, is an objection."""
    asked = {"user_id": USER, "interval_min": 0}
    story = exchanged(1, operation, asked, answer, who=CLUMSY, status=status)
    assert "makes no sense" in sole(verdict(ContractKept(), story))


def test_who_was_thrown_away_may_be_refused() -> None:
    """A late copy of what an old pet asked finds its token gone; nobody else's token goes."""
    asked: dict[str, object] = {"user_id": USER}
    story = refused("GET /api/breaks/pomodoro/active", asked, 401, "unauthorized")
    assert "refused with 401" in sole(verdict(ContractKept(), story))
    assert verdict(ContractKept(), changed(story, "request", who=f"old pet/{USER}")) == []
