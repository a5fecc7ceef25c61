"""A connection to a MongoDB: what its URI may ask, how long anything takes, how failures are told.

Here and in ``store_mongo``: the drivers, and nowhere else. Not here: documents and queries.

* A write is answered when a majority has it in its journal, and what is read is what a majority
  has: whatever was answered once outlives every failover. No URI can ask for less.
* Who loses a compare-and-swap sees the winner when he reads again, because a write that changed
  nothing waits for the majority, too.
* Nothing waits for ever. Whoever gets no answer in time hears ``StoreUnavailable``; the driver
  looks for the database again by itself.
* A failure is told in one line, with neither passwords nor the values of documents in it.

``motor`` and PyMongo's own async client are alike in all that is used here.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from typing import Literal, Protocol, cast
from urllib.parse import unquote

import pymongo
from bson.codec_options import CodecOptions
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import AsyncMongoClient, IndexModel, WriteConcern
from pymongo.errors import (
    ConfigurationError,
    DocumentTooLarge,
    DuplicateKeyError,
    NotPrimaryError,
    OperationFailure,
    PyMongoError,
)
from pymongo.read_concern import ReadConcern
from pymongo.results import DeleteResult, UpdateResult
from pymongo.uri_parser import parse_uri

from petcore.errors import Duplicate, StartRefused, StoreUnavailable, TooLarge

Driver = Literal["motor", "pymongo"]
Document = Mapping[str, object]

DATABASE = "petcore"
"""The database, unless the URI names one."""

_TIMEOUT_MS = 5_000
"""What an operation has for all its parts: the wait for a thread, for a connection and for a
primary, and every batch."""

# What holds unless the URI says otherwise; times are milliseconds.
_OPTIONS: Mapping[str, str | int | bool] = {
    "appname": "petcore",
    "connectTimeoutMS": 3_000,
    "maxPoolSize": 32,
    "retryReads": True,
    "retryWrites": True,
    "timeoutMS": _TIMEOUT_MS,
}

# What the URI may not say otherwise.
_PROMISED: Mapping[str, str | bool] = {
    "w": "majority",
    "journal": True,
    "readConcernLevel": "majority",
    "readPreference": "primary",
}

_CAUSES = {
    13: "this user may not do that; give it the role readWrite of the database",
    18: "the user or the password is wrong",
    85: "another index of these fields is in the way; drop it",
    86: "another index of these fields is in the way; drop it",
    8000: "the user or the password is wrong",
}
_TOO_LARGE_CODES = (10334, 17419, 17420)
_TOO_LARGE = "the store keeps no document so large"


class Found(Protocol):
    """Documents that were found, to be fetched piece by piece."""

    async def to_list(self, length: int) -> list[Document]:
        """The next ``length``; an empty list at the end."""


class Shelf(Protocol):
    """A collection, as both drivers have it."""

    async def find_one(self, filter: Document) -> Document | None: ...  # noqa: D102
    def find(  # noqa: D102
        self,
        filter: Document,
        projection: Sequence[str] | Mapping[str, bool] | None,
        *,
        sort: Sequence[tuple[str, int]],
        limit: int,
        batch_size: int,
    ) -> Found: ...
    async def insert_one(self, document: Document) -> object: ...  # noqa: D102
    async def replace_one(self, filter: Document, replacement: Document) -> UpdateResult: ...  # noqa: D102
    async def delete_many(self, filter: Document) -> DeleteResult: ...  # noqa: D102
    async def count_documents(self, filter: Document, **options: int) -> int: ...  # noqa: D102
    async def create_indexes(self, indexes: list[IndexModel]) -> object: ...  # noqa: D102


class _Client(Protocol):
    def get_database(self, name: str, **options: object) -> Mapping[str, Shelf]: ...
    def close(self) -> Awaitable[None] | None: ...


_DRIVERS: Mapping[Driver, Callable[..., _Client]] = {
    "motor": cast("Callable[..., _Client]", AsyncIOMotorClient),
    "pymongo": cast("Callable[..., _Client]", AsyncMongoClient),
}


_CODEC: CodecOptions[dict[str, object]] = CodecOptions(tz_aware=True, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Connection:
    """What is held between ``open`` and ``close``. An operation has ``seconds``."""

    client: _Client
    shelves: Mapping[str, Shelf]
    name: str
    seconds: float

    @contextmanager
    def operation(self, seconds: float | None = None) -> Iterator[None]:
        """Give an operation its time, and put the driver's errors into the port's words."""
        try:
            with pymongo.timeout(seconds or self.seconds):
                yield
        except DuplicateKeyError as error:
            fields = (error.details or {}).get("keyPattern", {})
            raise Duplicate(f"stored already: {', '.join(fields) or 'a unique value'}") from None
        except DocumentTooLarge:
            raise TooLarge(_TOO_LARGE) from None
        except NotPrimaryError:
            raise self.unavailable("another of its machines is becoming the primary") from None
        except OperationFailure as error:
            if error.code in _TOO_LARGE_CODES:
                raise TooLarge(_TOO_LARGE) from None
            raise self.unavailable(_cause(error)) from None
        except Exception as error:
            # The drivers raise more than their own errors, mostly about how a server answers.
            raise self.unavailable(_shortened(error)) from error

    def unavailable(self, cause: str) -> StoreUnavailable:
        """The error that tells which store failed and why."""
        return StoreUnavailable(f"{self.name} failed: {cause}")

    async def close(self) -> None:
        """Let go of all connections."""
        # It tells the database, which may hang. Motor's waits for that; PyMongo's only begins to.
        with pymongo.timeout(self.seconds):
            closing = await asyncio.to_thread(self.client.close)
            if closing is not None:
                await closing


def connect(uri: str, driver: Driver) -> Connection:
    """A connection; nothing is sent yet. Raises ``StartRefused`` for what is no MongoDB URI."""
    try:
        parts = parse_uri(uri)
        asked = {name.lower(): value for name, value in parts["options"].items()}
        _require_promises(asked)
        given = {name: value for name, value in _OPTIONS.items() if name.lower() not in asked}
        client = _DRIVERS[driver](uri, **given)
        name = parts["database"] or DATABASE
        shelves = client.get_database(
            ".".join(filter(None, (name, parts["collection"]))),
            codec_options=_CODEC,
            read_concern=ReadConcern("majority"),
            read_preference=pymongo.ReadPreference.PRIMARY,
            write_concern=WriteConcern("majority", j=True),
        )
    except Exception as error:  # noqa: BLE001  of files, of DNS, of TLS: each has its own
        message = f"--store (PETCORE_STORE): no MongoDB URI: {_without_password(error, uri)}"
        raise StartRefused(message) from None
    hosts = ",".join(f"{host}:{port}" if port else host for host, port in parts["nodelist"])
    seconds = asked.get("timeoutms", _TIMEOUT_MS / 1000)
    return Connection(client, shelves, f"the store mongodb://{hosts}/{name}", seconds)


def _require_promises(asked: Mapping[str, object]) -> None:
    for name, promised in _PROMISED.items():
        if asked.get(name.lower(), promised) != promised:
            raise ConfigurationError(f"leave {name} out; here it is {str(promised).lower()}")
    if not asked.get("timeoutms", _TIMEOUT_MS):
        raise ConfigurationError("timeoutMS must be at least 1")


def _without_password(error: Exception, uri: str) -> str:
    """The message of ``error``, unless it quotes of the URI what may be part of a password."""
    secret = uri.partition("//")[2].rpartition("@")[0]
    parts = {part for spelled in (secret, unquote(secret)) for part in re.split("[:/@?]", spelled)}
    message = str(error)
    if any(part and part in message for part in parts):
        return "it is mongodb://user:password@host:port/database, user and password %-escaped"
    return message


def _cause(error: OperationFailure) -> str:
    named = (error.details or {}).get("codeName") or "the database refused"
    return _CAUSES.get(error.code or 0) or f"{named} (code {error.code})"


def _shortened(error: Exception) -> str:
    """What went wrong, without the state of the whole cluster."""
    if not isinstance(error, PyMongoError):
        return f"the driver could not go on ({type(error).__name__})"
    first = str(error).partition(", Timeout: ")[0].partition(", full error: ")[0]
    return first.partition(" (configured timeouts: ")[0]
