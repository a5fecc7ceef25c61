"""``petcore serve`` in a process of its own.

Its output goes to files, so that it never waits for a reader, and it inherits no setting. Whatever
a test does, the process is gone when the ``with`` ends.
"""

import atexit
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from tests.quiet import require_quiet
from tests.serving import forked
from tests.serving.line import Json

ROOT = Path(__file__).parents[2]

# Only a test that fails waits so long.
DEADLINE_S = 120.0

READY = re.compile(r"petcore is ready at (http://\S+) with store (.+)")

JSON_LOG: Mapping[str, str] = MappingProxyType({"PETCORE_LOG_FORMAT": "json"})

_UNGIVEN = range(20_000, 32_000)

_NOTHING: Mapping[str, str] = MappingProxyType({})

_PETCORE = ("petcore",)


class NotInTime(AssertionError):
    """What a test waited for did not come."""


@dataclass
class Serving:
    """A running server: its address, its process, and the folder where it was started."""

    folder: Path
    process: "subprocess.Popen[bytes] | forked.Forked"
    url: str = ""

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.url.rpartition(":")[2])

    @property
    def out(self) -> str:
        """What it has written to standard output so far."""
        return (self.folder / "stdout").read_text(encoding="utf-8")

    @property
    def err(self) -> str:
        """What it has written to standard error so far."""
        return (self.folder / "stderr").read_text(encoding="utf-8")

    @property
    def log(self) -> list[Json]:
        """The lines of its log, if ``JSON_LOG`` is set."""
        # The last line may not be whole yet.
        return [json.loads(line) for line in self.err.split("\n")[:-1]]

    def pids(self, words: str) -> set[object]:
        """Those of its processes in whose lines of the log these words are."""
        return {line.get("pid") for line in self.log if words in str(line["event"])}

    @property
    def workers(self) -> set[object]:
        """The ids of all its workers that have ever answered."""
        return self.pids("Application startup complete")

    def kill(self) -> None:
        """End it at once and without a word, in the middle of whatever it does."""
        self.process.kill()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to stop, wait until it has, and return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(DEADLINE_S)


@contextmanager
def started(
    folder: Path,
    *,
    port: str | None = "0",
    store: str | None = "sqlite:///petcore.db",
    log_level: str | None = "warning",
    environment: Mapping[str, str] = _NOTHING,
    workers: int | None = None,
    program: Sequence[str] = _PETCORE,
    is_afresh: bool = True,
) -> Iterator[Serving]:
    """A server on its way up; None leaves a flag out. ``program`` is the module that serves, and
    what it is to know besides. It is started as a user does, unless it need not be ``is_afresh``.
    """
    flags = {"--port": port, "--store": store, "--log-level": log_level}
    flags |= {"--workers": None if workers is None else str(workers)}
    given = [word for name, value in flags.items() if value is not None for word in (name, value)]
    arguments = ["serve", *given]
    process = _process(
        arguments,
        folder,
        _clean(environment),
        folder,
        program=program,
        # Workers import the program they belong to; one that was forked has none but petcore.
        is_afresh=is_afresh or program != _PETCORE,
    )
    with process:
        try:
            yield Serving(folder, process)
        finally:
            if process.poll() is None:
                process.kill()
    require_quiet((folder / "stderr").read_text(encoding="utf-8", errors="replace"))


def _process(
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    outputs: Path,
    *,
    program: Sequence[str] = _PETCORE,
    is_afresh: bool,
) -> "subprocess.Popen[bytes] | forked.Forked":
    if forked.IS_POSSIBLE and not is_afresh:
        return forked.Forked(arguments, folder, environment, outputs)
    with (outputs / "stdout").open("wb") as out, (outputs / "stderr").open("wb") as err:
        return subprocess.Popen(
            [sys.executable, "-m", *program, *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            # A group of its own, so that Ctrl-C can be pressed for it and its workers alone.
            process_group=None if sys.platform == "win32" else 0,
        )


@contextmanager
def serving(
    folder: Path,
    *,
    port: str | None = "0",
    store: str | None = "sqlite:///petcore.db",
    log_level: str | None = "warning",
    environment: Mapping[str, str] = _NOTHING,
    workers: int | None = None,
    program: Sequence[str] = _PETCORE,
    is_afresh: bool = False,
) -> Iterator[Serving]:
    """A server that answers requests; None leaves a flag out. If it need not be ``is_afresh``, it
    has imported everything before it starts.
    """
    with started(
        folder,
        port=port,
        store=store,
        log_level=log_level,
        environment=environment,
        workers=workers,
        program=program,
        is_afresh=is_afresh,
    ) as server:
        until(lambda: "\n" in server.out or server.process.poll() is not None)
        ready = READY.fullmatch(server.out.strip())
        if ready is None:
            raise NotInTime(f"no server came up: {server.out}{server.err}")
        server.url = ready[1]
        yield server


def refused(
    folder: Path,
    *arguments: str,
    environment: Mapping[str, str] = _NOTHING,
    is_afresh: bool = False,
) -> "subprocess.CompletedProcess[str]":
    """``petcore serve`` with ``arguments`` in ``folder``, once it has given up."""
    words, clean = ["serve", *arguments], _clean(environment)
    with tempfile.TemporaryDirectory() as outputs:
        with _process(words, folder, clean, Path(outputs), is_afresh=is_afresh) as process:
            try:
                code = process.wait(DEADLINE_S)
            finally:
                if process.poll() is None:
                    process.kill()
        out, err = ((Path(outputs) / name).read_text("utf-8") for name in ("stdout", "stderr"))
    return subprocess.CompletedProcess(words, code, out, err)


@contextmanager
def standing_still(*pids: object) -> Iterator[None]:
    """None of these processes does anything meanwhile."""
    _signal_all(pids, "SIGSTOP")
    try:
        yield
    finally:
        _signal_all(pids, "SIGCONT")


def _signal_all(pids: Iterable[object], name: str) -> None:
    for pid in pids:
        assert isinstance(pid, int)
        # There are no such signals on Windows.
        os.kill(pid, getattr(signal, name))


def until(condition: Callable[[], bool]) -> None:
    """Wait until ``condition`` holds. Raises ``NotInTime``."""
    end = time.monotonic() + DEADLINE_S
    while not condition():
        if time.monotonic() > end:
            raise NotInTime
        time.sleep(0.01)


def is_listening(port: int) -> bool:
    """Whether somebody accepts connections there."""
    try:
        socket.create_connection(("127.0.0.1", port), DEADLINE_S).close()
    except ConnectionError:
        return False
    return True


def free_port() -> int:
    """A port that nobody listens on, nor will by chance: none of those that the system gives to who
    asks for any, as all do that run beside.
    """
    while True:
        port = secrets.choice(_UNGIVEN)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def _clean(environment: Mapping[str, str]) -> dict[str, str]:
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith("PETCORE_")
    }
    return {**inherited, **_bytecode(), "PYTHONPATH": str(ROOT), **environment}


@cache
def _bytecode() -> dict[str, str]:
    """Where servers keep what they compiled if it may not lie beside the sources: it saves time."""
    if not sys.dont_write_bytecode:
        return {}
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": folder}
