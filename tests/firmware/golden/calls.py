"""Thousands of calls of a FrameBuffer, most of them over its edges, told in checksums.

Runs alike on MicroPython and on CPython: `python -m tests.firmware.golden.calls`.
"""

import binascii
import sys

from firmware.hal.canvas import FrameBuffer
from firmware.hal.virtual.kernel import Chance

BATCHES = 40
CALLS_PER_BATCH = 250
MONO_VLSB = 0
LETTERS = "".join([chr(byte) for byte in range(128)]) + "\u00e4\u20ac\U0001f600"
SIZES = ((128, 64), (37, 24), (128, 20), (1, 8), (64, 61))
SPRITE = bytes([(byte * 37 + 11) & 0xFF for byte in range(33)])


class Calls:
    """Draw at random on one canvas."""

    def __init__(self, seed: int, width: int, height: int) -> None:
        """Begin with an empty canvas."""
        self.chance = Chance(seed)
        self.buffer = bytearray(width * ((height + 7) // 8))
        self.canvas = FrameBuffer(self.buffer, width, height, MONO_VLSB)
        self.told = 0

    def between(self, low: int, high: int) -> int:
        """Draw a whole number, both ends included."""
        return low + self.chance.below(high - low + 1)

    def place(self) -> tuple[int, int]:
        """Draw a point in or around the canvas."""
        return self.between(-30, 140), self.between(-30, 80)

    def size(self) -> tuple[int, int]:
        """Draw a width and a height, sometimes none or less."""
        return self.between(-3, 60), self.between(-3, 40)

    def colour(self) -> int:
        """Draw a colour; all but 0 are white."""
        return self.between(0, 3)

    def words(self) -> str:
        """Draw some characters, not all of them in the font."""
        count = self.between(0, 20)
        return "".join([LETTERS[self.chance.below(len(LETTERS))] for _ in range(count)])

    def one(self) -> None:
        """Make one call."""
        canvas, kind = self.canvas, self.chance.below(11)
        x, y = self.place()
        w, h = self.size()
        c = self.colour()
        if kind == 0 and self.chance.below(20) == 0:
            canvas.fill(c)
        elif kind == 1:
            canvas.pixel(x, y, 1 - (canvas.pixel(x, y) or 0))
        elif kind == 2:
            canvas.hline(x, y, w, c)
        elif kind == 3:
            canvas.vline(x, y, h, c)
        elif kind == 4:
            canvas.rect(x, y, w, h, c, self.chance.below(2) == 1)
        elif kind == 5:
            canvas.fill_rect(x, y, w, h, c)
        elif kind == 6:
            canvas.line(x, y, *self.place(), c)
        elif kind in (7, 8):
            radii = self.between(0, 40), self.between(0, 40)
            canvas.ellipse(x, y, radii[0], radii[1], c, kind == 7, self.chance.below(32))
        elif kind == 9:
            canvas.text(self.words(), x, y, c)
        else:
            canvas.blit((SPRITE, 11, 20, MONO_VLSB), x, y, self.between(-1, 1))
        self.told = binascii.crc32(self.buffer, self.told)


def checksums() -> list[str]:
    """Give a checksum after every batch of calls, on canvases of several sizes."""
    lines = []
    for number in range(BATCHES):
        width, height = SIZES[number % len(SIZES)]
        calls = Calls(number + 1, width, height)
        for _ in range(CALLS_PER_BATCH):
            calls.one()
        lines.append(f"{width}x{height} {binascii.crc32(calls.buffer):08x} {calls.told:08x}")
    return lines


def main() -> None:
    """Print one line a batch."""
    for line in checksums():
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
