"""Freeing the file of the SQLite store from what was deleted.

``secure_delete`` overwrites what a statement deletes. But when SQLite divides a full page in two,
what moved out stays behind in the gap for a while, and no later deletion knows of it. Only writing
the file anew leaves nothing. That needs the file for itself: beside a server it would keep the
server from writing, and the server's log would hold the old pages all the same.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from petcore.errors import StoreUnavailable


def scrub(path: Path) -> bool:
    """Write the file at ``path`` anew, with twice its room beside it while it lasts.

    False says that another program has it open, and then nothing was done. Raises
    ``StoreUnavailable``.
    """
    try:
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as alone:
            if not _is_alone(alone):
                return False
            alone.execute("PRAGMA secure_delete = ON")
            with _passing_files_in(path.parent, alone):
                alone.execute("VACUUM")
    except sqlite3.Error as error:
        raise StoreUnavailable(f"the store {path} could not be written anew: {error}") from error
    return True


def _is_alone(connection: sqlite3.Connection) -> bool:
    """Whether no other connection has the file open, not even an idle one; if so, none can open it
    until this one is closed.
    """
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            return False
        raise
    connection.execute("COMMIT")
    return True


@contextmanager
def _passing_files_in(folder: Path, connection: sqlite3.Connection) -> Iterator[None]:
    """The system's folder for them may be small, or in memory."""
    quoted = str(folder.absolute()).replace("'", "''")
    connection.execute(f"PRAGMA temp_store_directory = '{quoted}'")
    try:
        yield
    finally:
        # It holds for the whole process.
        connection.execute("PRAGMA temp_store_directory = ''")
