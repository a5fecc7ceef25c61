"""An answer that says other than what was asked is noticed, field by field."""

import pytest

from simulator.invariants.done_as_asked import DoneAsAsked
from tests.simulator.invariants.story import USER, Object, Story, exchanged, schedule, sole, verdict

WISH = {"user_id": USER, "study_label": "Maths", "signal_source": None}
SESSION = {"session_id": "s", "user_id": USER, "study_label": "Maths", "signal_source": "presage"}
POMODORO = {"user_id": USER, "focus_minutes": 25, "break_minutes": 5, "cycles": 4}
SCHEDULE = schedule(interval=45)


def started(session: Object) -> Story:
    """A study session."""
    answer = {"ok": True, "session": session}
    return exchanged(1, "POST /api/stress/session/start", WISH, answer)


def pomodoro(session: Object) -> Story:
    """A Pomodoro."""
    answer = {"ok": True, "session": session}
    return exchanged(1, "POST /api/breaks/pomodoro/start", POMODORO, answer)


def starts(
    at: int,
    asked: Object,
    key: str | None,
    refused: Object | None = None,
    status: int = 201,
    who: str = "pet",
) -> Story:
    """A Pomodoro is asked for by a key, and refused or not."""
    answer = refused or {"ok": True, "session": {**asked, "session_id": "p"}}
    operation = "POST /api/breaks/pomodoro/start"
    return exchanged(at, operation, asked, answer, key=key, status=status, who=who)


def preferred(answer: Object) -> Story:
    """Break prompts are wanted."""
    asked = {"user_id": USER, "enabled": True}
    return exchanged(1, "POST /api/breaks/preferences/stress-prompts", asked, answer)


def read(interval: int) -> Story:
    """Somebody reads the schedule."""
    answer = {"user_id": USER, "timezone": "UTC", "start_time": "09:00", "end_time": "22:00"}
    full = {**answer, "interval_min": interval, "enabled": True}
    return exchanged(9, "GET /api/water/schedule", {"user_id": USER}, full)


def test_what_is_done_as_asked_is_accepted() -> None:
    """Null means absent; of what was not asked for nothing is known."""
    judge = DoneAsAsked()
    stories = [
        SCHEDULE,
        read(45),
        started(SESSION),
        pomodoro({**POMODORO, "session_id": "p"}),
        preferred({"ok": True, "user_id": USER, "enabled": True}),
    ]
    assert verdict(judge, *stories) == []
    assert judge.cases == 6 + 6 + 2 + 4 + 2


def test_a_repeated_answer_is_not_the_newest_schedule() -> None:
    """The same key again gets the old answer; what counts is what was set last."""
    stories = [schedule(interval=45, key="a"), schedule(interval=60, key="b")]
    assert verdict(DoneAsAsked(), *stories, schedule(interval=45, key="a"), read(60)) == []


def test_what_comes_with_an_old_key_is_refused() -> None:
    """A key belongs to what it has done for a sender and an operation: for nearly a day."""
    day, other = 24 * 60 * 60_000, {**POMODORO, "cycles": 1}
    refused = {"ok": False, "error": "Used.", "code": "key_reused"}
    stories = [
        starts(0, POMODORO, "a"),
        starts(1, other, "a", refused, 409),
        starts(2, POMODORO, "a"),
        starts(2, other, "b"),
        starts(2, other, "a", who="another pet"),
        exchanged(2, "POST /api/water/ack", {"user_id": USER}, {"ok": True}, key="a"),
        starts(day, other, "a"),
        starts(day + 1, other, "a"),
    ]
    judge = DoneAsAsked()
    assert verdict(judge, *stories) == []
    assert judge.cases == 6 * 4 + 1


@pytest.mark.parametrize(("key", "objections"), [("a", 1), (None, 0)])
def test_what_is_done_by_an_old_key_is_noticed(key: str | None, objections: int) -> None:
    """Something was done by it before; what was refused then has not used it up. Without a key all
    is new.
    """
    refused = {"ok": False, "error": "Store.", "code": "store_unavailable"}
    first, other = {**POMODORO, "cycles": 3}, {**POMODORO, "cycles": 1}
    stories = [
        starts(0, other, key, refused, 503),
        starts(1, first, key),
        starts(2, other, key),
        starts(3, first, key),
    ]
    said = verdict(DoneAsAsked(), *stories)
    assert ["has done something else before" in words for words in said] == [True] * objections


@pytest.mark.parametrize(
    ("stories", "complaint"),
    [
        ([started({**SESSION, "study_label": "Physics"})], "study_label should be 'Maths'"),
        ([pomodoro({**POMODORO, "cycles": 1})], "cycles should be 4, the server says 1"),
        ([preferred({"user_id": USER, "enabled": False})], "enabled should be True"),
        ([SCHEDULE, read(60)], "interval_min should be 45, the server says 60"),
        ([schedule(interval=45), schedule(interval=60), read(45)], "should be 60"),
    ],
)
def test_what_is_done_otherwise_is_noticed(stories: list[Story], complaint: str) -> None:
    """One field is another than asked for, and the judge names it."""
    assert complaint in sole(verdict(DoneAsAsked(), *stories))
