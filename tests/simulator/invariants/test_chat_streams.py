"""A stream that comes to something else than it tells is noticed."""

from base64 import b64encode

import pytest

from petcore.services.desktop_pet.sound import wav_head
from simulator.invariants.chat_streams import ChatStreams
from tests.simulator.invariants.story import Object, Story, sole, verdict
from tests.simulator.invariants.talk_story import TALK, answer, talk, told

ACTION = {"name": "stop_pomodoro", "arguments": {}, "ok": True, "error": None, "result": {}}
HEARD: tuple[str, Object] = (
    "heard",
    {"conversation_id": TALK, "pet_name": None, "transcript": "Hello."},
)
TEXTS: list[tuple[str, Object]] = [("text", {"text": "Hi "}), ("text", {"text": "there."})]
SOUND: tuple[str, Object] = ("audio", {"audio_base64": b64encode(bytes(1536)).decode()})
DID: tuple[str, Object] = ("action", ACTION)
DONE: tuple[str, Object] = ("done", answer("Hello.", "Hi there.", actions=[ACTION]))
ERROR: tuple[str, Object] = ("error", {"ok": False, "error": "No.", "code": "language_failed"})
LONG: tuple[str, Object] = ("text", {"text": "a" * 201})
LOUD: tuple[str, Object] = ("audio", {"audio_base64": b64encode(bytes(1537)).decode()})
ALOUD: Object = {"include_audio": True}
IN_WAV: Object = {"include_audio": True, "audio_format": "wav"}
WAV = wav_head(None)


def heard_in(sound: bytes) -> list[tuple[str, Object]]:
    """The events of a stream with this sound."""
    pieces = [sound[at : at + 1536] for at in range(0, len(sound), 1536)]
    told_of: list[tuple[str, Object]] = [
        ("audio", {"audio_base64": b64encode(piece).decode()}) for piece in pieces
    ]
    return [HEARD, DID, *TEXTS, *told_of, DONE]


def test_a_stream_as_it_should_be() -> None:
    """To its end, or until the language fails; other answers are no streams."""
    judge = ChatStreams()
    whole = told(1, "Hello.", [HEARD, DID, *TEXTS, SOUND, DONE], asked=ALOUD)
    broken = told(2, "Hello.", [HEARD, TEXTS[0], ERROR])
    assert verdict(judge, whole, broken, talk(3, "", answer("", ""))) == []
    assert judge.cases == 2


@pytest.mark.parametrize(
    ("events", "fault"),
    [
        ([], "it is none, or broken"),
        ([*TEXTS, DONE], "it begins with text"),
        ([HEARD, DID, *TEXTS], "ends with text"),
        ([HEARD, HEARD, DID, *TEXTS, DONE], "heard stands in the middle"),
        ([HEARD, DID, *TEXTS, DONE, DONE], "done stands in the middle"),
        ([HEARD, DID, SOUND, *TEXTS, DONE], "there is sound before there is text"),
        ([HEARD, DID, *TEXTS, LONG, DONE], "a piece of text has 201 letters"),
        ([HEARD, DID, *TEXTS, ("text", {"text": ""}), DONE], "a piece of text has 0 letters"),
        ([HEARD, DID, *TEXTS, LOUD, DONE], "a piece of sound has 1537 bytes"),
        ([HEARD, DID, TEXTS[0], DONE], "what was told of reply_text"),
        ([HEARD, *TEXTS, DONE], "what was told of actions"),
        ([(HEARD[0], {**HEARD[1], "transcript": "Oh."}), DID, *TEXTS, DONE], "of transcript"),
        (
            [HEARD, DID, *TEXTS, (DONE[0], {**DONE[1], "reply_audio_base64": "QUJD"})],
            "what was told of reply_audio_base64",
        ),
    ],
)
def test_a_stream_that_is_otherwise_is_noticed(
    events: list[tuple[str, Object]], fault: str
) -> None:
    """One fault at a time."""
    assert fault in sole(verdict(ChatStreams(), told(1, "Hello.", events)))


@pytest.mark.parametrize(
    ("asked", "sound"),
    [
        (ALOUD, b""),
        (ALOUD, b"an MP3"),
        ({**ALOUD, "audio_format": "mp3"}, b"an MP3"),
        (IN_WAV, b""),
        (IN_WAV, WAV + bytes(2)),
        (IN_WAV, WAV + bytes(4000)),
    ],
)
def test_sound_that_is_one_file(asked: Object, sound: bytes) -> None:
    """A head, which is told only once, and samples; what is no WAV has no head, nor has silence."""
    assert verdict(ChatStreams(), told(1, "Hello.", heard_in(sound), asked=asked)) == []


@pytest.mark.parametrize(
    ("asked", "sound", "fault"),
    [
        ({}, b"an MP3", "sound that nobody wants"),
        ({"include_audio": False}, b"an MP3", "sound that nobody wants"),
        (ALOUD, WAV + bytes(2), "the heads of 1 WAVs, not of 0"),
        (IN_WAV, bytes(44), "the heads of 0 WAVs, not of 1"),
        (IN_WAV, WAV + WAV + bytes(2), "the heads of 2 WAVs, not of 1"),
        (IN_WAV, WAV + bytes(1520) + WAV, "the heads of 2 WAVs, not of 1"),
        (IN_WAV, bytes(2) + WAV, "does not begin with a head"),
        (IN_WAV, wav_head(2) + bytes(2), "does not begin with a head"),
        (IN_WAV, WAV, "a head and nothing else"),
    ],
)
def test_sound_that_is_no_file_is_noticed(asked: Object, sound: bytes, fault: str) -> None:
    """Such as that of a voice that was silent first: with a head each time that it spoke."""
    assert fault in sole(verdict(ChatStreams(), told(1, "Hello.", heard_in(sound), asked=asked)))


def test_a_broken_stream_is_noticed() -> None:
    """It ends in the middle of an event."""
    story: Story = told(1, "Hello.", [HEARD, DID, *TEXTS, DONE])
    cut = [{**e, "body": str(e["body"])[:-3]} if e["kind"] == "served" else e for e in story]
    assert "it is none, or broken" in sole(verdict(ChatStreams(), cut))
