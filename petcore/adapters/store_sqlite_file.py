"""The file of the SQLite store: connections, transactions, errors.

sqlite3 is imported here, in ``store_sqlite_layout`` and in ``store_sqlite_scrub``.

Laws of this file:

* One connection writes, with ``synchronous=FULL``; what it has committed is on the disk.
* A write that fails alone (a duplicate) leaves its group alone: SQLite undoes that statement only.
  A transaction that fails takes the whole group with it, and nothing of it is stored.
* Other processes may use the file, too. The log is brought into the file only while the write lock
  is held, since SQLite before 3.51.3 can lose writes if one process begins the log anew while
  another brings it in (https://sqlite.org/wal.html#walresetbug).
* A file that is made here can be read and written by its owner alone, and so can its log: SQLite
  gives that the file's mode. A file that was there keeps its mode.
* No ``sqlite3.Error`` gets out: it becomes ``Duplicate``, ``StoreUnavailable`` or, before the file
  is open, ``StartRefused``, each with the path, the cause and what can be done.
"""

import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from petcore.adapters.store_sqlite_table import Statement
from petcore.errors import Duplicate, StartRefused, StoreUnavailable

Connection = sqlite3.Connection
Work = Callable[[Connection], Any]
Rows = list[tuple[Any, ...]]

# How long a thread waits for another program's lock.
PATIENCE_S = 2.0

# SQLite sleeps the longer the longer it waits, and so the one who has waited longest is passed over
# by processes that have just come. Whoever asks anew every so often has the chance of all others.
_SPELL_S = 0.008

# Enough for the inner pages of large indexes, so that reading costs the same in all sizes.
_CACHE_KIB = 16_000

# After so many writes, each of which leaves a few pages in it, the log is brought into the file.
_WRITES_PER_CHECKPOINT = 256

# What stands in the file's header: whose it is, and how its tables are made.
_APPLICATION = 0x70657463
_SCHEMA = 1

# A write that reaches the disk and changes nothing.
PROBE: Statement = (f"PRAGMA user_version = {_SCHEMA}", ())

_CAUSES = {
    sqlite3.SQLITE_BUSY: "another program holds it locked; stop that program or use another path",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; see that this user may write to its folder",
    sqlite3.SQLITE_CORRUPT: "it is damaged; restore a backup or use another path",
    sqlite3.SQLITE_FULL: "the disk is full; make room",
    sqlite3.SQLITE_IOERR: "the disk is full or failing; make room or check it",
    sqlite3.SQLITE_NOTADB: "it is not a SQLite database; use another path",
    sqlite3.SQLITE_PERM: "this user may not use it; change its permissions",
    sqlite3.SQLITE_READONLY: "it is read-only; let this user write to it and to its folder",
}


class File:
    """An open file: one connection that writes, one for a reading thread, one for the loop, and
    one that brings the log into the file while the first one keeps others from writing.
    """

    def __init__(self, path: Path, *, as_it_is: bool = False) -> None:
        """Open the file, or make it unless it is wanted ``as_it_is``. Raises ``StartRefused`` if
        that cannot be.
        """
        self._path = path
        self._refuse_wrong_place()
        if as_it_is and not path.exists():
            raise StartRefused(f"cannot use {path} as the store: there is no such file")
        self._connections: list[Connection] = []
        self._writes = 0
        if not as_it_is:
            _make_private(path)
        try:
            self._writer = self._connect(PATIENCE_S)
            _require_ours(self._writer, may_be_empty=not as_it_is)
            if not as_it_is:
                _take_possession(self._writer)
            _wait_for(self._writer, _SPELL_S)
            self._there = self._connect(PATIENCE_S)
            # The event loop never waits for a lock.
            self._here = self._connect(0)
            self._keeper = self._connect(0)
            self._number = self._path.stat().st_ino
        except (sqlite3.Error, OSError) as error:
            self._disconnect()
            raise StartRefused(f"cannot use {path} as the store: {_cause(error)}") from error
        except StartRefused as error:
            self._disconnect()
            raise StartRefused(f"cannot use {path} as the store: {error}") from None

    def require_place(self) -> None:
        """Raise ``StoreUnavailable`` if the file no longer stands where it was opened.

        What is written to a deleted file is answered, and gone with the process.
        """
        try:
            is_there = self._path.stat().st_ino == self._number
        except OSError:
            is_there = False
        if not is_there:
            raise StoreUnavailable(f"the store {self._path} was moved or deleted; restart petcore")

    def close(self) -> None:
        """Bring everything into the one file and let go of it."""
        self._checkpoint()
        self._disconnect()

    def read_here(self, statement: Statement) -> Rows:
        """Read on the event loop."""
        try:
            return self._here.execute(*statement).fetchall()
        except sqlite3.Error as error:
            raise self._unavailable(error) from error

    def read_there(self, works: Sequence[Work]) -> list[object]:
        """What each of the works came to, on the reading thread's connection."""
        return [self._read(work) for work in works]

    def commit(self, works: Sequence[Work]) -> list[object]:
        """What each of the works came to, all in one transaction."""
        try:
            self._begin()
            outcomes = [_outcome(work, self._writer) for work in works]
            self._writer.execute("COMMIT")
        except sqlite3.Error as error:
            return [self._unavailable(error) for _ in works]
        finally:
            self._roll_back()
        self._writes += len(works)
        if self._writes >= _WRITES_PER_CHECKPOINT:
            self._checkpoint()
        return outcomes

    def _begin(self) -> None:
        """Begin a transaction that holds the write lock; wait for it as long as ``PATIENCE_S``."""
        for left in reversed(range(max(1, round(PATIENCE_S / _SPELL_S)))):
            try:
                self._writer.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if not left or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
            else:
                return

    def _checkpoint(self) -> None:
        """Bring the log into the file as far as readers allow, so that the next write begins it
        anew. Should this fail, everything is as safe in the log, and the next write tries again.
        """
        with suppress(sqlite3.Error):
            self._writer.execute("BEGIN IMMEDIATE")
            self._keeper.execute("PRAGMA wal_checkpoint(PASSIVE)")
            self._writes = 0
        self._roll_back()

    def _roll_back(self) -> None:
        """End the transaction if it was not committed: SQLite does so after some errors only."""
        if self._writer.in_transaction:
            with suppress(sqlite3.Error):
                self._writer.execute("ROLLBACK")

    def _read(self, work: Work) -> object:
        try:
            return _outcome(work, self._there)
        except sqlite3.Error as error:
            return self._unavailable(error)

    def _unavailable(self, error: sqlite3.Error) -> StoreUnavailable:
        return StoreUnavailable(f"the store {self._path} failed: {_cause(error)}")

    def _connect(self, patience_s: float) -> Connection:
        connection = sqlite3.connect(
            self._path,
            # What follows reads the file, which another process may be opening right now.
            timeout=PATIENCE_S,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        self._connections.append(connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        # What was deleted is overwritten: a person who was erased is not left in free pages.
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        _wait_for(connection, patience_s)
        return connection

    def _disconnect(self) -> None:
        for connection in self._connections:
            connection.close()

    def _refuse_wrong_place(self) -> None:
        start = f"cannot use {self._path} as the store"
        try:
            is_folder, has_folder = self._path.is_dir(), self._path.parent.is_dir()
        except OSError as error:
            raise StartRefused(f"{start}: {error.strerror}; use another path") from None
        if is_folder:
            raise StartRefused(f"{start}: it is a folder; name a file")
        if not has_folder:
            raise StartRefused(f"{start}: there is no folder {self._path.parent}; make it first")


def _make_private(path: Path) -> None:
    """Make the file, empty, for its owner alone, unless there is one.

    One that is there is not even opened: closing it would end this process's locks on it.
    """
    # What keeps it from being made keeps SQLite from it, too, and that has words for it.
    with suppress(OSError):
        os.close(os.open(os.path.realpath(path), os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _require_ours(writer: Connection, *, may_be_empty: bool) -> None:
    """Refuse a file that is not ours to use, or that processes could not share."""
    owner, schema = _pragma(writer, "application_id"), _pragma(writer, "user_version")
    strange = owner != _APPLICATION
    if strange and writer.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
        raise StartRefused("it is the database of another program; use another path")
    if strange and not may_be_empty:
        raise StartRefused("it is empty, and no petcore has used it; use another path")
    if schema > _SCHEMA:
        newer = f"a newer petcore wrote it (format {schema}, this one knows up to {_SCHEMA})"
        raise StartRefused(f"{newer}; use that one or another path")
    if _pragma(writer, "journal_mode = WAL") != "wal":
        raise StartRefused("its disk has no shared memory (a network folder?); use a local disk")


def _take_possession(writer: Connection) -> None:
    """Say in the file whose it is, which proves that it can be written."""
    writer.execute("BEGIN IMMEDIATE")
    writer.execute(f"PRAGMA application_id = {_APPLICATION}")
    writer.execute(f"PRAGMA user_version = {_SCHEMA}")
    writer.execute("COMMIT")


def _wait_for(connection: Connection, seconds: float) -> None:
    """Let the connection wait so long for a lock."""
    connection.execute(f"PRAGMA busy_timeout = {round(seconds * 1000)}")


def _pragma(connection: Connection, words: str) -> Any:
    return connection.execute(f"PRAGMA {words}").fetchone()[0]


def _outcome(work: Work, connection: Connection) -> object:
    """What the work returned, or what was wrong with it alone."""
    try:
        return work(connection)
    except sqlite3.IntegrityError as error:
        # Were the transaction gone, the rest of its group would be committed one by one.
        if not connection.in_transaction:
            raise
        return Duplicate(f"stored already: {error}")
    except (Duplicate, ValueError, OverflowError) as error:
        return error


def _cause(error: sqlite3.Error | OSError) -> str:
    # The low byte is the kind of error, the rest says more than people want to know.
    cause = _CAUSES.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    return f"{cause} ({error})" if cause else str(error)
