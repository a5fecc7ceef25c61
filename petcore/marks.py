"""Rare branches say that they were reached, so that tests can tell whether they ever are.

Whoever hunts for faults by chance has to know what chance has tried: a simulated world in which no
compare-and-swap was ever lost says nothing about what happens when one is. In production nobody
listens.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

MARKS: Mapping[str, str] = MappingProxyType(
    {
        "answered again": "a key came again, and its first answer was given",
        "bound before": "a key came again that had been bound to its request, but not answered",
        "bound elsewhere": "a key came again with another request, and was refused",
        "overtaken": "somebody else changed the deciding document first; decided anew",
        "overtaken too often": "others were quicker for too long; the client is told to try again",
        "settled for another": "an outbox that somebody left full was emptied by who met it",
        "settled at start": "an outbox that somebody left full was emptied at the next start",
        "delivered before": "a write of an outbox had been done already",
        "failed in line": "who waited for a turn shared the failure of who had it",
        "prompt queued": "stress was high for long: a break prompt was queued",
        "prompt not wanted": "stress was high for long, but prompts are switched off",
        "prompt while open": "a sample came while a prompt was open",
        "prompt closed": "a session ended while its prompt was open",
        "prompt decided before": "a prompt was acknowledged that had been decided already",
        "session ended before": "a session was ended that had ended already",
        "sample too late": "a sample came for a session that had ended",
        "pomodoro ran out": "the end of a Pomodoro that nobody stopped was recorded",
        "turn erased": "what was said was erased while the answer to it was thought of",
        "erased in rounds": "erasing was overtaken by a new turn, and began again",
    }
)
"""Their names, and what each means."""

_LISTENER: ContextVar[Callable[[str], None] | None] = ContextVar("LISTENER", default=None)


def mark(name: str) -> None:
    """A branch, one of ``MARKS``, was reached."""
    listener = _LISTENER.get()
    if listener is not None:
        listener(name)


@contextmanager
def marked(listener: Callable[[str], None]) -> Iterator[None]:
    """Tell ``listener`` of each mark that is reached by what begins within."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)
