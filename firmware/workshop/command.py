"""What all commands of the workshop have in common: how they end, and how they say why not.

Not here: anything of a board or of a file.
"""

import signal
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from subprocess import Popen, TimeoutExpired
from typing import AnyStr

from rich.console import Console

# How long a program that is told to end may take.
END_S = 5.0


class Exit(IntEnum):
    """Exit codes of all commands; the last is what a shell says of somebody stopped by Ctrl-C."""

    DONE = 0
    FAILED = 1
    REFUSED = 2
    STOPPED = 130


class Failed(Exception):
    """What was asked for went wrong; the message names the thing and says the cure."""


class Refused(Exception):
    """What was asked for cannot be done as asked; the message says what would do."""


def command_line(name: str, story: str) -> ArgumentParser:
    """A parser for ``python -m firmware.workshop.NAME``."""
    return ArgumentParser(
        prog=f"python -m firmware.workshop.{name}", description=story, allow_abbrev=False
    )


def run(
    parser: ArgumentParser,
    execute: Callable[[Namespace], None],
    arguments: Sequence[str] | None = None,
) -> Exit:
    """Read the arguments and execute; say one line on standard error if that cannot be."""
    name = parser.prog.rpartition(".")[2]
    try:
        execute(parser.parse_args(arguments))
    except KeyboardInterrupt:
        print(f"{name}: stopped", file=sys.stderr)
        return Exit.STOPPED
    except Refused as why:
        print(f"{name}: {why}", file=sys.stderr)
        return Exit.REFUSED
    except EOFError:
        print(f"{name}: nobody answers; nothing was done", file=sys.stderr)
        return Exit.REFUSED
    except (Failed, OSError) as why:
        print(f"{name}: {why}", file=sys.stderr)
        return Exit.FAILED
    return Exit.DONE


def heed_sigterm() -> None:
    """Let SIGTERM stop this program as Ctrl-C does: whatever it has begun is ended and removed."""
    signal.signal(signal.SIGTERM, _stop)


def _stop(number: int, frame: object) -> None:
    raise KeyboardInterrupt


@contextmanager
def started(start: Callable[[], Popen[AnyStr]]) -> Iterator[Popen[AnyStr]]:
    """A program that has gone when this is left, also by Ctrl-C or SIGTERM: a signal that comes
    while it starts, when nobody holds it yet, is heard as soon as somebody does.
    """
    came: list[int] = []
    heeded = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda one, _: came.append(one)) for number in heeded}
    child: Popen[AnyStr] | None = None
    try:
        try:
            child = start()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        for heard in came:
            signal.raise_signal(heard)
        yield child
    finally:
        if child is not None:
            with child:  # which closes its pipes
                end(child)


def end(child: Popen[AnyStr]) -> None:
    """End a program that was started, and wait until it has gone, also after Ctrl-C."""
    child.terminate()
    try:
        child.wait(END_S)
    except TimeoutExpired:
        child.kill()
        child.wait()


def console() -> Console:
    """What the commands print on; paths and figures are not coloured."""
    return Console(highlight=False, soft_wrap=True)
