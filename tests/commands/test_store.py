"""``petcore store`` as its user meets it: what it says, and with which exit code."""

import asyncio
import json
import shutil
import sqlite3
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

from petcore.__main__ import main
from petcore.adapters.store_memory import MemoryStore
from petcore.adapters.store_sqlite import SqliteStore
from petcore.commands import store as command
from petcore.errors import StoreUnavailable
from petcore.ports.store import Query
from petcore.services.desktop_pet.collections import COLLECTIONS, WATER_EVENTS
from petcore.services.outbox import Document
from petcore.services.upkeep import erase as erasing
from petcore.services.upkeep.copy import copy
from petcore.wiring import are_one_store
from tests.mongo.server import mongo_server
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


def test_a_store_moves_house(folder: Path, capsys: Told) -> None:
    """To MongoDB and on to another file; a second time nothing is written. Bars need a terminal."""
    with mongo_server() as server:
        uri = server.uri()
        assert main(["store", "copy", "--to", uri]) == 0
        first = capsys.readouterr()
        assert main(["store", "copy", "--to", uri, "--mongo-driver", "pymongo"]) == 0
        again = capsys.readouterr()
        assert main(["store", "copy", "--from", uri, "--to", "sqlite:///new.db"]) == 0
    assert first.err == again.err == ""
    rows = {line.split()[0]: line.split()[1:] for line in first.out.splitlines()}
    assert set(rows) == {"collection", *(known.name for known in COLLECTIONS)}
    assert rows["focus_samples"][:3] == ["24", "24", "24"]
    assert rows["focus_samples"][4:] == ["the", "same"]
    assert [line.split()[3] for line in again.out.splitlines()[1:]] == ["0"] * len(COLLECTIONS)
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
        (("copy", "--to", "what:"), "names no store"),
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
    """Told by collection; the second time there is nothing; the other has all, the file no name."""
    other = [d for found in stored(folder / "lived.db").values() for d in found]
    other = [d for d in other if d["user_id"] == USERS[0]]
    assert main(["store", "erase", "--user", USERS[1], "--yes"]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    assert dict(line.split() for line in told.out.splitlines())["focus_samples"] == "12"
    assert main(["store", "erase", "--user", USERS[1], "--yes"]) == 0
    again = dict(line.split() for line in capsys.readouterr().out.splitlines())
    assert {count for name, count in again.items() if name != "collection"} == {"0"}
    assert [d for found in stored(folder / "lived.db").values() for d in found] == other
    assert USERS[1].encode() not in (folder / "lived.db").read_bytes()
    assert main(["store", "check"]) == 0


class Terminal(StringIO):
    """Somebody who types."""

    def isatty(self) -> bool:
        """It is one."""
        return True


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
    assert "'audrey' has 36 documents in sqlite:///lived.db" in capsys.readouterr().out
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
    assert main(["store", "erase", "--user", "nobody"]) == 0
    assert "'nobody' has 0 documents" in capsys.readouterr().out


def test_a_server_that_keeps_writing_is_told(capsys: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 1, and what to do."""
    monkeypatch.setattr(erasing, "PASSES_MAX", 1)
    assert main(["store", "erase", "--user", "audrey", "--yes"]) == 1
    assert "stop it and erase again" in capsys.readouterr().err


def test_a_person_gets_all_that_is_stored(folder: Path, capsys: Told) -> None:
    """As JSON lines with ISO dates, on standard output or in a file."""
    assert main(["store", "export", "--user", USERS[1]]) == 0
    out = capsys.readouterr().out
    lines = [json.loads(line) for line in out.splitlines()]
    assert len(lines) == 36
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

    monkeypatch.setattr(command, "existing_store", failing)
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
