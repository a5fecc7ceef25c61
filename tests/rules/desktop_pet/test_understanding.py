"""What the pet understands by itself, and above all what it does not act on."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petcore.rules.desktop_pet.plain import TRANSCRIPT_MAX
from petcore.rules.desktop_pet.understanding import GRAMMAR, PHRASES, RULES, Intent, understand
from tests.rules.desktop_pet.hostile import HOSTILE, Hostile

ORDERS = [phrase for phrase, intent in PHRASES.items() if intent.acts]

POLITE = ("please", "can you", "could you")

KNOWN = sorted({word for phrase in PHRASES for word in phrase.split()})
ODD = ["don't", "bob's", "for", "bob", "25", "9:30", ",", "?", ".", '"', "hey", "minutes"]
words = st.sampled_from([*KNOWN, *ODD])


def _acts(transcript: str) -> bool:
    intent = understand(transcript)
    return intent is not None and intent.acts


def _folded(intent: Intent | None) -> Intent | None:
    """The same with its subject in small letters: it is kept as it was said."""
    if intent is None or "study_label" not in intent.arguments:
        return intent
    label = str(intent.arguments["study_label"]).lower()
    return replace(intent, arguments={"study_label": label})


def test_examples_are_many_and_of_every_rule() -> None:
    """Of every one that may be spoken, that is; each is one that the pet knows."""
    assert len(PHRASES) >= 60
    examples = {intent.name for intent in PHRASES.values()}
    assert {rule.name for rule in RULES if rule.spoken} <= examples
    assert examples <= {rule.name for rule in RULES}


@pytest.mark.parametrize("phrase", PHRASES)
def test_examples_are_understood(phrase: str) -> None:
    """Each as what it is an example of, however it is wrapped and written."""
    intent = PHRASES[phrase]
    for said in (
        phrase,
        phrase.upper(),
        f"  {phrase.capitalize()}!\n",
        f"hey nova, {phrase}",
        f"Okay Nova {phrase}.",
        f"Well, {phrase}",
        f"{phrase}, please",
        f"Hello! {phrase}.",
        phrase.replace("i am", "I\u2019m").replace("let us", "let's"),
    ):
        assert _folded(understand(said)) == intent, said


@pytest.mark.parametrize("phrase", ORDERS)
def test_nothing_around_an_order_is_overheard(phrase: str) -> None:
    """Negations, questions, quotations, tales, and what somebody else is to do, are no orders."""
    for said in (
        f"{phrase}. No, wait.",
        f"should I {phrase}?",
        f"if I say {phrase}",
        f"what happens when I {phrase}",
        f'"{phrase}"',
        f"\u201c{phrase}\u201d",
        f"'{phrase}'",
        f"he said {phrase}",
        f"bob says: {phrase}",
        f"tomorrow, {phrase}",
        f"Nova, {phrase}",  # whoever knows the name takes it away before
        f"{phrase} or not",
        f"{phrase} in bob's account",
        f"{phrase} for bob",
        f"{{{phrase}}}",
        f"{phrase}; {'start' if phrase.startswith('stop') else 'stop'} the timer and then dance",
    ):
        assert not _acts(said), said


@pytest.mark.parametrize("phrase", ORDERS)
def test_the_opposite_of_an_order_is_none(phrase: str) -> None:
    """Except that not to be reminded is an order, too."""
    for no in ("don't", "do not", "please don't", "never", "hey, never", "did you", "i did not"):
        said = f"{no} {phrase}"
        intent = understand(said)
        assert intent is None or not intent.acts or intent.arguments == {"enabled": False}, said


@pytest.mark.parametrize("phrase", ORDERS)
def test_who_asks_is_not_obeyed(phrase: str) -> None:
    """Unless it is a polite way to give an order."""
    assert _acts(f"{phrase}?") == phrase.startswith(("can you", "could you"))


@pytest.mark.parametrize(
    ("transcript", "tool", "arguments"),
    [
        ("Start a 25-minute Pomodoro", "start_pomodoro", {"focus_minutes": 25}),
        ("could you start a pomodoro?", "start_pomodoro", {}),
        ("start a pomodoro, 25 min", "start_pomodoro", {"focus_minutes": 25}),
        (
            "start a pomodoro with three rounds of 30 minutes",
            "start_pomodoro",
            {"cycles": 3, "focus_minutes": 30},
        ),
        ("start a pomodoro for 25min", "start_pomodoro", {"focus_minutes": 25}),
        ("start four pomodoros", "start_pomodoro", {"cycles": 4}),
        ("start a pomodoro for 1 hour 20 minutes", "start_pomodoro", {"focus_minutes": 80}),
        ("start a pomodoro for two hours", "start_pomodoro", {"focus_minutes": 120}),
        ("start a pomodoro for two and a half hours", "start_pomodoro", {"focus_minutes": 150}),
        ("start a pomodoro for a minute", "start_pomodoro", {"focus_minutes": 1}),
        (
            "start a pomodoro for a hundred and twenty minutes",
            "start_pomodoro",
            {"focus_minutes": 120},
        ),
        ("start a pomodoro for one hundred minutes", "start_pomodoro", {"focus_minutes": 100}),
        ("start a pomodoro for a quarter of an hour", "start_pomodoro", {"focus_minutes": 15}),
        (
            "start a timer with 50 minutes of focus and 10 minutes of break",
            "start_pomodoro",
            {"focus_minutes": 50, "break_minutes": 10},
        ),
        ("let's focus for half an hour", "start_pomodoro", {"focus_minutes": 30, "cycles": 1}),
        ("turn the timer off", "stop_pomodoro", {}),
        (
            "start studying Linear  Algebra",
            "start_study_session",
            {"study_label": "Linear Algebra"},
        ),
        ("start studying chapter three", "start_study_session", {"study_label": "chapter 3"}),
        ("start studying c++ please", "start_study_session", {"study_label": "c++"}),
        ("start studying for my maths exam", "start_study_session", {"study_label": "maths exam"}),
        ("Start a session about Ökologie", "start_study_session", {"study_label": "Ökologie"}),
        ("I'm done studying maths", "end_study_session", {}),
        ("remind me hourly", "set_water_schedule", {"enabled": True, "interval_min": 60}),
        (
            "remind me every other hour",
            "set_water_schedule",
            {"enabled": True, "interval_min": 120},
        ),
        ("don't remind me anymore", "set_water_schedule", {"enabled": False}),
        ("How long till my next break?", "read_break", {}),
        ("Thanks! When's my next break?", "read_break", {}),
        ("Nova, when is my next break?", "read_break", {}),
        ("I am so stressed. Stop the timer.", "stop_pomodoro", {}),
        ("Stop the timer. Stop the timer!", "stop_pomodoro", {}),
        ("Stop the timer. Start studying.", None, {}),
        ("start a pomodoro and start studying", None, {}),
        ("start studying for bob", None, {}),
        ("start studying with bob", None, {}),
        ("start studying in ten minutes", None, {}),
    ],
)
def test_orders(transcript: str, tool: str | None, arguments: dict[str, object]) -> None:
    """Arguments are taken from digits and from words; anything unclear is no order."""
    intent = understand(transcript)
    assert (intent.tool if intent else None) == tool
    if intent is not None:
        assert dict(intent.arguments) == arguments


@pytest.mark.parametrize(
    ("hours", "start", "end"),
    [
        ("from nine to ten pm", "09:00", "22:00"),
        ("from 9 to 5", "09:00", "17:00"),
        ("from 9 a.m. to 5 p.m.", "09:00", "17:00"),
        ("from 9am to 10:30pm", "09:00", "22:30"),
        ("between 08:15 and 20.45", "08:15", "20:45"),
        ("from nine thirty to noon", "09:30", "12:00"),
        ("from noon to midnight", "12:00", "00:00"),
        ("from 22:00 until 6:00", "22:00", "06:00"),
        ("from 8 pm to 10", "20:00", "22:00"),
        ("from nine o'clock in the morning to ten at night", "09:00", "22:00"),
        ("from ten at night to three at night", "22:00", "03:00"),
        ("from twelve am to twelve pm", "00:00", "12:00"),
        ("from six to six", "06:00", "18:00"),
        ("from six to six am", "06:00", "06:00"),
        ("from two in the afternoon to seven in the evening", "14:00", "19:00"),
    ],
)
def test_times_of_day(hours: str, start: str, end: str) -> None:
    """As they are said and as they are written; an end without a half of the day comes next."""
    assert understand(f"remind me {hours}") == Intent(
        "set_water_schedule",
        "set_water_schedule",
        {"enabled": True, "start_time": start, "end_time": end},
    )


@pytest.mark.parametrize(
    "hours",
    [
        "from 25 to 30",
        "from 9 to 24:30",
        "from 9:75 to 11",
        "from 13 pm to 15 pm",
        "from 0 am to 9",
    ],
)
def test_times_that_there_are_not(hours: str) -> None:
    """They are no order at all."""
    assert understand(f"remind me {hours}") is None


@pytest.mark.parametrize(
    ("transcript", "name"),
    [
        ("Hi there", "hello"),
        ("Hello Nova", "hello"),
        ("Hello, nova!", "hello"),
        ("Thank you, Nova.", "thanks"),
        ("hey stop", "stop_what"),
        ("hi, who are you", "name"),
        ("Thanks! How are you?", "how_are_you"),
        ("Can you help me focus for the next hour?", "focus_advice"),
        ("should I start a pomodoro?", "offer"),
        ("i can't concentrate", "focus_advice"),
        ("I want to die", "danger"),
        ("I am exhausted", "tired"),
        ("start a pomodoro for bob", "somebody_else"),
        ("stop Bob's timer", "somebody_else"),
        ("remind bob to drink", "somebody_else"),
        ("how focused was bob", "somebody_else"),
        ("start a pomodoro for bob. start a pomodoro", None),
        ("what is the weather", None),
        ("", None),
        ("...", None),
        ("  \n ", None),
    ],
)
def test_small_talk(transcript: str, name: str | None) -> None:
    """It uses no tool, and does not hide what is said beside it."""
    intent = understand(transcript)
    assert (intent.name if intent else None) == name
    assert intent is None or intent.tool is None


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: ascii(hostile.transcript[:40]))
def test_hostile_transcripts(hostile: Hostile) -> None:
    """None does more than it may, and none names anybody."""
    intent = understand(hostile.transcript)
    assert intent is None or intent.tool is None or intent.tool in hostile.may
    assert intent is None or not {"user_id", "user", "name"} & set(intent.arguments)


def test_hostile_transcripts_are_many() -> None:
    """And some of them are orders after all, so that nobody refuses everything."""
    assert len(HOSTILE) >= 40
    for hostile in HOSTILE:
        intent = understand(hostile.transcript)
        assert not hostile.may or (intent is not None and intent.tool in hostile.may)


def test_long_transcripts_are_not_understood() -> None:
    """Nobody says more in an order."""
    order = "start a pomodoro"
    assert _acts(order + "." * (TRANSCRIPT_MAX - len(order)))
    assert understand(order + "." * (TRANSCRIPT_MAX - len(order) + 1)) is None


@given(st.text(max_size=300) | st.lists(words, max_size=30).map(" ".join))
def test_nothing_makes_it_stumble(transcript: str) -> None:
    """Each text is understood or not; the tools and what they are given are always known ones."""
    intent = understand(transcript)
    if intent is not None and intent.tool is not None:
        assert set(intent.arguments) <= {
            *("focus_minutes", "break_minutes", "cycles", "study_label"),
            *("interval_min", "start_time", "end_time", "enabled", "timezone"),
        }


def test_the_grammar_holds_words_that_can_be_heard() -> None:
    """Each is in the dictionary of the speech model."""
    pocketsphinx = pytest.importorskip("pocketsphinx")
    decoder = pocketsphinx.Decoder(lm=None, loglevel="FATAL")
    rules = GRAMMAR.split(";", 2)[2]
    heard = set(re.findall(r"[^\s\[\]()|<>=;]+", re.sub(r"public|<\w+>", "", rules)))
    assert len(heard) > 100
    assert [word for word in heard if decoder.lookup_word(word) is None] == []


def test_the_grammar_holds_every_example() -> None:
    """And not just anything."""
    pocketsphinx = pytest.importorskip("pocketsphinx")
    decoder = pocketsphinx.Decoder(lm=None, loglevel="FATAL")
    decoder.add_jsgf_string("pet", GRAMMAR)
    heard = decoder.get_fsg("pet")
    assert [phrase for phrase in PHRASES if not heard.accept(phrase)] == []
    assert not heard.accept("start a pomodoro for bob")


@pytest.mark.parametrize("no", ["don't", "do not", "please don't", "never", "did you", "i did not"])
def test_the_grammar_holds_what_is_no_order(no: str) -> None:
    """So that a negation is heard as one: else the order in it would be."""
    pocketsphinx = pytest.importorskip("pocketsphinx")
    decoder = pocketsphinx.Decoder(lm=None, loglevel="FATAL")
    decoder.add_jsgf_string("pet", GRAMMAR)
    heard = decoder.get_fsg("pet")
    assert [
        phrase
        for phrase in ORDERS
        if not phrase.startswith(POLITE)
        if not heard.accept(f"{no} {phrase}")
    ] == []
