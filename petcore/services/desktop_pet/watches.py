"""Which study sessions the server itself measures, and which of its processes does it.

A watch is opened and closed with its session. Whoever measures holds it for a while, and takes it
anew as long as he goes on: between processes the compare-and-swap decides, and who was killed holds
nothing for long. Of a person one session is measured at a time, the one that began last. Not here:
how it is measured (``watching``).
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from weakref import WeakValueDictionary

from petcore.errors import SightAbsent
from petcore.ports import Ports
from petcore.ports.eyes import Eyes
from petcore.ports.store import Query
from petcore.rules.instant import to_ms
from petcore.services.desktop_pet.collections import FOCUS_SESSIONS, VIDEO_WATCHES, id_of
from petcore.services.desktop_pet.sessions import session_key
from petcore.services.desktop_pet.shapes import FocusSession, VideoWatch
from petcore.services.outbox import Write

LEASE_S = 30
"""So long who measures holds a watch, in seconds of the machine, whatever time a person has."""
BEYOND_S = 2 * 3600
"""A lease that is so long was taken by a clock that was wrong. Clocks of two machines differ by
less; where they do, watches go to the one that is ahead, and stay there."""

_ABSENT = "absent"
_MS_PER_S = 1_000
_LOOKED_AT = 5_000


@dataclass(frozen=True, slots=True)
class Lease:
    """A watch that this process holds, in the version by which it does."""

    watch: VideoWatch

    @property
    def session_id(self) -> str:
        """Which session is to be measured."""
        return self.watch["session_id"]

    @property
    def user_id(self) -> str:
        """Who is to be looked at."""
        return self.watch["user_id"]


class Watches:
    """The watches of all sessions."""

    def __init__(self, ports: Ports, eyes: Eyes) -> None:
        self._ports = ports
        self._sight = eyes.sight
        self._ends: WeakValueDictionary[str, asyncio.Event] = WeakValueDictionary()

    @property
    def can_see(self) -> bool:
        """Whether this server can measure anything."""
        return self._sight.name != _ABSENT

    def opening(self, session: FocusSession) -> Write[VideoWatch]:
        """What is to be stored with ``session`` for the server to measure it. Raises
        ``SightAbsent`` if it cannot see.
        """
        if not self.can_see:
            raise SightAbsent("this server cannot see, so it cannot watch")
        watch = VideoWatch(
            _id=_key(session["session_id"]),
            version=1,
            outbox=[],
            outbox_len=0,
            session_id=session["session_id"],
            user_id=session["user_id"],
            is_open=1,
            leased_until_ms=0,
        )
        return Write(VIDEO_WATCHES, watch)

    async def closing(self, session_id: str) -> tuple[Write[VideoWatch], ...]:
        """What is to be stored with the end of a session, if the server measures it. Should it be
        overtaken, who measures finds out by himself.
        """
        watch = await self._ports.store.get(VIDEO_WATCHES, _key(session_id))
        if watch is None or not watch["is_open"]:
            return ()
        return (Write(VIDEO_WATCHES, {**watch, "is_open": 0}, watch["version"]),)

    def tell_ended(self, session_id: str) -> None:
        """A session was ended by this process: who measures it here need not find out."""
        if (end := self._ends.get(session_id)) is not None:
            end.set()

    async def ended(self, session_id: str) -> None:
        """Wait until that is told."""
        end = self._ends.setdefault(session_id, asyncio.Event())
        await end.wait()

    async def take(self, is_wanted: Callable[[str], bool]) -> AsyncGenerator[Lease, None]:
        """Hold what nobody holds, one after the other: open watches whose ``session_id``
        ``is_wanted``.
        """
        for watch in await self._open():
            if not self._is_free(watch) or not is_wanted(watch["session_id"]):
                continue
            lease = await self._hold(watch, LEASE_S)
            if lease is not None:
                yield lease

    async def renew(self, lease: Lease) -> Lease | None:
        """Hold it for longer; None if it is over, or somebody else holds it."""
        return await self._hold(lease.watch, LEASE_S)

    async def release(self, lease: Lease, rest_s: float = 0) -> None:
        """Let go of it; for ``rest_s`` seconds nobody takes it."""
        await self._hold(lease.watch, rest_s)

    async def finish(self, lease: Lease) -> None:
        """Let go of it for ever: its session is over."""
        await self._replace({**lease.watch, "is_open": 0})

    async def _open(self) -> list[VideoWatch]:
        """The open watches, of each person one; the others are closed."""
        query = Query(VIDEO_WATCHES, {"is_open": 1}, "leased_until_ms", limit=_LOOKED_AT)
        chosen: dict[str, VideoWatch] = {}
        for watch in await self._ports.store.find(query):
            other = chosen.get(watch["user_id"])
            chosen[watch["user_id"]] = await self._later(other, watch) if other else watch
        return list(chosen.values())

    async def _later(self, *watches: VideoWatch) -> VideoWatch:
        """That of the session which began last; the others are closed, whoever holds them."""
        began = [(await self._began_ms(watch), watch["session_id"]) for watch in watches]
        *others, last = (watch for _, watch in sorted(zip(began, watches, strict=True)))
        for watch in others:
            await self._replace({**watch, "is_open": 0})
        return last

    async def _began_ms(self, watch: VideoWatch) -> int:
        session = await self._ports.store.get(FOCUS_SESSIONS, session_key(watch["session_id"]))
        return to_ms(session["started_at"]) if session else 0

    def _is_free(self, watch: VideoWatch) -> bool:
        """Whether its lease has run out, or is one of a clock that was wrong."""
        left_ms = watch["leased_until_ms"] - to_ms(self._ports.clock.now())
        return left_ms <= 0 or left_ms >= self._ms(BEYOND_S)

    async def _hold(self, watch: VideoWatch, seconds: float) -> Lease | None:
        until_ms = to_ms(self._ports.clock.now()) + self._ms(seconds)
        return await self._replace({**watch, "leased_until_ms": until_ms})

    async def _replace(self, watch: VideoWatch) -> Lease | None:
        """None if somebody else was quicker."""
        before = watch["version"]
        changed: VideoWatch = {**watch, "version": before + 1}
        is_done = await self._ports.store.replace(VIDEO_WATCHES, changed, before)
        return Lease(changed) if is_done else None

    def _ms(self, seconds: float) -> int:
        """In the time of a person, by which watches are stored."""
        return round(seconds * _MS_PER_S * self._ports.time_scale)


def _key(session_id: str) -> str:
    return id_of(VIDEO_WATCHES, session_id=session_id)
