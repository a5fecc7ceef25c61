"""Asks HTTP servers as fast as they answer, from a process of its own.

``python -m tests.bench.client ROUNDS SECONDS PATH PORT...`` asks each port in turn and prints, for
each round, the answers a second of each port and how many it gave in all, as JSON. It knows just as
much HTTP as it needs: connections that stay open, one request at a time on each, answers with a
Content-Length.
"""

import asyncio
import json
import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import repeat
from time import perf_counter
from typing import cast

from tests.bench.rounds import run

CONNECTIONS = 16
WARM_UP_S = 0.2
_END, _LENGTH = b"\r\n\r\n", b"\r\ncontent-length:"


@dataclass(slots=True)
class Tally:
    """How many answers came, and how many seconds each of them took."""

    answers: int = 0
    strange: int = 0
    took: "array[float]" = field(default_factory=lambda: array("d"))


class Connection(asyncio.Protocol):
    """Asks for the next of ``requests`` as soon as it is answered."""

    def __init__(self, requests: Iterator[bytes], tally: Tally) -> None:
        self._requests = requests
        self._tally = tally
        self._asked_at = 0.0
        self._unread = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the first time."""
        # uvloop's transports have all of asyncio's methods, but not its classes.
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Ask again if this was the end of an answer."""
        self._unread += data
        head, end, body = self._unread.partition(_END)
        if not end or len(body) < int(head.lower().partition(_LENGTH)[2].partition(b"\r")[0]):
            return
        self._tally.answers += 1
        self._tally.took.append(perf_counter() - self._asked_at)
        self._tally.strange += not head.startswith(b"HTTP/1.1 200 ")
        self._unread = b""
        self._ask()

    def close(self) -> None:
        """Leave."""
        assert self._transport is not None
        self._transport.abort()

    def _ask(self) -> None:
        assert self._transport is not None
        self._asked_at = perf_counter()
        self._transport.write(next(self._requests))


async def connected(port: int, requests: Iterator[bytes], tally: Tally) -> list[Connection]:
    """Connections that ask ``port`` from now on."""
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: Connection(requests, tally), "127.0.0.1", port)
        for _ in range(CONNECTIONS)
    ]
    return [connection for _, connection in made]


async def rate(port: int, path: str, seconds: float) -> tuple[float, int]:
    """How many answers a second ``port`` gives, and how many it gave, the warm-up included."""
    tally = Tally()
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    made = await connected(port, repeat(request), tally)
    await asyncio.sleep(WARM_UP_S)
    before, began = tally.answers, perf_counter()
    await asyncio.sleep(seconds)
    count, took = tally.answers - before, perf_counter() - began
    for connection in made:
        connection.close()
    if tally.strange or not count:
        raise SystemExit(f"port {port}: {tally.strange} of {tally.answers} answers were not 200")
    return count / took, tally.answers


async def main(rounds: int, seconds: float, path: str, ports: list[int]) -> None:
    """Take turns."""
    order = list(ports)
    for _ in range(rounds):
        rates = {port: await rate(port, path, seconds) for port in order}
        print(json.dumps([rates[port] for port in ports]), flush=True)  # noqa: T201
        order.reverse()


if __name__ == "__main__":
    _, *_given = sys.argv
    run(main(int(_given[0]), float(_given[1]), _given[2], [int(port) for port in _given[3:]]))
