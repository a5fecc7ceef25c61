"""Storage in MongoDB, for more than one machine. Only this imports a driver.

Laws of this adapter:

* Documents lie there as the port hands them over: dates as BSON dates, ids as strings. Only a name
  that MongoDB or its tools would not take for a name is spelled otherwise (``_spelled``).
* A write is answered when a majority has it in its journal, and what is read is what a majority
  has: whatever was answered once outlives every failover.
* Nothing waits for ever. Whoever gets no answer in time hears ``StoreUnavailable``; the driver
  looks for the database again by itself.

``motor`` and PyMongo's own async client are alike in all that is used here.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Literal, Protocol, cast

import pymongo
from bson import Int64
from bson.codec_options import CodecOptions, TypeDecoder, TypeRegistry
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import AsyncMongoClient, IndexModel, WriteConcern
from pymongo.errors import DocumentTooLarge, DuplicateKeyError, OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.results import DeleteResult, UpdateResult
from pymongo.uri_parser import parse_uri

from petcore.errors import Duplicate, StartRefused, StoreUnavailable, TooLarge
from petcore.ports.document import transcribed
from petcore.ports.store import Collection, Index, Query, R

Driver = Literal["motor", "pymongo"]
Document = dict[str, Any]
Filter = Mapping[str, object]

DATABASE = "petcore"
"""The database, unless the URI names one."""

# What holds unless the URI says otherwise; times are milliseconds.
_OPTIONS: Mapping[str, str | int | bool] = {
    "appname": "petcore",
    "connectTimeoutMS": 3_000,
    "maxPoolSize": 32,
    "retryReads": True,
    "retryWrites": True,
    "serverSelectionTimeoutMS": 3_000,
    "timeoutMS": 5_000,
}

# Making an index takes the longer the more there is.
_INDEXING_S = 600.0

# How many documents a deletion names at a time.
_NAMED_AT_ONCE = 1_000

_CAUSES = {
    13: "this user may not do that; give it the role readWrite of the database",
    18: "the user or the password is wrong",
    85: "there is another index of these fields; drop that one",
    86: "there is another index of these fields; drop that one",
    8000: "the user or the password is wrong",
}
_TOO_LARGE = (10334, 17419, 17420)


class _Found(Protocol):
    async def to_list(self, length: int | None = None) -> list[Document]: ...


class _Shelf(Protocol):
    """A collection, as both drivers have it."""

    async def find_one(self, filter: Filter) -> Document | None: ...
    def find(
        self, filter: Filter, projection: Filter | None, *, sort: object, limit: int
    ) -> _Found: ...
    async def insert_one(self, document: Document) -> object: ...
    async def replace_one(self, filter: Filter, replacement: Document) -> UpdateResult: ...
    async def delete_many(self, filter: Filter) -> DeleteResult: ...
    async def count_documents(self, filter: Filter, **options: int) -> int: ...
    async def create_indexes(self, indexes: list[IndexModel]) -> object: ...


class _Client(Protocol):
    def get_database(self, name: str, **options: object) -> Mapping[str, _Shelf]: ...
    def close(self) -> Awaitable[None] | None: ...


_DRIVERS: Mapping[Driver, Callable[..., _Client]] = {
    "motor": cast("Callable[..., _Client]", AsyncIOMotorClient),
    "pymongo": cast("Callable[..., _Client]", AsyncMongoClient),
}


class _Whole(TypeDecoder):
    """A large integer, which is an ``int`` like any other."""

    bson_type = Int64

    def transform_bson(self, value: Int64) -> int:
        """The number alone."""
        return int(value)


_CODEC: CodecOptions[Document] = CodecOptions(
    tz_aware=True, tzinfo=UTC, type_registry=TypeRegistry([_Whole()])
)


@dataclass(frozen=True, slots=True)
class _Session:
    """What is held between ``open`` and ``close``."""

    client: _Client
    database: Mapping[str, _Shelf]
    shelves: dict[str, tuple[Collection[Any], _Shelf]]


class MongoStore:
    """Keeps documents in the database that ``uri`` names.

    ``collections`` get their indexes in ``open``, so that what is wrong with them refuses the
    start; any other gets them when it is first used. Indexes that others made are left alone.
    """

    def __init__(
        self, uri: str, collections: Sequence[Collection[Any]] = (), driver: Driver = "motor"
    ) -> None:
        self._uri = uri
        self._connect = _DRIVERS[driver]
        self._collections = tuple(collections)
        self._name = "the store"
        self._session: _Session | None = None

    async def open(self) -> None:
        """Connect and make the indexes. Raises ``StartRefused`` if that cannot be."""
        if self._session is not None:
            return
        self._session = self._begin()
        try:
            await self.ping()
            for collection in self._collections:
                await self._shelf(collection)
        except (Duplicate, StoreUnavailable) as error:
            await self.close()
            raise StartRefused(f"--store (PETCORE_STORE): {error}") from error

    async def close(self) -> None:
        """Let go of all connections."""
        session, self._session = self._session, None
        closing = session.client.close() if session else None
        if closing is not None:
            await closing

    async def ping(self) -> None:
        """Return if a majority takes a write and answers a read. The write changes nothing."""
        nobody = {"_id": "", "version": -1}
        probe = self._opened().database["probe"]
        with self._understood():
            await probe.replace_one(nobody, {})
            await probe.find_one(nobody)

    async def get(self, collection: Collection[R], id: str) -> R | None:
        """The document with this ``_id``, or None."""
        shelf = await self._shelf(collection)
        with self._understood():
            return cast("R | None", _read(await shelf.find_one({"_id": id})))

    async def insert(self, collection: Collection[R], document: R) -> None:
        """Store a new document durably. Raises ``Duplicate`` and stores nothing if it is not."""
        shelf, written = await self._shelf(collection), _written(collection, document)
        with self._understood():
            await shelf.insert_one(written)

    async def replace(self, collection: Collection[R], document: R, expected: int) -> bool:
        """Replace the document of the same ``_id`` if its version is ``expected``; say whether."""
        shelf, written = await self._shelf(collection), _written(collection, document)
        with self._understood():
            done = await shelf.replace_one({"_id": written["_id"], "version": expected}, written)
            return done.matched_count == 1

    async def find(self, query: Query[R]) -> list[R]:
        """The documents the query describes, in its order."""
        return cast("list[R]", [_read(document) for document in await self._find(query)])

    async def delete(self, query: Query[R]) -> int:
        """Delete what ``find`` would return; say how many."""
        shelf = await self._shelf(query.collection)
        if query.limit is None:
            with self._understood():
                return (await shelf.delete_many(_filter(query))).deleted_count
        ids = [document["_id"] for document in await self._find(query, {"_id": 1})]
        deleted = 0
        for first in range(0, len(ids), _NAMED_AT_ONCE):
            named = {"_id": {"$in": ids[first : first + _NAMED_AT_ONCE]}}
            with self._understood():
                deleted += (await shelf.delete_many(named)).deleted_count
        return deleted

    async def count(self, query: Query[R]) -> int:
        """How many documents ``find`` would return."""
        shelf = await self._shelf(query.collection)
        limit = {} if query.limit is None else {"limit": query.limit}
        with self._understood():
            return await shelf.count_documents(_filter(query), **limit)

    async def _find(self, query: Query[Any], projection: Filter | None = None) -> list[Document]:
        shelf = await self._shelf(query.collection)
        turn = pymongo.DESCENDING if query.descending else pymongo.ASCENDING
        sort = [(name, turn) for name in dict.fromkeys((query.order, "_id"))]
        with self._understood():
            found = shelf.find(_filter(query), projection, sort=sort, limit=query.limit or 0)
            return await found.to_list()

    async def _shelf(self, collection: Collection[Any]) -> _Shelf:
        session = self._opened()
        declared, shelf = session.shelves.get(collection.name, (None, None))
        if shelf is None:
            shelf = session.database[collection.name]
            await self._make_indexes(collection, shelf)
            session.shelves[collection.name] = collection, shelf
        elif declared is not collection and declared != collection:
            raise ValueError(f"the collection {collection.name} is declared in two ways")
        return shelf

    async def _make_indexes(self, collection: Collection[Any], shelf: _Shelf) -> None:
        indexes = [_model(index) for index in collection.indexes]
        if indexes:
            with self._understood(), pymongo.timeout(_INDEXING_S):
                await shelf.create_indexes(indexes)

    def _begin(self) -> _Session:
        """A client and its database; nothing is sent yet. Raises ``StartRefused``."""
        try:
            read = parse_uri(self._uri, normalize=False)
            options = {
                name: value for name, value in _OPTIONS.items() if name not in read["options"]
            }
            client = self._connect(self._uri, **options)
        except (PyMongoError, ValueError, TypeError) as error:
            raise StartRefused(f"--store (PETCORE_STORE): no MongoDB URI: {error}") from None
        name = read["database"] or DATABASE
        hosts = ",".join(f"{host}:{port}" if port else host for host, port in read["nodelist"])
        self._name = f"the store mongodb://{hosts}/{name}"
        database = client.get_database(
            name,
            codec_options=_CODEC,
            read_concern=ReadConcern("majority"),
            read_preference=pymongo.ReadPreference.PRIMARY,
            write_concern=WriteConcern("majority", j=True),
        )
        return _Session(client, database, {})

    def _opened(self) -> _Session:
        if self._session is None:
            raise StoreUnavailable("the store is not open")
        return self._session

    @contextmanager
    def _understood(self) -> Iterator[None]:
        """Put the driver's errors into the port's words. Values stay out: they are personal."""
        try:
            yield
        except DuplicateKeyError as error:
            fields = (error.details or {}).get("keyPattern", {})
            raise Duplicate(f"stored already: {', '.join(fields) or 'a unique value'}") from error
        except DocumentTooLarge as error:
            raise TooLarge(f"{self._name} keeps no document so large: {error}") from error
        except OperationFailure as error:
            if error.code in _TOO_LARGE:
                raise TooLarge(f"{self._name} keeps no document so large") from error
            raise self._unavailable(_CAUSES.get(error.code or 0) or _shortened(error)) from error
        except PyMongoError as error:
            raise self._unavailable(_shortened(error)) from error

    def _unavailable(self, cause: str) -> StoreUnavailable:
        return StoreUnavailable(f"{self._name} failed: {cause}")


def _model(index: Index) -> IndexModel:
    # With ``_id`` at the end, ties come in order; in a unique index it would undo the use.
    fields = index.fields if index.unique else (*index.fields, "_id")
    return IndexModel([(name, pymongo.ASCENDING) for name in fields], unique=index.unique)


def _filter(query: Query[Any]) -> Filter:
    bounds = {"$gte": query.at_least, "$lt": query.below}
    given = {operator: bound for operator, bound in bounds.items() if bound is not None}
    return {**query.equal, query.order: given} if given else query.equal


def _written(collection: Collection[Any], document: Mapping[str, object]) -> Document:
    """A copy of what the port allows, for the driver to keep; ValueError for anything else."""
    written: Document = transcribed(document, lambda instant: instant, _spelled)
    collection.require_scalars(written)
    return written


def _read(value: Any) -> Any:
    """What ``_written`` was given."""
    kind = type(value)
    if kind is dict:
        named = {k: _read(v) if type(v) in _NESTING else v for k, v in value.items()}
        return _respelled(named) if "%" in "".join(named) else named
    if kind is list:
        return [_read(v) if type(v) in _NESTING else v for v in value]
    return value


_NESTING = frozenset((dict, list))
_STRANGE = frozenset("$%\0")


def _spelled(mapping: Document) -> Document:
    """Names that begin with ``$`` or hold a NUL, with ``%`` and the number of that letter.

    MongoDB refuses the latter, and its drivers take ``{"$ref": ...}`` for something else.
    """
    if _STRANGE.isdisjoint("".join(mapping)):
        return mapping
    return {_spell(name): value for name, value in mapping.items()}


def _spell(name: str) -> str:
    spelled = name.replace("%", "%25").replace("\0", "%00")
    return f"%24{spelled[1:]}" if spelled.startswith("$") else spelled


def _respelled(mapping: Document) -> Document:
    return {
        name.replace("%00", "\0").replace("%24", "$").replace("%25", "%"): value
        for name, value in mapping.items()
    }


def _shortened(error: PyMongoError) -> str:
    """What went wrong, without the state of the whole cluster."""
    first = str(error).partition(", Timeout: ")[0].partition(", full error: ")[0]
    return first.partition(" (configured timeouts: ")[0]
