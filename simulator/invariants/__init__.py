"""The judges: one file each, written against the API document and the trace alone.

A judge is told of the exchanges and of the kinds of events that it asked for, and of no others: a
day has very many. It objects when a promise is broken. It never asks a rule of petcore whether that
rule is right.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from simulator.invariants.exchanges import Exchange
from simulator.kernel.trace import Event

Hears = Mapping[str, Callable[[Event], None]]
Weighs = Mapping[str, Callable[[Exchange], None]]
Receives = Mapping[str, Callable[[Exchange, int], None]]

EVERY = "*"
"""Stands for every exchange, also one that the server refused."""


def every(operation: str) -> str:
    """Stands for every exchange of an operation, or of all that begin so, also a refused one."""
    return operation + EVERY


@dataclass(frozen=True, slots=True)
class Objection:
    """A broken promise: when (milliseconds since the world began), and in the judge's words."""

    at: int
    words: str


class Judge:
    """Watches over one promise.

    ``cases`` counts how often the promise was put to the test; a judge who saw nothing has not
    acquitted.
    """

    name: ClassVar[str]

    def __init__(self) -> None:
        self.objections: list[Objection] = []
        self.cases = 0

    @property
    def hears(self) -> Hears:
        """What to call on which kind of event. Asked once, before the first event."""
        return {}

    @property
    def heeds(self) -> Hears:
        """What to call when somebody asks for an operation. Asked once, like that."""
        return {}

    @property
    def weighs(self) -> Weighs:
        """What to call when the server has done what an operation asks, or has answered at all
        (``EVERY``, ``every``), which comes first. Asked once, like that.
        """
        return {}

    @property
    def receives(self) -> Receives:
        """What to call with an answer to an operation when it arrives, and when. Likewise."""
        return {}

    def miss(self, asked: Event, at: int) -> None:
        """The world is over at ``at``, and this request was neither lost nor answered."""

    def conclude(self, at: int) -> None:
        """The world is over at ``at``: judge what should have come by now."""

    def demand(self, kept: bool, at: int, words: str | Callable[[], str]) -> None:
        """Count a case; object in these words unless the promise was kept. A judge of very many
        cases finds words only when asked for them.
        """
        self.cases += 1
        if not kept:
            self.objections.append(Objection(at, words if isinstance(words, str) else words()))
