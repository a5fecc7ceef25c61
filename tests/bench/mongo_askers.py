"""The operations of a store, asked of the adapter for MongoDB and of its driver alone.

Here: what each side calls, and the documents. Not here: what is measured (``mongo``).
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Protocol, cast

from bson.codec_options import CodecOptions

from petcore.adapters.store_mongo import MongoStore
from petcore.adapters.store_mongo_connection import Driver, connect
from petcore.errors import Duplicate
from petcore.ports.store import Collection, Query
from petcore.rules.instant import to_ms
from petcore.services.desktop_pet.collections import FOCUS_SAMPLES
from petcore.services.desktop_pet.shapes import FocusSample
from tests.bench.filling import user

_SESSIONS, _SAMPLES_EACH = 10, 20
SIZE = _SESSIONS * _SAMPLES_EACH
"""How many samples there are at first; operations are numbered from here on."""

_BEGAN = datetime(2026, 3, 29, 12, 0, 0, 123_000, tzinfo=UTC)

# The stand-in counts and deletes the slower, the more a collection holds: what grows is apart.
_GROWING: Collection[FocusSample] = Collection("growing_samples", FOCUS_SAMPLES.indexes)
_PASSING: Collection[FocusSample] = Collection("passing_samples", FOCUS_SAMPLES.indexes)
_COLLECTIONS = (FOCUS_SAMPLES, _GROWING, _PASSING)


class _Found(Protocol):
    async def to_list(self, length: int) -> list[FocusSample]: ...


class _Matched(Protocol):
    matched_count: int


class _Deleted(Protocol):
    deleted_count: int


class _Shelf(Protocol):
    """A driver's collection."""

    def with_options(self, codec_options: object) -> "_Shelf": ...
    async def find_one(self, filter: Mapping[str, object]) -> FocusSample | None: ...
    async def insert_one(self, document: FocusSample) -> object: ...
    async def replace_one(self, filter: Mapping[str, object], new: FocusSample) -> _Matched: ...
    def find(self, filter: Mapping[str, object], *, sort: object, limit: int) -> _Found: ...
    async def count_documents(self, filter: Mapping[str, object]) -> int: ...
    async def delete_one(self, filter: Mapping[str, object]) -> _Deleted: ...


class Asker(Protocol):
    """The operations; each is given another number each time."""

    async def get(self, number: int) -> None:
        """One document by its id."""

    async def insert(self, number: int) -> None:
        """A new one."""

    async def replace(self, number: int) -> None:
        """One whose version is known."""

    async def find(self, number: int) -> None:
        """Ten of a session, in order."""

    async def count(self, number: int) -> None:
        """How many a session has."""

    async def put(self, number: int) -> None:
        """A new one, to be deleted."""

    async def delete(self, number: int) -> None:
        """What ``put`` put there."""


class _Store:
    """Asks through the adapter."""

    def __init__(self, store: MongoStore) -> None:
        self._store = store

    async def get(self, number: int) -> None:
        assert await self._store.get(FOCUS_SAMPLES, _id(number % SIZE))

    async def insert(self, number: int) -> None:
        await self._store.insert(_GROWING, _sample(number, _alone(number)))

    async def replace(self, number: int) -> None:
        assert await self._store.replace(FOCUS_SAMPLES, _sample(number % SIZE), 1)

    async def find(self, number: int) -> None:
        query = Query(FOCUS_SAMPLES, _session(number), "captured_at_ms", limit=10)
        assert len(await self._store.find(query)) == 10

    async def count(self, number: int) -> None:
        assert await self._store.count(Query(FOCUS_SAMPLES, _session(number))) == _SAMPLES_EACH

    async def put(self, number: int) -> None:
        await self._store.insert(_PASSING, _sample(number, _alone(number)))

    async def delete(self, number: int) -> None:
        assert await self._store.delete(Query(_PASSING, {"session_id": _alone(number)})) == 1


class _Bare:
    """Asks the driver, as one would by hand."""

    def __init__(self, samples: _Shelf, growing: _Shelf, passing: _Shelf) -> None:
        self._samples = samples
        self._growing = growing
        self._passing = passing

    async def get(self, number: int) -> None:
        assert await self._samples.find_one({"_id": _id(number % SIZE)})

    async def insert(self, number: int) -> None:
        await self._growing.insert_one(_sample(number, _alone(number)))

    async def replace(self, number: int) -> None:
        expected = {"_id": _id(number % SIZE), "version": 1}
        replaced = await self._samples.replace_one(expected, _sample(number % SIZE))
        assert replaced.matched_count == 1

    async def find(self, number: int) -> None:
        order = [("captured_at_ms", 1), ("_id", 1)]
        found = self._samples.find(_session(number), sort=order, limit=10)
        assert len(await found.to_list(10)) == 10

    async def count(self, number: int) -> None:
        assert await self._samples.count_documents(_session(number)) == _SAMPLES_EACH

    async def put(self, number: int) -> None:
        await self._passing.insert_one(_sample(number, _alone(number)))

    async def delete(self, number: int) -> None:
        deleted = await self._passing.delete_one({"session_id": _alone(number)})
        assert deleted.deleted_count == 1


@asynccontextmanager
async def opened(driver: Driver, uri: str) -> AsyncIterator[Asker]:
    """A store with some samples in it."""
    store = MongoStore(uri, _COLLECTIONS, driver)
    await store.open()
    for number in range(SIZE):
        with suppress(Duplicate):
            await store.insert(FOCUS_SAMPLES, _sample(number))
    yield _Store(store)
    await store.close()


@asynccontextmanager
async def by_hand(driver: Driver, uri: str) -> AsyncIterator[Asker]:
    """The driver alone. Its options and concerns are the adapter's; how it reads is its own."""
    connection = connect(uri, driver)
    codec: CodecOptions[dict[str, object]] = CodecOptions(tz_aware=True)
    shelves = (cast("_Shelf", connection.shelves[kept.name]) for kept in _COLLECTIONS)
    yield _Bare(*(shelf.with_options(codec_options=codec) for shelf in shelves))
    await connection.close()


def _id(number: int) -> str:
    return f"sample:{number}"


def _session(number: int) -> Mapping[str, str]:
    return {"session_id": f"session_{number % _SESSIONS}"}


def _alone(number: int) -> str:
    return f"session_of_{number}"


def _sample(number: int, session: str | None = None) -> FocusSample:
    return FocusSample(
        _id=_id(number),
        version=1,
        sample_id=f"sample_{number}",
        session_id=session or _session(number)["session_id"],
        user_id=user(number % 97),
        captured_at=_BEGAN,
        focus_score=0.5,
        stress_score=0.25,
        confidence=0.9,
        raw_metrics={"pulse": 71.5, "breathing": 14.0, "blinks": 12},
        signal_source="presage",
        captured_at_ms=to_ms(_BEGAN) + number,
        is_counted=1,
    )
