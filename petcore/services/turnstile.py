"""Lets many who begin something begin one by one.

To ask a service takes some milliseconds in which nothing else goes on. A hundred who ask in the
same turn of the event loop would hold everybody up together; here each of them has a turn of its
own, and whoever else waits goes on between them. Not here: how many may be under way at a time.
"""

import asyncio


class Turnstile:
    """For those who share an event loop. It is never locked, it only turns."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def turn(self) -> None:
        """Return when it is the caller's turn, who then does at once what takes long."""
        await self._lock.acquire()
        asyncio.get_running_loop().call_soon(self._lock.release)
