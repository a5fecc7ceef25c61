"""Which cameras are watched: each by one reader, however many look, and not too many at a time.

Here: who shares a broadcast, and when a camera must wait for another. Not here: what one is
(``broadcast``).
"""

import asyncio
from collections.abc import AsyncGenerator

from petcore.errors import CameraFailed
from petcore.ports.camera import Source
from petcore.ports.clock import Clock
from petcore.ports.eyes import Eyes
from petcore.services.desktop_pet.broadcast import Broadcast
from petcore.services.desktop_pet.shot import Shot

__all__ = ["Broadcasts", "Shot"]


class Broadcasts:
    """All cameras that somebody looks at. By ``clock`` go the instants of their pictures."""

    def __init__(self, eyes: Eyes, clock: Clock) -> None:
        self._eyes = eyes
        self._clock = clock
        self._on_air: dict[Source, Broadcast] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closed = False
        self._begun = 0

    async def look(self, source: Source, *, measures: bool = False) -> AsyncGenerator[Shot, None]:
        """The newest picture, each time it is asked for; who is slow misses those between, and
        holds nobody up. Who ``measures`` a session looks for hours, and leaves one camera to those
        who only look now. To leave, close it.

        Raises ``CameraFailed``: at once if the camera fails before its first picture, or if as many
        are watched as this server may; later if it stays away. Raises ``SightFailed`` if nobody
        can look. It ends when the server does.
        """
        broadcast = await self._find(source, measures=measures)
        number = before = broadcast.join(measures=measures)
        try:
            while (shot := await broadcast.after(number)) is not None:
                number = shot.number
                yield shot
        finally:
            broadcast.leave(measures=measures)
        if number == before:
            raise _closing()

    async def close(self) -> None:
        """End all, and let go of the cameras. Closing twice is allowed."""
        self._is_closed = True
        on_air = tuple(self._on_air.values())
        for broadcast in on_air:
            broadcast.stop()
        for broadcast in on_air:
            await broadcast.ended()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _find(self, source: Source, *, measures: bool) -> Broadcast:
        """The broadcast of a camera, begun if it is not on the air."""
        while not self._is_closed:
            if measures:
                self._require_room(source)
            broadcast = self._on_air.get(source)
            if broadcast is None:
                if len(self._on_air) < self._eyes.cameras_max:
                    return self._begin(source)
                broadcast = self._spare()
                broadcast.stop()
            elif not broadcast.is_over:
                return broadcast
            # A camera is watched once at a time, and an ended one may not be let go of yet.
            await broadcast.ended()
        raise _closing()

    def _begin(self, source: Source) -> Broadcast:
        self._begun += 1
        broadcast = Broadcast(self._eyes, self._clock, source, self._begun)
        self._on_air[source] = broadcast
        task = asyncio.create_task(broadcast.run())
        self._tasks.add(task)
        task.add_done_callback(lambda task: self._forget(broadcast, task))
        return broadcast

    def _forget(self, broadcast: Broadcast, task: asyncio.Task[None]) -> None:
        """Here and not in the task: one that is cancelled before it began does nothing more."""
        self._tasks.discard(task)
        del self._on_air[broadcast.source]
        broadcast.end()

    def _require_room(self, source: Source) -> None:
        """Raise ``CameraFailed`` if sessions are measured by as many other cameras as may be."""
        most = max(1, self._eyes.cameras_max - 1)
        others = [each for each in self._on_air.values() if each.source != source]
        if sum(each.is_measured for each in others) >= most:
            raise CameraFailed(f"sessions are measured by {most} other cameras, and by no more")

    def _spare(self) -> Broadcast:
        """One that ends, or at which nobody looks. Raises ``CameraFailed``."""
        for broadcast in self._on_air.values():
            if broadcast.is_over or broadcast.is_idle:
                return broadcast
        count = self._eyes.cameras_max
        raise CameraFailed(f"{count} other cameras are watched, and this server watches no more")


def _closing() -> CameraFailed:
    return CameraFailed("the server is about to end")
