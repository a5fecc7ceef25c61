"""Ears for ``voice_scripted``: the twin of what makes words of a recording."""

from collections.abc import Callable

from petcore.adapters.voice_scripted import spoken_in
from petcore.ports.audio import Recording
from petcore.ports.clock import Pause


class ScriptedHearing:
    """The ``Hearing`` that takes ``delay`` seconds for what it hears, which may raise
    ``HearingFailed``.
    """

    name = "scripted"

    def __init__(self, delay: Callable[[str], float], pause: Pause) -> None:
        self._delay = delay
        self._pause = pause

    async def hear(self, recording: Recording) -> str:
        """What ``ScriptedVoice`` spoke as ``pcm``, if ``recording`` holds just that at
        ``HEARD_RATE``; else "".
        """
        spoken = spoken_in(recording.samples)
        heard = "" if spoken is None else spoken.decode(errors="replace")
        await self._pause(self._delay(heard))
        return heard

    async def close(self) -> None:
        """There is nothing to let go of."""
