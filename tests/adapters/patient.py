"""Pauses that do not wait, waiting for what happens elsewhere, and services that are stand-ins."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Protocol, TypeVar

import pytest

from simulator.standins.server import Answerer, StandIn

_LONG_S = 30
"""When a test gives up."""


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


async def until(is_so: Callable[[], bool]) -> None:
    """Let others go on until it is so."""
    async with asyncio.timeout(_LONG_S):
        while not is_so():  # noqa: ASYNC110  nobody tells of what happens in a connection
            await asyncio.sleep(0.001)


@asynccontextmanager
async def stood_in(
    create: Callable[[str], Adapter], answer: Answerer
) -> AsyncIterator[tuple[Adapter, StandIn]]:
    """The adapter that is made for the address of a stand-in, and the stand-in. No certificates are
    read: that takes longer than most tests.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("httpx.create_ssl_context", lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        async with StandIn(answer) as stand_in:
            adapter = create(stand_in.url)
            try:
                yield adapter, stand_in
            finally:
                await adapter.close()
