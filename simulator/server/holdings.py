"""What the server holds in its store."""

import asyncio
from collections.abc import Sequence

import orjson

from petcore.errors import StartRefused
from petcore.ports.store import Collection, Query, Store
from petcore.settings import default_settings
from petcore.wiring import wire
from simulator.kernel.masking import masked
from simulator.kernel.stage import Stage
from simulator.kernel.trace import Json

_PAGE = 1_000


def require_empty(store: Store) -> None:
    """Raise ``StartRefused`` if ``store`` holds documents or cannot be used. It is closed again."""
    asyncio.run(_require_empty(store))


async def _require_empty(store: Store) -> None:
    collections = wire(default_settings(store="memory:"), store=store).collections
    await store.open()
    try:
        for collection in collections:
            if await store.find(Query(collection, limit=1)):
                raise StartRefused(
                    f"the store holds {collection.name} already; a world needs an empty one"
                )
    finally:
        await store.close()


async def note_stored(stage: Stage, store: Store, collections: Sequence[Collection[Json]]) -> None:
    """Let the trace say what the server holds in the end, page by page."""
    for collection in collections:
        after = ""
        while page := await store.find(Query(collection, at_least=f"{after}\0", limit=_PAGE)):
            for document in page:
                text = masked(orjson.dumps(document).decode())
                stage.trace.note("stored", collection=collection.name, document=text)
            after = str(page[-1]["_id"])
