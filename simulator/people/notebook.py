"""What a student's programs have heard of: ids, the water schedule that they read once, and what
they asked for, with which key.

Some of it is long out of date, which is the point of it.
"""

from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from simulator.kernel.streams import Chance
from simulator.kernel.trace import Json

_KEPT = 8
_FEW = 3
_UNHEARD_OF = "00000000-0000-4000-8000-000000000000"
"""An id that nothing has."""


class Done(NamedTuple):
    """What was asked for and done: at which path, with which body, by which key, and when."""

    path: str
    body: Json
    key: str
    at: int


class Notebook:
    """One student's."""

    def __init__(self, user_id: str, sessions: Iterable[str]) -> None:
        self.user_id = user_id
        self._sessions_of_phone = sessions
        self._ids: dict[str, deque[str]] = {
            kind: deque(maxlen=_KEPT) for kind in ("session", "pomodoro", "prompt", "code")
        }
        self._done: deque[Done] = deque(maxlen=_KEPT)
        self.now = datetime(2000, 1, 2, tzinfo=UTC)
        """What the clock shows where the programs run."""
        self.schedule: Json | None = None
        """The schedule when it was last read."""

    def write(self, kind: str, id: object) -> None:
        """Remember an id of this kind; what is none is passed over."""
        if isinstance(id, str):
            self._ids[kind].append(id)

    def strike(self, kind: str, id: object) -> None:
        """Forget an id of this kind, unless it is the only one."""
        if id in self._ids[kind] and len(self._ids[kind]) > 1:
            self._ids[kind].remove(str(id))

    def keep(self, done: Done) -> None:
        """Remember that this was done."""
        self._done.append(done)

    def forget_done(self, before: int) -> None:
        """Forget what was done before that, in milliseconds since the world began."""
        while self._done and self._done[0].at < before:
            self._done.popleft()

    def done(self, chance: Chance) -> Done | None:
        """Something that was done; None if nothing was."""
        return chance.choice(tuple(self._done)) if self._done else None

    def read(self, schedule: Json) -> None:
        """Remember what the water schedule is now; what is none is passed over."""
        if "interval_min" in schedule:
            self.schedule = schedule

    def known(self, kind: str, chance: Chance) -> str:
        """One of the newest ids of this kind; if none is known, one that nothing has."""
        theirs = tuple(self._sessions_of_phone) if kind == "session" else ()
        ids = (*self._ids[kind], *theirs)
        return chance.choice(ids) if ids else _UNHEARD_OF

    def own_session(self, chance: Chance) -> str:
        """A session that one of these programs has begun, one of the newest few."""
        ids = tuple(self._ids["session"])[-_FEW:]
        return chance.choice(ids) if ids else _UNHEARD_OF
