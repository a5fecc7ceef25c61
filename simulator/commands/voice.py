"""How much a command says: everything, only what is wrong, or one JSON object."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from simulator.kernel.trace import Json

Loudness = Literal["people", "quiet", "json"]


class _Console(Console):
    """Lets the command know that nobody listens any more; rich would end it as if it had failed."""

    def on_broken_pipe(self) -> None:
        """Told while the pipe's own error is being handled."""
        raise BrokenPipeError


class Voice:
    """Speaks to people on standard output, or lets a program have it."""

    def __init__(self, loudness: Loudness) -> None:
        self._loudness = loudness
        self._console = _Console(highlight=False, soft_wrap=True, quiet=loudness != "people")

    def say(self, what: RenderableType = "") -> None:
        """Tell people."""
        self._console.print(what)

    def complain(self, what: str) -> None:
        """Tell people what is wrong, however quiet it is."""
        print(what, file=sys.stderr)

    def hand_over(self, result: Json) -> None:
        """Give a program its JSON, if that is what it wants."""
        if self._loudness == "json":
            # A program that asked over a pipe waits for it, and the command may go on for long.
            print(json.dumps(result, indent=2, ensure_ascii=False), flush=True)

    @contextmanager
    def progress(self, what: str, total_ms: int) -> Iterator[Callable[[int], None]]:
        """A bar that is drawn when the world says how far it is: no thread runs beside it."""
        columns = (TextColumn(what), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
        with Progress(
            *columns, console=self._console, auto_refresh=False, transient=True
        ) as progress:
            task = progress.add_task(what, total=total_ms)
            yield lambda ms: progress.update(task, completed=ms, refresh=True)


def add_loudness(parser: argparse.ArgumentParser) -> None:
    """The flags that choose."""
    group = parser.add_mutually_exclusive_group()
    for name, meaning in (
        ("quiet", "say nothing but what is wrong"),
        ("json", "print the summary as JSON and nothing else"),
    ):
        group.add_argument(
            f"--{name}", dest="loudness", action="store_const", const=name, help=meaning
        )
    parser.set_defaults(loudness="people")
