# The lines between a pet on a desk computer and whoever presses its buttons: the same bytes on each
# interpreter, at once, and nobody waits for half a line. Belongs here: bytes. Does not: what a line
# means (desk.py).

import select
import sys

from firmware.hal.tasks import sleep_ms

LOOK_MS = 10
LINE_LEN_MAX = 64
NEW_LINE = b"\n"


# What goes at once, byte by byte; CPython hides it behind buffers.
def unbuffered(stream):
    return getattr(stream.buffer, "raw", stream.buffer)


# One line, whatever is said.
def tell(line: str) -> None:
    for letter in line:
        if letter < " ":
            line = line.replace(letter, " ")
    unbuffered(sys.stdout).write(f"{line}\n".encode())


# JSON of a scene, the same bytes on every interpreter.
def written(scene: tuple) -> str:
    return "[" + ",".join([_written(part) for part in scene]) + "]"


# No list of its letters is made: a heap in pieces has no room for one.
def _written(part) -> str:
    if not isinstance(part, str):
        return str(part).lower()
    text = part.replace("\\", "\\\\").replace('"', '\\"')
    for letter in part:
        if letter < " ":
            text = text.replace(letter, f"\\u{ord(letter):04x}")
    return f'"{text}"'


# None at the end of all lines. A line that is too long is cut.
async def next_line() -> bytes | None:
    stdin = unbuffered(sys.stdin)
    poller = select.poll()
    poller.register(stdin, select.POLLIN)
    line = b""
    while True:
        while not poller.poll(0):
            await sleep_ms(LOOK_MS)
        byte = stdin.read(1)
        if not byte:
            return None
        if byte == NEW_LINE:
            return line.strip()
        line = (line + byte)[:LINE_LEN_MAX]
