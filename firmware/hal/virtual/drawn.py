# A board in virtual time that draws. Belongs here: its panel, which keeps nothing but the checksum
# of each frame in the trace. Does not: what a frame looks like.

import binascii

from firmware.drawing.display import Display
from firmware.drawing.frame import HEIGHT, WIDTH
from firmware.hal.canvas import create_canvas
from firmware.hal.virtual.board import VirtualBoard
from firmware.hal.virtual.plan import HOUR_MS
from firmware.logic.supervise import forever

# What a panel takes for a frame over its two wires.
FLUSH_MS = 25
# Where framebuf is no part of the VM, drawing takes longer than all else: then only the lives that
# begin in these hours are drawn.
HOURS = (12, 16, 23)


class DrawnBoard(VirtualBoard):
    def __init__(self, *parts, **options) -> None:
        super().__init__(*parts, **options)
        self.buffer = bytearray(WIDTH * HEIGHT // 8)
        self.display = Display(self, create_canvas(self.buffer), self._flush)
        self.spawn("display", forever(self, "display", self.display.turn))

    def show(self, scene: tuple, known) -> None:
        super().show(scene, known)
        self.display.show(scene, known)

    async def _flush(self) -> None:
        self.note(f"frame {binascii.crc32(self.buffer) & 0xFFFFFFFF:08x}")
        await self.sleep_ms(FLUSH_MS)


def board_of_hours(*parts, **options):
    hour = options["from_ms"] // HOUR_MS % 24
    return (DrawnBoard if hour in HOURS else VirtualBoard)(*parts, **options)
