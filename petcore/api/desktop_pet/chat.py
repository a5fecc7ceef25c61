"""Chat (P15 to P17, and the extensions: hear an answer while it is made, and what is remembered).

Here: also how large the pieces are in which such an answer is told. Not here: what sound must be.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, JsonValue, ValidationInfo

from petcore.api.operation import Section
from petcore.api.told import told
from petcore.api.wire import (
    AnsweredInstant,
    AnsweredSound,
    AnsweredUuid,
    EngineName,
    FileName,
    Model,
    PetName,
    Sound,
    SystemPrompt,
    Transcript,
    UserId,
    UserRequest,
    Uuid,
    base64,
)
from petcore.services.desktop_pet import DesktopPet
from petcore.services.desktop_pet.chat import (
    AudioFormat,
    Did,
    Done,
    Event,
    Heard,
    MessageWish,
    PersonaWish,
    Spoke,
    Wrote,
)
from petcore.services.idempotency import Answer, Call

chat = Section[DesktopPet]()

# The longest of system prompts, were every letter of it escaped.
_PERSONA_BODY_MAX = 128 * 1024
_MESSAGE_BODY_MAX = 8 * 1024 * 1024
# That much needs its time over a slow network; and then there is somebody else to ask.
_MESSAGE_BODY_S = 75
_MESSAGE_S = 60

_TEXT_MAX = 200
_SOUND_MAX = 1536


def _either(transcript: str | None, info: ValidationInfo) -> str | None:
    # If the sound cannot be read, that is what is wrong, and it is not here.
    if "audio_base64" in info.data:
        is_sound = info.data["audio_base64"] is not None
        if is_sound and transcript is not None:
            raise ValueError("must not be sent together with audio_base64")
        if not is_sound and transcript is None:
            raise ValueError("must be sent, or audio_base64 instead of it")
    return transcript


class PersonaRequest(Model):
    """Who the pet is to be."""

    user_id: UserId
    pet_name: PetName
    system_prompt: SystemPrompt | None = None
    gemini_model: EngineName | None = None
    voice_id: EngineName | None = None


class Persona(Model):
    """Who the pet is; null is what nobody has said."""

    user_id: UserId
    pet_name: PetName
    system_prompt: SystemPrompt | None
    gemini_model: EngineName | None
    voice_id: EngineName | None


class PersonaAnswer(Model):
    """The persona as stored."""

    ok: Literal[True]
    persona: Persona


class MessageRequest(Model):
    """Something said to the pet, in text or in sound."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": ["transcript"], "properties": {"transcript": {"type": "string"}}},
                {"required": ["audio_base64"], "properties": {"audio_base64": {"type": "string"}}},
            ]
        }
    )

    user_id: UserId
    conversation_id: Uuid | None = None
    wake_name: PetName | None = None
    include_audio: bool = False
    audio_filename: FileName | None = None
    audio_base64: Sound | None = None
    transcript: Annotated[
        Transcript | None, Field(validate_default=True), AfterValidator(_either)
    ] = None
    audio_format: AudioFormat = "mp3"

    def wish(self) -> MessageWish:
        """In the words of the service."""
        return MessageWish(
            user_id=self.user_id,
            conversation_id=self.conversation_id,
            wake_name=self.wake_name,
            transcript=self.transcript,
            audio=self.audio_base64,
            include_audio=self.include_audio,
            audio_format=self.audio_format,
        )


class Action(Model):
    """What the pet did on the way, with which arguments, and what came of it."""

    name: Annotated[str, Field(min_length=1)]
    arguments: dict[str, JsonValue]
    ok: bool
    error: str | None
    result: dict[str, JsonValue] | None


class Timings(Model):
    """How long it took, in milliseconds; null if there was no sound."""

    hearing: Annotated[int, Field(ge=0)]
    language: Annotated[int, Field(ge=0)]
    voice: Annotated[int, Field(ge=0)]
    first_sound: Annotated[int, Field(ge=0)] | None
    total: Annotated[int, Field(ge=0)]


class MessageAnswer(Model):
    """What the pet answered."""

    ok: Literal[True]
    conversation_id: AnsweredUuid
    pet_name: PetName | None
    transcript: str
    reply_text: str
    reply_audio_base64: AnsweredSound | None
    actions: list[Action]
    warnings: list[str]
    timings_ms: Timings


class HeardEvent(Model):
    """What the pet understood."""

    conversation_id: AnsweredUuid
    pet_name: PetName | None
    transcript: str


class TextEvent(Model):
    """A piece of the answer's text."""

    text: Annotated[str, Field(min_length=1, max_length=_TEXT_MAX)]


class AudioEvent(Model):
    """A piece of its sound."""

    audio_base64: Annotated[AnsweredSound, Field(min_length=1, max_length=_SOUND_MAX // 3 * 4)]


class Turn(Model):
    """What was said once, and answered."""

    conversation_id: AnsweredUuid
    transcript: str
    reply_text: str
    created_at: AnsweredInstant


class Memory(Model):
    """What the pet remembers of the user, the oldest turn first."""

    user_id: UserId
    summary: str
    turns: list[Turn]


class ErasedAnswer(Model):
    """How many messages there were."""

    ok: Literal[True]
    erased: Annotated[int, Field(ge=0)]


def _heard(event: Heard) -> Iterator[Answer]:
    yield asdict(event)


def _did(event: Did) -> Iterator[Answer]:
    yield event.action


def _wrote(event: Wrote) -> Iterator[Answer]:
    for at in range(0, len(event.text), _TEXT_MAX):
        yield {"text": event.text[at : at + _TEXT_MAX]}


def _spoke(event: Spoke) -> Iterator[Answer]:
    for at in range(0, len(event.audio), _SOUND_MAX):
        yield {"audio_base64": base64(event.audio[at : at + _SOUND_MAX])}


def _done(event: Done) -> Iterator[Answer]:
    yield event.answer


EVENTS = (
    told(Heard, "heard", HeardEvent, _heard),
    told(Did, "action", Action, _did),
    told(Wrote, "text", TextEvent, _wrote),
    told(Spoke, "audio", AudioEvent, _spoke),
    told(Done, "done", MessageAnswer, _done),
)


@chat.post(
    "/api/chat/persona", request=PersonaRequest, response=PersonaAnswer, body_max=_PERSONA_BODY_MAX
)
async def save_persona(pet: DesktopPet, request: PersonaRequest, call: Call) -> Answer:
    """P15: Save a custom pet personality."""
    return await pet.chat.save_persona(PersonaWish(**dict(request)), call)


@chat.get("/api/chat/persona", request=UserRequest, response=Persona)
async def get_persona(pet: DesktopPet, request: UserRequest, call: Call) -> Answer:
    """P16: Get the saved personality."""
    return await pet.chat.get_persona(request.user_id)


@chat.post(
    "/api/chat/message",
    request=MessageRequest,
    response=MessageAnswer,
    body_max=_MESSAGE_BODY_MAX,
    body_s=_MESSAGE_BODY_S,
    deadline_s=_MESSAGE_S,
)
async def send_message(pet: DesktopPet, request: MessageRequest, call: Call) -> Answer:
    """P17: Talk to the pet, in text or in speech."""
    return await pet.chat.send_message(request.wish(), call)


@chat.stream(
    "/api/chat/stream",
    request=MessageRequest,
    events=EVENTS,
    body_max=_MESSAGE_BODY_MAX,
    body_s=_MESSAGE_BODY_S,
    deadline_s=_MESSAGE_S,
)
async def stream_message(
    pet: DesktopPet, request: MessageRequest, call: Call
) -> AsyncIterator[Event]:
    """Extension: the same, and hear the answer while it is made."""
    return pet.chat.stream_message(request.wish(), call)


@chat.get("/api/chat/memory", request=UserRequest, response=Memory)
async def get_memory(pet: DesktopPet, request: UserRequest, call: Call) -> Answer:
    """Extension: what the pet remembers of the user."""
    return await pet.chat.get_memory(request.user_id)


@chat.delete("/api/chat/memory", request=UserRequest, response=ErasedAnswer)
async def erase_memory(pet: DesktopPet, request: UserRequest, call: Call) -> Answer:
    """Extension: have the pet forget all of it."""
    return await pet.chat.erase_memory(request.user_id)
