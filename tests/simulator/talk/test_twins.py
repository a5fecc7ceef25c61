"""The twins by which the server of a world talks: what they write, do, note, and when they fail."""

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from petcore.errors import HearingFailed, LanguageFailed, VoiceFailed
from petcore.ports.faculties import Faculties
from petcore.ports.language import Line, Talk, ToolCall
from simulator.kernel.serving import SERVING
from simulator.kernel.trace import Event
from simulator.people.talk import recorded
from simulator.talk.twins import faculties_of
from tests.simulator.stages import Scene, scene

ROUNDS = 300
TALK = Talk("You come from zaxozaxo.", "Nova", None, (), "How are you today?", ())
RESULT: Mapping[str, object] = {"ok": True, "session": {"focus_minutes": 30}}


async def act(_: ToolCall) -> Mapping[str, object]:
    """Every tool does the same."""
    return RESULT


async def written(faculties: Faculties, talk: Talk) -> tuple[str, ...]:
    """The pieces of an answer; of one that fails, those before it."""
    pieces: list[str] = []
    try:
        async for piece in faculties.language.answer(talk, act):
            pieces.append(piece)  # noqa: PERF401 -- what came before a failure is wanted
    except LanguageFailed:
        return (*pieces, "failed")
    return tuple(pieces)


def answered(empty: Scene, talk: Talk) -> list[tuple[str, ...]]:
    """Many answers to one talk, each to a request of its own."""
    faculties = faculties_of(empty.stage)

    async def all_of_them() -> list[tuple[str, ...]]:
        answers = []
        for number in range(ROUNDS):
            SERVING.set(number)
            answers.append(await written(faculties, talk))
        return answers

    return empty.stage.loop.run_until_complete(all_of_them())


def failures(empty: Scene, what: str) -> list[Event]:
    """Those of which the trace tells."""
    return [event for event in empty.events("failed") if event["what"] == what]


def test_an_answer_holds_what_was_shown() -> None:
    """Words of the prompt, of lines, of the transcript; it comes in pieces and takes its time."""
    lines = (Line("user", "My cat is kuzokuzo."), Line("assistant", "Oh, vaxivaxi."))
    talk = replace(TALK, lines=lines, transcript="I dreamt of jojojojo last night.")
    with scene() as empty:
        pieces = next(each for each in answered(empty, talk) if "failed" not in each)
        assert empty.stage.now > ROUNDS * 200
        assert empty.events("acted") == []
    assert len(pieces) > 1
    whole = "I have in mind: jojojojo, vaxivaxi, kuzokuzo, zaxozaxo."
    assert "".join(pieces) == f"Nova hears you. {whole}"


def test_a_tool_is_used_and_noted() -> None:
    """With the arguments that were said; the trace says for which request, and what came of it."""
    talk = replace(TALK, transcript="Nova, Start a Pomodoro of 30 minutes.")
    with scene() as empty:
        answers = answered(empty, talk)
        acted = empty.events("acted")
        early = [place for place, each in enumerate(answers) if each == ("failed",)]
    assert [event["id"] for event in acted] == [
        number for number in range(ROUNDS) if number not in early
    ]
    first = acted[0]
    assert first["tool"] == "start_pomodoro"
    assert json.loads(str(first["arguments"])) == {"focus_minutes": 30}
    assert json.loads(str(first["result"])) == RESULT
    assert any("I used start_pomodoro" in "".join(pieces) for pieces in answers)


def test_the_language_fails_now_and_then() -> None:
    """Before a word or after some, and each time the trace tells."""
    with scene() as empty:
        answers = answered(empty, TALK)
        told = [event["id"] for event in failures(empty, "language")]
    failed = [place for place, each in enumerate(answers) if each[-1] == "failed"]
    assert told == failed
    assert 0 < len(failed) < ROUNDS // 5
    assert {len(answers[place]) > 1 for place in failed} == {True, False}


def test_voice_and_hearing_fail_now_and_then() -> None:
    """Else they take their time, and what is spoken is heard; each failure is told."""
    with scene() as empty:
        faculties = faculties_of(empty.stage)

        async def spoken() -> list[str]:
            came = []
            for number in range(ROUNDS):
                SERVING.set(number)
                try:
                    await faculties.voice.speak("Hello.", None, "pcm")
                    came.append("sound")
                except VoiceFailed:
                    came.append("failed")
            return came

        came = empty.stage.loop.run_until_complete(spoken())
        told = [event["id"] for event in failures(empty, "voice")]
        assert empty.stage.now > ROUNDS * 50
    assert told == [place for place, each in enumerate(came) if each == "failed"]
    assert 0 < len(told) < ROUNDS // 5


def test_hearing_hears_what_a_student_says() -> None:
    """A WAV of the words; now and then it fails, and the trace tells."""
    with scene() as empty:
        faculties = faculties_of(empty.stage)

        async def heard() -> list[str]:
            came = []
            for number in range(ROUNDS):
                SERVING.set(number)
                recording = await faculties.audio.read(recorded("Ça va?"), 60)
                try:
                    came.append(await faculties.hearing.hear(recording))
                except HearingFailed:
                    came.append("failed")
            return came

        came = empty.stage.loop.run_until_complete(heard())
        told = [event["id"] for event in failures(empty, "hearing")]
    assert set(came) == {"Ça va?", "failed"}
    assert told == [place for place, each in enumerate(came) if each == "failed"]


def test_who_asks_for_nothing_that_is_known_gets_words() -> None:
    """No tool is used, whatever was said."""
    with scene() as empty:
        answers = answered(empty, replace(TALK, transcript="Open the window."))
        assert empty.events("acted") == []
    assert any("".join(pieces).startswith("Nova hears you.") for pieces in answers)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_seed_is_an_answer(seed: int) -> None:
    """The same again, to the last piece."""
    with scene(seed) as one, scene(seed) as other:
        assert answered(one, TALK) == answered(other, TALK)
