"""How quick the stores are: writes against sqlite3 alone, reads by the number of documents."""

import sqlite3
from collections.abc import Callable, Coroutine, Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from petcore.adapters.store_memory import MemoryStore
from petcore.adapters.store_sqlite import SqliteStore
from petcore.adapters.store_sqlite_table import Statement, Table
from petcore.ports.store import Collection, Index, Query, Record, Store
from tests.bench.figures import Aim, Figure, Report
from tests.bench.filling import insert_all
from tests.bench.rounds import Rounds, Side, each, run, take_turns


class Pet(Record):
    """A document of the usual size: twelve fields."""

    owner: str
    at: int
    name: str
    mood: float
    awake: bool
    day: str
    note: str | None
    tags: list[str]
    place: dict[str, int]
    parent: str


PETS = Collection[Pet]("pets", (Index(("owner", "at")),))

_CALLERS = 16
_INSERTS = 4_000
_INSERT_ROUNDS, _READ_ROUNDS = 9, 11
_SMALL, _LARGE = 1_000, 100_000
_STRIDE = 7_919  # a prime, so that the reads come from all over the store

_WRITES_AIM = Aim(10_000, is_floor=True)
_RAW_AIM = Aim(0.5, is_floor=True)
_SIZE_AIM = Aim(1.5)

_STORE, _RAW, _READY = "store", "raw", "ready"

# What the store's own connection that writes is set to.
_PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "cache_size = -16000")


def store() -> Report:
    """Writes, then reads, of both stores."""
    with TemporaryDirectory() as folder:
        figures = run(_writes(Path(folder)))
        figures += run(_reads(*(SqliteStore(Path(folder, name)) for name in ("small", "large"))))
    figures += run(_reads(MemoryStore(), MemoryStore()))
    return Report(figures)


def _pet(number: int) -> Pet:
    """The pet with this number, always the same."""
    return Pet(
        _id=f"pet_{number}",
        version=1,
        owner=f"user_{number % 97}",
        at=number * _STRIDE % 1_000_003,
        name="Mochi",
        mood=0.75,
        awake=True,
        day="2026-03-29",
        note=None,
        tags=["calm", "small"],
        place={"x": 3, "y": 4},
        parent="pet_0",
    )


async def _writes(folder: Path) -> list[Figure]:
    """The store, and sqlite3 alone with as many rows to a transaction, each in new files."""
    pets, files = [_pet(number) for number in range(_INSERTS)], count()

    async def through_store() -> float:
        return await _through_store(folder / f"{next(files)}.db", pets)

    async def raw() -> float:
        return _raw(folder / f"{next(files)}.db", map(Table(PETS).insert, pets))

    async def ready() -> float:
        rows = [Table(PETS).insert(pet) for pet in pets]
        return _raw(folder / f"{next(files)}.db", iter(rows))

    sides = {_STORE: through_store, _RAW: raw, _READY: ready}
    return _write_figures(await take_turns(sides, _INSERT_ROUNDS))


def _write_figures(rounds: Rounds) -> list[Figure]:
    rate = rounds.median(_STORE)
    absolute = f"{rate:,.0f} /s against {{:,.0f}} /s".format
    return [
        Figure(
            f"acknowledged inserts, sqlite, {_CALLERS} callers",
            rate,
            f"{1e6 / rate:.0f} us each, {_CALLERS} at a time",
            _WRITES_AIM,
            "/s",
            rounds.spread(_STORE),
        ),
        rounds.ratio(
            f"the same / sqlite3 alone, {_CALLERS} rows a commit",
            _STORE,
            _RAW,
            absolute(rounds.median(_RAW)),
            _RAW_AIM,
        ),
        rounds.ratio(
            "the same / sqlite3 alone, rows encoded before",
            _STORE,
            _READY,
            absolute(rounds.median(_READY)),
            None,
        ),
    ]


def _raw(path: Path, statements: Iterator[Statement]) -> float:
    """Rows a second that sqlite3 alone stores in a file like the store's."""
    table = Table(PETS)
    connection = sqlite3.connect(path, isolation_level=None, cached_statements=256)
    pragmas = (f"PRAGMA {pragma}" for pragma in _PRAGMAS)
    for text in (*pragmas, table.create(), *table.create_indexes().values()):
        connection.execute(text)
    began = perf_counter()
    for first in statements:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(*first)
        for _, statement in zip(range(_CALLERS - 1), statements, strict=False):
            connection.execute(*statement)
        connection.execute("COMMIT")
    took = perf_counter() - began
    connection.close()
    return _INSERTS / took


async def _through_store(path: Path, pets: list[Pet]) -> float:
    store = SqliteStore(path, [PETS])
    await store.open()
    began = perf_counter()
    await insert_all(store, PETS, pets, _CALLERS)
    took = perf_counter() - began
    await store.close()
    return _INSERTS / took


async def _reads(small: Store, large: Store) -> list[Figure]:
    """What reading costs in a small collection and in a large one."""
    for store, size in ((small, _SMALL), (large, _LARGE)):
        await store.open()
        await insert_all(store, PETS, map(_pet, range(size)))
    figures = [
        await _compare(what, read, small, large)
        for what, read in (("get", _get), ("find of 10", _find))
    ]
    for store in (small, large):
        await store.close()
    return figures


Read = Callable[[Store, int], Coroutine[None, None, object]]


async def _compare(what: str, read: Read, small: Store, large: Store) -> Figure:
    sides = {"small": _side(read, small, _SMALL), "large": _side(read, large, _LARGE)}
    rounds = await take_turns(sides, _READ_ROUNDS)
    return rounds.ratio(
        f"{what}, {type(small).__name__}, {_LARGE:,} documents / {_SMALL:,}",
        "large",
        "small",
        f"{rounds.median('large'):.1f} us against {rounds.median('small'):.1f} us",
        _SIZE_AIM if read is _get else None,
    )


def _side(read: Read, store: Store, size: int) -> Side:
    return each(lambda number: read(store, number * _STRIDE % size), 1_000)


async def _get(store: Store, number: int) -> object:
    found = await store.get(PETS, f"pet_{number}")
    assert found
    return found


async def _find(store: Store, number: int) -> object:
    query = Query(PETS, {"owner": f"user_{number % 97}"}, "at", limit=10)
    return await store.find(query)
