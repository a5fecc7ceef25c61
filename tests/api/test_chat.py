"""Talking over HTTP: the pieces in which an answer is told, and what is heard if a faculty fails.

Here: what the form adds to what the service does. Not here: what a turn is (``tests/services``).
The watch of the contracts looks on.
"""

import json
from base64 import b64decode
from collections.abc import Callable, Generator, Mapping
from dataclasses import replace

import pytest

from petcore.adapters.absent import AbsentHearing
from petcore.adapters.clock_system import pause
from petcore.adapters.hearing_scripted import ScriptedHearing
from petcore.adapters.language_scripted import Fail, Script, ScriptedLanguage, Step
from petcore.adapters.voice_scripted import ScriptedVoice
from petcore.errors import HearingFailed, VoiceFailed
from petcore.ports.faculties import Faculties
from petcore.ports.language import Talk
from tests.contracts.contract import Json
from tests.contracts.events import read_events
from tests.contracts.served import Reply, Served
from tests.contracts.talk import spoken, twins

MESSAGE, STREAM, MEMORY = "/api/chat/message", "/api/chat/stream", "/api/chat/memory?user_id=audrey"
HELLO = {"user_id": "audrey", "transcript": "hello"}
ALOUD = {**HELLO, "include_audio": True}
SPOKEN = {"user_id": "audrey", "audio_base64": spoken("hello")}
LONG = "One sentence of it. " * 40 + "\N{ROBOT FACE}" * 350 + "."
WITHIN = "swordfish at 192.0.2.7"

Steps = Generator[Step, Mapping[str, object] | None, None]


def _says(*steps: Step) -> Faculties:
    """A pet that answers everything alike."""

    def script(talk: Talk) -> Steps:
        yield from steps

    return twins(_scripted(script))


def _scripted(script: Script) -> ScriptedLanguage:
    return ScriptedLanguage(script, pause)


def _told(reply: Reply) -> list[tuple[str, Json]]:
    assert (reply.status, reply.headers["content-type"]) == (200, "text/event-stream")
    return [(name, json.loads(data)) for name, data in read_events(reply.body)]


def _all(events: list[tuple[str, Json]], name: str, field: str) -> list[str]:
    return [data[field] for each, data in events if each == name]


def _kept(served: Served) -> list[Json]:
    turns: list[Json] = served.get(MEMORY).json["turns"]
    return turns


@pytest.mark.parametrize("format", ["mp3", "wav"])
def test_what_is_told_is_what_would_have_been_answered(format: str) -> None:
    """All pieces together are text and sound of the other operation, and none is too large."""
    sent = {**ALOUD, "audio_format": format}
    with Served(faculties=_says(LONG)) as served:
        events = _told(served.post(STREAM, sent))
    with Served(faculties=_says(LONG)) as served:
        answer = served.post(MESSAGE, sent).json
    texts, sounds = _all(events, "text", "text"), _all(events, "audio", "audio_base64")
    assert "".join(texts) == answer["reply_text"] == LONG
    assert {len(text) for text in texts} >= {200}
    pieces = [b64decode(sound, validate=True) for sound in sounds]
    assert max(map(len, pieces)) == 1536
    whole, answered = b"".join(pieces), b64decode(answer["reply_audio_base64"])
    assert whole[44:] == answered[44:]
    if format == "wav":
        # Only the head knows less: how long it will get.
        assert (whole[:4], whole[4:8], whole[40:44]) == (b"RIFF", b"\xff" * 4, b"\xff" * 4)
    assert events[-1][1] == {**answer, "reply_audio_base64": None}
    assert events[0] == ("heard", {name: answer[name] for name in events[0][1]})


def test_words_come_before_their_sound() -> None:
    """And nothing comes before what was heard, or after the end."""
    with Served(faculties=_says("One is this. ", "Two is that. ", "Three.")) as served:
        names = [name for name, _ in _told(served.post(STREAM, ALOUD))]
    assert (names[0], names[-1]) == ("heard", "done")
    assert names.index("text") < names.index("audio")
    assert set(names) == {"heard", "text", "audio", "done"}


def test_what_was_told_is_told_again_under_its_key() -> None:
    """The same text, sound and actions, and nothing is done twice."""
    with Served() as served:
        sent = {**ALOUD, "transcript": "start a pomodoro"}
        first, again = (_told(served.post(STREAM, sent, "k")) for _ in range(2))
        assert len(served.dump()["pomodoro_sessions"]) == 1
        assert len(_kept(served)) == 1
    assert first[0] == again[0]
    assert first[-1] == again[-1]
    for name, field in (("text", "text"), ("audio", "audio_base64"), ("action", "name")):
        assert _joined(first, name, field) == _joined(again, name, field)
    assert _all(first, "action", "name") == ["start_pomodoro"]


def _joined(events: list[tuple[str, Json]], name: str, field: str) -> object:
    found = _all(events, name, field)
    return b"".join(map(b64decode, found)) if name == "audio" else "".join(found)


def test_the_same_key_with_other_words_is_refused() -> None:
    """Before anything is told."""
    with Served() as served:
        assert served.post(STREAM, HELLO, "k").status == 200
        reply = served.post(STREAM, {**HELLO, "transcript": "goodbye"}, "k")
        assert (reply.status, reply.json["code"]) == (409, "key_reused")


def _deaf(text: str) -> float:
    raise HearingFailed(f"the service is away: {WITHIN}")


def _mute(text: str) -> float:
    raise VoiceFailed(f"the service is away: {WITHIN}")


CASES: dict[str, tuple[Callable[[], Faculties], Json, str]] = {
    "no words": (lambda: _says(Fail(WITHIN)), HELLO, "language_failed"),
    "no more words": (lambda: _says("One. ", Fail(WITHIN)), HELLO, "language_failed"),
    "no ears now": (
        lambda: replace(twins(), hearing=ScriptedHearing(_deaf, pause)),
        SPOKEN,
        "hearing_failed",
    ),
    "no ears": (lambda: replace(twins(), hearing=AbsentHearing(WITHIN)), SPOKEN, "hearing_absent"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_faculty_that_fails_is_502(case: str) -> None:
    """The code says which, the words say what to do, and neither says why. Nothing is stored."""
    faculties, sent, code = CASES[case]
    with Served(faculties=faculties()) as served:
        reply = served.post(MESSAGE, sent, "k")
        assert (reply.status, reply.json["code"], reply.json["details"]) == (502, code, [])
        assert WITHIN not in reply.body.decode()
        assert ("again" in reply.json["error"]) == (code != "hearing_absent")
        assert _kept(served) == served.dump()["idempotency_keys"] == []


@pytest.mark.parametrize("case", CASES)
def test_it_is_told_as_well(case: str) -> None:
    """With its status as long as nothing was told, and as the last event later."""
    faculties, sent, code = CASES[case]
    with Served(faculties=faculties()) as served:
        reply = served.post(STREAM, sent, "k")
        assert WITHIN not in reply.body.decode()
        if code == "language_failed":
            name, error = _told(reply)[-1]
            assert (name, error["code"]) == ("error", code)
        else:
            assert (reply.status, reply.json["code"]) == (502, code)
        assert _kept(served) == served.dump()["idempotency_keys"] == []


def test_an_answer_without_a_voice_is_an_answer() -> None:
    """With a warning, and no sound, on both ways."""
    with Served(faculties=replace(twins(), voice=ScriptedVoice(_mute, pause))) as served:
        answer = served.post(MESSAGE, ALOUD).json
        events = _told(served.post(STREAM, ALOUD))
    assert answer["reply_audio_base64"] is None
    assert len(answer["warnings"]) == 1
    assert events[-1][0] == "done"
    assert _all(events, "audio", "audio_base64") == []


def test_what_was_said_can_be_read_and_forgotten() -> None:
    """Oldest first; then it is gone, and gone again."""
    with Served() as served:
        nothing = {"user_id": "audrey", "summary": "", "turns": []}
        assert served.get(MEMORY).json == nothing
        for words in ("hello", "good morning"):
            served.post(MESSAGE, {**HELLO, "transcript": words})
        assert [turn["transcript"] for turn in _kept(served)] == ["hello", "good morning"]
        for erased in (4, 0):
            assert served.ask("DELETE", MEMORY).json == {"ok": True, "erased": erased}
        assert served.get(MEMORY).json == nothing


def test_the_server_says_what_it_talks_by() -> None:
    """Whoever watches over it learns whether it is set up as he thinks."""
    with Served() as served:
        names = {"language": "offline", "voice": "scripted", "hearing": "scripted"}
        names |= {"sight": "scripted"}
        assert served.get("/readyz").json == {"ok": True, **names}
