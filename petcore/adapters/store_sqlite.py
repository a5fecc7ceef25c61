"""Storage in one SQLite file: the default.

Laws of this adapter:

* A write is answered when it is on the disk, not before. All writes go through one thread; what
  gathers while it is busy is the next transaction, so many callers share one commit.
* Short reads run on the event loop, which is several times quicker than the way to a thread and
  back. Long reads have a thread of their own. No reader waits for the writer (WAL), and each sees
  everything that was answered before it began.
* Whoever stops waiting for a write changes nothing about it; a long read for which nobody waits
  any more when its turn comes is not begun.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from petcore.adapters.store_sqlite_crew import Crew
from petcore.adapters.store_sqlite_file import PROBE, Connection, File, Rows
from petcore.adapters.store_sqlite_layout import look, prepare
from petcore.adapters.store_sqlite_table import Document, Statement, Table
from petcore.errors import Duplicate, StartRefused, StoreUnavailable
from petcore.ports.document_text import from_text
from petcore.ports.store import Collection, Query, R

# A find of at most so many documents is short.
_SHORT = 64


@dataclass(frozen=True, slots=True)
class _Session:
    """What is held between ``open`` and ``close``."""

    file: File
    reads: Crew[Connection]
    writes: Crew[Connection]


class SqliteStore:
    """Keeps documents in the file at ``path``, which is made if there is none.

    ``collections`` get their tables in ``open``, so that what is wrong with them refuses the
    start; any other gets its table when it is first used.

    ``as_it_is`` is for who examines a file or takes something out of it: neither the file nor a
    table, a column or an index is made or dropped. A collection without a table is empty.
    """

    def __init__(
        self,
        path: str | Path,
        collections: Sequence[Collection[Any]] = (),
        *,
        as_it_is: bool = False,
    ) -> None:
        self._as_it_is = as_it_is
        self._path = Path(path).absolute()
        self._collections = tuple(collections)
        self._tables: dict[str, Table] = {}
        self._session: _Session | None = None

    async def open(self) -> None:
        """Open the file. Raises ``StartRefused`` if it cannot be used."""
        if self._session is not None:
            return
        file = await asyncio.to_thread(File, self._path, as_it_is=self._as_it_is)
        reads = Crew("petcore-store-reads", file.read_there, is_reading=True)
        writes = Crew("petcore-store-writes", file.commit)
        self._session = _Session(file, reads, writes)
        try:
            for collection in self._collections:
                await self._table(collection)
        except (Duplicate, StoreUnavailable) as error:
            await self.close()
            raise StartRefused(f"cannot use {self._path} as the store: {error}") from error

    async def close(self) -> None:
        """Finish all writes and let go of the file."""
        session, self._session = self._session, None
        if session is None:
            return
        self._tables.clear()
        await session.writes.leave()
        await session.reads.leave()
        await asyncio.to_thread(session.file.close)

    async def ping(self) -> None:
        """Return if a write reaches the disk and a read works. The write changes nothing."""
        self._opened().file.require_place()
        await self._write(PROBE)
        self._opened().file.read_here(("PRAGMA user_version", ()))

    async def get(self, collection: Collection[R], id: str) -> R | None:
        """The document with this ``_id``, or None."""
        table = await self._table(collection)
        rows = self._opened().file.read_here((table.get, (id,)))
        return cast("R", from_text(rows[0][0])) if rows else None

    async def insert(self, collection: Collection[R], document: R) -> None:
        """Store a new document durably. Raises ``Duplicate`` and stores nothing if it is not."""
        table = await self._table(collection)
        await self._write(table.insert(document))

    async def replace(self, collection: Collection[R], document: R, expected: int) -> bool:
        """Replace the document of the same ``_id`` if its version is ``expected``; say whether."""
        table = await self._table(collection)
        return await self._write(table.replace(document, expected)) == 1

    async def find(self, query: Query[R]) -> list[R]:
        """The documents the query describes, in its order."""
        statement = (await self._table(query.collection)).find(query)
        session = self._opened()
        if query.limit is not None and query.limit <= _SHORT:
            return _documents(session.file.read_here(statement))
        return await session.reads.ask(lambda file: _documents(_rows(file, statement)))

    async def delete(self, query: Query[R]) -> int:
        """Delete what ``find`` would return; say how many."""
        table = await self._table(query.collection)
        return await self._write(table.delete(query))

    async def count(self, query: Query[R]) -> int:
        """How many documents ``find`` would return."""
        statement = (await self._table(query.collection)).count(query)
        rows = await self._opened().reads.ask(lambda file: _rows(file, statement))
        return int(rows[0][0])

    async def _write(self, statement: Statement) -> int:
        """How many rows the statement changed, once they are on the disk."""
        # What is no change at all has -1.
        execute = self._opened().writes.ask(lambda file: file.execute(*statement).rowcount)
        return max(0, await execute)

    async def _table(self, collection: Collection[Any]) -> Table:
        table = self._tables.get(collection.name)
        if table is None:
            table = self._tables[collection.name] = await self._prepared(collection)
        elif table.collection is not collection and table.collection != collection:
            raise ValueError(f"the collection {collection.name} is declared in two ways")
        return table

    async def _prepared(self, collection: Collection[Document]) -> Table:
        if self._as_it_is:
            return await self._opened().reads.ask(lambda file: look(file, collection))
        table = Table(collection)
        await self._opened().writes.ask(lambda file: prepare(file, table))
        return table

    def _opened(self) -> _Session:
        if self._session is None:
            raise StoreUnavailable("the store is not open")
        return self._session


def _rows(connection: Connection, statement: Statement) -> Rows:
    return connection.execute(*statement).fetchall()


def _documents(rows: Rows) -> list[Any]:
    return [from_text(text) for (text,) in rows]
