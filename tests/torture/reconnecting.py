"""Runs in the MicroPython VM: so many exchanges with a server, one after the other.

    micropython -X heapsize=... tests/torture/reconnecting.py PORT COUNT EVERY

After each EVERY of them it tells how many were answered, and how many bytes are free.
"""

import asyncio
import gc
import sys

from firmware.hal.http import Http

TIMEOUT_MS = 300


async def reconnect(port: int, count: int, every: int) -> None:
    """Exchange, and tell from time to time how it goes."""
    http = Http("127.0.0.1", port)
    answered = 0
    for number in range(1, count + 1):
        headers = {"Idempotency-Key": f"pet-1-{number % 10}"}
        try:
            await http.exchange("POST", "/api/water/ack", {"user_id": "a"}, headers, TIMEOUT_MS)
            answered += 1
        except OSError:
            pass
        if number % every == 0:
            gc.collect()
            print(number, answered, getattr(gc, "mem_free", int)())  # noqa: T201  it is asked to


if __name__ == "__main__":
    asyncio.run(reconnect(*[int(word) for word in sys.argv[1:]]))
