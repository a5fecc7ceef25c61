"""How commands on a store talk: questions, bars, tables, and not too many lines of one kind."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from petcore.commands import Exit
from petcore.errors import StartRefused

LINES_MAX = 20
"""So many complaints about one collection are worth reading."""


class Bars:
    """A bar for each collection, on standard error; nothing at all where that is no terminal."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def show(self, what: str, done: int, total: int) -> None:
        """Move the bar called ``what``."""
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=total)
        total = max(done, total)
        self._progress.update(self._tasks[what], completed=done, total=total, refresh=done == total)


@contextmanager
def bars() -> Iterator[Bars]:
    """Bars that vanish at the end."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        yield Bars(progress)


class Complaints:
    """Lines about collections, printed at the end: the first of each, and how many there are."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lines: dict[str, list[str]] = {}

    def add(self, collection: str, line: str) -> None:
        """Take note of one."""
        self._counts[collection] += 1
        if self._counts[collection] <= LINES_MAX:
            self._lines.setdefault(collection, []).append(line)

    def print(self) -> int:
        """Print them; say how many there were."""
        for collection, lines in self._lines.items():
            print("\n".join(lines))
            more = self._counts[collection] - len(lines)
            if more:
                print(f"{collection}: and {more} more")
        return self._counts.total()

    def of(self, collection: str) -> int:
        """How many there are about one collection."""
        return self._counts[collection]


def table(rows: Sequence[Sequence[object]]) -> str:
    """Rows under one another: words to the left, numbers to the right."""
    texts = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    return "\n".join(
        "  ".join(
            text.rjust(width) if isinstance(cell, int) else text.ljust(width)
            for cell, text, width in zip(row, line, widths, strict=True)
        ).rstrip()
        for row, line in zip(rows, texts, strict=True)
    )


def legible(text: str) -> str:
    """What somebody else wrote, in quotes if parts of it are unseen or would move the cursor."""
    return text if text.isprintable() and text == text.strip() else repr(text)


def tell(line: str) -> None:
    """Tell people what is no part of the result."""
    print(line, file=sys.stderr)


def complain(line: str) -> None:
    """Tell people what is wrong."""
    print(f"petcore: {line}", file=sys.stderr)


def require_somebody(what: str) -> None:
    """Raise ``StartRefused`` unless there is a terminal at which somebody may say yes."""
    if not sys.stdin.isatty():
        raise StartRefused(f"nobody is here to confirm it; say --yes to {what} without asking")


def ask(question: str, otherwise: str) -> Exit:
    """``DONE`` is a yes; all else but Ctrl-C is told as ``otherwise``."""
    try:
        if input(f"{question} [y/N] ").strip().lower() in ("y", "yes"):
            return Exit.DONE
    except KeyboardInterrupt:
        return Exit.STOPPED
    except EOFError:
        pass
    complain(otherwise)
    return Exit.WRONG
