"""A stream that comes to something else than it tells is noticed."""

from base64 import b64encode

import pytest

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


def test_a_stream_as_it_should_be() -> None:
    """To its end, or until the language fails; other answers are no streams."""
    judge = ChatStreams()
    whole = told(1, "Hello.", [HEARD, DID, *TEXTS, SOUND, DONE])
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


def test_a_broken_stream_is_noticed() -> None:
    """It ends in the middle of an event."""
    story: Story = told(1, "Hello.", [HEARD, DID, *TEXTS, DONE])
    cut = [{**e, "body": str(e["body"])[:-3]} if e["kind"] == "served" else e for e in story]
    assert "it is none, or broken" in sole(verdict(ChatStreams(), cut))
