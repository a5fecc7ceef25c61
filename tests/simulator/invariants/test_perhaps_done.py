"""What was asked for and never acknowledged may be stored: wholly or not at all, and once."""

from collections.abc import Mapping

import pytest

from simulator.invariants.acknowledged_writes import AcknowledgedWrites
from simulator.invariants.perhaps_done import accounts_for
from tests.simulator.invariants.story import (
    POMODORO,
    PROMPT,
    SESSION,
    USER,
    Object,
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
    stored,
    study,
    utc,
    verdict,
    water_poll,
)

NOON, LATER = minute(720), minute(730)
REPORT = {"sample_count": 0, "graph_points": []}
Document = tuple[str, Object]


def doubtful(story: Story, status: int = 503) -> Story:
    """The same, but the server says that it failed, and nobody asks again."""
    return [{**event, "status": status} if "status" in event else event for event in story]


def dropped(story: Story) -> Story:
    """The same, but whoever was to answer has died."""
    request = story[0]
    return [request, {"at": request["at"], "kind": "dropped", "id": request["id"], "why": "crash"}]


def document(collection: str, **facts: object) -> Document:
    """What the server holds."""
    return collection, facts


SCHEDULE = document(
    "water_schedules",
    user_id=USER,
    timezone="UTC",
    start_time="09:00",
    end_time="22:00",
    interval_min=60,
    enabled=True,
    last_triggered_at=None,
)
STUDY = document(
    "focus_sessions",
    session_id=SESSION,
    user_id=USER,
    started_at=utc(0),
    ended_at=None,
    status="active",
    study_label="Study Session",
    allow_prompted_breaks=True,
    signal_source="presage",
)
RUNNING = document(
    "pomodoro_sessions",
    session_id=POMODORO,
    user_id=USER,
    focus_minutes=25,
    break_minutes=5,
    cycles=2,
    started_at=utc(NOON),
    ended_at=None,
    status="active",
)
REMINDED = document("water_events", user_id=USER, type="REMINDER_SENT", at_utc=utc(NOON))
SAID = document("encouragement_events", user_id=USER, message="Keep going")
SAMPLE = document(
    "focus_samples",
    session_id=SESSION,
    sample_id="11111111-1111-4111-8111-111111111111",
    captured_at=utc(NOON),
    focus_score=0.5,
    stress_score=0.9,
    confidence=1.0,
)
OPEN = document(
    "break_prompts",
    prompt_id=PROMPT,
    type="HIGH_STRESS_BREAK",
    reason="High stress detected for 10+ minutes",
    created_at=utc(NOON),
    resolved_at=None,
    acknowledged=None,
    payload={
        "title": "Break time",
        "message": "Your stress has stayed high. Take a short break.",
        "screen": "BREAK_PROMPT",
    },
)
PREFERS = document("break_preferences", user_id=USER, stress_prompt_enabled=False)


def changed(given: Document, **facts: object) -> Document:
    """The same with other facts."""
    return given[0], {**given[1], **facts}


Case = tuple[list[Story], Story, list[Document], list[Document]]
CASES: Mapping[str, Case] = {
    "schedule, the first one": ([], schedule(), [], [SCHEDULE]),
    "schedule, another one": (
        [schedule()],
        schedule(1, interval=45),
        [SCHEDULE],
        [changed(SCHEDULE, interval_min=45)],
    ),
    "reminder": (
        [schedule()],
        water_poll(NOON, reminds=True),
        [SCHEDULE],
        [changed(SCHEDULE, last_triggered_at=utc(NOON)), REMINDED],
    ),
    "acknowledged water": (
        [],
        exchanged(NOON, "POST /api/water/ack", {"user_id": USER}, {"ok": True}, key="a"),
        [],
        [document("water_events", user_id=USER, type="DEVICE_ACK", at_utc=utc(NOON))],
    ),
    "session start": ([], study(0, key="k"), [], [STUDY]),
    "sample": ([study(0)], sample(NOON), [STUDY], [STUDY, SAMPLE]),
    "session end": (
        [study(0)],
        session_end(NOON, REPORT),
        [STUDY],
        [
            changed(STUDY, ended_at=utc(NOON), status="completed"),
            document("focus_reports", session_id=SESSION, report=REPORT),
        ],
    ),
    "preference": (
        [preference(0, enabled=False)],
        preference(1, enabled=True),
        [PREFERS],
        [changed(PREFERS, stress_prompt_enabled=True)],
    ),
    "Pomodoro start": ([], pomodoro_set(NOON), [], [RUNNING]),
    "Pomodoro stop": (
        [pomodoro_set(NOON)],
        pomodoro_set(LATER, ended_at=LATER),
        [RUNNING],
        [changed(RUNNING, ended_at=utc(LATER), status="completed")],
    ),
    "prompt acknowledgement": (
        [prompt_poll(NOON, PROMPT, NOON)],
        prompt_ack(NOON, PROMPT, accepts=True, answered=True),
        [OPEN],
        [changed(OPEN, resolved_at=utc(NOON), acknowledged=True)],
    ),
    "encouragement": ([], encouragement(NOON, "Keep going", key="e"), [], [SAID]),
}
"""What happened before, what nobody knows of, and what is stored if it was not done, or was."""

ENDS = {"Pomodoro stop", "prompt acknowledgement"}
"""What comes to an end may do so without anybody."""


def held(before: list[Story], doubt: Story, documents: list[Document]) -> list[str]:
    """What the judge has to say when the server holds this in the end."""
    kept = [stored(*each) for each in documents]
    return verdict(AcknowledgedWrites(), *before, doubt, *kept)


@pytest.mark.parametrize("name", CASES)
def test_it_may_have_been_done_or_not(name: str) -> None:
    """Whether the server said that it failed, or died; what was acknowledged is stored."""
    before, asked, undone, done = CASES[name]
    for doubt in (doubtful(asked), dropped(asked)):
        assert held(before, doubt, undone) == []
        assert held(before, doubt, done) == []


@pytest.mark.parametrize("name", sorted(CASES.keys() - ENDS))
def test_nobody_else_may_have_done_it(name: str) -> None:
    """Nothing was asked for, or it was refused: then nothing of it is stored."""
    before, asked, _, done = CASES[name]
    assert held(before, [], done)
    assert held(before, doubtful(asked, 400), done)


@pytest.mark.parametrize(
    "name", [name for name, (_, _, undone, done) in CASES.items() if len(done) > len(undone)]
)
def test_it_is_not_done_twice(name: str) -> None:
    """One wish accounts for one document of a kind."""
    before, asked, undone, done = CASES[name]
    new = next(each for each in done if each[0] not in {kept for kept, _ in undone})
    other = changed(new, session_id="another") if new[0] == "pomodoro_sessions" else new
    assert held(before, doubtful(asked), [*done, other])


@pytest.mark.parametrize("name", CASES)
def test_what_is_answered_after_all_must_be_stored(name: str) -> None:
    """Who was asked again and said that it is done has promised it."""
    before, asked, undone, _ = CASES[name]
    assert held([*before, doubtful(asked)], asked, undone)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("schedule, another one", changed(SCHEDULE, interval_min=15)),
        ("preference", changed(PREFERS, user_id="somebody")),
        ("session start", changed(STUDY, user_id="somebody")),
        ("session end", changed(STUDY, status="completed", study_label="Math")),
        ("Pomodoro stop", changed(RUNNING, cycles=4)),
        ("encouragement", changed(SAID, user_id="somebody")),
    ],
)
def test_something_else_was_not_asked_for(name: str, wrong: Document) -> None:
    """What is stored otherwise than acknowledged is what somebody has asked for."""
    before, asked, _, _ = CASES[name]
    assert held(before, doubtful(asked), [wrong])


def test_what_was_acknowledged_is_there_beside_what_is_in_doubt() -> None:
    """One that was promised and is lost is not made good by one that was not."""
    promised = encouragement(NOON, "You can do it", key="d")
    asked = doubtful(encouragement(NOON, "Keep going", key="e"))
    other = changed(SAID, message="You can do it")
    assert held([promised], asked, [other, SAID]) == []
    assert held([promised], asked, [other]) == []
    assert held([promised], asked, [SAID])
    assert held([promised], asked, [SAID, SAID])


def test_what_a_pet_is_told_in_words_may_be_any_deed() -> None:
    """Of the user who said so."""
    said = {"user_id": USER, "transcript": "Start a Pomodoro, please."}
    asked = doubtful(exchanged(NOON, "POST /api/chat/message", said, {}, key="c"))
    assert held([], asked, [RUNNING]) == []
    assert held([], asked, [changed(RUNNING, user_id="somebody")])
    for doubt, complaints in ((asked, 0), ([], 1)):
        assert len(held([schedule()], doubt, [changed(SCHEDULE, interval_min=45)])) == complaints
        ended = changed(STUDY, ended_at=utc(LATER), status="completed")
        assert len(held([study(0), session_end(NOON)], doubt, [ended])) == complaints + 1


def test_parts_account_for_a_difference() -> None:
    """None, one or two of them; more are believed."""
    assert accounts_for([3, 4, 5], 0, 0)
    assert not accounts_for([3, 4, 5], 0, 1)
    assert accounts_for([3, 4, 5], 1, 4)
    assert not accounts_for([3, 4, 5], 1, 6)
    assert accounts_for([3, 4, 5], 2, 9)
    assert not accounts_for([3, 4, 5], 2, 10)
    assert accounts_for([3, 4, 5], 3, 0)
