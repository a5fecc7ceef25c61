"""A store that is not there when it is asked."""

from collections.abc import Mapping
from typing import TypeVar

from petcore.adapters.store_memory import MemoryStore
from petcore.ports.store import Collection, Query

R = TypeVar("R", bound=Mapping[str, object])


class LostStore(MemoryStore):
    """A store that answers everything with ``error`` while there is one. ``asked`` counts how often
    anybody has tried.
    """

    error: Exception | None = None
    asked = 0

    def reach(self) -> None:
        """Raise if it is lost."""
        self.asked += 1
        if self.error is not None:
            raise self.error

    async def ping(self) -> None:
        """Return if it is there."""
        self.reach()

    async def get(self, collection: Collection[R], id: str) -> R | None:
        """The document with this ``_id``, or None."""
        self.reach()
        return await super().get(collection, id)

    async def insert(self, collection: Collection[R], document: R) -> None:
        """Store a new document."""
        self.reach()
        await super().insert(collection, document)

    async def replace(self, collection: Collection[R], document: R, expected: int) -> bool:
        """Store the document in the place of its version ``expected``."""
        self.reach()
        return await super().replace(collection, document, expected)

    async def find(self, query: Query[R]) -> list[R]:
        """The documents that the query describes."""
        self.reach()
        return await super().find(query)
