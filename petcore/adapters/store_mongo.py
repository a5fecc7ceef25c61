"""Storage in MongoDB, for more than one machine.

Documents lie there as the port hands them over: dates as BSON dates, ids as strings. Here: the
port's operations in words of MongoDB. Not here: the connection and its promises
(``store_mongo_connection``), and names that MongoDB would not take (``store_mongo_names``).
"""

from collections.abc import Mapping, Sequence
from typing import Protocol, cast

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.uri_parser import parse_uri

from petcore.adapters.store_mongo_connection import (
    DATABASE,
    Connection,
    Document,
    Driver,
    Shelf,
    connect,
)
from petcore.adapters.store_mongo_names import read, written
from petcore.errors import Duplicate, StartRefused, StoreUnavailable
from petcore.ports.store import Collection, Index, Query, R

__all__ = ["Driver", "MongoStore", "place"]

# Making an index takes the longer the more there is, and the start can wait.
_INDEXING_S = 600.0

# How many documents are read or named at a time, so that others get their turns in between.
_AT_ONCE = 1_000


def place(uri: str) -> object:
    """Something that is equal for URIs of the same hosts and database; for what is no URI, it is
    the text itself. May ask the DNS.
    """
    try:
        parts = parse_uri(uri)
    except Exception:  # noqa: BLE001  whoever opens it hears what is wrong
        return uri
    return frozenset(parts["nodelist"]), parts["database"] or DATABASE, parts["collection"]


class _Named(Protocol):
    """A database, as it names what it holds."""

    async def list_collection_names(self) -> list[str]: ...


class MongoStore:
    """Keeps documents in the database that ``uri`` names.

    ``collections`` get their indexes in ``open``, so that what is wrong with them refuses the
    start; any other gets them when it is first used. Indexes that others made are left alone.

    ``as_it_is`` is for who examines a database or takes something out of it: no index is made,
    nothing is written in ``open``, and a database that has none of ``collections`` is refused.
    """

    def __init__(
        self,
        uri: str,
        collections: Sequence[Collection[Document]] = (),
        driver: Driver = "motor",
        *,
        as_it_is: bool = False,
    ) -> None:
        self._as_it_is = as_it_is
        self._uri = uri
        self._driver = driver
        self._collections = tuple(collections)
        self._held: Connection | None = None
        self._shelves: dict[str, tuple[Collection[Document], Shelf]] = {}

    async def open(self) -> None:
        """Connect and make the indexes. Raises ``StartRefused`` if that cannot be."""
        if self._held is not None:
            return
        self._held = connect(self._uri, self._driver)
        try:
            await (self._require_ours() if self._as_it_is else self._prepare())
        except StoreUnavailable as error:
            await self.close()
            raise StartRefused(f"--store (PETCORE_STORE): {error}") from error

    async def close(self) -> None:
        """Let go of all connections."""
        held, self._held, self._shelves = self._held, None, {}
        if held is not None:
            await held.close()

    async def ping(self) -> None:
        """Return if a majority takes a write and answers a read. The write changes nothing."""
        nobody = {"_id": "", "version": -1}
        probe = self._connection.shelves["probe"]
        with self._connection.operation():
            await probe.replace_one(nobody, {})
            await probe.find_one(nobody)

    async def get(self, collection: Collection[R], id: str) -> R | None:
        """The document with this ``_id``, or None."""
        shelf = await self._shelf(collection)
        with self._connection.operation():
            return cast("R | None", read(await shelf.find_one({"_id": id})))

    async def insert(self, collection: Collection[R], document: R) -> None:
        """Store a new document durably. Raises ``Duplicate`` and stores nothing if it is not."""
        shelf, new = await self._shelf(collection), _checked(collection, document)
        with self._connection.operation():
            await shelf.insert_one(new)

    async def replace(self, collection: Collection[R], document: R, expected: int) -> bool:
        """Replace the document of the same ``_id`` if its version is ``expected``; say whether."""
        shelf, new = await self._shelf(collection), _checked(collection, document)
        with self._connection.operation():
            done = await shelf.replace_one({"_id": new["_id"], "version": expected}, new)
            return done.matched_count == 1

    async def find(self, query: Query[R]) -> list[R]:
        """The documents the query describes, in its order."""
        # Top-level names are spelled in the database as here.
        left_out = dict.fromkeys(query.without, False)
        return cast("list[R]", await self._find(query, left_out or None))

    async def delete(self, query: Query[R]) -> int:
        """Delete what ``find`` would return; say how many."""
        shelf, filter = await self._shelf(query.collection), _filter(query)
        if query.limit is None:
            with self._connection.operation():
                return (await shelf.delete_many(filter)).deleted_count
        ids = [document["_id"] for document in await self._find(query, ("_id",))]
        deleted = 0
        for first in range(0, len(ids), _AT_ONCE):
            # What has changed since, and is described no more, stays.
            named = {**filter, "_id": {"$in": ids[first : first + _AT_ONCE]}}
            with self._connection.operation():
                deleted += (await shelf.delete_many(named)).deleted_count
        return deleted

    async def count(self, query: Query[R]) -> int:
        """How many documents ``find`` would return."""
        shelf = await self._shelf(query.collection)
        limit = {} if query.limit is None else {"limit": query.limit}
        with self._connection.operation():
            return await shelf.count_documents(_filter(query), **limit)

    async def _find(
        self, query: Query[Document], fields: Sequence[str] | Mapping[str, bool] | None
    ) -> list[Document]:
        shelf = await self._shelf(query.collection)
        turn = DESCENDING if query.descending else ASCENDING
        sort = [(name, turn) for name in dict.fromkeys((query.order, "_id"))]
        documents: list[object] = []
        with self._connection.operation():
            found = shelf.find(
                _filter(query), fields, sort=sort, limit=query.limit or 0, batch_size=_AT_ONCE
            )
            some = await found.to_list(_AT_ONCE)
            while some:
                documents += map(read, some)
                some = await found.to_list(_AT_ONCE) if len(some) == _AT_ONCE else []
        return cast("list[Document]", documents)

    async def _prepare(self) -> None:
        await self.ping()
        for collection in self._collections:
            await self._shelf(collection, _INDEXING_S)

    async def _require_ours(self) -> None:
        connection = self._connection
        with connection.operation():
            present = await cast("_Named", connection.shelves).list_collection_names()
        if not {collection.name for collection in self._collections}.intersection(present):
            what = "has no collection of petcore; see how it is spelled"
            raise StoreUnavailable(f"{connection.name} {what}")

    @property
    def _connection(self) -> Connection:
        if self._held is None:
            raise StoreUnavailable("the store is not open")
        return self._held

    async def _shelf(
        self, collection: Collection[Document], patience_s: float | None = None
    ) -> Shelf:
        connection, shelves = self._connection, self._shelves
        declared, shelf = shelves.get(collection.name, (None, None))
        if shelf is None:
            shelf = connection.shelves[collection.name]
            for index in () if self._as_it_is else collection.indexes:
                await self._make(index, collection, shelf, patience_s)
            shelves[collection.name] = collection, shelf
        elif declared is not collection and declared != collection:
            raise ValueError(f"the collection {collection.name} is declared in two ways")
        return shelf

    async def _make(
        self,
        index: Index,
        collection: Collection[Document],
        shelf: Shelf,
        patience_s: float | None,
    ) -> None:
        # One at a time: the database does not always say which of several it cannot make.
        what = f"index of {', '.join(index.fields)} in {collection.name}"
        try:
            with self._connection.operation(patience_s):
                await shelf.create_indexes([_model(index)])
        except Duplicate:
            cause = f"the unique {what} cannot be made: two documents agree; change one of them"
            raise self._connection.unavailable(cause) from None
        except StoreUnavailable as error:
            raise StoreUnavailable(f"{error} (making the {what})") from error


def _model(index: Index) -> IndexModel:
    # With ``_id`` at the end, ties come in order; in a unique index it would undo the use.
    fields = index.fields if index.unique else (*index.fields, "_id")
    return IndexModel([(name, ASCENDING) for name in fields], unique=index.unique)


def _checked(collection: Collection[Document], document: Document) -> Document:
    new = written(document)
    collection.require_scalars(new)
    return new


def _filter(query: Query[Document]) -> Document:
    bounds = {"$gte": query.at_least, "$lt": query.below}
    given = {operator: bound for operator, bound in bounds.items() if bound is not None}
    return {**query.equal, query.order: given} if given else query.equal
