"""Runs in the MicroPython VM: exchanges with a server in a heap that is in pieces.

    micropython -X heapsize=96k tests/firmware/proof/in_pieces.py PORT PIECE COUNT

It tells the largest free block, how much is free, and how many exchanges were answered.
"""

import asyncio
import gc
import sys

from firmware.hal.desk import largest_block
from firmware.hal.http import Http


def break_up(piece: int) -> object:
    """Fill the heap with pieces of so many bytes, and let go of every other one."""
    kept: object = None
    loose: object = None
    try:
        while True:
            kept = (bytearray(piece), kept)
            loose = (bytearray(piece), loose)
    except MemoryError:
        loose = None
    gc.collect()
    return kept


def measure() -> tuple[int, int]:
    """The largest free block, and how much is free."""
    gc.collect()
    free: int = getattr(gc, "mem_free", int)()
    return largest_block(free), free


async def exchange(port: int, piece: int, count: int) -> None:
    """Make everything that a pet makes at its start, break up the rest, exchange."""
    http = Http("127.0.0.1", port)
    kept = break_up(piece)
    largest, free = measure()
    # Larger ones are where the two kinds began, at the end, and where a look at the heap was.
    while largest >= 2 * piece:
        kept = (bytearray(largest), kept)
        largest, free = measure()
    answered = 0
    for number in range(count):
        headers = {"Idempotency-Key": f"pet-1-00000000-{number}"}
        try:
            body = {"user_id": "audrey"}
            await http.exchange("POST", "/api/encouragement/message", body, headers, 5_000)
            answered += 1
        except OSError as failure:
            print(failure)  # noqa: T201
    assert kept is not None
    print(largest, free, answered)  # noqa: T201  it is asked to


if __name__ == "__main__":
    asyncio.run(exchange(*[int(word) for word in sys.argv[1:]]))
