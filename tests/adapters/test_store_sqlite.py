"""The store in a SQLite file: the whole suite, then crashes, full disks, locks and groups."""

import asyncio
import itertools
import json
import os
import re
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from petcore.adapters import store_sqlite, store_sqlite_file
from petcore.adapters.store_sqlite import SqliteStore
from petcore.adapters.store_sqlite_scrub import scrub
from petcore.adapters.store_sqlite_table import Statement, Table
from petcore.errors import Duplicate, StartRefused, StoreUnavailable
from petcore.ports.store import Collection, Index, Query, Store
from tests.adapters.store_conformance import NOTES, PETS, Note, StoreConformance, ids, pet

_CHILD = "tests.adapters.store_sqlite_child"
_ROOT = Path(__file__).parents[2]


class TestSqliteStore(StoreConformance):
    """Runs the suite."""

    @pytest_asyncio.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[Store]:
        """An empty store."""
        async with opened(tmp_path / "petcore.db") as store:
            yield store


@asynccontextmanager
async def opened(path: Path, *collections: Collection[Any]) -> AsyncIterator[SqliteStore]:
    """The store at ``path``, open."""
    store = SqliteStore(path, collections)
    await store.open()
    try:
        yield store
    finally:
        await store.close()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program holds the file's write lock."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store's file may be."""
    return tmp_path / "petcore.db"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long for another program's lock."""
    monkeypatch.setattr(store_sqlite_file, "PATIENCE_S", 0.01)


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What all connections that are made from now on execute."""
    executed: list[str] = []
    connect: Callable[..., sqlite3.Connection] = sqlite3.connect

    def traced(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **options)
        connection.set_trace_callback(executed.append)
        return connection

    monkeypatch.setattr(sqlite3, "connect", traced)
    return executed


# Staying


@pytest.mark.asyncio
async def test_everything_is_there_after_reopening(path: Path) -> None:
    """What was stored, replaced and deleted is so in the next run of the program."""
    async with opened(path) as store:
        for number in range(50):
            await store.insert(PETS, pet(number))
        await store.replace(PETS, pet(7, "bob", version=2), 1)
        await store.delete(Query(PETS, {"handle": "h8"}))
    async with opened(path) as store:
        assert await store.count(Query(PETS)) == 49
        assert await store.get(PETS, "p7") == pet(7, "bob", version=2)
        assert await store.get(PETS, "p8") is None


@pytest.mark.asyncio
async def test_a_closed_store_is_one_file(path: Path) -> None:
    """Nothing is left in a log, so the one file can be copied away."""
    async with opened(path) as store:
        await store.insert(PETS, pet(1))
    assert [each.name for each in path.parent.iterdir()] == ["petcore.db"]


@pytest.mark.asyncio
async def test_a_ping_leaves_nothing_behind(path: Path) -> None:
    """A probe writes, but not anything that can be found."""
    async with opened(path, PETS) as store:
        with closing(sqlite3.connect(path)) as other:
            before = list(other.iterdump())
            await store.ping()
            assert list(other.iterdump()) == before


@pytest.mark.asyncio
async def test_killing_the_writer_loses_nothing_it_acknowledged(path: Path) -> None:
    """Three times over, a process is killed under load: what it had answered is there."""
    acknowledged: list[str] = []
    for first in (0, 1_000_000, 2_000_000):
        acknowledged += _written_until_killed(path, first, lines=300)
        async with opened(path) as store:
            stored = set(ids(await store.find(Query(PETS))))
            assert set(acknowledged) <= stored
            assert len(stored) <= len(acknowledged) + 3 * 8, "more than were being written"
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def _written_until_killed(path: Path, first: int, lines: int) -> list[str]:
    command = [sys.executable, "-m", _CHILD, "write", str(path), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=_ROOT) as child:
        assert child.stdout is not None
        some = [line.strip() for line in itertools.islice(child.stdout, lines)]
        child.kill()
        rest = child.stdout.read()
    # The last line may have been cut by the kill.
    return some + re.findall(r"^(p\d+)\n", rest, re.MULTILINE)


# Keeping private


@pytest.fixture
def open_handed() -> Iterator[None]:
    """Whatever is made without a word about it can be read by all."""
    mask = os.umask(0)
    yield
    os.umask(mask)


def modes(folder: Path) -> dict[str, int]:
    """The permissions of each file."""
    return {each.name: stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()}


def _nothing(path: Path) -> Path:
    return path.parent


def _link(path: Path) -> Path:
    there = path.with_name("linked")
    there.mkdir()
    path.symlink_to(there / path.name)
    return there


def _shared(path: Path) -> Path:
    path.touch()
    path.chmod(0o640)
    return path.parent


async def _modes_in_use(path: Path, folder: Path) -> dict[str, int]:
    async with opened(path) as store:
        await store.insert(PETS, pet(1))
        return modes(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are others there")
@pytest.mark.usefixtures("open_handed")
@pytest.mark.parametrize(("before", "mode"), [(_nothing, 0o600), (_link, 0o600), (_shared, 0o640)])
def test_who_may_read_the_file(path: Path, before: Callable[[Path], Path], mode: int) -> None:
    """A new one is its owner's alone, one that was there stays as its owner wants it; so with the
    log while it is open, and with the file after it was written anew.
    """
    folder = before(path)
    names = ("petcore.db", "petcore.db-wal", "petcore.db-shm")
    assert asyncio.run(_modes_in_use(path, folder)) == dict.fromkeys(names, mode)
    assert scrub(path)
    assert modes(folder) == {"petcore.db": mode}


def test_nothing_is_made_where_a_file_is_wanted_as_it_is(path: Path) -> None:
    """Who examines a file that is not there leaves none behind."""
    with pytest.raises(StartRefused, match="no such file"):
        asyncio.run(SqliteStore(path, as_it_is=True).open())
    assert not path.exists()


# Sharing


def test_two_processes_write_to_one_file(path: Path) -> None:
    """While another process writes as fast as it can, nobody here is refused, and everything that
    either of them was told is there.
    """
    command = [sys.executable, "-m", _CHILD, "write", str(path), "1000000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=_ROOT) as child:
        assert child.stdout is not None
        theirs = {child.stdout.readline().strip()}
        asyncio.run(_write_one_by_one(path))
        child.kill()
        theirs |= set(re.findall(r"^(p\d+)\n", child.stdout.read(), re.MULTILINE))
    with closing(sqlite3.connect(path)) as file:
        stored = {id for (id,) in file.execute("SELECT _id FROM pets")}
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert len(theirs) > 100
    assert theirs | {f"p{number}" for number in range(100)} <= stored


async def _write_one_by_one(path: Path) -> None:
    async with opened(path, PETS) as store:
        for number in range(100):
            await store.insert(PETS, pet(number))
            assert await store.replace(PETS, pet(number, "bob", version=2), 1)


@pytest.mark.asyncio
async def test_who_waits_for_the_lock_asks_often(
    path: Path, statements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite alone asks ever more seldom, and is passed over where others write all the time."""
    monkeypatch.setattr(store_sqlite_file, "PATIENCE_S", 0.08)
    async with opened(path, PETS) as store:
        with locked(path):
            statements.clear()
            with pytest.raises(StoreUnavailable, match="another program"):
                await store.insert(PETS, pet(1))
            assert statements.count("BEGIN IMMEDIATE") == 10
        await store.insert(PETS, pet(1))


@pytest.mark.asyncio
async def test_the_log_is_brought_in_while_nobody_writes(path: Path, statements: list[str]) -> None:
    """No connection does so by itself, when another process may be writing; and the log is begun
    anew again and again, so it does not grow.
    """
    sizes = []
    async with opened(path, PETS) as store:
        await asyncio.gather(*(store.insert(PETS, pet(number)) for number in range(200)))
        for version in range(1, 17):
            pets = [pet(number, version=version + 1) for number in range(200)]
            await asyncio.gather(*(store.replace(PETS, each, version) for each in pets))
            sizes.append(path.with_name("petcore.db-wal").stat().st_size)
    assert 0 < sizes[15] < 2 * sizes[3]
    bringing = [n for n, each in enumerate(statements) if "wal_checkpoint" in each]
    assert len(bringing) > 5
    assert {statements[n - 1] for n in bringing} == {"BEGIN IMMEDIATE"}
    connections = statements.count("PRAGMA synchronous = FULL")
    assert statements.count("PRAGMA wal_autocheckpoint = 0") == connections > 3


# Failing


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of files there")
def test_a_full_disk_refuses_and_recovers(path: Path) -> None:
    """What was answered stays readable, what was refused is not stored, and space helps."""
    command = [sys.executable, "-m", _CHILD, "fill", str(path)]
    ended = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=_ROOT)
    outcome = json.loads(ended.stdout)
    assert outcome["refused"]
    assert all("full" in message and str(path) in message for message in outcome["refused"])
    assert outcome["ping_refused"] is not None
    assert outcome["lost"] == []
    assert outcome["unasked"] == []


@pytest.mark.asyncio
@pytest.mark.usefixtures("impatient")
async def test_a_locked_file_refuses_writes_and_allows_reads(path: Path) -> None:
    """Another program's lock makes writes and pings unavailable until it is gone."""
    async with opened(path) as store:
        await store.insert(PETS, pet(1))
        with locked(path):
            with pytest.raises(StoreUnavailable, match="another program"):
                await store.insert(PETS, pet(2))
            with pytest.raises(StoreUnavailable, match="another program"):
                await store.ping()
            assert await store.get(PETS, "p1") == pet(1)
        await store.insert(PETS, pet(2))


@pytest.mark.asyncio
@pytest.mark.parametrize("begin", ["get", "insert", "find", "count", "delete", "ping"])
async def test_a_store_that_is_not_open_is_unavailable(path: Path, begin: str) -> None:
    """Neither before ``open`` nor after ``close`` does anything wait for ever."""
    store = SqliteStore(path)
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="not open"):
            await _begin(store, begin)
        await store.open()
        await store.close()


def _begin(store: SqliteStore, what: str) -> Awaitable[object]:
    if what == "get":
        return store.get(PETS, "p1")
    if what == "insert":
        return store.insert(PETS, pet(1))
    return store.ping() if what == "ping" else getattr(store, what)(Query(PETS))


@pytest.mark.asyncio
async def test_a_table_that_was_taken_away_is_unavailable(path: Path) -> None:
    """Any error of SQLite comes as ``StoreUnavailable``, and does not outlive its group."""
    async with opened(path) as store:
        await store.insert(PETS, pet(1))
        with closing(sqlite3.connect(path)) as other:
            other.execute("DROP TABLE pets")
        for what in ("get", "find", "count", "delete", "insert"):
            with pytest.raises(StoreUnavailable, match=re.escape(str(path))):
                await _begin(store, what)
        await store.ping()


# Starting


def _folder(path: Path) -> None:
    path.mkdir()


def _garbage(path: Path) -> None:
    path.write_bytes(b"Dear diary, " * 1_000)


def _of_another_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE photos (name)")


def _of_a_newer_petcore(path: Path) -> None:
    asyncio.run(_opened_once(path))
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA user_version = 99")


async def _opened_once(path: Path) -> None:
    async with opened(path):
        pass


@pytest.mark.parametrize(
    ("spoil", "cause"),
    [
        (_folder, "it is a folder; name a file"),
        (_garbage, "it is not a SQLite database; use another path"),
        (_of_another_program, "it is the database of another program; use another path"),
        (_of_a_newer_petcore, "a newer petcore wrote it .format 99, this one knows up to 1."),
    ],
)
def test_a_file_that_cannot_be_ours_refuses_the_start(
    path: Path, spoil: Callable[[Path], None], cause: str
) -> None:
    """The message names the path, the cause and what to do, and the file stays as it was."""
    spoil(path)
    before = path.is_file() and path.read_bytes()
    with pytest.raises(StartRefused, match=re.escape(str(path)) + ".*" + cause):
        asyncio.run(_opened_once(path))
    assert (path.is_file() and path.read_bytes()) == before


def test_a_missing_folder_refuses_the_start(path: Path) -> None:
    """Folders are not made in passing: the path may be a slip."""
    with pytest.raises(StartRefused, match=r"there is no folder .*missing; make it first"):
        asyncio.run(_opened_once(path.parent / "missing" / "petcore.db"))


@pytest.mark.usefixtures("impatient")
def test_a_locked_file_refuses_the_start(path: Path) -> None:
    """Another program's lock is found out at once and not with the first write."""
    asyncio.run(_opened_once(path))
    with locked(path), pytest.raises(StartRefused, match="another program holds it locked"):
        asyncio.run(_opened_once(path))
    asyncio.run(_opened_once(path))


@pytest.mark.parametrize(
    ("code", "advice"),
    [("SQLITE_CANTOPEN", "write to its folder"), ("SQLITE_READONLY_DBMOVED", "read-only")],
)
def test_what_permissions_forbid_refuses_the_start(
    path: Path, monkeypatch: pytest.MonkeyPatch, code: str, advice: str
) -> None:
    """A file that this user may not use is refused in words (made up: root may use all)."""

    def forbidden(*_: object, **__: object) -> None:
        error = sqlite3.OperationalError("made up")
        error.sqlite_errorcode = getattr(sqlite3, code)
        raise error

    monkeypatch.setattr(sqlite3, "connect", forbidden)
    with pytest.raises(StartRefused, match=advice):
        asyncio.run(_opened_once(path))


# Growing


@pytest.mark.asyncio
async def test_an_index_can_be_declared_later(path: Path) -> None:
    """Documents from before the declaration are found by it, and it is kept as unique as said."""
    plain, indexed = Collection[Any]("pets"), PETS
    async with opened(path, plain) as store:
        await store.insert(plain, {**pet(1), "handle": "a\0b"})
    async with opened(path, indexed) as store:
        assert ids(await store.find(Query(indexed, {"handle": "a\0b"}))) == ["p1"]
        with pytest.raises(Duplicate):
            await store.insert(indexed, {**pet(2), "handle": "a\0b"})


@pytest.mark.asyncio
async def test_an_index_that_is_declared_no_more_is_gone(path: Path) -> None:
    """What was unique in an older version binds no later one."""
    async with opened(path, PETS) as store:
        await store.insert(PETS, pet(1))
    later = Collection[Any]("pets", (Index(("handle",)),))
    async with opened(path, later) as store:
        await store.insert(later, {**pet(2), "handle": "h1"})
        assert await store.count(Query(later, {"handle": "h1"})) == 2


@pytest.mark.asyncio
async def test_a_unique_index_that_cannot_be_refuses_the_start(path: Path) -> None:
    """Two stored documents that agree are named by their index, not found out in the night."""
    common = Collection[Any]("pets", (Index(("handle",)),))
    async with opened(path, common) as store:
        for number in (1, 2):
            await store.insert(common, {**pet(number), "handle": "same"})
    with pytest.raises(StartRefused, match=r"unique index of handle.*two documents agree"):
        await SqliteStore(path, [PETS]).open()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "query",
    [
        Query(PETS, {"owner": "ann"}, "at", at_least=3, limit=5),
        Query(PETS, {"owner": "ann"}, "at", descending=True, limit=5),
        Query(PETS, {"handle": "h1"}),
        Query(PETS, order="at", below=9, limit=5),
        Query(PETS, at_least="p3", limit=5),
    ],
    ids=str,
)
async def test_no_query_reads_or_sorts_everything(path: Path, query: Query[Any]) -> None:
    """SQLite's own plan is a search in an index, in whose order the documents come."""
    async with opened(path, PETS):
        statement = Table(PETS).find(query)
        with closing(sqlite3.connect(path)) as other:
            plan = str(other.execute("EXPLAIN QUERY PLAN " + statement[0], statement[1]).fetchall())
    assert "SEARCH" in plan or "USING INDEX" in plan
    assert "TEMP B-TREE" not in plan


# Together


@pytest.mark.asyncio
async def test_writes_that_wait_share_a_commit(path: Path, statements: list[str]) -> None:
    """Sixty writes that gather while the first one waits for a lock are one transaction."""
    async with opened(path, PETS) as store:
        with locked(path):
            statements.clear()
            first = asyncio.ensure_future(store.insert(PETS, pet(0)))
            await _until(lambda: "BEGIN IMMEDIATE" in statements)
            rest = [asyncio.ensure_future(store.insert(PETS, pet(n))) for n in range(1, 61)]
            await asyncio.sleep(0)
        await asyncio.gather(first, *rest)
        assert statements.count("COMMIT") == 2
        assert await store.count(Query(PETS)) == 61


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110  it is a thread that makes it true
        await asyncio.sleep(0.001)


@pytest.mark.asyncio
async def test_a_group_whose_commit_fails_is_not_stored(path: Path, statements: list[str]) -> None:
    """Every write of the group is refused, none of it is found, and the next group is stored."""
    async with opened(path, PETS) as store:
        with closing(sqlite3.connect(path)) as other:
            other.executescript(_FORBID_P3)
        ends = await asyncio.gather(
            *(store.insert(PETS, pet(number)) for number in range(6)), return_exceptions=True
        )
        refused = {number for number, end in enumerate(ends) if end is not None}
        assert 3 in refused
        assert all(isinstance(ends[number], StoreUnavailable) for number in refused)
        stored = {f"p{number}" for number in range(6)} - {f"p{number}" for number in refused}
        assert set(ids(await store.find(Query(PETS)))) == stored
        await store.insert(PETS, pet(7))
    assert statements.count("ROLLBACK") <= 1


# RAISE(ROLLBACK) ends the whole transaction with a constraint error, as a full disk may.
_FORBID_P3 = """
CREATE TRIGGER forbid BEFORE INSERT ON pets WHEN new._id = 'p3'
BEGIN SELECT RAISE(ROLLBACK, 'made up'); END;
"""


@pytest.mark.asyncio
async def test_a_cancelled_caller_breaks_nothing(path: Path) -> None:
    """The write it asked for happens all the same, and so do those of the others."""
    async with opened(path, PETS) as store:
        with locked(path):
            asked = [asyncio.ensure_future(store.insert(PETS, pet(n))) for n in range(4)]
            await asyncio.sleep(0.01)
            for each in asked[:2]:
                each.cancel()
        ends = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(end).__name__ for end in ends] == ["CancelledError"] * 2 + ["NoneType"] * 2
        assert ids(await store.find(Query(PETS))) == ["p0", "p1", "p2", "p3"]


@pytest.mark.asyncio
async def test_a_read_for_which_nobody_waits_is_not_begun(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever was told that it took too long costs those behind them nothing more."""
    begun: list[str] = []
    free = threading.Event()

    def rows(connection: sqlite3.Connection, statement: Statement) -> list[object]:
        begun.append(statement[0].split()[1])
        assert free.wait(60)
        return connection.execute(*statement).fetchall()

    monkeypatch.setattr(store_sqlite, "_rows", rows)
    async with opened(path, PETS) as store:
        first = asyncio.ensure_future(store.count(Query(PETS)))
        await _until(lambda: len(begun) == 1)
        given_up = asyncio.ensure_future(store.find(Query(PETS)))
        last = asyncio.ensure_future(store.count(Query(PETS)))
        await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.sleep(0)
        free.set()
        assert (await first, await last) == (0, 0)
    assert begun == ["count(*)"] * 2


@pytest.mark.asyncio
async def test_what_a_query_is_without_is_not_parsed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite cuts it out, outside Python, and only then the text is read."""
    parsed: list[str] = []

    def heard(text: str) -> object:
        parsed.append(text)
        return json.loads(text)

    monkeypatch.setattr(store_sqlite, "from_text", heard)
    async with opened(path, NOTES) as store:
        await store.insert(NOTES, Note(_id="n", version=1, content=["long"] * 1_000))
        for limit in (None, 1):
            await store.find(Query(NOTES, limit=limit, without=("content",)))
    assert parsed == ['{"_id":"n","version":1}'] * 2


@pytest.mark.asyncio
async def test_closing_finishes_what_was_asked_for(path: Path) -> None:
    """Whoever asked before ``close`` is answered, and what was answered is there."""
    async with opened(path, PETS) as store:
        asked = [asyncio.ensure_future(store.insert(PETS, pet(n))) for n in range(100)]
        await asyncio.sleep(0)
        await store.close()
        await asyncio.gather(*asked)
    async with opened(path, PETS) as store:
        assert await store.count(Query(PETS)) == 100


@pytest.mark.asyncio
async def test_long_reads_see_what_was_just_answered(path: Path) -> None:
    """The thread that reads is never behind the thread that writes."""
    async with opened(path, PETS) as store:
        for number in range(30):
            await store.insert(PETS, pet(number))
            assert await store.count(Query(PETS)) == number + 1
            assert len(await store.find(Query(PETS))) == number + 1


@pytest.mark.asyncio
async def test_a_deleted_file_is_noticed(tmp_path: Path) -> None:
    """What goes on being written to a file that is gone would be lost: a ping says so."""
    async with opened(tmp_path / "petcore.db") as store:
        (tmp_path / "petcore.db").rename(tmp_path / "elsewhere.db")
        with pytest.raises(StoreUnavailable, match="moved or deleted"):
            await store.ping()
        (tmp_path / "petcore.db").touch()
        with pytest.raises(StoreUnavailable, match="moved or deleted"):
            await store.ping()


@pytest.mark.asyncio
async def test_a_name_too_long_refuses_the_start(tmp_path: Path) -> None:
    """What the operating system says of a path is said, without a traceback."""
    with pytest.raises(StartRefused, match="cannot use"):
        await SqliteStore(tmp_path / ("x" * 300)).open()
