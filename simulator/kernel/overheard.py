"""A store that lets the trace know of each sample when it is stored, whoever made it.

For worlds in which the server makes the scores: there no request says them, and a judge who only
heard of the end could not tell when a break prompt was due.
"""

import orjson

from petcore.ports.store import Collection, Query, R, Store
from simulator.kernel.masking import masked
from simulator.kernel.trace import Trace

_SAMPLES = "focus_samples"


class OverheardStore:
    """Hands everything on to ``store``."""

    def __init__(self, store: Store, trace: Trace) -> None:
        self._store = store
        self._trace = trace

    async def open(self) -> None:
        """Get ready. Raises ``StartRefused`` if that cannot be."""
        await self._store.open()

    async def close(self) -> None:
        """Finish what was begun and let go. Closing twice is allowed."""
        await self._store.close()

    async def ping(self) -> None:
        """Return if the store can be read and written now."""
        await self._store.ping()

    async def get(self, collection: Collection[R], id: str) -> R | None:
        """The document with this ``_id``, or None."""
        return await self._store.get(collection, id)

    async def insert(self, collection: Collection[R], document: R) -> None:
        """Store a new document durably. Raises ``Duplicate`` and stores nothing if it is not."""
        await self._store.insert(collection, document)
        if collection.name == _SAMPLES:
            text = masked(orjson.dumps(document).decode())
            self._trace.note("measured", document=text)

    async def replace(self, collection: Collection[R], document: R, expected: int) -> bool:
        """Replace the document of the same ``_id`` if its version is ``expected``; say whether."""
        return await self._store.replace(collection, document, expected)

    async def find(self, query: Query[R]) -> list[R]:
        """The documents the query describes, in its order."""
        return await self._store.find(query)

    async def delete(self, query: Query[R]) -> int:
        """Delete what ``find`` would return; say how many."""
        return await self._store.delete(query)

    async def count(self, query: Query[R]) -> int:
        """How many documents ``find`` would return."""
        return await self._store.count(query)
