"""One camera and all who look at it: one reader, and each picture is looked at once.

Here: the reader, and when it ends: when nobody has looked for a while, or when the camera stays
away. Not here: which cameras are watched (``broadcasts``), what is known of their pictures so far
(``shot``), who looks at them (``looking``), and what is told of one (``video``).
"""

import asyncio
import logging
from contextlib import aclosing

from petcore.errors import CameraFailed, PetcoreError, SightAbsent, SightFailed
from petcore.ports.camera import Source
from petcore.ports.clock import Clock
from petcore.ports.eyes import Eyes
from petcore.services.desktop_pet.looking import Look, Retry, named
from petcore.services.desktop_pet.shot import Course, Shot

_log = logging.getLogger("petcore.video")

LINGER_S = 10
"""So long a camera is watched when nobody looks any more: who polls comes again."""
FIRST_PICTURE_S = 20
"""So long a camera may take for its first picture; a request waits for it."""
PATIENCE_S = 30
"""So long it may stay away after that."""

_TICK_S = 2.5


class Broadcast:
    """What one camera shows, for as long as ``run`` does. ``number`` is its own among all."""

    def __init__(self, eyes: Eyes, clock: Clock, source: Source, number: int) -> None:
        self.source = source
        self.is_over = False
        """Whether there is nothing more to see. The camera may not be let go of yet."""
        self._eyes = eyes
        self._course = Course(clock, number)
        self._shot: Shot | None = None
        self._is_away = False
        self._news = asyncio.Event()
        self._viewers = 0
        self._measuring = 0
        self._had_viewers = False
        self._failure: PetcoreError | None = None
        self._stopped = asyncio.Event()
        self._ended = asyncio.Event()

    # For viewers

    @property
    def is_idle(self) -> bool:
        """Whether nobody looks."""
        return not self._viewers

    @property
    def is_measured(self) -> bool:
        """Whether a session is measured by it."""
        return self._measuring > 0

    def join(self, *, measures: bool) -> int:
        """One viewer more, or one who ``measures`` a session. He begins after the picture of this
        number: with the newest, or with the next if the camera is away.
        """
        self._viewers += 1
        self._measuring += measures
        self._had_viewers = True
        return self._shot.number if self._shot and self._is_away else 0

    def leave(self, *, measures: bool) -> None:
        """One less, as he has joined."""
        self._viewers -= 1
        self._measuring -= measures

    async def after(self, number: int) -> Shot | None:
        """The newest picture, waited for if it is still that ``number``; None if the broadcast was
        ended. Raises ``CameraFailed`` and ``SightFailed`` if it ended by itself.
        """
        while not self.is_over:
            if self._shot is not None and self._shot.number != number:
                return self._shot
            await self._news.wait()
        if self._failure is not None:
            raise type(self._failure)(self._failure.message)
        return None

    # For who begins and ends it

    def stop(self) -> None:
        """Tell the viewers, and the reader, that it is over."""
        self._be_over()
        self._stopped.set()

    async def ended(self) -> None:
        """Wait until the camera is let go of."""
        await self._ended.wait()

    async def run(self) -> None:
        """Watch, until it is over."""
        works = [
            asyncio.create_task(work)
            for work in (self._read(), self._attend(), self._stopped.wait())
        ]
        try:
            done, _ = await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
            for work in done:
                self._be_over(work.exception())
        finally:
            for work in works:
                work.cancel()
            await asyncio.gather(*works, return_exceptions=True)

    def end(self) -> None:
        """It is over, and the camera is let go of: whoever began ``run`` has seen it end."""
        self._be_over()
        self._ended.set()

    def _be_over(self, error: BaseException | None = None) -> None:
        if self.is_over:
            return
        if isinstance(error, PetcoreError):
            self._failure = error
            _log.info("%s: %s", error.code, named(self.source))
        elif error is not None:
            self._failure = SightFailed(f"{named(self.source)}: nobody could look at it")
            _log.error("the reader of a camera broke", exc_info=error)
        self.is_over = True
        self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    # The reader

    async def _read(self) -> None:
        """Follow the camera, again and again. Raises what ends it before its first picture."""
        look = Look(self._eyes.sight, self.source)
        retry = Retry(self._eyes.pause)
        try:
            while True:
                try:
                    await self._follow(look, retry)
                except (CameraFailed, SightFailed) as error:
                    if self._shot is None or isinstance(error, SightAbsent):
                        raise
                    if retry.is_first:
                        _log.warning("%s: %s went away", error.code, named(self.source))
                self._is_away = True
                await retry.rest()
        finally:
            await look.close()

    async def _follow(self, look: Look, retry: Retry) -> None:
        async with aclosing(self._eyes.cameras.watch(self.source)) as frames:
            async for frame in frames:
                moment = self._course.arrive(frame.at_ms)
                seen = await look.see(frame, self._course.caption)
                if seen is not None:
                    self._shot = self._course.take(moment, seen)
                    self._is_away = False
                    retry.note_good(moment.at_ms)
                    self._wake()

    async def _attend(self) -> None:
        """Return when nobody has looked for a while, and raise ``CameraFailed`` when no picture has
        come for too long.
        """
        unseen, unwatched = 0.0, 0.0
        before = self._shot
        while unwatched < LINGER_S:
            await self._eyes.pause(_TICK_S)
            unseen = unseen + _TICK_S if self._shot is before else 0
            unwatched = 0 if self._viewers or self._had_viewers else unwatched + _TICK_S
            before, self._had_viewers = self._shot, False
            patience = FIRST_PICTURE_S if before is None else PATIENCE_S
            if unseen >= patience:
                raise CameraFailed(f"{named(self.source)}: no picture for {patience} s")
        # At once, so that nobody joins what ends.
        self._be_over()
