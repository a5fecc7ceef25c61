"""The voice that needs no network and no key: espeak-ng, in a process of its own.

Here: what may be spoken, and for how long it is waited for. Not here: how (``voice_espeak_child``),
and the C library (``espeak_library``), whose licence is the GPL, version 3 or later.
"""

import json
import unicodedata
from collections.abc import Mapping

from petcore.adapters.child import Bounds, Child, ChildFailed, Declined, Why
from petcore.errors import VoiceFailed
from petcore.ports.voice import Coding

USUAL_VOICE = "en-us+f5"
TEXT_MAX = 4_000
"""Characters of one text at most."""

_BOUNDS = Bounds(deadline_s=15.0, waiting_max=128)
_CHILD = "petcore.adapters.voice_espeak_child"
# Control characters are orders to espeak-ng, and halves of a pair are no text at all.
_UNSPEAKABLE = frozenset({"Cc", "Cs", "Co", "Cn"})
_WORDS: Mapping[Why, str] = {
    "busy": "too many texts are waiting to be spoken",
    "late": "speaking took too long",
    "unstarted": "the process that speaks cannot be started",
    "ended": "the process that speaks has ended",
    "closed": "nobody speaks any more",
}


class EspeakVoice:
    """The ``Voice`` of espeak-ng. ``voice_id`` is one of its own names, such as ``de`` or
    ``en-us+m3``. It does not speak a sentence twice in quite the same way.
    """

    name = "espeak"

    def __init__(self, bounds: Bounds = _BOUNDS) -> None:
        self._child = Child(_CHILD, bounds)

    async def speak(self, text: str, voice_id: str | None, coding: Coding) -> bytes:
        """``text`` as sound; text of more than ``TEXT_MAX`` characters is refused. Raises
        ``VoiceFailed``.
        """
        if len(text) > TEXT_MAX:
            raise VoiceFailed(f"a text to speak must have at most {TEXT_MAX} characters")
        voices = (voice_id, USUAL_VOICE) if voice_id else (USUAL_VOICE,)
        try:
            return await self._child.ask(json.dumps((_plain(text), voices, coding)).encode())
        except Declined as declined:
            raise VoiceFailed(declined.words) from declined
        except ChildFailed as failed:
            raise VoiceFailed(_WORDS[failed.why]) from failed

    async def close(self) -> None:
        """End the process."""
        await self._child.close()


def _plain(text: str) -> str:
    """What can be spoken of it."""
    return "".join(
        " " if unicodedata.category(letter) in _UNSPEAKABLE else letter for letter in text
    )
