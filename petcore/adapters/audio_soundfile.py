"""Recordings read by libsndfile, in a process of its own: WAV of all kinds, and MP3.

What decodes strangers' bytes is C, which may crash, print them, or take its time. Here: which
container it is, and what is said when nothing comes of it. Not here: how it is decoded
(``audio_soundfile_child``), and what is said in it.
"""

from collections.abc import Mapping

from petcore.adapters.child import Bounds, Child, ChildFailed, Declined, Why
from petcore.errors import BadInput, HearingFailed
from petcore.ports.audio import Container, Recording

_BOUNDS = Bounds(deadline_s=10.0, waiting_max=64)
_CHILD = "petcore.adapters.audio_soundfile_child"
_HEAD = 12
_LAYER_3 = 0xFFE2
_WORDS: Mapping[Why, str] = {
    "busy": "too many recordings are waiting to be read",
    "late": "reading the recording took too long",
    "unstarted": "the process that reads recordings cannot be started",
    "closed": "nobody reads recordings any more",
}


class SoundfileAudio:
    """The ``Audio`` of a real server."""

    def __init__(self, bounds: Bounds = _BOUNDS) -> None:
        self._child = Child(_CHILD, bounds)

    async def read(self, data: bytes, seconds_max: float) -> Recording:
        """The recording in ``data``. Raises ``BadInput`` at ``audio_base64``, and ``HearingFailed``
        if nobody came to read it.
        """
        if not data:
            raise _refused("must hold a recording, it is empty")
        container = _container(data)
        answer = await self._answer(container, f"{container} {seconds_max}\n".encode() + data)
        loudness, _, samples = answer.partition(b"\n")
        return Recording(data, container, samples, float(loudness))

    async def close(self) -> None:
        """End the process. Closing twice is allowed."""
        await self._child.close()

    async def _answer(self, container: Container, question: bytes) -> bytes:
        try:
            return await self._child.ask(question)
        except Declined as declined:
            raise _refused(declined.words) from declined
        except ChildFailed as failed:
            if failed.why == "ended":  # of what is in the recording
                name = container.upper()
                raise _refused(f"is a broken {name}: it cannot be decoded") from failed
            raise HearingFailed(_WORDS[failed.why]) from failed


def _container(data: bytes) -> Container:
    if data[:4] == b"RIFF" and data[8:_HEAD] == b"WAVE":
        return "wav"
    if data[:3] == b"ID3" or _begins_a_frame(data):
        return "mp3"
    raise _refused("must be a WAV or an MP3")


def _begins_a_frame(data: bytes) -> bool:
    """Eleven bits that are set, and after two of the version, those of layer III."""
    return int.from_bytes(data[:2]) & 0xFFE6 == _LAYER_3


def _refused(complaint: str) -> BadInput:
    return BadInput.at("audio_base64", complaint)
