"""What was stored last, of things of which the newest holds, as far as one can know it.

Each was stored at some time between its first request and its answer. So of those that were on
their way at the same time nobody knows which is the newest.
"""

from collections import deque
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

_REMEMBERED = 16
"""More of them are not stored while one request is answered."""


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """One that was stored from ``since`` on and before ``at``."""

    what: T
    since: int
    at: int


class Newest(Generic[T]):
    """Those of one user, in the order in which the server said that they are stored."""

    def __init__(self) -> None:
        self._all: deque[Kept[T]] = deque(maxlen=_REMEMBERED)

    def keep(self, what: T, since: int, at: int) -> None:
        """One more."""
        self._all.append(Kept(what, since, at))

    def held(self, since: int) -> list[Kept[T]]:
        """Those that may have been the newest at some time from ``since`` until now, newest first;
        the last one until then is among them, if there was one.
        """
        before = [each for each in reversed(self._all) if each.at <= since]
        last = max(before, key=lambda each: each.since, default=None)
        begun = last.since if last is not None else 0
        return [each for each in reversed(self._all) if each is last or each.at > begun]

    def had_none(self, since: int) -> bool:
        """Whether there may have been none yet at some time since then."""
        return not any(each.at <= since for each in self._all)

    def overwrites(self, at: int) -> bool:
        """Whether one was stored after all that was under way until ``at``."""
        return any(each.since > at for each in self._all)
