"""Removing a person wholly.

Documents that may carry others in their outbox go first: an outbox that is gone delivers nothing.
What it delivered a moment before is found by the next pass, and the passes end with one that finds
nothing. Cut off in the middle, it is continued by beginning again. An operation that a server has
begun may still store its outcome after the last pass: certain is an erasure while no server runs.
"""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from petcore.ports.store import Collection, Query, Store
from petcore.services.outbox import OUTBOX_INDEX, Document

PASSES_MAX = 5
"""Whoever still writes after so many passes will not stop by himself."""

# So many are deleted at a time: no store needs long for them.
_PORTION = 5_000


@dataclass(frozen=True, slots=True)
class Erased:
    """So many ``documents`` of a collection were deleted, in pass number ``passing`` from 1."""

    collection: str
    documents: int
    passing: int


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The last pass found documents again: somebody keeps writing for this user."""


async def census(
    store: Store, collections: Iterable[Collection[Document]], user_id: str
) -> dict[str, int]:
    """How many documents of each collection belong to the user."""
    return {
        collection.name: await store.count(Query(collection, {"user_id": user_id}))
        for collection in collections
    }


async def erase(
    store: Store, collections: Iterable[Collection[Document]], user_id: str
) -> AsyncIterator[Erased | Rewritten]:
    """Delete all documents of the user, in every collection. Raises ``StoreUnavailable``."""
    deciding_first = sorted(collections, key=lambda known: OUTBOX_INDEX not in known.indexes)
    for passing in range(1, PASSES_MAX + 1):
        found = 0
        for collection in deciding_first:
            documents = await _delete(store, Query(collection, {"user_id": user_id}))
            found += documents
            yield Erased(collection.name, documents, passing)
        if not found:
            return
    yield Rewritten()


async def _delete(store: Store, query: Query[Document]) -> int:
    portion = Query(query.collection, query.equal, limit=_PORTION)
    deleted = 0
    while gone := await store.delete(portion):
        deleted += gone
    return deleted
