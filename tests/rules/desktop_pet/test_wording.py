"""What the pet says by itself: something for everything, and all of it can be spoken."""

import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petcore.rules.desktop_pet.answers import FAILED, FIRST, NOT_UNDERSTOOD, REFUSED, TALK, UNKNOWN
from petcore.rules.desktop_pet.chat import SPOKEN_MAX
from petcore.rules.desktop_pet.small_talk import DANGER, SOMEBODY_ELSE
from petcore.rules.desktop_pet.spoken import clock_time, duration, every, percent, times, waiting
from petcore.rules.desktop_pet.understanding import PHRASES, RULES, Intent, meant, understand
from petcore.rules.desktop_pet.wording import mentions, reply, said

TOOLS = sorted({rule.tool for rule in RULES if rule.tool is not None})
SPEAKABLE = re.compile(r"[A-Z][A-Za-z0-9 ,.!?;:'-]*[.!?]")

REPORT = {"sample_count": 3, "average_focus": 0.814, "average_stress": 0.3, "peak_stress": 0.5}
SCHEDULE = {
    "interval_min": 60,
    "start_time": "09:00",
    "end_time": "22:00",
    "enabled": True,
    "timezone": "America/Vancouver",
}

values = st.recursive(
    st.none() | st.booleans() | st.integers(0, 10**6) | st.floats(0, 1) | st.text(max_size=10),
    lambda inner: st.dictionaries(
        st.sampled_from([*REPORT, *SCHEDULE, "message", "study_label", "cycles", "focus_minutes"]),
        inner,
    ),
    max_leaves=8,
)
results = st.dictionaries(
    st.sampled_from(
        [
            *("session", "schedule", "report", "prompt", "on_break", "next_break_in_s", "active"),
            *("phase", "cycle_index", "seconds_remaining", "next_reminder_in_s", "status", "error"),
        ]
    ),
    values,
).map(lambda result: {"ok": True, **result})


@pytest.mark.parametrize(
    ("tool", "result", "expected"),
    [
        (
            "start_pomodoro",
            {"session": {"focus_minutes": 25, "break_minutes": 5, "cycles": 4}},
            "I started a Pomodoro: 25 minutes of focus and 5 minutes of break, 4 times. Off we go!",
        ),
        (
            "start_pomodoro",
            {"session": {"focus_minutes": 90, "break_minutes": 1}},
            (
                "I started a Pomodoro: 1 hour and 30 minutes of focus and 1 minute of break."
                " Off we go!"
            ),
        ),
        ("start_pomodoro", {}, "I started a Pomodoro."),
        (
            "start_pomodoro",
            {
                "session": {"focus_minutes": 10, "break_minutes": 5, "cycles": 1},
                "already_running": True,
            },
            (
                "I started a Pomodoro: 10 minutes of focus and 5 minutes of break, once."
                " Another one still runs beside it. Off we go!"
            ),
        ),
        ("stop_pomodoro", {"session": {}, "stopped": 2}, "I stopped all 2 Pomodoros."),
        (
            "end_study_session",
            {"report": {**REPORT, "sample_count": 0}, "ended": 3},
            "I ended all 3 of your study sessions. Nothing was measured in it.",
        ),
        ("stop_pomodoro", {"session": {}}, "I stopped the Pomodoro."),
        (
            "start_study_session",
            {"session": {"study_label": " maths "}},
            "I started a study session on maths. I am with you!",
        ),
        (
            "start_study_session",
            {"session": {"study_label": ""}},
            "I started a study session. I am with you!",
        ),
        (
            "end_study_session",
            {"report": REPORT},
            (
                "I ended your study session. Your focus was 81 percent and your stress 30"
                " percent on average."
            ),
        ),
        (
            "end_study_session",
            {"report": {**REPORT, "sample_count": 0}},
            "I ended your study session. Nothing was measured in it.",
        ),
        (
            "set_water_schedule",
            {"schedule": SCHEDULE},
            "I set your water reminders. I will remind you every hour from 9 am to 10 pm.",
        ),
        (
            "set_water_schedule",
            {"schedule": {**SCHEDULE, "enabled": False}},
            "I turned your water reminders off.",
        ),
        ("set_water_schedule", {}, "I set your water reminders. I will remind you."),
        (
            "read_water",
            {"schedule": SCHEDULE, "next_reminder_in_s": 720},
            "I remind you every hour from 9 am to 10 pm. The next reminder comes in 12 minutes.",
        ),
        (
            "read_water",
            {"schedule": SCHEDULE, "next_reminder_in_s": None},
            "I remind you every hour from 9 am to 10 pm.",
        ),
        (
            "read_water",
            {"schedule": {**SCHEDULE, "enabled": False}, "next_reminder_in_s": None},
            "Your water reminders are off. A glass of water is a good idea anyway.",
        ),
        (
            "read_water",
            {"schedule": None, "next_reminder_in_s": None},
            "You have no water reminders yet. Say, remind me to drink every hour.",
        ),
        (
            "set_water_schedule",
            {"schedule": {**SCHEDULE, "timezone": "UTC"}},
            (
                "I set your water reminders. I will remind you every hour from 9 am to 10 pm in"
                " universal time. If your clock shows another time, say, my time zone is Berlin."
            ),
        ),
        (
            "set_water_schedule",
            {"schedule": {**SCHEDULE, "timezone": "UTC", "end_time": "09:00"}},
            "I set your water reminders. I will remind you every hour all day.",
        ),
        (
            "read_water",
            {"schedule": {**SCHEDULE, "timezone": "Etc/UTC"}, "next_reminder_in_s": None},
            "I remind you every hour from 9 am to 10 pm in universal time.",
        ),
        (
            "read_water",
            {"schedule": {**SCHEDULE, "interval_min": 1440}, "next_reminder_in_s": 0},
            "I remind you once a day from 9 am to 10 pm. One is due now.",
        ),
        (
            "read_pomodoro",
            {"active": True, "phase": "focus", "cycle_index": 2, "seconds_remaining": 601},
            "You have 11 minutes of focus left in round 2.",
        ),
        (
            "read_pomodoro",
            {"active": True, "phase": "break", "seconds_remaining": 3},
            "You have 1 minute of break left.",
        ),
        (
            "read_pomodoro",
            {"active": False, "phase": None, "cycle_index": None, "seconds_remaining": None},
            "No Pomodoro is running right now.",
        ),
        ("read_pomodoro", {"active": True}, "No Pomodoro is running right now."),
        (
            "read_break",
            {"prompt": {"message": "Your stress is high."}, "on_break": False},
            "Yes, you should take a break now. Your stress is high.",
        ),
        ("read_break", {"prompt": {"message": 1}}, "Yes, you should take a break now."),
        (
            "read_break",
            {"prompt": None, "on_break": True, "next_break_in_s": None},
            "You are on a break right now. Enjoy it.",
        ),
        (
            "read_break",
            {"prompt": None, "on_break": False, "next_break_in_s": 59},
            "Your next break begins in less than a minute.",
        ),
        (
            "read_break",
            {"prompt": None, "on_break": False, "next_break_in_s": None},
            "No break is planned. You may take one whenever you need it.",
        ),
        (
            "read_focus_report",
            {"status": "active", "study_label": "maths", "report": REPORT},
            (
                "You are in a study session on maths. Your focus is 81 percent and your stress 30"
                " percent on average."
            ),
        ),
        (
            "read_focus_report",
            {"status": "completed", "study_label": "", "report": REPORT},
            (
                "Your last study session is over. Your focus was 81 percent and your stress 30"
                " percent on average."
            ),
        ),
        (
            "read_focus_report",
            {"status": "completed", "study_label": "", "report": {"sample_count": 1}},
            "Your last study session is over. Nothing was measured in it.",
        ),
        (
            "read_focus_report",
            {"status": "active", "study_label": "", "report": {"sample_count": 0}},
            "You are in a study session. Nothing has been measured yet.",
        ),
        ("dance", {}, "Done."),
    ],
)
def test_what_came_of_a_tool(tool: str, result: Mapping[str, object], expected: str) -> None:
    """What is known is said, and what is not is left out."""
    assert said(tool, {}, {"ok": True, **result}) == said(tool, {}, result) == expected
    assert reply(Intent("x", tool), {"ok": True, **result}, "Nova") == expected


@pytest.mark.parametrize(
    ("zone", "enabled", "expected"),
    [
        (
            "America/New_York",
            True,
            (
                "I set your water reminders to the time of New York. I will remind you every hour"
                " from 9 am to 10 pm."
            ),
        ),
        (
            "UTC",
            True,
            (
                "I set your water reminders. I will remind you every hour from 9 am to 10 pm in"
                " universal time."
            ),
        ),
        (
            "Asia/Tokyo",
            False,
            "I set your water reminders to the time of Tokyo. They are still off.",
        ),
    ],
)
def test_a_new_time_zone_is_told(zone: str, enabled: bool, expected: str) -> None:
    """By its city; who has just said a zone is not told how."""
    schedule = {**SCHEDULE, "timezone": zone, "enabled": enabled}
    assert said("set_water_schedule", {"timezone": zone}, {"schedule": schedule}) == expected


@pytest.mark.parametrize("tool", TOOLS)
def test_refusals_are_worded(tool: str) -> None:
    """What is no mistake is told; what is one names the bounds and never repeats the error."""
    for error, words in REFUSED.items():
        assert said(tool, {}, {"ok": False, "error": error}) == words
    whole = said(tool, {}, {"ok": False, "error": "focus_minutes: Input should be <script>"})
    assert whole == FAILED.get(tool, UNKNOWN)
    assert said(tool, {}, {"ok": False}) == said(tool, {}, {"ok": None}) == whole
    assert reply(Intent("x", tool), None, None) == whole


def test_every_intent_has_an_answer() -> None:
    """What uses no tool has one in the table, and the table has no others."""
    always = {SOMEBODY_ELSE, DANGER}
    assert set(TALK) == {rule.name for rule in RULES if rule.tool is None} | always
    assert set(FIRST) <= {rule.name for rule in RULES if rule.tool is not None}
    assert set(FAILED) == {tool for tool in TOOLS if not tool.startswith("read_")}


def test_the_pet_says_its_name() -> None:
    """If it has one, whatever that looks like."""
    intent = understand("who are you")
    assert reply(intent, None, "Nova").startswith("I am Nova.")
    assert reply(intent, None, "{0}{x}").startswith("I am {0}{x}.")
    assert "no name yet" in reply(intent, None, None)


def test_the_pet_is_honest_about_what_it_can_do() -> None:
    """When it does not understand, and when it is asked."""
    assert reply(None, None, "Nova") == NOT_UNDERSTOOD[0]
    assert "did not understand" in NOT_UNDERSTOOD[0]
    for answer in NOT_UNDERSTOOD:
        assert "small pet" in answer
        assert understand("what can you do")
    for word in ("Pomodoro", "study session", "drink", "break", "focused"):
        assert word in TALK["help"]


def test_what_it_advises_to_say_is_understood() -> None:
    """Nobody is told to say what it would not know."""
    advised = re.compile(r"(?:Try:|[Ss]ay,) ([^.]+)\.")
    orders = [
        order
        for table in (
            TALK,
            REFUSED,
            FAILED,
            dict(enumerate(NOT_UNDERSTOOD)),
            {"": said("read_water", {}, {"ok": True})},
            {"": said("set_water_schedule", {}, {"schedule": {**SCHEDULE, "timezone": "UTC"}})},
        )
        for answer in table.values()
        for order in advised.findall(answer)
    ]
    assert len(orders) >= 4
    assert all((intent := understand(order)) and intent.acts for order in orders), orders


def test_what_is_not_understood_is_not_always_answered_alike() -> None:
    """But the same words are; what was understood is answered as ever."""
    answers = [reply(meant("x" * length), None, "Nova") for length in range(12)]
    assert set(answers) == set(NOT_UNDERSTOOD)
    assert answers == [reply(meant("x" * length), None, "Nova") for length in range(12)]
    assert meant("start a pomodoro") == understand("start a pomodoro")


def test_who_needs_a_break_is_told_to_take_one() -> None:
    """And when the next is, if that is known."""
    intent = understand("I need a break")
    soon = {"prompt": None, "on_break": False, "next_break_in_s": 720}
    assert reply(intent, soon, None) == (
        "A break is a good idea: stand up, stretch, and look out of the window."
        " Your next break begins in 12 minutes."
    )


@pytest.mark.parametrize(
    "text",
    [
        *TALK.values(),
        *NOT_UNDERSTOOD,
        *FIRST.values(),
        *REFUSED.values(),
        *FAILED.values(),
        UNKNOWN,
    ],
)
def test_answers_can_be_spoken(text: str) -> None:
    """Short, and without markup."""
    assert SPEAKABLE.fullmatch(text.format(name="Nova"))
    assert len(text) < SPOKEN_MAX / 3


@given(st.sampled_from(TOOLS), results)
def test_no_result_makes_it_stumble(tool: str, result: Mapping[str, object]) -> None:
    """Each result of a tool is answered with a sentence, the same each time."""
    answer = said(tool, {}, result)
    assert answer[0].isupper()
    assert answer == said(tool, {}, result)
    assert "None" not in answer


def test_every_phrase_is_answered() -> None:
    """Without a result it has failed, and that is said."""
    for intent in PHRASES.values():
        assert reply(intent, None, None)


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("Okay, I have started a 25 minute Pomodoro for you.", "start_pomodoro"),
        ("Your timer is running. Good luck!", "start_pomodoro"),
        ("Sure! The Pomodoro has been stopped.", "stop_pomodoro"),
        ("I cancelled your timer", "stop_pomodoro"),
        ("Your study session on maths has begun.", "start_study_session"),
        ("Well done, your session is over.", "end_study_session"),
        ("I will remind you to drink every 45 minutes.", "set_water_schedule"),
        ("I won't remind you: I turned the reminders off.", "set_water_schedule"),
        ("Okay, I'll remind you every hour.", "set_water_schedule"),
        ("Your reminders are on.", "set_water_schedule"),
    ],
)
def test_an_answer_that_says_what_was_done(text: str, tool: str) -> None:
    """A language model has its own words for it."""
    assert mentions(text, tool)


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("Good luck!", "start_pomodoro"),
        ("Shall I have a Pomodoro started?", "start_pomodoro"),
        ("I could not get your Pomodoro started.", "start_pomodoro"),
        ("You like timers. Let us get started.", "start_pomodoro"),
        ("I started a Pomodoro.", "stop_pomodoro"),
        ("I started a Pomodoro.", "start_study_session"),
        ("Drink something.", "set_water_schedule"),
        ("I will remind you every hour if you like.", "set_water_schedule"),
        ("Your timer is running.", "read_pomodoro"),
        ("Your timer is running.", "dance"),
        ("No timer was started.", "start_pomodoro"),
        ("I never started a timer.", "start_pomodoro"),
        ("A pomodoro was already running.", "start_pomodoro"),
        ("You started a timer an hour ago.", "start_pomodoro"),
        ("Nothing about your timer was set.", "start_pomodoro"),
        ("You should drink every day.", "set_water_schedule"),
        ("Drink water every day!", "set_water_schedule"),
        ("Water will do you good.", "set_water_schedule"),
        ("Your study session is going to be great!", "start_study_session"),
        ("How is your study session going, well begun?", "start_study_session"),
        ("No study session was ended.", "end_study_session"),
        ("", "start_pomodoro"),
    ],
)
def test_an_answer_that_does_not(text: str, tool: str) -> None:
    """Questions, doubts and other matters do not count, nor does what changes nothing."""
    assert not mentions(text, tool)


@pytest.mark.parametrize("tool", FAILED)
def test_its_own_words_mention_what_it_did(tool: str) -> None:
    """And not what it could not do."""
    assert mentions(said(tool, {}, {"ok": True}), tool)
    assert not mentions(said(tool, {}, {"ok": False, "error": "x"}), tool)


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [
        (duration(0), "1 minute"),
        (duration(61), "2 minutes"),
        (duration(3600), "1 hour"),
        (duration(7260), "2 hours and 1 minute"),
        (waiting(0), "right now"),
        (waiting(59.5), "in less than a minute"),
        (waiting(60), "in 1 minute"),
        (every(1), "every minute"),
        (every(45), "every 45 minutes"),
        (every(60), "every hour"),
        (every(90), "every 90 minutes"),
        (every(120), "every 2 hours"),
        (every(1440), "once a day"),
        (times(1), "once"),
        (times(2), "twice"),
        (times(3), "3 times"),
        (percent(0.006), "1 percent"),
        (percent(1), "100 percent"),
        (clock_time("09:00"), "9 am"),
        (clock_time("00:00"), "midnight"),
        (clock_time("00:30"), "12:30 am"),
        (clock_time("12:00"), "noon"),
        (clock_time("12:05"), "12:05 pm"),
        (clock_time("22:30"), "10:30 pm"),
        (clock_time("25:00"), "25:00"),
    ],
)
def test_numbers_can_be_spoken(spoken: str, expected: str) -> None:
    """In whole minutes and hours, in percent and on a clock of twelve hours."""
    assert spoken == expected
