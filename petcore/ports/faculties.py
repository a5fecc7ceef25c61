"""What a pet needs to talk: one of each, real or twin."""

import asyncio
from dataclasses import dataclass

from petcore.ports.audio import Audio
from petcore.ports.clock import Pause
from petcore.ports.hearing import Hearing
from petcore.ports.language import Language
from petcore.ports.voice import Voice


async def for_ever(_: float) -> None:
    """The ``Pause`` of whoever waits for as long as it takes."""
    await asyncio.Event().wait()


@dataclass(frozen=True, slots=True)
class Faculties:
    """Language, voice and hearing, and what reads recordings. Whoever waits for them gives up by
    ``pause``.
    """

    language: Language
    voice: Voice
    hearing: Hearing
    audio: Audio
    pause: Pause = for_ever

    async def close(self) -> None:
        """Let go of what they hold."""
        await self.language.close()
        await self.voice.close()
        await self.hearing.close()
        await self.audio.close()

    @property
    def names(self) -> dict[str, str]:
        """Which ones they are, by what they do."""
        return {
            "language": self.language.name,
            "voice": self.voice.name,
            "hearing": self.hearing.name,
        }
