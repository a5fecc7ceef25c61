"""A server's services on twins, with a clock that a test sets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from petcore.adapters.entropy_seeded import SeededEntropy
from petcore.adapters.store_memory import MemoryStore
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


@dataclass(slots=True)
class Server:
    """Services that can be started anew on what the store kept."""

    clock: SetClock = field(default_factory=SetClock)
    store: MemoryStore = field(default_factory=MemoryStore)
    entropy: SeededEntropy = field(default_factory=lambda: SeededEntropy(Random(1)))

    def services(self, store: Store | None = None) -> Services:
        """The services of a process, on this server's store or on one that wraps it."""
        return wire(
            default_settings(store="memory:"),
            clock=self.clock,
            entropy=self.entropy,
            store=store or self.store,
        )

    async def stored(self) -> dict[str, list[Mapping[str, object]]]:
        """Every document, by collection."""
        return {
            collection.name: list(await self.store.find(Query(collection)))
            for collection in COLLECTIONS
        }
