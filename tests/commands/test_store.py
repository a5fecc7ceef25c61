"""``petcore store`` as its user meets it: what it says, and with which exit code."""

import asyncio
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import get_args

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from petcore.__main__ import main
from petcore.adapters.store_memory import MemoryStore
from petcore.adapters.store_mongo import MongoStore
from petcore.adapters.store_sqlite import SqliteStore
from petcore.commands import store_copy, store_person, store_running
from petcore.errors import StoreUnavailable
from petcore.ports.store import Collection, Index, Query, Store
from petcore.services.collections import COLLECTIONS, PERSONAL
from petcore.services.desktop_pet.collections import WATER_EVENTS
from petcore.services.outbox import OUTBOX_INDEX, Document
from petcore.services.upkeep import erase as erasing
from petcore.services.upkeep.copy import Event, Moved, copy
from petcore.services.upkeep.erase import Erased
from petcore.settings import MongoDriver
from petcore.wiring import are_one_store
from tests.commands.terminal import Terminal
from tests.mongo.server import MongoServer, mongo_server
from tests.services.upkeep.lived import USERS, contents, lived
from tests.serving.process import _clean

Told = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def lived_on(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that a server has lived on, to be copied."""
    path = tmp_path_factory.mktemp("store") / "lived.db"
    asyncio.run(_fill(path))
    return path


@pytest.fixture(autouse=True)
def folder(lived_on: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Commands run where ``lived.db`` lies, which is the store of the settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PETCORE_STORE", "sqlite:///lived.db")
    shutil.copy(lived_on, tmp_path)
    return tmp_path


async def _fill(path: Path) -> None:
    store = SqliteStore(path, COLLECTIONS)
    await store.open()
    async for _ in copy(await lived(), store, COLLECTIONS):
        pass
    await store.close()


def stored(path: Path) -> dict[str, list[Document]]:
    """All that a file holds."""

    async def read() -> dict[str, list[Document]]:
        store = SqliteStore(path, COLLECTIONS)
        await store.open()
        found = await contents(store)
        await store.close()
        return found

    return asyncio.run(read())


def spoil(path: Path, statement: str) -> None:
    """Change a file by another hand."""
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.fixture(scope="module")
def server() -> Iterator[MongoServer]:
    """A stand-in."""
    with mongo_server() as running:
        yield running


def test_a_store_moves_house(server: MongoServer, folder: Path, capsys: Told) -> None:
    """To MongoDB and on to another file; a second time nothing is written. Bars need a terminal."""
    uri = server.uri()
    assert main(["store", "copy", "--to", uri]) == 0
    first = capsys.readouterr()
    assert main(["store", "copy", "--to", uri, "--mongo-driver", "pymongo"]) == 0
    again = capsys.readouterr()
    assert main(["store", "copy", "--from", uri, "--to", "sqlite:///new.db"]) == 0
    assert first.err == again.err == ""
    *lines, last = first.out.splitlines()
    assert last.startswith("This holds only if nobody wrote to the source")
    rows = {line.split()[0]: line.split()[1:] for line in lines}
    assert set(rows) == {"collection", *(known.name for known in COLLECTIONS)}
    assert rows["focus_samples"][:3] == ["24", "24", "24"]
    assert rows["focus_samples"][4:] == ["the", "same"]
    assert [line.split()[3] for line in again.out.splitlines()[1:-1]] == ["0"] * len(COLLECTIONS)
    assert stored(folder / "new.db") == stored(folder / "lived.db")


def test_what_differs_in_the_target_is_told(folder: Path, capsys: Told) -> None:
    """One line for each document, a table, exit code 1, and nothing overwritten."""
    assert main(["store", "copy", "--to", "sqlite:///new.db"]) == 0
    spoil(folder / "new.db", "UPDATE water_events SET document = replace(document, 'ACK', 'OK')")
    before = stored(folder / "new.db")
    capsys.readouterr()
    assert main(["store", "copy", "--to", "sqlite:///new.db"]) == 1
    told = capsys.readouterr()
    assert "DIFFERENT" in told.out
    assert "water_events ack:" in told.out
    assert "differs, and the target's version 1 is not older than 1" in told.out
    assert "2 documents were left as they are. Source and target differ in water_events" in told.err
    assert stored(folder / "new.db") == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("copy", "--to", "sqlite:///./lived.db"), "one and the same"),
        (("copy", "--to", "memory:"), "--to memory: would be gone"),
        (("copy", "--from", "memory:", "--to", "sqlite:///new.db"), "memory: keeps nothing"),
        (("copy", "--from", "sqlite:///no.db", "--to", "sqlite:///new.db"), "no.db does not exist"),
        (("copy", "--to", "what:"), "petcore: --to: 'what:' names no store"),
        (("copy", "--to", "mongodb://h/?w=1"), "petcore: --to: no MongoDB URI"),
        (
            ("copy", "--from", "mongodb://h/?w=1", "--to", "sqlite:///new.db"),
            "petcore: --from (PETCORE_STORE): no MongoDB URI",
        ),
        (("copy", "--to", "sqlite:///none/new.db"), "there is no folder"),
        (("check", "--store", "sqlite:///no.db"), "no.db does not exist"),
        (("erase", "--user", "x", "--yes", "--store", "sqlite:///no.db"), "no.db does not exist"),
        (("erase", "--user", "audrey"), "say --yes"),
        (("export", "--user", "x", "--store", "sqlite:///no.db"), "no.db does not exist"),
        (("export", "--user", "x", "--output", "none/x"), "cannot be a file"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_is_refused(
    folder: Path,
    arguments: tuple[str, ...],
    words: str,
    capsys: Told,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With exit code 2, one line, and no file made by a typing error."""
    monkeypatch.setattr("sys.stdin", StringIO())
    assert main(["store", *arguments]) == 2
    told = capsys.readouterr()
    assert words in told.err
    assert told.err.count("\n") == 1
    assert told.out == ""
    assert {path.name for path in folder.iterdir()} == {"lived.db"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("mongodb://h/a", "mongodb://u:p@H:27017/a?w=majority", True),
        ("mongodb://h1,h2:27017/a", "mongodb://h2,h1/a", True),
        ("mongodb://h", "mongodb://h/petcore", True),
        ("mongodb://h?w=1", "mongodb://u:[@h/?w=1", True),
        ("mongodb://h/a", "mongodb://h/b", False),
        ("mongodb://h/a", "mongodb://g/a", False),
        ("mongodb://h/a", "sqlite:///a", False),
        ("sqlite:///a", "sqlite:///b/../a", True),
        ("sqlite:///a", "sqlite:///b", False),
    ],
)
def test_one_store_may_have_two_names(one: str, other: str, same: bool) -> None:
    """What can be told from the names is."""
    assert are_one_store(one, other) == same


def test_a_sound_store_is_told_so(capsys: Told) -> None:
    """A table of counts, exit code 0."""
    assert main(["store", "check"]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    rows = dict(line.split() for line in told.out.splitlines())
    assert rows["focus_samples"] == "24"
    assert len(rows) == len(COLLECTIONS) + 1


def test_what_is_wrong_is_told_by_line(folder: Path, capsys: Told) -> None:
    """Collection, _id, field, what is wrong, what would be right; the first twenty of each."""
    change = "UPDATE focus_samples SET document = replace(document, ':0.9', ':9.0')"
    spoil(folder / "lived.db", change)
    assert main(["store", "check", "--store", "sqlite:///lived.db"]) == 1
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert lines[0].startswith("focus_samples sample:")
    assert lines[0].endswith("stress_score: is 9.0; must be less than or equal to 1")
    assert lines[20] == "focus_samples: and 4 more"
    assert "24 things are wrong" in told.err
    assert any(line.split() == ["focus_samples", "24", "24"] for line in lines)


def test_a_person_is_erased(folder: Path, capsys: Told) -> None:
    """Told by collection; the second time there is nothing, which is told and has exit code 1; the
    other has all, the file no name.
    """
    other = [d for found in stored(folder / "lived.db").values() for d in found]
    other = [d for d in other if d.get("user_id") != USERS[1]]
    assert main(["store", "erase", "--user", USERS[1], "--yes"]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    *lines, last = told.out.splitlines()
    assert last.startswith("Certain only if no server runs")
    assert dict(line.split() for line in lines)["focus_samples"] == "12"
    assert main(["store", "erase", "--user", USERS[1], "--yes"]) == 1
    again = capsys.readouterr()
    assert again.err == f"petcore: nothing is stored about {USERS[1]!r} in sqlite:///lived.db\n"
    assert again.out == ""
    assert [d for found in stored(folder / "lived.db").values() for d in found] == other
    assert USERS[1].encode() not in (folder / "lived.db").read_bytes()
    assert main(["store", "check"]) == 0


@pytest.mark.parametrize(
    ("terminal", "code", "left"),
    [
        (Terminal("y\n"), 0, 0),
        (Terminal("YES\n"), 0, 0),
        (Terminal("n\n"), 1, 12),
        (Terminal("\n"), 1, 12),
        (Terminal(""), 1, 12),
    ],
    ids=["y", "yes", "no", "nothing", "end"],
)
def test_somebody_is_asked_first(
    folder: Path,
    terminal: Terminal,
    code: int,
    left: int,
    capsys: Told,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And sees how many documents it is about. Only a yes erases."""
    monkeypatch.setattr("sys.stdin", terminal)
    assert main(["store", "erase", "--user", "audrey"]) == code
    assert "'audrey' has 69 documents in sqlite:///lived.db" in capsys.readouterr().out
    samples = stored(folder / "lived.db")["focus_samples"]
    assert sum(sample["user_id"] == "audrey" for sample in samples) == left


def test_ctrl_c_is_no_traceback(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither at the question, which then erases nothing, nor while a store is at work."""

    def interrupt(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("builtins.input", interrupt)
    assert main(["store", "erase", "--user", "audrey"]) == 130
    assert len(stored(folder / "lived.db")["focus_samples"]) == 24
    monkeypatch.setattr(SqliteStore, "count", interrupt)
    assert main(["store", "check"]) == 130


def test_nobody_is_asked_about_nothing(capsys: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is not there."""
    monkeypatch.setattr("sys.stdin", Terminal(""))
    assert main(["store", "erase", "--user", "nobody"]) == 1
    assert "nothing is stored about 'nobody'" in capsys.readouterr().err


def test_a_server_that_keeps_writing_is_told(capsys: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 1, and what to do, even if it wrote no more at the end."""
    monkeypatch.setattr(erasing, "PASSES_MAX", 1)
    assert main(["store", "erase", "--user", "audrey", "--yes"]) == 1
    assert "is not erased; stop it and erase again" in capsys.readouterr().err


def test_a_server_that_wrote_is_told(capsys: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a second pass found something, an operation may still be under way."""

    async def erase(*_: object) -> AsyncIterator[Erased]:
        yield Erased("water_events", 3, 1)
        yield Erased("water_events", 1, 2)
        yield Erased("water_events", 0, 3)

    monkeypatch.setattr(store_person, "erase", erase)
    assert main(["store", "erase", "--user", "audrey", "--yes"]) == 1
    told = capsys.readouterr()
    assert "a server was writing for 'audrey' meanwhile; stop it and erase again" in told.err
    assert told.out.splitlines()[1].split() == ["water_events", "4"]


def test_a_source_that_moves_is_told(capsys: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """What came after its collection was proved: exit code 1, though all proofs hold."""

    async def moving(source: Store, target: Store, _: object) -> AsyncIterator[Event]:
        async for event in copy(source, target, COLLECTIONS):
            yield event
        yield Moved("water_events")

    monkeypatch.setattr(store_copy, "copy", moving)
    assert main(["store", "copy", "--to", "sqlite:///new.db"]) == 1
    told = capsys.readouterr()
    assert "DIFFERENT" not in told.out
    assert "A server writes to the source, in water_events; stop it and copy again" in told.err


def test_a_person_gets_all_that_is_stored(folder: Path, capsys: Told) -> None:
    """As JSON lines with ISO dates, on standard output or in a file."""
    assert main(["store", "export", "--user", USERS[1]]) == 0
    out = capsys.readouterr().out
    lines = [json.loads(line) for line in out.splitlines()]
    assert len(lines) == 69
    assert {line["document"]["user_id"] for line in lines} == {USERS[1]}
    assert lines[0] == {
        "collection": "water_schedules",
        "document": {
            "_id": f"water:{USERS[1]}",
            "user_id": USERS[1],
            "timezone": "America/Vancouver",
            "start_time": "00:00",
            "end_time": "23:59",
            "interval_min": 60,
            "enabled": True,
            "last_triggered_at": lines[0]["document"]["last_triggered_at"],
        },
    }
    assert lines[0]["document"]["last_triggered_at"].startswith("2026-05-05T12:")
    assert lines[0]["document"]["last_triggered_at"].endswith("+00:00")
    assert main(["store", "export", "--user", USERS[1], "--output", "mine.jsonl"]) == 0
    assert (folder / "mine.jsonl").read_text(encoding="utf-8") == out
    assert {path.name for path in folder.iterdir()} == {"lived.db", "mine.jsonl"}


def test_nothing_about_a_person_is_told(folder: Path, capsys: Told) -> None:
    """With exit code 1, and no file is made or emptied."""
    (folder / "mine.jsonl").write_text("old")
    assert main(["store", "export", "--user", "nobody", "--output", "mine.jsonl"]) == 1
    assert "nothing is stored about 'nobody' in sqlite:///lived.db" in capsys.readouterr().err
    assert (folder / "mine.jsonl").read_text() == "old"


def test_a_file_in_use_is_erased_but_not_scrubbed(
    folder: Path, capsys: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 1 and a line; once nobody has it open, erasing again scrubs."""
    server = sqlite3.connect(folder / "lived.db")
    server.execute("SELECT count(*) FROM water_events").fetchall()
    assert main(["store", "erase", "--user", "audrey", "--yes"]) == 1
    assert "another program has the store open" in capsys.readouterr().err
    server.close()
    scrubbed: list[str] = []

    def scrub(uri: str) -> bool:
        scrubbed.append(uri)
        return True

    monkeypatch.setattr(store_person, "scrub_store", scrub)
    assert main(["store", "erase", "--user", "audrey", "--yes"]) == 1
    assert capsys.readouterr().err.startswith("petcore: nothing is stored about 'audrey'")
    assert scrubbed == ["sqlite:///lived.db"]


ON_A_STORE: tuple[tuple[str, ...], ...] = (
    ("check", "--store"),
    ("export", "--user", "audrey", "--store"),
    ("copy", "--to", "sqlite:///new.db", "--from"),
    ("erase", "--user", "audrey", "--yes", "--store"),
)


@pytest.mark.parametrize("driver", get_args(MongoDriver))
def test_a_mistyped_database_is_refused(
    server: MongoServer, folder: Path, driver: str, capsys: Told
) -> None:
    """It is not made, and nobody believes that a person is erased."""
    address = server.uri()
    for arguments in ON_A_STORE:
        assert main(["store", *arguments, address, "--mongo-driver", driver]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.count("\n") == 1
        assert "has no collection of petcore; see how it is spelled" in told.err
    with MongoClient[dict[str, object]](address) as shell:
        assert shell.get_default_database().list_collection_names() == []
    assert {path.name for path in folder.iterdir()} == {"lived.db"}


def test_upkeep_makes_no_indexes(server: MongoServer, folder: Path) -> None:
    """Neither in a database nor in a file, where it drops none, either."""
    address = server.uri()
    assert main(["store", "copy", "--to", address]) == 0
    spoil(folder / "lived.db", 'DROP TABLE "water_schedules"')
    spoil(folder / "lived.db", 'CREATE INDEX "by hand" ON water_events (version)')
    schema = made_of(folder / "lived.db")
    with MongoClient[dict[str, object]](address) as shell:
        database = shell.get_default_database()
        database.drop_collection("water_schedules")
        database["water_events"].drop_indexes()
        for store in ("sqlite:///lived.db", address):
            for arguments in ON_A_STORE:
                assert main(["store", *arguments, store]) == 0
            (folder / "new.db").unlink()
        # The stand-in makes a collection for whoever deletes in it, MongoDB does not.
        for name in ("water_schedules", "water_events"):
            assert set(database[name].index_information()) <= {"_id_"}
    assert made_of(folder / "lived.db") == schema


def test_who_may_only_read_may_check_and_export(server: MongoServer) -> None:
    """Not even a write that changes nothing is sent: it is still refused afterwards."""
    address = server.uri()
    assert main(["store", "copy", "--to", address]) == 0
    server.refuse("update", 13)
    assert main(["store", "check", "--store", address]) == 0
    assert main(["store", "export", "--user", "audrey", "--store", address]) == 0
    with MongoClient[dict[str, object]](address) as shell, pytest.raises(OperationFailure):
        shell.get_default_database()["water_events"].update_one({}, {"$set": {"version": 2}})


def test_a_check_waits_for_no_writer(folder: Path) -> None:
    """A server holds the write lock of its file, and is not disturbed."""
    with closing(sqlite3.connect(folder / "lived.db", isolation_level=None)) as server:
        server.execute("BEGIN IMMEDIATE")
        assert main(["store", "check"]) == 0


def made_of(path: Path) -> list[str]:
    """Its tables and indexes."""
    with closing(sqlite3.connect(path)) as connection:
        return [
            str(row)
            for row in connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name")
        ]


@pytest.mark.parametrize("kind", ["a file", "a database"])
def test_two_owners_of_a_unique_value_are_told_and_can_be_erased(
    server: MongoServer, folder: Path, kind: str, capsys: Told
) -> None:
    """A store whose unique index was lost may hold them; no server starts on it."""
    address = "sqlite:///twice.db" if kind == "a file" else server.uri()
    asyncio.run(_twice(folder / "twice.db", address))
    capsys.readouterr()
    assert main(["store", "check", "--store", address]) == 1
    told = capsys.readouterr()
    assert "break_preferences preference:audrey2 user_id: is 'audrey'; must be its own" in told.out
    assert main(["store", "export", "--user", "audrey", "--store", address]) == 0
    assert capsys.readouterr().out.count("break_preferences") == 2
    assert main(["store", "erase", "--user", "audrey", "--yes", "--store", address]) == 0
    assert dict(line.split()[:2] for line in capsys.readouterr().out.splitlines()) == {
        **dict.fromkeys((known.name for known in PERSONAL), "0"),
        "break_preferences": "2",
        "collection": "erased",
        "Certain": "only",
    }


async def _twice(path: Path, address: str) -> None:
    unindexed = [Collection[Document](known.name, ()) for known in COLLECTIONS]
    columns = Collection[Document]("break_preferences", (Index(("user_id",)), OUTBOX_INDEX))
    store = (
        SqliteStore(path, [columns])
        if address.startswith("sqlite")
        else MongoStore(address, [*unindexed[:1], columns])
    )
    await store.open()
    for number in ("", "2"):
        preference = {
            "_id": f"preference:audrey{number}",
            "version": 1,
            "user_id": "audrey",
            "stress_prompt_enabled": True,
            "updated_at": datetime(2026, 1, 1, tzinfo=UTC),
            "outbox": [],
            "outbox_len": 0,
        }
        await store.insert(columns, preference)
    await store.close()


def test_an_older_file_wants_its_server_first(folder: Path, capsys: Told) -> None:
    """A field that was not indexed then has no column; only a server makes it."""
    change = 'ALTER TABLE "encouragement_events" DROP COLUMN "document.created_at_ms"'
    for (name,) in indexes_of(folder / "lived.db", "encouragement_events"):
        spoil(folder / "lived.db", f'DROP INDEX "{name}"')
    spoil(folder / "lived.db", change)
    assert main(["store", "check"]) == 2
    told = capsys.readouterr().err
    assert "encouragement_events has no column of created_at_ms; start a server of this" in told
    stored(folder / "lived.db")
    assert main(["store", "check"]) == 0


def indexes_of(path: Path, table: str) -> list[tuple[str]]:
    """Their names, but for those that SQLite made by itself."""
    made = "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql NOT NULL"
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(made, (table,)).fetchall()


def test_a_file_that_no_petcore_used_is_refused(folder: Path, capsys: Told) -> None:
    """An empty one is not filled with tables."""
    (folder / "empty.db").touch()
    assert main(["store", "check", "--store", "sqlite:///empty.db"]) == 2
    assert "it is empty, and no petcore has used it" in capsys.readouterr().err
    assert (folder / "empty.db").read_bytes() == b""


def test_a_file_is_whole_or_as_it_was(
    folder: Path, capsys: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What fails in the middle leaves the old file, and nothing else."""
    (folder / "mine.jsonl").write_text("old")

    def fail(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    assert main(["store", "export", "--user", "audrey", "--output", "mine.jsonl"]) == 1
    assert "No space left" in capsys.readouterr().err
    assert (folder / "mine.jsonl").read_text() == "old"
    assert {path.name for path in folder.iterdir()} == {"lived.db", "mine.jsonl"}


def test_a_store_that_fails_is_one_line(capsys: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 1 and no traceback."""

    def failing(*_: object) -> MemoryStore:
        store = MemoryStore()
        monkeypatch.setattr(store, "count", store_gone)
        return store

    async def store_gone(query: object) -> int:
        raise StoreUnavailable("the store is gone")

    monkeypatch.setattr(store_running, "existing_store", failing)
    for arguments in (("check",), ("export", "--user", "x"), ("copy", "--to", "sqlite:///n.db")):
        assert main(["store", *arguments]) == 1
        assert capsys.readouterr().err == "petcore: the store is gone\n"


def test_a_reader_that_goes_is_no_traceback(folder: Path) -> None:
    """``petcore store export | head -1``: in a process of its own, since it is about its end."""
    asyncio.run(_many(folder / "lived.db"))
    with subprocess.Popen(
        [sys.executable, "-m", "petcore", "store", "export", "--user", "audrey"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_clean({"PETCORE_STORE": "sqlite:///lived.db"}),
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["collection"] == "water_schedules"
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


async def _many(path: Path) -> None:
    store = SqliteStore(path, COLLECTIONS)
    await store.open()
    (event, *_) = await store.find(Query(WATER_EVENTS, {"user_id": "audrey"}))
    for number in range(40):
        await store.insert(WATER_EVENTS, {**event, "_id": f"ack:{number:04096}"})
    await store.close()
