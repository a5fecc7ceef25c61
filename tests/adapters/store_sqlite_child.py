"""A process of its own that writes to a SQLite store, to be killed or to run out of disk.

``write PATH FIRST``: eight callers insert pets from number FIRST on and print each ``_id`` when
the store has answered, until somebody kills the process.
``fill PATH``: inserts until files may not grow any more, then lifts the limit and goes on; prints
what happened as JSON.
"""

import asyncio
import itertools
import json
import sys
from typing import Any

from petcore.adapters.store_sqlite import SqliteStore
from petcore.errors import StoreUnavailable
from petcore.ports.store import Query
from tests.adapters.store_conformance import NOTES, PETS, Note, pet


async def write(path: str, first: str) -> None:
    """Insert for ever."""
    store = SqliteStore(path)
    await store.open()
    numbers = itertools.count(int(first))

    async def caller() -> None:
        for number in numbers:
            await store.insert(PETS, pet(number))
            print(f"p{number}", flush=True)  # noqa: T201

    await asyncio.gather(*(caller() for _ in range(8)))


async def fill(path: str) -> None:
    """Insert until it fails, look, lift the limit, insert again."""
    import resource  # noqa: PLC0415  Windows has none, and does not run this

    store = SqliteStore(path, [NOTES])
    await store.open()
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, most))
    answered, refused = await _insert_groups(store)
    found = {note["_id"] for note in await store.find(Query(NOTES))}
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, most))
    ping_refused = await _refused(store.ping())
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    await store.ping()
    await store.insert(NOTES, Note(_id="later", version=1, content=None))
    await store.close()
    outcome = {
        "refused": refused,
        "lost": sorted(set(answered) - found),
        "unasked": sorted(found - set(answered)),
        "ping_refused": ping_refused,
    }
    print(json.dumps(outcome))  # noqa: T201


async def _insert_groups(store: SqliteStore) -> tuple[list[str], list[str]]:
    """Who was told yes and what the others were told, up to the first group with a no."""
    answered: list[str] = []
    refused: list[str] = []
    for group in range(100):
        notes = [Note(_id=f"n{group}_{n}", version=1, content="x" * 10_000) for n in range(8)]
        told = await asyncio.gather(*(_refused(store.insert(NOTES, note)) for note in notes))
        answered += [note["_id"] for note, no in zip(notes, told, strict=True) if no is None]
        refused += [no for no in told if no is not None]
        if refused:
            break
    return answered, refused


async def _refused(asked: Any) -> str | None:
    try:
        await asked
    except StoreUnavailable as error:
        return error.message
    return None


if __name__ == "__main__":
    asyncio.run(write(*sys.argv[2:]) if sys.argv[1] == "write" else fill(*sys.argv[2:]))
