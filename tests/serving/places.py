"""Where a killed server keeps what it has answered: in a SQLite file, or in a database that can be
killed as well.

Here: how to start a server there, and how to look at what is there without putting it right.
"""

import os
import shutil
import signal
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from petcore.adapters.store_mongo import Driver, MongoStore
from petcore.adapters.store_sqlite import SqliteStore
from petcore.ports.store import Store
from petcore.services.collections import COLLECTIONS
from tests.mongo.server import MongoServer
from tests.serving.deeds import Contents, read
from tests.serving.process import Serving, serving, started

_FILE = "petcore.db"


class Place(Protocol):
    """Somewhere."""

    def serving(self) -> AbstractContextManager[Serving]:
        """A server that keeps there what it has, and answers requests."""
        ...

    def started(self) -> AbstractContextManager[Serving]:
        """The same, on its way up."""
        ...

    def kill_database(self) -> None:
        """End at once what the server keeps it in, if that is a program of its own."""
        ...

    def start_database(self) -> None:
        """Start it again."""
        ...

    async def contents(self) -> Contents:
        """What is there now, as it was left. Nobody writes meanwhile."""
        ...


@dataclass(frozen=True)
class FilePlace:
    """A SQLite file in ``folder``."""

    folder: Path

    def serving(self) -> AbstractContextManager[Serving]:
        """A server on the file."""
        return serving(self.folder)

    def started(self) -> AbstractContextManager[Serving]:
        """The same, on its way up."""
        return started(self.folder)

    def kill_database(self) -> None:
        """There is none."""
        raise NotImplementedError

    def start_database(self) -> None:
        """There is none."""
        raise NotImplementedError

    async def contents(self) -> Contents:
        """What is in the file. Reading it in its place would do what a start must do."""
        with TemporaryDirectory() as folder:
            for path in self.folder.glob(f"{_FILE}*"):
                # The third file is shared memory, which is made anew.
                if not path.name.endswith("-shm"):
                    shutil.copy(path, folder)
            return await _read(SqliteStore(Path(folder) / _FILE, COLLECTIONS))


@dataclass(frozen=True)
class MongoPlace:
    """A database of ``mongo``, which servers reach through ``driver``; they run in ``folder``."""

    folder: Path
    mongo: MongoServer
    uri: str
    driver: Driver
    workers: int = 1

    def serving(self) -> AbstractContextManager[Serving]:
        """A server on the database."""
        return serving(
            self.folder, store=self.uri, environment=self._environment(), workers=self.workers
        )

    def started(self) -> AbstractContextManager[Serving]:
        """The same, on its way up."""
        return started(
            self.folder, store=self.uri, environment=self._environment(), workers=self.workers
        )

    def kill_database(self) -> None:
        """End the database server at once."""
        self.mongo.kill()

    def start_database(self) -> None:
        """Start it again, on the same port."""
        self.mongo.start()

    async def contents(self) -> Contents:
        """What is in the database."""
        return await _read(MongoStore(self.uri, COLLECTIONS, self.driver))

    def _environment(self) -> dict[str, str]:
        return {"PETCORE_MONGO_DRIVER": self.driver}


def kill(server: Serving) -> None:
    """End the server at once, and all of its workers."""
    os.killpg(server.process.pid, signal.SIGKILL)


async def _read(store: Store) -> Contents:
    await store.open()
    try:
        return await read(store)
    finally:
        await store.close()
