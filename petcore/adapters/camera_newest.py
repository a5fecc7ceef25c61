"""The newest picture of a camera that does not wait for whoever looks.

A camera is read as fast as it sends, in a task of its own; of what it has sent only the newest is
kept. So whoever is slow sees what is now, and not what was when he looked away; and however fast
a camera is, nobody is given more than ``RATE_MAX``. Not here: how a camera is read.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from petcore.adapters.clock_system import pause
from petcore.errors import CameraFailed
from petcore.ports.camera import Frame
from petcore.ports.clock import Pause

RATE_MAX = 30
"""Pictures a second. More say nothing more of a pulse."""

CLOSED = "the cameras are closed"
"""What is said to whoever still watches then, or begins to."""

_MS_PER_S = 1_000


class Newest:
    """Reads cameras, as many as are watched. Who is faster than ``RATE_MAX`` waits by ``wait``."""

    def __init__(self, wait: Pause = pause) -> None:
        self._wait = wait
        self._readings: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def of(self, frames: AsyncGenerator[Frame, None]) -> AsyncGenerator[Frame, None]:
        """The newest of ``frames`` whenever one is asked for, each once, until they fail. They are
        closed with it.
        """
        if self._is_closed:
            raise CameraFailed(CLOSED)
        news = _News()
        reading = asyncio.create_task(_read(frames, news))
        self._readings.add(reading)
        # Not below: whoever watches may be cancelled there again.
        reading.add_done_callback(self._readings.discard)
        reading.add_done_callback(news.end)
        now = asyncio.get_running_loop().time
        try:
            while (frame := await news.next()) is not None:
                next_s = now() + 1 / RATE_MAX
                yield frame
                if (early_s := next_s - now()) > 0:
                    await self._wait(early_s)
            if reading.cancelled():
                raise CameraFailed(CLOSED)
            reading.result()
            raise CameraFailed("it sends no more pictures")
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def close(self) -> None:
        """End all that are under way, and let go of their cameras."""
        self._is_closed = True
        readings = tuple(self._readings)
        for reading in readings:
            reading.cancel()
        await asyncio.gather(*readings, return_exceptions=True)


def now_ms() -> int:
    """The clock of frames."""
    return round(asyncio.get_running_loop().time() * _MS_PER_S)


async def _read(frames: AsyncGenerator[Frame, None], news: "_News") -> None:
    async with aclosing(frames):
        async for frame in frames:
            news.put(frame)


class _News:
    """Room for one frame, which whoever reads fills and whoever watches empties."""

    def __init__(self) -> None:
        self._frame: Frame | None = None
        self._is_over = False
        self._something = asyncio.Event()

    def put(self, frame: Frame) -> None:
        self._frame = frame
        self._something.set()

    def end(self, _: asyncio.Task[None]) -> None:
        self._is_over = True
        self._something.set()

    async def next(self) -> Frame | None:
        """The newest; None if there is none any more."""
        await self._something.wait()
        frame, self._frame = self._frame, None
        if not self._is_over:
            self._something.clear()
        return frame
