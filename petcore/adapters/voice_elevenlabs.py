"""The voice of ElevenLabs. What it sends is looked at before anybody has to play it.

Here: which voice is asked, how often, and what counts as sound. Not here: the SDK and its errors
(``elevenlabs_client``).
"""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping

from petcore.adapters.elevenlabs_client import NO_SOUND, ElevenLabsClient, UnknownVoice
from petcore.adapters.mp3_frames import SILENCE, bare_frames
from petcore.adapters.network_service import Refused
from petcore.adapters.patience import GivenUp, Patience, TryAgain, insist
from petcore.errors import VoiceFailed
from petcore.ports.clock import Pause
from petcore.ports.voice import Coding

_log = logging.getLogger(__name__)

PATIENCE = Patience(attempts=3, pause_s=0.5, deadline_s=12.0, silence_s=6.0)
"""A few sentences take it two or three seconds."""

_FORMATS: Mapping[Coding, str] = {"mp3": "mp3_22050_32", "pcm": "pcm_22050"}
_NOTHING_SAID: Mapping[Coding, bytes] = {"mp3": SILENCE * 4, "pcm": bytes(4 * 576 * 2)}
"""A tenth of a second: how a text without a letter or a digit is spoken."""

_VOICE_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_UNKNOWN_MAX = 1_024
_ANSWER_BYTES_MAX = 8 << 20
"""Three minutes of ``pcm``."""

_LOOKED_AT = 64
_OTHER_FILES = (b"\x89PNG", b"GIF8", b"ID3", b"OggS", b"PK\x03\x04", b"RIFF", b"fLaC")


class ElevenLabsVoice:
    """The ``Voice`` that speaks by ``model``, as ``voice_id`` where the persona's is unknown.

    One ``speak`` takes as long as ``patience`` has.
    """

    name = "elevenlabs"

    def __init__(
        self,
        key: str,
        voice_id: str,
        model: str,
        url: str,
        pause: Pause,
        patience: Patience = PATIENCE,
    ) -> None:
        self._client = ElevenLabsClient(key, url, patience.deadline_s, _ANSWER_BYTES_MAX)
        self._usual = voice_id
        self._model = model
        self._pause = pause
        self._patience = patience
        self._unknown: set[str] = set()

    async def speak(self, text: str, voice_id: str | None, coding: Coding) -> bytes:
        """``text`` as sound; ``mp3`` is frames alone. Raises ``VoiceFailed``."""
        if not any(map(str.isalnum, text)):
            return _NOTHING_SAID[coding]
        voices = self._voices(voice_id)
        first = voices[0]

        async def attempt() -> bytes:
            while True:
                try:
                    sound = await self._client.speak(text, voices[0], self._model, _FORMATS[coding])
                    return _SOUND[coding](sound)
                except UnknownVoice:
                    if len(voices) == 1:
                        raise
                    del voices[0]

        sound = await self._insisted(attempt)
        if voices[0] != first:
            self._remember(first)
        return sound

    async def close(self) -> None:
        """Let go of the connections. Closing twice is allowed."""
        await self._client.close()

    def _voices(self, voice_id: str | None) -> list[str]:
        """Those to ask for, one after the other."""
        usual = [self._usual]
        if voice_id is None or voice_id == self._usual or voice_id in self._unknown:
            return usual
        # It becomes a part of the address.
        return [voice_id, *usual] if _VOICE_ID.fullmatch(voice_id) else usual

    def _remember(self, voice_id: str) -> None:
        """That the service does not know it, which the usual voice has just shown to be so."""
        if len(self._unknown) >= _UNKNOWN_MAX:
            self._unknown.clear()
        self._unknown.add(voice_id)

    async def _insisted(self, attempt: Callable[[], Awaitable[bytes]]) -> bytes:
        try:
            return await insist(attempt, self._patience, self._pause)
        except UnknownVoice as failed:
            why = f"{failed.why} and PETCORE_ELEVENLABS_VOICE_ID"
            _log.warning("ElevenLabs: %s", why)
        except (Refused, GivenUp) as failed:
            why = failed.why
        raise VoiceFailed(f"ElevenLabs did not speak: {why}")


def _mp3(sent: bytes) -> bytes:
    try:
        return bare_frames(sent)
    except ValueError:
        raise TryAgain(NO_SOUND) from None


def _pcm(sent: bytes) -> bytes:
    """Half a sample at the end is left out."""
    samples = sent[: len(sent) // 2 * 2]
    if not samples or _is_text(samples) or sent.startswith(_OTHER_FILES) or _is_mp3(samples):
        raise TryAgain(NO_SOUND)
    return samples


_SOUND: Mapping[Coding, Callable[[bytes], bytes]] = {"mp3": _mp3, "pcm": _pcm}


def _is_text(sent: bytes) -> bool:
    """HTML or JSON: no voice begins with so many samples that are all loud and positive."""
    return all(byte in b"\t\n\r" or 0x20 <= byte < 0x7F for byte in sent[:_LOOKED_AT])  # noqa: PLR2004  ASCII


def _is_mp3(sent: bytes) -> bool:
    """What has the head of a frame, and then frames, not just by chance."""
    try:
        return len(bare_frames(sent)) > len(sent) // 2
    except ValueError:
        return False
