"""The sound of an answer: its sentences are spoken one by one, while later ones are written."""

import asyncio
import logging
import struct
from dataclasses import dataclass, field

from petcore.errors import VoiceFailed
from petcore.ports.voice import SPOKEN_RATE, Coding, Voice
from petcore.rules.desktop_pet import chat
from petcore.services.desktop_pet.blame import described
from petcore.services.desktop_pet.stages import Stages
from petcore.services.desktop_pet.told import AudioFormat, Spoke, Tell
from petcore.services.turnstile import Turnstile

_log = logging.getLogger("petcore.chat")

_CODINGS: dict[AudioFormat, Coding] = {"mp3": "mp3", "wav": "pcm"}
_UNKNOWN = 0xFFFFFFFF
_PCM, _CHANNELS, _BYTES = 1, 1, 2
_HEAD_REST = 36
# With its key, an answer is one document of a store; MongoDB takes 16 MB.
_SOUND_MAX = 8 * 1024 * 1024


def wav_head(samples: int | None) -> bytes:
    """The 44 bytes before so many bytes of samples; None if their number is not known yet."""
    rate, width = SPOKEN_RATE, _CHANNELS * _BYTES
    form = struct.pack("<HHIIHH", _PCM, _CHANNELS, rate, rate * width, width, 8 * _BYTES)
    total = _UNKNOWN if samples is None else samples + _HEAD_REST
    length = _UNKNOWN if samples is None else samples
    return struct.pack("<4sI8sI16s4sI", b"RIFF", total, b"WAVEfmt ", 16, form, b"data", length)


@dataclass(slots=True)
class Speaker:
    """Speaks an answer with ``voice`` in the format that was asked for, and tells it.

    It gives up for good when the voice fails or is too slow, or when so much was said that the rest
    is only written; ``warning`` says so.
    """

    voice: Voice
    voice_id: str | None
    format: AudioFormat
    tell: Tell
    stages: Stages
    turnstile: Turnstile
    warning: str | None = None
    is_broken: bool = False
    _spoken: bytearray = field(default_factory=bytearray)
    _characters: int = 0
    _waiting: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)
    _work: "asyncio.Task[None] | None" = None

    def say(self, sentence: str) -> None:
        """Have it spoken, after all that was said before."""
        if self._work is None:
            self._work = asyncio.create_task(self._run())
        self._waiting.put_nowait(sentence.strip())

    async def finish(self) -> None:
        """Wait until all is spoken."""
        if self._work is not None:
            self._waiting.put_nowait(None)
            await self._work

    def give_up(self) -> None:
        """What is not spoken yet is left out: there is no time for it."""
        begun = "only the beginning of the answer was spoken"
        self.warning = f"{begun if self._spoken else 'the answer was not spoken'}: it took too long"

    async def stop(self) -> None:
        """Say nothing more."""
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)

    def sound(self, *, as_told: bool) -> bytes | None:
        """All that was spoken as one file, ``as_told`` or with its true length; None if it is not
        whole, or there is none. What was told already is kept even if the voice failed later.
        """
        if not self._spoken or (self.is_broken and not as_told):
            return None
        head = b""
        if self.format == "wav":
            head = wav_head(None if as_told else len(self._spoken))
        return head + bytes(self._spoken)

    async def _run(self) -> None:
        while (sentence := await self._waiting.get()) is not None:
            if sentence and self.warning is None:
                await self._speak(sentence)

    async def _speak(self, sentence: str) -> None:
        self._characters += len(sentence)
        if self._characters > chat.SPOKEN_MAX:
            self.warning = "only the beginning of the answer was spoken: it is long"
            return
        try:
            with self.stages.measured("voice"):
                await self.turnstile.turn()
                sound = await self.voice.speak(sentence, self.voice_id, _CODINGS[self.format])
            if not sound:
                # What is told of it would be the head of a file, and another one of the next.
                _require_silence(sentence)
                return
        except Exception as error:  # noqa: BLE001 -- a voice never costs more than the sound
            # Why is for whoever reads the log.
            _log.warning("voice_failed: %s", described(error))
            self.is_broken = True
            self.warning = "the answer was not spoken, or not all of it: the voice failed"
            return
        if len(self._spoken) + len(sound) > _SOUND_MAX:
            self.warning = "only the beginning of the answer was spoken: its sound is large"
            return
        self._tell(sound)

    def _tell(self, sound: bytes) -> None:
        if not self._spoken:
            self.stages.note_first_sound()
        is_first = self.format == "wav" and not self._spoken
        self._spoken += sound
        self.tell(Spoke((wav_head(None) if is_first else b"") + sound))


def _require_silence(sentence: str) -> None:
    """Raise ``VoiceFailed`` if there is something in the sentence that can be spoken."""
    if any(map(str.isalnum, sentence)):
        raise VoiceFailed("the voice gave no sound")
