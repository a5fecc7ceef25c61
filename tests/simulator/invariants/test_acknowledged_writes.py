"""What was acknowledged must be stored, once, and as it was said."""

import json
from typing import cast

import pytest

from simulator.invariants.acknowledged_writes import AcknowledgedWrites
from tests.simulator.invariants.story import (
    POMODORO,
    PROMPT,
    REST,
    SESSION,
    USER,
    Story,
    encouragement,
    exchanged,
    minute,
    pomodoro_set,
    preference,
    prompt_ack,
    prompt_poll,
    sample,
    schedule,
    session_end,
    sole,
    stored,
    study,
    utc,
    verdict,
    water_poll,
)

SAMPLES = [f"{number}1111111-1111-4111-8111-111111111111" for number in range(2)]
REPORT = {"sample_count": 2, "graph_points": []}
NOON, LATER = minute(720), minute(730)


def water_ack(key: str) -> Story:
    """The person has drunk."""
    return exchanged(NOON, "POST /api/water/ack", {"user_id": USER}, {"ok": True}, key=key)


DAY = [
    schedule(key="s"),
    schedule(1, interval=45, key="t"),
    schedule(2, key="s"),
    water_poll(NOON, reminds=True, key="p", arrives=False),
    water_poll(LATER, reminds=True, key="p", said_at=NOON),
    water_poll(LATER, reminds=False),
    water_ack("a"),
    water_ack("a"),
    water_ack("b"),
    preference(0, enabled=False),
    preference(1, enabled=True),
    study(0, key="k"),
    study(5, key="k"),
    sample(NOON, sample_id=SAMPLES[0], key="x"),
    sample(NOON, sample_id=SAMPLES[0], key="x"),
    sample(NOON, sample_id=SAMPLES[1], key="y"),
    prompt_poll(NOON, PROMPT, NOON),
    prompt_ack(NOON, PROMPT, accepts=False, answered=False),
    session_end(NOON, REPORT),
    pomodoro_set(NOON),
    pomodoro_set(LATER, ended_at=LATER),
    encouragement(NOON, "You can do it", key="e"),
    encouragement(NOON, "You can do it", key="e"),
    encouragement(NOON, "Keep going", key="f"),
]
"""Everything happens twice that may happen twice."""

Document = dict[str, object]
Kept = list[tuple[str, Document]]


def kept() -> Kept:
    """What the server holds after that day."""
    scores = {"focus_score": 0.5, "stress_score": 0.9, "confidence": 1}
    event = {"user_id": USER, "at_utc": utc(NOON)}
    return [
        (
            "water_schedules",
            {
                "user_id": USER,
                "timezone": "UTC",
                "start_time": "09:00",
                "end_time": "22:00",
                "interval_min": 45,
                "enabled": True,
                "last_triggered_at": utc(NOON),
            },
        ),
        ("water_events", {**event, "type": "REMINDER_SENT"}),
        ("water_events", {**event, "type": "DEVICE_ACK"}),
        ("water_events", {**event, "type": "DEVICE_ACK", "at_utc": utc(LATER)}),
        ("break_preferences", {"user_id": USER, "stress_prompt_enabled": True}),
        (
            "focus_sessions",
            {
                "session_id": SESSION,
                "user_id": USER,
                "started_at": utc(0),
                "ended_at": utc(NOON),
                "status": "completed",
                "study_label": "Study Session",
                "allow_prompted_breaks": True,
                "signal_source": "presage",
            },
        ),
        *(
            (
                "focus_samples",
                {"sample_id": id, "session_id": SESSION, "captured_at": utc(NOON), **scores},
            )
            for id in SAMPLES
        ),
        ("focus_reports", {"session_id": SESSION, "report": REPORT}),
        (
            "break_prompts",
            {
                "prompt_id": PROMPT,
                "type": "HIGH_STRESS_BREAK",
                "reason": "High stress detected for 10+ minutes",
                "created_at": utc(NOON),
                "resolved_at": utc(NOON),
                "acknowledged": False,
                "payload": {"title": REST[0], "message": REST[1], "screen": "BREAK_PROMPT"},
            },
        ),
        (
            "pomodoro_sessions",
            {
                "session_id": POMODORO,
                "user_id": USER,
                "focus_minutes": 25,
                "break_minutes": 5,
                "cycles": 2,
                "started_at": utc(NOON),
                "ended_at": utc(LATER),
                "status": "completed",
            },
        ),
        ("encouragement_events", {"user_id": USER, "message": "Keep going"}),
        ("encouragement_events", {"user_id": USER, "message": "You can do it"}),
        ("idempotency_keys", {"key": "nobody's business"}),
    ]


PLACES = [collection for collection, _ in kept()]


def held_against(documents: Kept) -> list[str]:
    """What the judge has to say when the server holds this after the day."""
    return verdict(AcknowledgedWrites(), *DAY, *(stored(*document) for document in documents))


def test_a_store_that_holds_what_was_acknowledged_is_accepted() -> None:
    """Everything once, as it was last."""
    judge = AcknowledgedWrites()
    assert verdict(judge, *DAY, *(stored(*document) for document in kept())) == []
    assert judge.cases == 10


@pytest.mark.parametrize("place", range(len(PLACES) - 1))
def test_what_is_lost_is_missed(place: int) -> None:
    """Each document in turn."""
    documents = kept()
    lost, _ = documents.pop(place)
    words = sole(held_against(documents))
    assert "not stored" in words or "acknowledged, " in words
    assert lost in words or lost == "water_events"


@pytest.mark.parametrize("place", range(len(PLACES) - 1))
def test_what_was_applied_twice_is_noticed(place: int) -> None:
    """Each document in turn."""
    documents = kept()
    words = sole(held_against([*documents, documents[place]]))
    assert "twice" in words or "acknowledged, " in words


@pytest.mark.parametrize(
    ("collection", "wrong"),
    [
        ("water_schedules", {"interval_min": 60}),
        ("water_schedules", {"last_triggered_at": None}),
        ("water_events", {"at_utc": utc(LATER)}),
        ("break_preferences", {"stress_prompt_enabled": False}),
        ("focus_sessions", {"ended_at": None}),
        ("focus_sessions", {"status": "active"}),
        ("focus_sessions", {"study_label": "Math"}),
        ("focus_samples", {"stress_score": 0.8}),
        ("focus_samples", {"captured_at": utc(LATER)}),
        ("focus_samples", {"session_id": POMODORO}),
        ("focus_reports", {"report": {**REPORT, "sample_count": 1}}),
        ("break_prompts", {"acknowledged": True}),
        ("break_prompts", {"resolved_at": None}),
        ("break_prompts", {"created_at": utc(LATER)}),
        ("pomodoro_sessions", {"ended_at": None}),
        ("pomodoro_sessions", {"cycles": 4}),
        ("encouragement_events", {"message": "No"}),
    ],
)
def test_what_is_stored_otherwise_is_noticed(collection: str, wrong: Document) -> None:
    """One fact of a document is not as it was acknowledged."""
    documents = kept()
    place = PLACES.index(collection)
    documents[place] = (collection, {**documents[place][1], **wrong})
    assert held_against(documents)


def test_one_lost_and_another_twice_is_noticed() -> None:
    """The number of samples is right, but they are not the same."""
    documents = kept()
    first, second = (place for place, name in enumerate(PLACES) if name == "focus_samples")
    documents[second] = documents[first]
    assert "they are not the same" in sole(held_against(documents))


@pytest.mark.parametrize(
    ("collection", "id_name"),
    [
        ("focus_sessions", "session_id"),
        ("pomodoro_sessions", "session_id"),
        ("focus_reports", "session_id"),
        ("water_schedules", "user_id"),
    ],
)
def test_what_nobody_asked_for_is_noticed(collection: str, id_name: str) -> None:
    """A document that was never acknowledged; a prompt may be, for the server makes those."""
    _, document = kept()[PLACES.index(collection)]
    objections = held_against([*kept(), (collection, {**document, id_name: "somebody"})])
    assert "never acknowledged" in sole(objections)
    prompt = cast("Document", {"prompt_id": "new", "resolved_at": None})
    assert held_against([*kept(), ("break_prompts", prompt)]) == []


def test_a_pomodoro_that_ran_out_may_be_stored_either_way() -> None:
    """Whether anybody saw that it was over."""
    _, document = kept()[PLACES.index("pomodoro_sessions")]
    for ended_at, status in ((None, "active"), (utc(minute(780)), "completed")):
        end = {**document, "ended_at": ended_at, "status": status}
        story = [pomodoro_set(NOON), stored("pomodoro_sessions", end)]
        assert verdict(AcknowledgedWrites(), *story) == []


def test_a_refusal_promises_nothing() -> None:
    """What was answered with an error need not be stored."""
    wish, answer = json.loads("[{}, {}]")
    story = exchanged(1, "POST /api/water/ack", wish, answer, status=503)
    assert verdict(AcknowledgedWrites(), story) == []
