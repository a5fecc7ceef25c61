"""Each way in which what the pet talks by can fail, and what the trace tells of it."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

import pytest

from petcore.errors import HearingFailed, LanguageFailed, VoiceFailed
from petcore.ports.faculties import Faculties
from petcore.ports.language import Talk, ToolCall
from simulator.kernel import trace
from simulator.kernel.fate import Fate
from simulator.kernel.serving import SERVING
from simulator.people.talk import recorded
from simulator.talk.faults import ProviderFaults
from simulator.talk.small_model import NO_LETTERS
from simulator.talk.trouble import BLANK, CUT, ENDLESS, FAILS, HANGS, SILENT, STRANGE
from simulator.talk.twins import faculties_of
from tests.simulator.stages import Scene, scene

ALWAYS, ROUNDS = 1000, 30
TALK = Talk("You are a pet.", "Nova", None, (), "Start a Pomodoro of 30 minutes.", ())
WORDS = "Ça va?"


class Tools:
    """Refuses what makes no sense, and gives up on who does not stop, as the server does."""

    def __init__(self) -> None:
        self.calls: list[ToolCall] = []

    async def act(self, call: ToolCall) -> Mapping[str, object]:
        """The ``Act``."""
        self.calls.append(call)
        if len(self.calls) > 16:
            raise LanguageFailed("the language does not stop using tools")
        is_meant = call.arguments in ({"focus_minutes": 30}, {})
        return {"ok": True} if is_meant else {"ok": False, "error": "no"}


async def write(faculties: Faculties, tools: Tools) -> str:
    """An answer; what came before it failed, and how it failed."""
    text = ""
    try:
        async for piece in faculties.language.answer(TALK, tools.act):
            text += piece
            if len(text) > 10_000:
                return text
    except LanguageFailed as failure:
        return f"{text}, failed: {failure.message}"
    return text


async def speak(faculties: Faculties) -> str:
    """How a sentence is spoken."""
    try:
        return "sound" if await faculties.voice.speak("Hello.", None, "pcm") else "nothing"
    except VoiceFailed:
        return "failed"


async def hear(faculties: Faculties) -> str:
    """What is heard of some words."""
    try:
        return await faculties.hearing.hear(await faculties.audio.read(recorded(WORDS), 60))
    except HearingFailed:
        return "failed"


def came(
    empty: Scene, faults: ProviderFaults, ask: Callable[[Faculties], Awaitable[str]]
) -> list[str]:
    """What becomes of many questions with these faults, each for a request of its own."""
    faculties = faculties_of(empty.stage, faults, Fate(empty.stage))

    async def all_of_them() -> list[str]:
        outcomes = []
        for number in range(ROUNDS):
            SERVING.set(number)
            outcomes.append(await ask(faculties))
        return outcomes

    return empty.stage.loop.run_until_complete(all_of_them())


def written(empty: Scene, faults: ProviderFaults) -> list[tuple[str, list[ToolCall]]]:
    """Many answers, and the tools that were used for each."""
    used: list[list[ToolCall]] = []

    async def ask(faculties: Faculties) -> str:
        tools = Tools()
        used.append(tools.calls)
        return await write(faculties, tools)

    return list(zip(came(empty, faults, ask), used, strict=True))


def told(empty: Scene, kind: str, what: str) -> set[object]:
    """The requests of which the trace says so."""
    return {event["id"] for event in empty.events(kind) if event["what"] == what}


def struck(empty: Scene, fault: str, who: str) -> int:
    """How often somebody was befallen."""
    return sum((each["fault"], each["who"]) == (fault, who) for each in empty.events("fault"))


def test_without_faults_there_is_no_trouble() -> None:
    """What every talkative world has is no fault of a preset."""
    with scene() as empty:
        written(empty, ProviderFaults())
        came(empty, ProviderFaults(), speak)
        came(empty, ProviderFaults(), hear)
        assert not empty.events("fault", "late")


def test_nobody_writes() -> None:
    """Refused before a word, and before anything is done."""
    with scene() as empty:
        answers = written(empty, ProviderFaults(language=ALWAYS))
        assert all(text.startswith(", failed") and not calls for text, calls in answers)
        assert told(empty, "failed", "language") == set(range(ROUNDS))
        assert struck(empty, FAILS, "language") == ROUNDS


def test_an_answer_is_cut() -> None:
    """After what was asked for was done, and some words."""
    with scene() as empty:
        answers = written(empty, ProviderFaults(cut=ALWAYS))
        late = [text for text, calls in answers if calls]
        assert len(late) > ROUNDS // 2
        assert all("Nova hears" in text and ", failed" in text for text in late)
        assert told(empty, "failed", "language") == set(range(ROUNDS))
        assert struck(empty, CUT, "language") == ROUNDS


def test_an_answer_is_nothing() -> None:
    """Only space, which is no answer; nothing was done."""
    with scene() as empty:
        answers = written(empty, ProviderFaults(blank=ALWAYS))
        assert all(not text.strip() or ", failed" in text for text, _ in answers)
        assert any(not text.strip() for text, _ in answers)
        assert not any(calls for _, calls in answers)
        assert told(empty, "failed", "language") == set(range(ROUNDS))
        assert struck(empty, BLANK, "language") == ROUNDS


def test_an_answer_holds_nonsense() -> None:
    """Tools that are none, arguments that are none, what are no letters: all after what was asked
    for, and then there is an answer as usual.
    """
    with scene() as empty:
        answers = written(empty, ProviderFaults(strange=ALWAYS))
        whole = [(text, calls) for text, calls in answers if "in mind" in text]
        assert len(whole) > ROUNDS // 2
        for text, calls in whole:
            names = [call.name for call in calls]
            assert names[:2] == ["start_pomodoro", "launch_rocket"]
            assert len(names) == 4
            assert text.startswith(NO_LETTERS)
        results = [str(event["result"]) for event in empty.events("acted")]
        assert sum('"ok":true' in each for each in results) == len(results) // 4
        assert struck(empty, STRANGE, "language") == ROUNDS


def test_an_answer_does_not_say_what_was_done() -> None:
    """It was done all the same."""
    with scene() as empty:
        answers = written(empty, ProviderFaults(silent=ALWAYS))
        late = [text for text, calls in answers if calls]
        assert len(late) > ROUNDS // 2
        assert not any("start_pomodoro" in text for text in late)
        assert struck(empty, SILENT, "language") == ROUNDS
    with scene() as empty:
        plain = written(empty, ProviderFaults())
        assert sum("start_pomodoro" in text for text, _ in plain) > ROUNDS // 2


def test_several_wishes_are_granted_one_after_the_other() -> None:
    """In the order of the sentence, and some time apart; the trace says when each is thought of."""
    tools = Tools()
    order = "Begin a Pomodoro, stop it, and begin another one."
    with scene() as empty:
        faculties = faculties_of(empty.stage)

        async def ask() -> None:
            SERVING.set(7)
            talk = replace(TALK, transcript=order)
            with suppress(LanguageFailed):
                async for _ in faculties.language.answer(talk, tools.act):
                    pass

        empty.stage.loop.run_until_complete(ask())
        thinks, acted = empty.events("thinks"), empty.events("acted")
    names = ["start_pomodoro", "stop_pomodoro", "start_pomodoro"]
    assert [call.name for call in tools.calls] == names
    assert [event["tool"] for event in acted] == names
    assert [event["id"] for event in thinks] == [7]
    times = [trace.number(event, "at") for event in (*thinks, *acted)]
    assert all(one < other for one, other in pairwise(times))


def test_an_answer_does_not_end() -> None:
    """Words without end, or tools without end, of which the trace says that they fail."""
    with scene() as empty:
        answers = written(empty, ProviderFaults(endless=ALWAYS))
        long = [number for number, (text, _) in enumerate(answers) if len(text) > 10_000]
        busy = [number for number, (_, calls) in enumerate(answers) if len(calls) > 16]
        assert long
        assert busy
        assert all("does not stop" in answers[number][0] for number in busy)
        failed = told(empty, "failed", "language")
        assert failed >= set(busy)
        assert len(failed & set(long)) < len(long) // 2
        assert struck(empty, ENDLESS, "language") == ROUNDS


def test_nobody_speaks() -> None:
    """It fails, or there is no sound; each time the trace tells."""
    with scene() as empty:
        assert set(came(empty, ProviderFaults(voice=ALWAYS), speak)) == {"failed"}
        assert struck(empty, FAILS, "voice") == ROUNDS
        assert told(empty, "failed", "voice") == set(range(ROUNDS))
    with scene() as empty:
        assert set(came(empty, ProviderFaults(blank=ALWAYS), speak)) <= {"nothing", "failed"}
        assert struck(empty, BLANK, "voice") == ROUNDS
        assert told(empty, "failed", "voice") == set(range(ROUNDS))


def test_nobody_hears() -> None:
    """It fails, or no words are heard, or what are no letters beside them."""
    with scene() as empty:
        assert set(came(empty, ProviderFaults(hearing=ALWAYS), hear)) == {"failed"}
        assert told(empty, "failed", "hearing") == set(range(ROUNDS))
    with scene() as empty:
        assert set(came(empty, ProviderFaults(blank=ALWAYS), hear)) <= {"", "failed"}
        assert told(empty, "failed", "hearing") == set(range(ROUNDS))
    with scene() as empty:
        heard = set(came(empty, ProviderFaults(strange=ALWAYS), hear))
        assert heard <= {f"{NO_LETTERS}{WORDS}", "failed"}
        assert f"{NO_LETTERS}{WORDS}" in heard
        assert struck(empty, STRANGE, "hearing") == ROUNDS


@pytest.mark.parametrize("what", ["language", "voice", "hearing"])
def test_somebody_takes_very_long(what: str) -> None:
    """As long as the fault says; the trace tells that it is late, not that it fails."""
    faults = ProviderFaults(hangs=ALWAYS, hang_ms=(50_000, 60_000))
    asks: Mapping[str, Callable[[Faculties], Awaitable[str]]] = {
        "language": lambda faculties: write(faculties, Tools()),
        "voice": speak,
        "hearing": hear,
    }
    with scene() as empty:
        outcomes = came(empty, faults, asks[what])
        assert empty.stage.now > (ROUNDS - outcomes.count("failed")) * 50_000
        assert told(empty, "late", what) == set(range(ROUNDS))
        assert len(told(empty, "failed", what)) < ROUNDS // 2
        assert struck(empty, HANGS, what) == ROUNDS


def test_what_is_spared_does_not_happen() -> None:
    """Of the misfortunes only the named ones befall a provider."""
    with scene() as empty:
        fate = Fate(empty.stage, (f"{FAILS}:voice:2",))
        faculties = faculties_of(empty.stage, ProviderFaults(voice=ALWAYS), fate)

        async def spoken() -> list[str]:
            outcomes = []
            for number in range(3):
                SERVING.set(number)
                outcomes.append(await speak(faculties))
            return outcomes

        assert empty.stage.loop.run_until_complete(spoken()) == ["sound", "failed", "sound"]


def test_after_the_healing_there_is_no_trouble() -> None:
    """Only what every talkative world has."""
    faults = ProviderFaults(voice=ALWAYS)
    with scene() as empty:
        faculties = faculties_of(empty.stage, faults, Fate(empty.stage, heals_at=1_000))

        async def spoken(number: int) -> str:
            SERVING.set(number)
            return await speak(faculties)

        assert empty.stage.loop.run_until_complete(spoken(1)) == "failed"
        empty.stage.loop.run_for(1_000)
        later = [empty.stage.loop.run_until_complete(spoken(each)) for each in range(9)]
        assert "sound" in later
