"""How people speak to a pet every day: orders in few words, what it cannot do, and what it feels.

Here: sentences that are typed, or heard by a better ear. Not here: those of the examples, and what
may not be overheard (``test_understanding``).
"""

import pytest

from petcore.rules.desktop_pet.understanding import understand

POMODORO, STUDY, WATER = "start_pomodoro", "start_study_session", "set_water_schedule"
ON = {"enabled": True}


@pytest.mark.parametrize(
    ("transcript", "tool", "arguments"),
    [
        ("let's focus", POMODORO, {}),
        ("start focusing", POMODORO, {}),
        ("Pomodoro", POMODORO, {}),
        ("Pomodoro, please", POMODORO, {}),
        ("I'd like a pomodoro", POMODORO, {}),
        ("I want a pomodoro", POMODORO, {}),
        ("give me a pomodoro", POMODORO, {}),
        ("let's do another pomodoro", POMODORO, {}),
        ("I need a 40 minute pomodoro", POMODORO, {"focus_minutes": 40}),
        ("start pomodoro 25", POMODORO, {"focus_minutes": 25}),
        ("start a pomodoro for 25", POMODORO, {"focus_minutes": 25}),
        ("start a pomodoro for 1.5 hours", POMODORO, {"focus_minutes": 90}),
        ("start a pomodoro for three quarters of an hour", POMODORO, {"focus_minutes": 45}),
        ("start a pomodoro 50/10", POMODORO, {"focus_minutes": 50, "break_minutes": 10}),
        ("start a 50/10 pomodoro", POMODORO, {"focus_minutes": 50, "break_minutes": 10}),
        (
            "start a 25 minute pomodoro, then a 5 minute break",
            POMODORO,
            {"focus_minutes": 25, "break_minutes": 5},
        ),
        ("focus for 25 minutes", POMODORO, {"focus_minutes": 25, "cycles": 1}),
        ("25 minute timer", POMODORO, {"focus_minutes": 25, "cycles": 1}),
        ("set a timer for 10 minutes", POMODORO, {"focus_minutes": 10, "cycles": 1}),
        ("set timer 5 min", POMODORO, {"focus_minutes": 5, "cycles": 1}),
        ("set the timer TO 10 minutes", POMODORO, {"focus_minutes": 10, "cycles": 1}),
        ("set the timer to 10", POMODORO, {"focus_minutes": 10, "cycles": 1}),
        ("set a timer for 10 minutes with 3 rounds", POMODORO, {"focus_minutes": 10, "cycles": 3}),
        ("start the timer", POMODORO, {}),
        ("start a pomodoro for math", POMODORO, {}),
        ("start a pomodoro for my math exam", POMODORO, {}),
        ("just stop the timer already", "stop_pomodoro", {}),
        ("I want to study", STUDY, {}),
        ("I want to study physics", STUDY, {"study_label": "physics"}),
        (
            "I'd like to study the French Revolution",
            STUDY,
            {"study_label": "the French Revolution"},
        ),
        ("study for my exam", STUDY, {"study_label": "exam"}),
        ("study math", STUDY, {"study_label": "math"}),
        ("start a study session called Linear Algebra", STUDY, {"study_label": "Linear Algebra"}),
        ("begin a study session for biology", STUDY, {"study_label": "biology"}),
        ("start a session for math", STUDY, {"study_label": "math"}),
        ("start studying for my math exam", STUDY, {"study_label": "math exam"}),
        ("let's study together", STUDY, {}),
        ("let's study more", STUDY, {}),
        ("let's study hard", STUDY, {}),
        ("let's study quickly", STUDY, {}),
        ("let's study a bit", STUDY, {}),
        ("let's study physics together", STUDY, {"study_label": "physics"}),
        ("I'm finished with my session", "end_study_session", {}),
        ("never remind me to drink", WATER, {"enabled": False}),
        ("remind me every hour until 6 pm", WATER, {**ON, "interval_min": 60, "end_time": "18:00"}),
        ("remind me until 6", WATER, {**ON, "end_time": "18:00"}),
        ("remind me until 6 am", WATER, {**ON, "end_time": "06:00"}),
        ("remind me until 06:00", WATER, {**ON, "end_time": "06:00"}),
        ("remind me until noon", WATER, {**ON, "end_time": "12:00"}),
        ("remind me to drink starting at 9", WATER, {**ON, "start_time": "09:00"}),
        ("remind me from 8:30 on", WATER, {**ON, "start_time": "08:30"}),
        ("remind me from 9 am to 9 am", WATER, {**ON, "start_time": "09:00", "end_time": "09:00"}),
        ("time left?", "read_pomodoro", {}),
        ("how long left", "read_pomodoro", {}),
        ("when does the pomodoro end?", "read_pomodoro", {}),
        ("what's the next break", "read_break", {}),
        ("is it break time yet?", "read_break", {}),
        ("I need a break", "read_break", {}),
    ],
)
def test_short_orders(transcript: str, tool: str, arguments: dict[str, object]) -> None:
    """With all that they say, and nothing else; a bare timer is one round."""
    intent = understand(transcript)
    assert intent is not None
    assert (intent.tool, dict(intent.arguments)) == (tool, arguments)


@pytest.mark.parametrize(
    "transcript",
    [
        "Pomodoro?",
        "the pomodoro",
        "the 25 minute timer",
        "set 9 30",
        "studying",
        "studying is hard",
        "study shows that coffee helps",
        "focusing for 25 minutes",
        "no pomodoro",
        "can you study math?",
        "could you study math",
        "don't study math",
        "never study",
        "I want to study medicine in Berlin",
        "I study physics",
        "let's study with bob",
        "study bob's notes",
        "start a session for bob",
        "start a pomodoro for all users",
        "start a timer for my friend bob",
        "set the timer for the pasta for ten minutes",
        "start a pomodoro. no",
        "start a pomodoro. stop",
        "no. start a pomodoro",
        "remind me until 25",
        "remind me starting at 99",
        "I need you to stop",
        "never stop reminding me",
    ],
)
def test_what_is_no_clear_order(transcript: str) -> None:
    """Nothing is done."""
    intent = understand(transcript)
    assert intent is None or not intent.acts


@pytest.mark.parametrize(
    "transcript",
    [
        "set the timer for the pasta for ten minutes",
        "stop the timer for math",
        "stop the session for biology",
        "remind me to drink for a change",
        "start a pomodoro for once",
    ],
)
def test_not_everything_is_somebody_else(transcript: str) -> None:
    """What follows "for" may be a matter; then nobody is told that it is somebody's."""
    assert understand(transcript) is None


@pytest.mark.parametrize(
    ("name", "transcripts"),
    [
        ("stop_what", ("Stop", "stop it!", "cancel", "I'm done", "end it", "hey, stop that")),
        (
            "adjust",
            ("pause the timer", "resume", "skip the break", "extend the timer by 5 minutes"),
        ),
        ("adjust", ("add 5 minutes", "add 5 minutes to my timer", "restart the pomodoro")),
        ("remind_at", ("remind me at 3 pm", "remind me to drink in 20 minutes", "snooze")),
        ("for_a_while", ("remind me to drink every hour for the next 3 hours",)),
        ("errand", ("remind me to call mom", "set an alarm for 7 am")),
        ("later", ("start a pomodoro at 3 pm", "start studying in ten minutes")),
        ("clock", ("what time is it?", "What's the date?")),
        ("forget", ("forget everything", "delete all my data")),
        ("remember", ("what did we talk about?", "do you remember me")),
        ("call_me", ("call me Sam", "my name is Sam")),
        ("elsewhere", ("turn off the light in the bedroom", "stop the music", "stop reading")),
        ("sad", ("I'm sad", "I feel so down today", "I failed my exam")),
        ("lonely", ("I am lonely",)),
        ("bored", ("I'm bored",)),
        ("thirsty", ("I'm so thirsty",)),
        ("happy", ("I'm happy", "I feel great today")),
        ("passed", ("I passed my exam!", "I did it")),
        ("stressed", ("I'm stressed about my exam", "I feel overwhelmed")),
        ("tired", ("I'm tired today",)),
        ("focus_advice", ("I can't concentrate", "I can't focus today")),
        ("motivate", ("motivate me", "I don't feel like studying")),
        ("robot", ("are you a robot?", "are you real")),
        ("joke", ("tell me a joke", "another joke")),
        ("yes", ("yes", "okay", "Sure!")),
        ("no", ("no", "no thanks", "never mind")),
        ("thanks", ("thanks, that's all", "that is all")),
        ("hello", ("can you hear me?",)),
        ("help", ("what else can you do?",)),
        ("pomodoro", ("what is a pomodoro?", "how does a pomodoro work")),
        ("offer", ("should I start a pomodoro?",)),
        ("good_night", ("Good night", "good night Nova")),
    ],
)
def test_what_is_only_answered(name: str, transcripts: tuple[str, ...]) -> None:
    """By name, and with no tool."""
    for transcript in transcripts:
        intent = understand(transcript)
        assert intent is not None, transcript
        assert (intent.name, intent.tool, intent.arguments) == (name, None, {}), transcript


@pytest.mark.parametrize("aside", ["I am sad.", "Yes.", "I passed my exam!", "Thanks!"])
def test_asides_do_not_hide_an_order(aside: str) -> None:
    """Whoever says how it goes may want something, too."""
    assert understand(f"{aside} Stop the timer.") == understand("stop the timer")
