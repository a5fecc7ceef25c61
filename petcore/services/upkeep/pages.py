"""Reading a collection from its first document to its last, in the order of ``_id``."""

from collections.abc import AsyncIterator, Mapping

from petcore.ports.store import Collection, Query, R, Scalar, Store
from petcore.services.outbox import Document

PAGE = 128
"""So many documents are held at a time: a report may have half a megabyte."""


async def pages(
    store: Store, collection: Collection[R], equal: Mapping[str, Scalar] | None = None
) -> AsyncIterator[list[R]]:
    """All documents, or those whose fields equal ``equal``, at most ``PAGE`` at a time.

    Documents whose ``_id`` is no string are not reached: somebody else's hand put them there.
    """
    last = ""
    while True:
        query = Query(collection, equal or {}, at_least=last, limit=PAGE + 1)
        found = await store.find(query)
        page = [document for document in found if _follows(document, last)][:PAGE]
        if page:
            yield page
            last = str(page[-1]["_id"])
        if not page or len(found) <= PAGE:
            return


def _follows(document: Document, last: str) -> bool:
    id = document["_id"]
    return isinstance(id, str) and (id > last or not last)
