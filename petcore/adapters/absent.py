"""What stands where this machine or this server has no voice, hearing or sight. It says so."""

from collections.abc import AsyncGenerator
from typing import NoReturn

from petcore.errors import HearingAbsent, SightAbsent, VoiceFailed
from petcore.ports.audio import Recording
from petcore.ports.camera import Frame, Source
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


class AbsentSight:
    """The ``Sight`` of a server that cannot see, and its ``Cameras``. ``why`` is for people."""

    name = NAME

    def __init__(self, why: str) -> None:
        self._why = why

    def gaze(self) -> NoReturn:
        """Raise ``SightAbsent``."""
        raise SightAbsent(self._why)

    def watch(self, source: Source) -> AsyncGenerator[Frame, None]:
        """Raise ``SightAbsent``."""
        raise SightAbsent(self._why)

    async def close(self) -> None:
        """There is nothing to let go of."""
