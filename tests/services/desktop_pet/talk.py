"""Talking with the pet of a test's server."""

from collections.abc import Callable, Generator, Mapping
from typing import cast

from petcore.adapters.language_scripted import Fail, Script, Step
from petcore.adapters.voice_scripted import samples_of
from petcore.ports.language import Talk, ToolCall
from petcore.services import Services
from petcore.services.desktop_pet.chat import (
    AudioFormat,
    Did,
    Done,
    Event,
    Heard,
    MessageWish,
    Spoke,
    Wrote,
)
from petcore.services.desktop_pet.told import TurnAnswer
from petcore.services.idempotency import Call
from petcore.services.outbox import Document
from tests.wav import wav

Steps = Generator[Step, Mapping[str, object] | None, None]
CALL = Call("chat")


def keyed(key: str = "key-1", request: str = "same") -> Call:
    """A request with a key."""
    return Call("chat", key, request)


def said(
    transcript: str | None = "hello",
    user: str = "audrey",
    conversation_id: object = None,
    *,
    audio: bytes | None = None,
    include_audio: bool = False,
    audio_format: AudioFormat = "mp3",
    wake_name: str | None = None,
) -> MessageWish:
    """Something said to the pet."""
    return MessageWish(
        user_id=user,
        conversation_id=None if conversation_id is None else str(conversation_id),
        wake_name=wake_name,
        transcript=None if audio is not None else transcript,
        audio=audio,
        include_audio=include_audio,
        audio_format=audio_format,
    )


def recording(text: str) -> bytes:
    """``text`` as the twin of a hearing hears it."""
    return wav(samples_of(text.encode()), knows_length=False)


async def send(services: Services, wish: MessageWish, call: Call = CALL) -> TurnAnswer:
    """The answer to a message."""
    return cast("TurnAnswer", await services.desktop_pet.chat.send_message(wish, call))


async def listen(services: Services, wish: MessageWish, call: Call = CALL) -> list[Event]:
    """All that a stream tells."""
    return [event async for event in services.desktop_pet.chat.stream_message(wish, call)]


def of_kinds(events: list[Event]) -> str:
    """Which events there were, by their first letters; sound has the letter S."""
    letters = {Heard: "h", Did: "a", Wrote: "t", Spoke: "S", Done: "d"}
    return "".join(letters[type(event)] for event in events)


def text_of(events: list[Event]) -> str:
    """The text that was told."""
    return "".join(event.text for event in events if isinstance(event, Wrote))


def sound_of(events: list[Event]) -> bytes:
    """The sound that was told."""
    return b"".join(event.audio for event in events if isinstance(event, Spoke))


def answer_of(events: list[Event]) -> TurnAnswer:
    """What the last of them says."""
    assert isinstance(events[-1], Done)
    return cast("TurnAnswer", events[-1].answer)


def steps(*written: Step) -> Script:
    """Does the same each time."""

    def script(_: Talk) -> Steps:
        # What comes of a tool is sent to who yields, and a tuple takes nothing.
        for place in range(len(written)):
            yield written[place]

    return script


def using(name: str, reply: str = "All right.", **arguments: object) -> Script:
    """Uses a tool, then says ``reply``."""
    return steps(ToolCall(name, arguments), reply)


class Counting:
    """A script that counts how often it is asked, and notes what it was asked."""

    def __init__(self, script: Script | None = None) -> None:
        self.talks: list[Talk] = []
        self._script = script

    def __call__(self, talk: Talk) -> Steps:
        """Answer with a number."""
        self.talks.append(talk)
        if self._script is not None:
            yield from self._script(talk)
        else:
            yield f"Answer {len(self.talks)}."


FAILING: Mapping[str, Script] = {
    "before": steps(Fail("down")),
    "in the middle": steps("I was going ", Fail("gone")),
    "after all": steps("That is all.", Fail("gone")),
    "empty": steps(),
    "blank": steps("  ", "\n"),
}
"""Languages that fail, and when."""


def failing_at(word: str, failure: Exception) -> Callable[[str], float]:
    """Takes no time, but fails for a text with ``word`` in it."""

    def delay(text: str) -> float:
        if word in text:
            raise failure
        return 0.0

    return delay


def texts(documents: list[Document]) -> str:
    """All that documents hold, as one text."""
    return "\n".join(map(repr, documents))
