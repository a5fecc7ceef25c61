"""The hearing of ElevenLabs.

Here: what it is sent, how often, and what counts as words. Not here: the SDK and its errors
(``elevenlabs_client``).
"""

import wave
from collections.abc import Callable, Mapping
from io import BytesIO

from petcore.adapters.elevenlabs_client import ElevenLabsClient
from petcore.adapters.network_service import UNREADABLE, Refused
from petcore.adapters.patience import GivenUp, Patience, TryAgain, insist
from petcore.errors import HearingFailed
from petcore.ports.audio import HEARD_RATE, Container, Recording
from petcore.ports.clock import Pause

PATIENCE = Patience(attempts=3, pause_s=0.5, deadline_s=20.0, silence_s=15.0)
"""It answers when it has heard everything, up to a minute of speech."""

_ANSWER_BYTES_MAX = 1 << 20


class ElevenLabsHearing:
    """The ``Hearing`` that listens by ``model``, for any language.

    One ``hear`` takes as long as ``patience`` has.
    """

    name = "elevenlabs"

    def __init__(
        self,
        key: str,
        model: str,
        url: str,
        pause: Pause,
        patience: Patience = PATIENCE,
    ) -> None:
        self._client = ElevenLabsClient(key, url, patience.deadline_s, _ANSWER_BYTES_MAX)
        self._model = model
        self._pause = pause
        self._patience = patience

    async def hear(self, recording: Recording) -> str:
        """The words that were said; "" if there were none. Raises ``HearingFailed``."""
        kind, written = _FILES[recording.container]
        data = written(recording)

        async def attempt() -> str:
            name = f"speech.{recording.container}"
            words = await self._client.hear(name, data, kind, self._model)
            if words is None:
                raise TryAgain(UNREADABLE)
            return words.strip()

        try:
            return await insist(attempt, self._patience, self._pause)
        except (Refused, GivenUp) as failed:
            why = failed.why
        raise HearingFailed(f"ElevenLabs did not listen: {why}")

    async def close(self) -> None:
        """Let go of the connections. Closing twice is allowed."""
        await self._client.close()


def _wav(recording: Recording) -> bytes:
    """Its samples: smaller than most recordings, and its head tells the true length."""
    file = BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(HEARD_RATE)
        writer.writeframes(recording.samples)
    return file.getvalue()


def _mp3(recording: Recording) -> bytes:
    return recording.data


_FILES: Mapping[Container, tuple[str, Callable[[Recording], bytes]]] = {
    "wav": ("audio/wav", _wav),
    "mp3": ("audio/mpeg", _mp3),
}
