# Many days of one life, polling when the server says: whether anything grows. For each day a line
# of counts and checksum, alike on every VM, and where it can be told, the bytes of the heap that
# live on:
#
#     micropython -m firmware.hal.virtual.week [DAYS]

import sys

from firmware.hal.virtual.board import VirtualBoard
from firmware.hal.virtual.heap import living_bytes
from firmware.hal.virtual.life import Trace
from firmware.hal.virtual.plan import DAY_MS
from firmware.hal.virtual.script import FAULTS, PLAN, PRESSES
from firmware.hal.virtual.server import VirtualServer
from firmware.logic.config import Config
from firmware.logic.pet import Pet


def run(write=print, days: int = 7) -> None:
    trace = Trace(_nowhere)
    server = VirtualServer(PLAN)
    board = VirtualBoard(server, trace.line, FAULTS, PRESSES, period_ms=DAY_MS)
    board.spawn("pet", Pet(board, Config("audrey öz", "pet-1", use_next_poll=True)).run())
    for day in range(1, days + 1):
        board.kernel.run(day * DAY_MS)
        write(f"day {day}, {trace.said()}")
        if living_bytes() is not None:
            write(f"heap {living_bytes()}")
    board.kernel.close()


def _nowhere(_line: str) -> None:
    pass


if __name__ == "__main__":
    run(days=int(sys.argv[1]) if len(sys.argv) > 1 else 7)
