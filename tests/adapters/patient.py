"""Pauses that do not wait, waiting for what happens elsewhere, and services that are stand-ins."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Protocol, TypeVar

import pytest

from petcore.adapters.clock_system import pause
from petcore.ports.clock import Pause
from simulator.standins.server import Answerer, StandIn

_LONG_S = 30
"""When a test gives up."""

_LATE_S = 10
"""Who takes longer to answer is late."""


class _Closes(Protocol):
    def close(self) -> Awaitable[None]: ...


Adapter = TypeVar("Adapter", bound=_Closes)


async def at_once(seconds: float) -> None:
    """The ``Pause`` of who has no time: others come to their turn, and that is all."""
    await asyncio.sleep(0)


class Pauses:
    """The same, and it remembers for how long it should have waited."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    async def __call__(self, seconds: float) -> None:
        """Wait for others only."""
        self.asked.append(seconds)
        await at_once(seconds)


class Standing:
    """The clock of the running loop, which stands still however long anything takes; it is later
    only by what it is put forward. What waits for it waits for ever.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        loop = asyncio.get_running_loop()
        self._now_s = loop.time()
        patch.setattr(loop, "time", lambda: self._now_s)

    def put(self, seconds: float) -> None:
        """Let it be later by so much."""
        self._now_s += seconds

    async def wait(self, seconds: float) -> None:
        """The ``Pause`` of whoever lives by it."""
        self.put(seconds)
        await at_once(seconds)


class Ahead:
    """The clock of the running loop, put forward instead of waiting. So who is not answered gives
    up at once, and who is has all his patience, however busy the machine.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._by_s = 0.0
        loop = asyncio.get_running_loop()
        now = loop.time
        patch.setattr(loop, "time", lambda: now() + self._by_s)

    def put(self, seconds: float) -> None:
        """Let it be later by so much."""
        self._by_s += seconds

    async def late(self, seconds: float) -> None:
        """The ``Pause`` of a stand-in: short ones take no time; after a long one it is that late,
        and never goes on.
        """
        if seconds < _LATE_S:
            await at_once(seconds)
        else:
            self.put(seconds)
            await asyncio.Event().wait()


async def until(is_so: Callable[[], bool]) -> None:
    """Let others go on until it is so."""
    async with asyncio.timeout(_LONG_S):
        while not is_so():  # noqa: ASYNC110  nobody tells of what happens in a connection
            await asyncio.sleep(0.001)


@asynccontextmanager
async def stood_in(
    create: Callable[[str], Adapter], answer: Answerer, far_pause: Pause = pause
) -> AsyncIterator[tuple[Adapter, StandIn]]:
    """The adapter that is made for the address of a stand-in, and the stand-in, which waits by
    ``far_pause``. No certificates are read: that takes longer than most tests.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("httpx.create_ssl_context", lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        async with StandIn(answer, far_pause) as stand_in:
            adapter = create(stand_in.url)
            try:
                yield adapter, stand_in
            finally:
                await adapter.close()
