"""A day that a virtual pet has lived: its trace, read, and what its server heard."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from firmware.hal.virtual.board import VirtualBoard
from firmware.hal.virtual.day import run
from firmware.hal.virtual.script import PLAN, clock
from firmware.hal.virtual.server import VirtualServer

Request = tuple[int, str, str, object, str | None]
"""When it arrived, its method, path, object and key."""


class Hearing(VirtualServer):
    """The server of a day, and all that it heard."""

    def __init__(self) -> None:
        """Go by the plan of the day."""
        super().__init__(PLAN)
        self.requests: list[Request] = []

    def answer(
        self,
        now_ms: int,
        method: str,
        path: str,
        obj: object,
        headers: dict[str, str] | None,
    ) -> tuple[int, object]:
        """Note the request, and answer as ever."""
        key = (headers or {}).get("Idempotency-Key")
        self.requests.append((now_ms, method, path, obj, key))
        status, answer = super().answer(now_ms, method, path, obj, headers)
        return status, answer


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a trace: when, what happened (``show``), and the rest of it."""

    at_ms: int
    word: str
    rest: str = ""


class Day:
    """One day, by the script, on this interpreter."""

    def __init__(self) -> None:
        """Live through it."""
        self.text: list[str] = []
        self.boards: list[VirtualBoard] = []
        self.server = Hearing()
        run(self.text.append, self._board, server=self.server)
        self.lines = [*_lines(self.text)]

    def _board(self, *parts: object, **options: object) -> VirtualBoard:
        make: Callable[..., VirtualBoard] = VirtualBoard
        self.boards.append(make(*parts, **options))
        return self.boards[-1]

    def told(
        self, word: str, part: str = "", *, since: int = 0, until: int = clock(24)
    ) -> list[Line]:
        """The lines of one word that hold a part, from one moment until before another."""
        return [
            line
            for line in self.lines
            if line.word == word and part in line.rest and since <= line.at_ms < until
        ]

    def stands(self, part: str) -> list[tuple[int, int]]:
        """From when until when scenes that hold a part were on the screen, however often drawn."""
        found: list[tuple[int, int]] = []
        shows = [line for line in self.lines if line.word in {"show", "power"}]
        for line, after in pairwise(shows):
            if line.word != "show" or part not in line.rest:
                continue
            since = found.pop()[0] if found and found[-1][1] == line.at_ms else line.at_ms
            found.append((since, after.at_ms))
        return found


def _lines(text: list[str]) -> Iterator[Line]:
    for line in text[:-1]:
        at_ms, word, *rest = line.split(" ", 2)
        yield Line(int(at_ms), word, *rest)
