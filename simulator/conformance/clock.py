"""Device time: real time since the first request that is answered, times the scale at which the
device runs.

Belongs here: what time it is, and waiting. All other files count milliseconds of the device.
"""

import asyncio
from collections.abc import Callable

_BEAT_S = 0.02


class Clock:
    """Stands at 0 until ``start``; ``scale`` is how many times as fast as life the device runs."""

    def __init__(self, scale: int = 1) -> None:
        self.scale = scale
        self._loop = asyncio.get_running_loop()
        self._began: float | None = None

    def start(self) -> None:
        """Let time run, if it does not run yet."""
        if self._began is None:
            self._began = self._loop.time()

    @property
    def runs(self) -> bool:
        """Whether it was started."""
        return self._began is not None

    @property
    def now_ms(self) -> int:
        """Milliseconds of the device since the start."""
        if self._began is None:
            return 0
        return int((self._loop.time() - self._began) * 1000 * self.scale)

    async def pause(self, ms: int) -> None:
        """Wait for milliseconds of the device."""
        await self.pause_real(ms / 1000 / self.scale)

    async def pause_real(self, seconds: float) -> None:
        """Wait for seconds of the real world."""
        over = self._loop.create_future()
        timer = self._loop.call_later(max(0.0, seconds), _end, over)
        try:
            await over
        finally:
            timer.cancel()

    async def feel_pulse(self, late: Callable[[int, int], None]) -> None:
        """Never returns. Tells after every beat when it was, and by how many milliseconds of the
        real world it came late: how busy this machine is.
        """
        while True:
            due = self._loop.time() + _BEAT_S
            await self.pause_real(_BEAT_S)
            late(self.now_ms, int((self._loop.time() - due) * 1000))


def _end(over: asyncio.Future[None]) -> None:
    if not over.done():
        over.set_result(None)
