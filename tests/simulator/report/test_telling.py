"""What a trace says about its first student, kind of event by kind."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.report.sentences import headline
from simulator.report.story import ALONE, Mark, Posted, Span, Stay
from simulator.report.telling import tell
from tests.simulator.report.conftest import (
    HOUR,
    MINUTE,
    Event,
    Write,
    pet,
    sample,
    screen,
    served,
    student,
    truth,
)

WATER, PROMPT = "GET /api/water/poll", "GET /api/breaks/prompt/poll"


def test_the_activities_fill_the_day(write: Write) -> None:
    """Truth is told each minute; what stays the same is one span."""
    told = tell(write(truth(0, "asleep", 100, 200), truth(1, "asleep"), truth(8, "studying")))
    assert told.activities == [
        Span(0, 8 * HOUR, "asleep"),
        Span(8 * HOUR, 24 * HOUR, "studying"),
    ]
    assert (told.truth[0].focus, told.truth[0].stress) == (100, 200)


def test_a_session_that_nobody_ended_lasts_until_the_end(write: Write) -> None:
    """One ends when the student says so, the other with the world."""
    told = tell(
        write(
            student(9, "starts to study", label="Math"),
            student(11, "ends the session", label="Math"),
            student(22, "starts to study", label="Essay"),
        )
    )
    assert told.sessions == [
        Span(9 * HOUR, 11 * HOUR, "session", "Math"),
        Span(22 * HOUR, 24 * HOUR, "session", "Essay"),
    ]


def test_what_a_student_does_that_nobody_knows_is_passed_over(write: Write) -> None:
    """A trace of tomorrow can be read today."""
    told = tell(write(student(9, "sings", label="Aida"), student(10, "wakes")))
    assert (told.who, told.sessions, told.wishes) == ("audrey", [], [])


def test_each_reminder_is_told_once_with_what_came_of_it(write: Write) -> None:
    """The same answer to the same key is the same reminder."""
    due = {"remind_now": True}
    told = tell(
        write(
            *served(8, 7, WATER, due, key="f"),  # and nobody there
            *served(9, 1, WATER, due, key="a"),
            *served(9.01, 2, WATER, due, key="a"),  # the same again, for the answer was lost
            *served(9.5, 3, WATER, {"remind_now": False}, key="b"),
            *served(10, 4, WATER, due, key="c"),
            *served(11, 5, WATER, due, key="d"),
            *served(12, 6, WATER, due, key="e"),
            student(9.1, "drinks", after_s=360, late=False),
            student(10.5, "drinks", after_s=1800, late=True),
            student(11.1, "ignores the reminder"),
        )
    )
    assert [(mark.look, mark.at // HOUR) for mark in told.reminders] == [
        ("reminder_unseen", 8),
        ("drank", 9),
        ("drank_late", 10),
        ("reminder_ignored", 11),
        ("reminder_unseen", 12),
    ]
    assert told.reminders[2].until == 10 * HOUR + 30 * MINUTE


def test_each_prompt_is_told_once_with_what_came_of_it(write: Write) -> None:
    """A prompt is given to every poll until it is answered."""
    shown = {"show_prompt": True, "reason": "High stress"}
    told = tell(
        write(
            *served(9, 1, PROMPT, {**shown, "prompt_id": "a"}),
            *served(9.01, 2, PROMPT, {**shown, "prompt_id": "a"}),
            *served(10, 3, PROMPT, {**shown, "prompt_id": "b"}),
            *served(11, 4, PROMPT, {**shown, "prompt_id": "c"}),
            *served(12, 5, PROMPT, {**shown, "prompt_id": "d"}),
            student(9.1, "accepts the prompt"),
            student(10.1, "dismisses the prompt"),
            student(11.1, "ignores the prompt"),
        )
    )
    looks = [mark.look for mark in told.prompts]
    assert looks == ["accepted", "dismissed", "prompt_ignored", "prompt_unseen"]
    assert told.prompts[0].words == "High stress"


def test_a_reading_stands_where_it_was_captured(write: Write) -> None:
    """Not where it arrived; what was refused or sent twice is no reading more."""
    told = tell(
        write(
            *sample(9.5, 1, "2026-03-02T17:00:00", confidence=0.25),  # 9:00, posted late
            *sample(9.6, 2, "2026-03-02T17:00:00"),  # once more
            *sample(9.7, 3, "2026-03-02T16:59:00", focus_score=0.625),
            *served(9.8, 4, "POST /api/stress/sample", {"error": {}}, {"x": 1}, status=422),
        )
    )
    assert [reading.at for reading in told.posted] == [9 * HOUR - MINUTE, 9 * HOUR]
    assert told.posted[0].focus == 625
    assert told.posted[1] == Posted(9 * HOUR, round(9.5 * HOUR) + 20, 500, 400, 250)


def test_a_reading_that_does_not_say_when_stands_where_the_server_says(write: Write) -> None:
    """It was captured when it came."""
    scores = {"focus_score": 0.5, "stress_score": 0.4}
    answer = {"ok": True, "captured_at": "2026-03-02T17:54:00+00:00"}
    told = tell(write(*served(9.9, 1, "POST /api/stress/sample", answer, scores, status=201)))
    assert [reading.at for reading in told.posted] == [round(9.9 * HOUR)]


def test_a_pomodoro_is_a_plan_that_stopping_cuts_off(write: Write) -> None:
    """Phases follow from how it was started and when it ended."""
    session = {
        "session_id": "p",
        "focus_minutes": 25,
        "break_minutes": 5,
        "cycles": 2,
        "started_at": "2026-03-02T17:00:00+00:00",
        "ended_at": None,
    }
    stopped = {**session, "ended_at": "2026-03-02T17:40:00+00:00"}
    start, stop = "POST /api/breaks/pomodoro/start", "POST /api/breaks/pomodoro/stop"
    told = tell(
        write(
            *served(9, 1, start, {"session": session}, {}),
            *served(9.7, 2, stop, {"session": stopped}, {}),
        )
    )
    nine = 9 * HOUR
    assert told.phases == [
        Span(nine, nine + 25 * MINUTE, "pomodoro_focus", "focus 1 of 2"),
        Span(nine + 25 * MINUTE, nine + 30 * MINUTE, "pomodoro_break", "break 1 of 2"),
        Span(nine + 30 * MINUTE, nine + 40 * MINUTE, "pomodoro_focus", "focus 2 of 2"),
    ]


def test_the_window_of_reminders_follows_the_schedule(write: Write) -> None:
    """Each schedule holds until the next, over midnight too."""
    schedule = {
        "timezone": "America/Vancouver",
        "start_time": "08:00",
        "end_time": "22:00",
        "interval_min": 60,
        "enabled": True,
    }
    over_midnight = {**schedule, "start_time": "21:00", "end_time": "02:00"}
    path = "POST /api/water/schedule"
    told = tell(
        write(
            *served(1, 1, path, {"schedule": over_midnight}, {}),
            *served(7, 2, path, {"schedule": schedule}, {}),
            *served(20, 3, path, {"schedule": {**schedule, "enabled": False}}, {}),
        )
    )
    assert [(window.start, window.end) for window in told.windows] == [
        (HOUR + 20, 2 * HOUR),
        (8 * HOUR, 20 * HOUR + 20),
    ]


def test_a_count_down_is_one_stay_and_a_pet_without_power_is_dark(write: Write) -> None:
    """The screen has no gaps."""
    told = tell(
        write(
            pet(0, "boot", boot_id="1"),
            screen(0, "IDLE", "", "", False),
            screen(1, "POMODORO_TIMER", "focus", 25, False),
            screen(1.01, "POMODORO_TIMER", "focus", 24, False),
            screen(1.02, "POMODORO_TIMER", "focus", 23, True),
            pet(2, "unplugged"),
            pet(3, "boot", boot_id="2"),
            screen(3, "IDLE", "", "", False),
        )
    )
    assert [(stay.scene[0], stay.scene[3]) for stay in told.stays] == [
        ("IDLE", False),
        ("POMODORO_TIMER", False),
        ("POMODORO_TIMER", True),
        ("", False),
        ("IDLE", False),
    ]
    assert told.stays[1] == Stay(HOUR, 3_672_000, ("POMODORO_TIMER", "focus", 25, False), 24)
    assert [scene[2] for _, scene in told.scenes] == ["", 25, 24, 23, "", ""]
    assert told.outages == [Span(2 * HOUR, 3 * HOUR, "unplugged")]
    assert told.mishaps == [Mark(3 * HOUR, "reboot")]


def test_what_the_pet_said_by_itself_is_told_too(write: Write) -> None:
    """Offline, and neither hidden before nor told by the server; with what came of it."""
    drink = ("Drink water", "Time to hydrate!")
    told = tell(
        write(
            pet(0, "boot", boot_id="1"),
            screen(0, "IDLE", "", "", False),
            *served(9, 1, WATER, {"remind_now": True}, key="a"),
            screen(9, "WATER_DROP", *drink, False),
            screen(9.1, "WATER_DROP", *drink, True),
            screen(9.2, "BREAK_PROMPT", "Break time", "Rest", True),
            screen(9.3, "WATER_DROP", *drink, True),
            screen(9.4, "IDLE", "", "", True),
            screen(10.5, "WATER_DROP", *drink, True),
            screen(10.6, "WATER_DROP", *drink, False),
            student(10.55, "drinks", after_s=180, late=False),
            student(11, "looks at the status"),
        )
    )
    assert [(mark.at // HOUR, mark.look, mark.words) for mark in told.reminders] == [
        (9, "reminder_unseen", ""),
        (10, "drank", ALONE),
    ]
    assert [mark.look for mark in told.wishes] == ["status_look"]
    assert "Cut off from the server, the pet reminded Audrey by itself once." in headline(told)


def test_cuts_and_losses_are_told_apart(write: Write) -> None:
    """A loss in a cut has its reason already; a copy is no retry."""
    request, _ = served(9, 1, WATER, {}, key="a")
    again, _ = served(10.2, 2, WATER, {}, key="a")
    copy, _ = served(10.3, 3, WATER, {}, key="a", copy_of=2)
    told = tell(
        write(
            request,
            {"at": 9 * HOUR + 5, "kind": "lost", "id": 1, "leg": "request", "why": "loss"},
            {"at": 10 * HOUR, "kind": "cut", "until": 11 * HOUR},
            again,
            {
                "at": 10 * HOUR + 30 * MINUTE,
                "kind": "lost",
                "id": 2,
                "leg": "request",
                "why": "cut",
            },
            copy,
        )
    )
    assert told.outages == [Span(10 * HOUR, 11 * HOUR, "cut")]
    assert told.mishaps == [Mark(9 * HOUR + 5, "lost", "request lost")]
    counted = ("request", "retry", "copy", "lost request loss", "lost request cut")
    assert [told.counts[name] for name in counted] == [3, 1, 1, 1, 1]


def test_wishes_are_told(write: Write) -> None:
    """What the student asks of the pet by hand."""
    told = tell(
        write(
            student(9, "asks for encouragement"),
            student(10, "changes the water schedule", interval_min=90, enabled=True),
        )
    )
    assert [(mark.look, mark.words) for mark in told.wishes] == [
        ("encouragement", ""),
        ("change", "interval_min 90, enabled True"),
    ]


def talked(at: float, id: int, words: str, key: str, status: int = 200) -> Iterator[Event]:
    """The student says something."""
    answer = {"transcript": words, "actions": []} if status == 200 else {"ok": False}
    asked = {"user_id": "audrey", "transcript": words}
    return served(at, id, "POST /api/chat/message", answer, asked, key, status)


def test_what_was_said_is_told_once(write: Write) -> None:
    """With what the pet did; what failed and then went well went well, and refusals are no talk."""
    session = {
        "session_id": "p",
        "user_id": "audrey",
        "started_at": "2026-03-02T19:00:00+00:00",
        "ended_at": None,
        "focus_minutes": 30,
        "break_minutes": 5,
        "cycles": 1,
    }
    asked, answered = talked(11, 5, "Start.", "c")
    body = json.dumps({"transcript": "Start.", "actions": [{"name": "start_pomodoro"}]})
    result = json.dumps({"ok": True, "session": session})
    deed = {"kind": "acted", "id": 5, "tool": "start_pomodoro", "arguments": "{}"}
    told = tell(
        write(
            *talked(9, 1, "Hello.", "a", 502),
            *talked(9.1, 2, "Hello.", "a"),
            *talked(9.2, 3, "Hello.", "a"),
            *talked(10, 4, "Oh.", "b", 404),
            asked,
            {"at": 11 * HOUR + 10, **deed, "result": result},
            {**answered, "body": body},
            *talked(12, 6, "Bye.", "d", 502),
        )
    )
    assert [(mark.look, mark.words) for mark in told.talk] == [
        ("talked", "“Hello.”"),
        ("told_to", "“Start.” start_pomodoro"),
        ("not_answered", ""),
    ]
    assert [(phase.look, phase.start // MINUTE, phase.ms // MINUTE) for phase in told.phases] == [
        ("pomodoro_focus", 660, 30),
        ("pomodoro_break", 690, 5),
    ]
    assert (
        "Audrey talked to the pet three times, and told it once to do something. "
        "The pet could not answer once." in headline(told)
    )


def test_of_many_students_the_first_is_told_and_the_others_counted(write: Write) -> None:
    """Nothing of another's gets into the story."""
    bobs = {"kind": "student", "who": "bob", "does": "starts to study", "label": "Bob's"}
    poll, answer = served(9, 1, WATER, {"remind_now": True}, key="b")
    told = tell(
        write(
            truth(0, "asleep"),
            {"at": HOUR, **bobs},
            {**poll, "who": "pet/bob"},
            answer,
            {**screen(10, "IDLE", "", "", False), "who": "pet/bob"},
        )
    )
    assert (told.who, told.others) == ("audrey", 1)
    assert (told.sessions, told.reminders, told.stays) == ([], [], [])


def test_who_arrives_in_another_zone_lives_by_its_clock(write: Write) -> None:
    """A campus is no zone."""
    told = tell(
        write(student(9, "arrives", where="campus"), student(20, "arrives", where="Europe/London"))
    )
    (elsewhere,) = told.elsewhere
    assert told.wall.hours_ahead(elsewhere.zone, elsewhere.at) == 8


@pytest.mark.parametrize("text", ["", "null\n", '{"at":0,"kind":"boot"}\n'])
def test_what_is_no_trace_is_refused(text: str, tmp_path: Path) -> None:
    """Neither an empty file nor one without its first line."""
    path = tmp_path / "trace.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="does not begin like a trace"):
        tell(path)
