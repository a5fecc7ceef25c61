"""Starts, kills and restarts the stand-in, and hands out databases of one's own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]

REAL = os.environ.get("PETCORE_TEST_MONGODB_URI")
"""A real MongoDB to be tested as well; databases of it that tests make are called ``petcore_...``,
and are dropped afterwards."""

_numbers = count(1)


class MongoServer:
    """A stand-in that runs, with its databases in ``folder``. It keeps its port over restarts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = 0
        self._process: subprocess.Popen[str] | None = None
        self.start()

    def uri(self, database: str | None = None, options: str = "") -> str:
        """The address of ``database``, or of a new one."""
        name = database or f"petcore_{os.getpid()}_{next(_numbers)}"
        return f"mongodb://127.0.0.1:{self.port}/{name}{options}"

    def start(self) -> None:
        """Start where it stopped."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.mongo.standin", str(self._folder), str(self.port)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def kill(self) -> None:
        """End it at once, in the middle of whatever it does."""
        if self._process is not None:
            with self._process:
                self._process.kill()
        self._process = None

    def pause(self) -> None:
        """Let it hang: it is there and does not answer."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)


@contextmanager
def mongo_server() -> Iterator[MongoServer]:
    """A stand-in that is gone at the end, with all it holds."""
    with TemporaryDirectory() as folder:
        server = MongoServer(Path(folder))
        try:
            yield server
        finally:
            server.kill()
