"""Everything that is stored about one person, for that person to have."""

from collections.abc import AsyncIterator, Iterable, Mapping

from petcore.ports.store import Collection, Query, Scalar, Store
from petcore.services.outbox import Document
from petcore.services.upkeep.pages import PAGE, pages

_MACHINERY = frozenset(("version", "outbox", "outbox_len"))


async def export(
    store: Store, collections: Iterable[Collection[Document]], user_id: str
) -> AsyncIterator[tuple[str, Document]]:
    """The name of the collection and the document without petcore's own machinery, for each
    document of the user: collections in their order, documents in that of ``_id``. A code that
    nobody has confirmed is among it if the device that shows it named the user.
    """
    for collection in collections:
        equal = await _quicker(store, collection, user_id)
        async for page in pages(store, collection, equal):
            for document in page:
                if document.get("user_id") == user_id:
                    yield collection.name, _own(document)


async def _quicker(
    store: Store, collection: Collection[Document], user_id: str
) -> Mapping[str, Scalar]:
    """What to look for: each page of one user's documents looks at all of them, so whoever has
    many is found sooner by reading everybody's once.
    """
    equal = {"user_id": user_id}
    own = await store.count(Query(collection, equal))
    every = await store.count(Query(collection))
    return equal if own * own // PAGE < every else {}


def _own(document: Document) -> Document:
    return {name: value for name, value in document.items() if name not in _MACHINERY}
