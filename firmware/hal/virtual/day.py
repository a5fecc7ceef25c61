# A day of a pet in virtual time, by the script of a day. The trace is the same on every VM:
#
#     micropython -m firmware.hal.virtual.day [drawn | partly] [frugal] [HOURS]

import gc
import sys

from firmware.hal.virtual.board import TICKS_PERIOD, VirtualBoard
from firmware.hal.virtual.life import Trace, live
from firmware.hal.virtual.plan import DAY_MS, HOUR_MS
from firmware.hal.virtual.script import FAULTS, FLASH_FAULTS, PLAN, POWER_MS, PRESSES
from firmware.hal.virtual.server import VirtualServer
from firmware.logic.config import Config

# They wrap at 17 h, while a session runs.
TICKS_FIRST = TICKS_PERIOD - 17 * HOUR_MS
# How long the plug is out.
DARK_MS = 30_000
# Who is frugal lets garbage go after so many bytes: slower, but what lives long comes to lie
# together, and a smaller heap will do.
COLLECTED_BYTES = 16_384


# Power comes and goes, the flash and the server stay.
def run(write=print, make_board=VirtualBoard, hours: int = 24, server=None) -> str:
    trace = Trace(write)
    server = server or VirtualServer(PLAN)
    flash: dict = {}
    now_ms = 0
    seed = 0
    while now_ms < hours * HOUR_MS:
        seed += 1
        board = make_board(
            server,
            trace.line,
            FAULTS,
            PRESSES,
            seed,
            flash,
            flash_faults=FLASH_FAULTS,
            period_ms=DAY_MS,
            from_ms=now_ms,
            ticks_first=TICKS_FIRST,
        )
        until_ms = min(_power_cut(now_ms), hours * HOUR_MS)
        now_ms = live(board, Config("audrey öz", "pet-1"), until_ms) + DARK_MS
        board = None  # two at once would be more than a board has room for
    return trace.end()


# When the plug is pulled next.
def _power_cut(now_ms: int) -> int:
    day_ms = now_ms - now_ms % DAY_MS
    for at_ms in POWER_MS:
        if day_ms + at_ms > now_ms:
            return day_ms + at_ms
    return day_ms + DAY_MS + POWER_MS[0]


# The host that draws is loaded only where it is wanted.
def board_maker(words: list):
    if "drawn" in words:
        from firmware.hal.virtual.drawn import DrawnBoard  # noqa: PLC0415

        return DrawnBoard
    if "partly" in words:
        from firmware.hal.virtual.drawn import board_of_hours  # noqa: PLC0415

        return board_of_hours
    return VirtualBoard


if __name__ == "__main__":
    if "frugal" in sys.argv and hasattr(gc, "threshold"):
        gc.threshold(COLLECTED_BYTES)
    hours = [int(word) for word in sys.argv[1:] if word.isdigit()]
    run(print, board_maker(sys.argv[1:]), hours[0] if hours else 24)
