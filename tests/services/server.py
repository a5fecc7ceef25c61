"""A server's services on twins, with a clock that a test sets."""

import asyncio
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from petcore.adapters.audio_wave import WaveAudio
from petcore.adapters.entropy_seeded import SeededEntropy
from petcore.adapters.hearing_scripted import ScriptedHearing
from petcore.adapters.language_scripted import Script, ScriptedLanguage, Step
from petcore.adapters.store_memory import MemoryStore
from petcore.adapters.voice_scripted import ScriptedVoice
from petcore.ports.clock import Pause
from petcore.ports.faculties import Faculties
from petcore.ports.language import Talk
from petcore.ports.store import Query, Store
from petcore.services import Services
from petcore.services.collections import COLLECTIONS
from petcore.settings import default_settings
from petcore.wiring import wire

NOON = datetime(2026, 5, 5, 12, tzinfo=UTC)


@dataclass(slots=True)
class SetClock:
    """Stands where it was set."""

    instant: datetime = NOON

    def now(self) -> datetime:
        """The instant it was set to."""
        return self.instant

    def advance(self, minutes: float) -> None:
        """Set it forward."""
        self.instant += timedelta(minutes=minutes)


def echo(talk: Talk) -> Generator[Step, Mapping[str, object] | None, None]:
    """Answers with what was said."""
    yield "You said: "
    yield f"{talk.transcript}. I heard it."


def at_once(_: str) -> float:
    """Takes no time."""
    return 0.0


async def a_turn(_: float) -> None:
    """Lets the others have a turn of the event loop, however long the pause should be."""
    await asyncio.sleep(0)


@dataclass(slots=True)
class Server:
    """Services that can be started anew on what the store kept. Its pet says what ``script`` says;
    ``speaks`` and ``hears`` may fail for a text.
    """

    clock: SetClock = field(default_factory=SetClock)
    store: MemoryStore = field(default_factory=MemoryStore)
    entropy: SeededEntropy = field(default_factory=lambda: SeededEntropy(Random(1)))
    script: Script = echo
    speaks: Callable[[str], float] = at_once
    hears: Callable[[str], float] = at_once
    pause: Pause = a_turn

    def faculties(self) -> Faculties:
        """What its pet talks by."""
        return Faculties(
            language=ScriptedLanguage(self.script, self.pause),
            voice=ScriptedVoice(self.speaks, self.pause),
            hearing=ScriptedHearing(self.hears, self.pause),
            audio=WaveAudio(),
        )

    def services(self, store: Store | None = None) -> Services:
        """The services of a process, on this server's store or on one that wraps it."""
        return wire(
            default_settings(store="memory:"),
            clock=self.clock,
            entropy=self.entropy,
            store=store or self.store,
            faculties=self.faculties(),
        )

    async def stored(self) -> dict[str, list[Mapping[str, object]]]:
        """Every document, by collection."""
        return {
            collection.name: list(await self.store.find(Query(collection)))
            for collection in COLLECTIONS
        }
