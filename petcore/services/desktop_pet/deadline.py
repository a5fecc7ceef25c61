"""How long a turn may take, and each of its stages.

A turn has to be stored while somebody waits for its answer, and what it did must be said. So each
stage ends in time by itself, and the turn goes on with what there is. Not here: what that is
(``turn``), and how long a request may take.
"""

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Self, TypeVar

from petcore.errors import PetcoreError
from petcore.ports.clock import Pause

T = TypeVar("T")

HEARING_S = 25
"""How long it may take to hear what was said."""
LANGUAGE_S = 35
"""How long the language may write."""
SPEAKING_S = 20
"""How long the voice may go on when all is written."""
TURN_S = 50
"""When all of that must be over, counted from the request; storing it takes time, too."""


class Deadline:
    """The time of one turn, from ``async with`` on; it passes by ``pause``."""

    def __init__(self, pause: Pause) -> None:
        self._pause = pause

    async def __aenter__(self) -> Self:
        self._end = asyncio.ensure_future(self._pause(TURN_S))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await _stop(self._end)

    async def grant(
        self,
        seconds: float,
        work: Coroutine[object, object, T],
        late: PetcoreError,
        busy: asyncio.Lock | None = None,
    ) -> T:
        """What comes of ``work``. Raises ``late`` if it takes longer than ``seconds``, or than the
        turn may; then it is broken off, but not while it is ``busy``. To break off by itself is as
        good as being late.
        """
        working = asyncio.create_task(work)
        alarm = asyncio.ensure_future(self._pause(seconds))
        try:
            await asyncio.wait({working, alarm, self._end}, return_when=asyncio.FIRST_COMPLETED)
            async with busy or asyncio.Lock():
                if not working.done() or working.cancelled():
                    raise late
            return working.result()
        finally:
            await _stop(working, alarm)


async def _stop(*works: "asyncio.Future[T] | asyncio.Future[None]") -> None:
    for work in works:
        work.cancel()
    await asyncio.gather(*works, return_exceptions=True)
