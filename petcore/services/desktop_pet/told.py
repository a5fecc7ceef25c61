"""What is said to the pet, and what a turn tells while it happens.

Here: values. Not here: what comes of them (``turn``).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypedDict

from petcore.services.idempotency import Answer

AudioFormat = Literal["mp3", "wav"]


@dataclass(frozen=True, slots=True)
class MessageWish:
    """Something said to the pet: ``transcript``, or else ``audio``, WAV or MP3 as it came."""

    user_id: str
    conversation_id: str | None
    wake_name: str | None
    transcript: str | None
    audio: bytes | None
    include_audio: bool
    audio_format: AudioFormat


class TurnAnswer(TypedDict):
    """The answer of P17, as it is kept under its key."""

    ok: bool
    conversation_id: str
    pet_name: str | None
    transcript: str
    reply_text: str
    reply_audio_base64: str | None
    actions: list[Answer]
    warnings: list[str]
    timings_ms: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Heard:
    """What the pet understood, before it answers. Always the first event, once."""

    conversation_id: str
    pet_name: str | None
    transcript: str


@dataclass(frozen=True, slots=True)
class Did:
    """The pet used a tool: an entry of ``actions``."""

    action: Answer


@dataclass(frozen=True, slots=True)
class Wrote:
    """A piece of ``reply_text``, never empty; all pieces together are the whole."""

    text: str


@dataclass(frozen=True, slots=True)
class Spoke:
    """A piece of sound; all pieces together are one file in the format that was asked for."""

    audio: bytes


@dataclass(frozen=True, slots=True)
class Done:
    """The turn is stored, unless all was erased meanwhile. ``answer`` is that of P17, with
    ``reply_audio_base64`` None. Always the last event, once.
    """

    answer: Answer


Event = Heard | Did | Wrote | Spoke | Done
Tell = Callable[[Event], None]
"""Takes each event as it happens."""
