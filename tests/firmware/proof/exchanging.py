"""Runs in the MicroPython VM: so many exchanges with a server, one after the other.

    micropython tests/firmware/proof/exchanging.py PORT COUNT TIMEOUT_MS

It tells what each came to, as JSON: status and object, or the reason why there are none.
"""

import asyncio
import json
import sys

from firmware.hal.http import Http

PATH = "/api/encouragement/message"


async def exchange(port: int, count: int, timeout_ms: int) -> None:
    """Ask for encouragement, again and again."""
    http = Http("127.0.0.1", port)
    for _ in range(count):
        try:
            outcome = await http.exchange("POST", PATH, {"user_id": "audrey"}, None, timeout_ms)
        except OSError as failure:
            outcome = failure.args[1]
        print(json.dumps(outcome))  # noqa: T201  it is asked to


if __name__ == "__main__":
    asyncio.run(exchange(*[int(word) for word in sys.argv[1:]]))
