"""The wall clock of the machine. The only file that reads it, and that waits by it."""

import asyncio
import time
from datetime import UTC, datetime


class SystemClock:
    """The ``Clock`` of a real server."""

    def now(self) -> datetime:
        """The present instant in UTC, truncated to whole milliseconds."""
        # Asked several times for each request: a third of what ``datetime.now`` and a cut take.
        return datetime.fromtimestamp(time.time_ns() // 1_000_000 / 1000, UTC)


async def pause(seconds: float) -> None:
    """The ``Pause`` of a real server."""
    await asyncio.sleep(seconds)
