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
from urllib.parse import SplitResult, urlsplit

from pymongo import MongoClient

from tests.serving.process import free_port

ROOT = Path(__file__).parents[2]

REAL = os.environ.get("PETCORE_TEST_MONGODB_URI")
"""A real MongoDB to be tested as well. Which database it names makes no difference, but that its
user logs in there, unless ``authSource`` says otherwise: those that tests make are called
``petcore_...`` and are dropped afterwards."""

_numbers = count(1)


@contextmanager
def real_database() -> Iterator[str]:
    """The URI of a new database of the real MongoDB, which is gone at the end."""
    assert REAL is not None
    name = _new_name()
    uri = urlsplit(REAL)
    yield uri._replace(path=f"/{name}", query=_with_source(uri)).geturl()
    with MongoClient[dict[str, object]](REAL) as client:
        client.drop_database(name)


def _with_source(uri: SplitResult) -> str:
    named = uri.path.strip("/")
    if not named or "@" not in uri.netloc or "authsource" in uri.query.lower():
        return uri.query
    return f"{uri.query}&authSource={named}".lstrip("&")


def _new_name() -> str:
    return f"petcore_{os.getpid()}_{next(_numbers)}"


class MongoServer:
    """A stand-in that runs, with its databases in ``folder``. It keeps its port over restarts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # While it is down, nobody's way to somewhere else may begin there.
        self.port = free_port()
        self._process: subprocess.Popen[str] | None = None
        self.start()

    def uri(self, database: str | None = None, options: str = "") -> str:
        """The address of ``database``, or of a new one."""
        name = database or _new_name()
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

    def refuse(self, command: str, code: int) -> None:
        """Let the next ``command`` of this name end with the error ``code``, as ``failCommand``
        of a MongoDB under test does.
        """
        asked = {"failCommands": [command], "errorCode": code}
        with MongoClient[dict[str, object]](self.uri()) as client:
            client.admin.command("configureFailPoint", "failCommand", data=asked)

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
