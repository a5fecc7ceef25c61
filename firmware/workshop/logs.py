"""``task firmware:logs``: listen to a board, without stopping it.

Each line gets the time of day. A cable that is pulled is waited for. Not here: talking to the board
(``cable.py``).
"""

import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from importlib import import_module
from pathlib import Path
from typing import Protocol, TextIO, cast

from firmware.workshop import cable, clock, command
from firmware.workshop.command import Refused

BAUD = 115_200
# How long one look for something to read lasts, and how long until a pulled cable is looked for.
LOOK_S = 0.2
AWAY_S = 0.5
UNREADABLE = "\N{REPLACEMENT CHARACTER}"
PULLED = "-- the board went away; waiting for it --"
BACK = "-- the board is back --"


class Line(Protocol):
    """A serial line, as pyserial has it; one that is pulled raises ``OSError``."""

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes; fewer when nothing more comes in ``LOOK_S``."""
        ...

    def close(self) -> None:
        """Let it go."""
        ...


def open_line(port: str) -> Line:
    """The line at a port, for oneself. Raises ``OSError``."""
    # It has no types. It comes with mpremote.
    serial = import_module("serial")
    return cast("Line", serial.Serial(port, BAUD, timeout=LOOK_S, exclusive=True))


def heard(port: str, line: Line, open_again: Callable[[str], Line] = open_line) -> Iterator[str]:
    """The lines of the board, for ever, and what became of its cable."""
    begun = b""
    while True:
        try:
            begun += line.read(1) + line.read(_waiting(line))
        except OSError:
            yield from _whole(begun)
            yield PULLED
            line, begun = _found_again(port, line, open_again), b""
            yield BACK
        *lines, begun = begun.split(b"\n")
        for whole in lines:
            yield legible(whole)


def _waiting(line: Line) -> int:
    """How many bytes can be read at once."""
    return int(getattr(line, "in_waiting", 0))


def _whole(begun: bytes) -> list[str]:
    return [legible(begun)] if begun else []


def _found_again(port: str, line: Line, open_again: Callable[[str], Line]) -> Line:
    with suppress(OSError):
        line.close()
    while True:
        clock.rest(AWAY_S)
        with suppress(OSError):
            return open_again(port)


def legible(said: bytes) -> str:
    """What a board said, without anything that would move a cursor."""
    text = said.rstrip(b"\r").decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() else UNREADABLE for letter in text)


def _execute(asked: Namespace) -> None:
    cable.require_usable(asked.port)
    try:
        line = open_line(asked.port)
    except OSError as error:
        raise Refused(
            f"{asked.port} is no serial port, or in use by another program; end it"
        ) from error
    with ExitStack() as files, suppress(KeyboardInterrupt):
        saved = files.enter_context(_saving(asked.save)) if asked.save else None
        for words in heard(asked.port, line):
            stamped = f"{clock.stamp()} {words}"
            # What was shown is saved, whenever it is stopped.
            if saved:
                print(stamped, file=saved, flush=True)
            print(stamped, flush=True)


def _saving(path: Path) -> TextIO:
    try:
        return path.open("a", encoding="utf-8")
    except OSError as error:
        raise Refused(f"--save {path}: {error.strerror}") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Listen until Ctrl-C, and return the exit code."""
    parser = command.command_line("logs", "Listen to a board.")
    parser.add_argument("--port", required=True, help="such as /dev/ttyUSB0")
    parser.add_argument("--save", type=Path, metavar="FILE", help="write it there, too, at the end")
    return command.run(parser, _execute, arguments)


if __name__ == "__main__":
    sys.exit(main())
