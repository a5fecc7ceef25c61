# The canvas of a panel: MicroPython's own framebuf where there is one, ours where there is none.
# Which of them it is makes no difference to what is drawn.

from firmware.drawing.panel import HEIGHT, WIDTH

try:
    FrameBuffer = __import__("framebuf").FrameBuffer
except ImportError:
    from firmware.hal.framebuffer import FrameBuffer

MONO_VLSB = 0


# A FrameBuffer on WIDTH * HEIGHT / 8 bytes that can be written, as the panel takes them.
def create_canvas(buffer: bytearray | memoryview):
    return FrameBuffer(buffer, WIDTH, HEIGHT, MONO_VLSB)
