"""What stands where this machine or this server has no voice or no hearing. It says so."""

from typing import NoReturn

from petcore.errors import HearingAbsent, VoiceFailed
from petcore.ports.audio import Recording
from petcore.ports.voice import Coding

NAME = "absent"


class AbsentVoice:
    """The ``Voice`` of a pet that cannot speak. ``why`` is for people."""

    name = NAME

    def __init__(self, why: str) -> None:
        self._why = why

    async def speak(self, text: str, voice_id: str | None, coding: Coding) -> NoReturn:
        """Raise ``VoiceFailed``."""
        raise VoiceFailed(self._why)

    async def close(self) -> None:
        """There is nothing to let go of."""


class AbsentHearing:
    """The ``Hearing`` of a pet that cannot hear. ``why`` is for people."""

    name = NAME

    def __init__(self, why: str) -> None:
        self._why = why

    async def hear(self, recording: Recording) -> NoReturn:
        """Raise ``HearingAbsent``."""
        raise HearingAbsent(self._why)

    async def close(self) -> None:
        """There is nothing to let go of."""
