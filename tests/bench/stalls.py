"""How long the event loop is away from what is due, while something else is done on it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

_BEAT_S = 0.001


@asynccontextmanager
async def watched() -> AsyncIterator[list[float]]:
    """How many milliseconds late the event loop came to what was due, each time."""
    loop, stalls = asyncio.get_running_loop(), [0.0]
    ended = asyncio.Event()

    def beat(due: float) -> None:
        stalls.append((loop.time() - due) * 1000)
        if not ended.is_set():
            wait()

    def wait() -> None:
        due = loop.time() + _BEAT_S
        loop.call_at(due, beat, due)

    wait()
    try:
        yield stalls
    finally:
        ended.set()


async def stalls_of(doing: Awaitable[object]) -> list[float]:
    """The same, while that is done."""
    async with watched() as stalls:
        await doing
    return stalls
