"""What a student's programs have heard of: ids, and the water schedule that they read once.

Some of it is long out of date, which is the point of it.
"""

from collections import deque
from collections.abc import Iterable

from simulator.kernel.streams import Chance
from simulator.kernel.trace import Json

_KEPT = 8
_UNHEARD_OF = "00000000-0000-4000-8000-000000000000"
"""An id that nothing has."""


class Notebook:
    """One student's."""

    def __init__(self, user_id: str, sessions: Iterable[str]) -> None:
        self.user_id = user_id
        self._sessions_of_phone = sessions
        self._ids: dict[str, deque[str]] = {
            kind: deque(maxlen=_KEPT) for kind in ("session", "pomodoro", "prompt", "code")
        }
        self.schedule: Json | None = None
        """The schedule when it was last read."""

    def write(self, kind: str, id: object) -> None:
        """Remember an id of this kind; what is none is passed over."""
        if isinstance(id, str):
            self._ids[kind].append(id)

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
        """A session that one of these programs has begun."""
        ids = tuple(self._ids["session"])
        return chance.choice(ids) if ids else _UNHEARD_OF
