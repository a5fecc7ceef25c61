"""Servers that need not import petcore first, which takes most of a second.

Each is forked off a process that has imported everything and done nothing else. What a user types,
``python -m petcore``, is ``process``'s business. There is no such thing on Windows.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path
from subprocess import TimeoutExpired
from typing import TYPE_CHECKING, NoReturn, Self

from petcore.__main__ import main

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext

IS_POSSIBLE = "forkserver" in get_all_start_methods()

_OUTPUTS = ("stdout", "stderr")
_IMPORTED = (
    "tests.serving.forked",
    "petcore.serving",
    "uvicorn.lifespan.off",
    "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.httptools_impl",
)


class Forked:
    """A process that runs the command ``petcore``, with the words of ``subprocess.Popen``."""

    def __init__(
        self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], outputs: Path
    ) -> None:
        for name in _OUTPUTS:
            (outputs / name).write_bytes(b"")
        self._process = _context().Process(
            target=_live, args=(list(arguments), folder, dict(environment), outputs)
        )
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.join()

    def poll(self) -> int | None:
        """Its exit code, or None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float) -> int:
        """Its exit code, once it has ended. Raises ``TimeoutExpired`` after so many seconds."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise TimeoutExpired("petcore", timeout)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()


@cache
def _context() -> "ForkServerContext":
    context = get_context("forkserver")
    context.set_forkserver_preload(list(_IMPORTED))
    return context


def _live(
    arguments: list[str], folder: Path, environment: dict[str, str], outputs: Path
) -> NoReturn:
    os.setpgid(0, 0)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, name in enumerate(_OUTPUTS, start=1):
        with (outputs / name).open("wb") as output:
            os.dup2(output.fileno(), number)
    sys.exit(main(arguments))
