"""The judges: one file each, written against the API document and the trace alone.

A judge listens to every event of a trace and objects when a promise is broken. It never asks a rule
of petcore whether that rule is right.
"""

from dataclasses import dataclass
from typing import Protocol

from simulator.kernel.trace import Event


@dataclass(frozen=True, slots=True)
class Objection:
    """A broken promise: when (milliseconds since the world began), and in the judge's words."""

    at: int
    words: str


class Judge(Protocol):
    """Watches over one promise."""

    name: str
    objections: list[Objection]
    cases: int
    """How often the promise was put to the test; a judge who saw nothing has not acquitted."""

    def see(self, event: Event) -> None:
        """Take note of what happened."""
        ...


def number(event: Event, name: str) -> int:
    """The integer ``name`` of an event."""
    value = event[name]
    if not isinstance(value, int):
        raise TypeError(f"{name} of {event} is not an integer")
    return value


def words(event: Event, name: str) -> str:
    """The text ``name`` of an event."""
    value = event[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} of {event} is not a text")
    return value
