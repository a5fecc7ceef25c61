# Lives of a pet: from power to power, on one flash. And the trace of them, which is written on line
# by line and never held: what is left of it is a checksum, and how often what happened.

import binascii

from firmware.hal.virtual.board import PowerLost
from firmware.logic.pet import Pet

COUNTED = ("call", "answer", "tone", "show", "frame", "log", "power")


class Trace:
    def __init__(self, write) -> None:
        self.write = write
        self.checksum = 0
        self.counts = [0] * len(COUNTED)

    # A line is a moment, a word that says what happened, and what it was.
    def line(self, text: str) -> None:
        word = text.split(" ", 2)[1]
        if word in COUNTED:
            self.counts[COUNTED.index(word)] += 1
        self.checksum = binascii.crc32(text.encode(), self.checksum)
        self.checksum = binascii.crc32(b"\n", self.checksum) & 0xFFFFFFFF
        self.write(text)

    def end(self) -> str:
        last = self.said()
        self.write(last)
        return last

    # How often what happened, and the checksum of all lines.
    def said(self) -> str:
        counts = [f"{word} {self.counts[place]}" for place, word in enumerate(COUNTED)]
        return f"{', '.join(counts)}, checksum {self.checksum:08x}"


# One life, from the board's present moment until the power goes: at `until_ms`, or before that if
# its flash says so. The answer is when it went.
def live(board, config, until_ms: int) -> int:
    board.spawn("pet", Pet(board, config).run())
    try:
        board.kernel.run(until_ms)
    except PowerLost:
        pass
    board.note("power lost")
    board.kernel.close()
    return board.kernel.now_ms
