"""A turn: something is said to the pet, and it thinks of an answer.

Here: hearing, what the language is told, its answer while it is written and spoken, and what is
said of what was done. Not here: what is stored of it (``memory``), and that it happens once
(``chat``). Nothing here is stored; only the tools act, each of them once for a key.
"""

import logging
import re
from base64 import b64encode
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field

from petcore.errors import BadInput, HearingFailed, LanguageFailed, VoiceFailed
from petcore.ports import Ports
from petcore.ports.faculties import Faculties
from petcore.ports.language import Talk
from petcore.rules.desktop_pet import chat, wording
from petcore.services.desktop_pet.blame import blamed
from petcore.services.desktop_pet.deadline import HEARING_S, LANGUAGE_S, SPEAKING_S, Deadline
from petcore.services.desktop_pet.hands import Hands
from petcore.services.desktop_pet.memory import Exchange, Memory, Recalled
from petcore.services.desktop_pet.persona import Personas
from petcore.services.desktop_pet.shapes import ChatMemory, PetPersona
from petcore.services.desktop_pet.sound import Speaker
from petcore.services.desktop_pet.stages import Stages
from petcore.services.desktop_pet.told import Heard, MessageWish, Tell, TurnAnswer, Wrote
from petcore.services.desktop_pet.tools import TOOLS, Tools
from petcore.services.idempotency import Call
from petcore.services.turnstile import Turnstile

_log = logging.getLogger("petcore.chat")

TRANSCRIPT_MAX = 8000
"""Characters that can be said at once."""

# Of what somebody else wrote no store keeps halves of surrogate pairs, and nobody wants controls.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Thought:
    """A turn that was thought and not stored yet; ``erasures`` says of which memory."""

    exchange: Exchange
    answer: TurnAnswer
    erasures: int


@dataclass(frozen=True, slots=True)
class Mind:
    """What it takes to think. The ports may be those of a person's time. All turns of a process
    begin their stages through one ``turnstile``.
    """

    ports: Ports
    faculties: Faculties
    tools: Tools
    memory: Memory
    personas: Personas
    turnstile: Turnstile = field(default_factory=Turnstile)


class Turn:
    """One request to ``mind``, to be answered by the ``deadline``. What happens is told to
    ``tell``; ``is_streamed`` says that somebody listens to it.
    """

    def __init__(
        self,
        mind: Mind,
        wish: MessageWish,
        call: Call,
        stages: Stages,
        deadline: Deadline,
        tell: Tell,
        *,
        is_streamed: bool,
    ) -> None:
        self._mind = mind
        self._wish = wish
        self._hands = Hands(mind.tools, wish.user_id, call, tell)
        self._stages = stages
        self._deadline = deadline
        self._tell = tell
        self._is_streamed = is_streamed

    async def think(self, memory: ChatMemory) -> Thought:
        """Answer. Raises ``NotFound``, ``BadInput``, ``HearingFailed`` and ``LanguageFailed``."""
        wish = self._wish
        recalled = await self._mind.memory.recall(memory, wish.conversation_id)
        persona = await self._mind.personas.find(wish.user_id)
        pet_name = persona and persona["pet_name"]
        said = await self._heard()
        conversation_id = wish.conversation_id or self._mind.ports.entropy.new_id()
        self._tell(Heard(conversation_id, pet_name, said))
        reply = await self._reply(said, persona, recalled)
        exchange = Exchange(conversation_id, pet_name, said, reply.text)
        return Thought(exchange, self._answer(exchange, reply), recalled.erasures)

    async def _heard(self) -> str:
        """What was said."""
        wish = self._wish
        if wish.audio is None:
            return wish.transcript or ""
        with self._stages.measured("hearing"):
            late = HearingFailed(f"nothing was heard within {HEARING_S} s")
            heard = await self._deadline.grant(HEARING_S, self._hear(wish.audio), late)
        said = _UNWRITABLE.sub("", heard).strip()[:TRANSCRIPT_MAX]
        if not said:
            raise BadInput.at("audio_base64", "must hold speech, no words were heard in it")
        return said

    async def _hear(self, audio: bytes) -> str:
        with blamed(HearingFailed):
            recording = await self._mind.faculties.audio.read(audio, chat.AUDIO_S_MAX)
            if chat.is_silent(recording.loudness):
                raise BadInput.at("audio_base64", "must hold speech, it is silent")
            return await self._mind.faculties.hearing.hear(recording)

    async def _reply(self, said: str, persona: PetPersona | None, recalled: Recalled) -> "Reply":
        """The answer, written and spoken."""
        speaker = self._speaker(persona) if self._wish.include_audio else None
        reply = Reply(self._tell, speaker)
        try:
            with self._stages.measured("language"):
                await self._mind.turnstile.turn()
                await self._write(reply, self._talk(said, persona, recalled))
            if speaker is not None:
                await self._speak(speaker)
        finally:
            if speaker is not None:
                await speaker.stop()
        return reply

    async def _speak(self, speaker: Speaker) -> None:
        """Have the rest spoken, as much of it as there is time for."""
        late = VoiceFailed(f"not all was spoken within {SPEAKING_S} s")
        try:
            await self._deadline.grant(SPEAKING_S, speaker.finish(), late)
        except VoiceFailed as error:
            _log.warning("%s: %s", error.code, error.message)
            speaker.give_up()

    def _talk(self, said: str, persona: PetPersona | None, recalled: Recalled) -> Talk:
        pet_name = persona and persona["pet_name"]
        return Talk(
            system_prompt=chat.system_prompt(
                pet_name, persona and persona["system_prompt"], recalled.memory
            ),
            pet_name=pet_name,
            model=persona and persona["gemini_model"],
            lines=recalled.lines,
            transcript=chat.without_name(said, (self._wish.wake_name, pet_name)) or said,
            tools=TOOLS,
        )

    async def _write(self, reply: "Reply", talk: Talk) -> None:
        """Let the language write; then see to it that what was done is said."""
        try:
            await self._take_down(reply, talk)
        except LanguageFailed as error:
            if not self._hands.deeds:
                raise
            _log.warning("%s: %s", error.code, error.message)
            reply.warnings.append("the answer is not whole: the language failed")
        for deed in self._hands.deeds:
            if not wording.mentions(reply.text, deed.tool):
                reply.add(wording.said(deed.tool, deed.arguments, deed.result))
        reply.end()

    async def _take_down(self, reply: "Reply", talk: Talk) -> None:
        late = LanguageFailed(f"the answer was not written within {LANGUAGE_S} s")
        with blamed(LanguageFailed):
            pieces = self._mind.faculties.language.answer(talk, self._hands.act)
            writing = _follow(reply, pieces)
            await self._deadline.grant(LANGUAGE_S, writing, late, self._hands.busy)

    def _speaker(self, persona: PetPersona | None) -> Speaker:
        return Speaker(
            voice=self._mind.faculties.voice,
            voice_id=persona and persona["voice_id"],
            format=self._wish.audio_format,
            tell=self._tell,
            stages=self._stages,
            turnstile=self._mind.turnstile,
        )

    def _answer(self, exchange: Exchange, reply: "Reply") -> TurnAnswer:
        """As P17, with all sound there is."""
        speaker = reply.speaker
        sound = speaker.sound(as_told=self._is_streamed) if speaker else None
        spoken = [speaker.warning] if speaker and speaker.warning else []
        return {
            "ok": True,
            "conversation_id": exchange.conversation_id,
            "pet_name": exchange.pet_name,
            "transcript": exchange.said,
            "reply_text": exchange.answered,
            "reply_audio_base64": None if sound is None else b64encode(sound).decode(),
            "actions": self._hands.actions,
            "warnings": [*reply.warnings, *spoken],
            "timings_ms": self._stages.timings_ms(),
        }


class Reply:
    """An answer while it is written: told in pieces, and spoken sentence by sentence. It begins and
    ends with no space, and the language writes at most ``REPLY_MAX`` characters of it.
    """

    def __init__(self, tell: Tell, speaker: Speaker | None) -> None:
        self._tell = tell
        self.speaker = speaker
        self._sentences = chat.Sentences()
        self._space = ""
        self.text = ""
        self.is_full = False
        self.warnings: list[str] = []

    def write(self, piece: str) -> None:
        """What the language wrote next."""
        written = self._space + _UNWRITABLE.sub("", piece)
        text = written.rstrip() if self.text else written.strip()
        self._space = written[len(written.rstrip()) :]
        room = chat.REPLY_MAX - len(self.text)
        if len(text) > room:
            self.is_full = True
            self.warnings.append("the answer was cut: it is long")
            text = text[:room].rstrip()
        self._put(text)

    def add(self, sentence: str) -> None:
        """Something to say beside that."""
        self._put(f" {sentence}" if self.text else sentence)

    def end(self) -> None:
        """Nothing more will be written."""
        self._say([self._sentences.rest()])

    def _put(self, text: str) -> None:
        if text:
            self.text += text
            self._tell(Wrote(text))
            self._say(self._sentences.feed(text))

    def _say(self, sentences: list[str]) -> None:
        for sentence in sentences:
            if self.speaker is not None and sentence.strip():
                self.speaker.say(sentence)


async def _follow(reply: Reply, pieces: AsyncIterator[str]) -> None:
    """Take down what is written, until there is no room for more. Raises ``LanguageFailed``, also
    if nothing was.
    """
    try:
        async for piece in pieces:
            reply.write(piece)
            if reply.is_full:
                return
    finally:
        if isinstance(pieces, AsyncGenerator):
            await pieces.aclose()
    if not reply.text:
        raise LanguageFailed("the language wrote nothing")
