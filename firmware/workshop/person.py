"""Who stands before a pretend board: plugs it in, looks at its panel, presses its buttons.

Here: what eyes and a finger can do, and no more. Not here: the board (``pretend_board.py``); what
is wanted of it (``trial.py``).
"""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen

from firmware.drawing import pairing, text
from firmware.drawing.panel import HEIGHT, WIDTH
from firmware.hal.canvas import create_canvas
from firmware.hal.framebuffer import FrameBuffer
from firmware.logic.scene import PAIRING
from firmware.workshop import clock
from firmware.workshop.command import Failed, started

LOOK_S = 0.05
PRESS_S = 0.15
LETTERS = "BCDFGHJKLMNPQRSTVWXZ-"
CODE = "[A-Z]{4}-[A-Z]{4}"
LINE = 8
BYTES = WIDTH * HEIGHT // 8
# A picture is a number for each row of points; its lowest bit is the leftmost point.
Picture = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """Before the board at ``port`` whose body is this folder."""

    port: str
    body: Path
    cable: Popen[str]

    def tell_wifi(self, ssid: str, password: str) -> None:
        """Set up the house's Wi-Fi."""
        (self.body / "wifi").write_text(f"{ssid}\n{password}", encoding="utf-8")

    def press(self, pin: int) -> None:
        """Press the button at a pin and let it go."""
        (self.body / "held").write_text(str(pin), encoding="utf-8")
        clock.rest(PRESS_S)
        (self.body / "held").write_text("", encoding="utf-8")
        clock.rest(PRESS_S)

    def pull_plug(self) -> None:
        """Take the power away for a moment."""
        if self.cable.stdin is not None:
            self.cable.stdin.write("power\n")
            self.cable.stdin.flush()

    def tones(self) -> int:
        """How many tones were heard."""
        heard = self.body / "tones"
        return len(heard.read_text(encoding="utf-8").split()) if heard.exists() else 0

    def said(self) -> str:
        """All that the board said so far, whoever listened."""
        said = self.body / "said"
        return said.read_text(encoding="utf-8", errors="replace") if said.exists() else ""

    def picture(self) -> Picture:
        """What the panel shows."""
        try:
            shown = (self.body / "panel").read_bytes()
        except FileNotFoundError:
            shown = b""
        return picture_of(shown)

    def sees(self, words: str) -> bool:
        """Whether these words stand on the panel, in one line."""
        return holds(self.picture(), words)

    def code(self) -> str:
        """The code that the panel shows, or ""."""
        return code_on(self.picture())


def picture_of(memory: bytes) -> Picture:
    """The picture of a panel's memory: pages of eight rows, one byte a column."""
    if len(memory) != BYTES:
        return (0,) * HEIGHT  # caught while it was being written
    return tuple(
        sum((memory[row // 8 * WIDTH + x] >> row % 8 & 1) << x for x in range(WIDTH))
        for row in range(HEIGHT)
    )


def drawn(paint: Callable[[FrameBuffer], object]) -> Picture:
    """The picture of what is painted on an empty panel."""
    memory = bytearray(BYTES)
    paint(create_canvas(memory))
    return picture_of(bytes(memory))


def holds(shown: Picture, words: str) -> bool:
    """Whether these words stand anywhere in a picture, dark around them."""
    line = drawn(lambda canvas: text.write(canvas, words, 0, 0))[:LINE]
    mask = (1 << text.width_of(words)) - 1
    return any(
        all(shown[y + row] >> x & mask == line[row] for row in range(LINE))
        for y in range(HEIGHT - LINE + 1)
        for x in range(WIDTH - mask.bit_length() + 1)
    )


def code_on(shown: Picture) -> str:
    """The code in the picture of a pet that wants to be paired, or ""."""
    drawings = {letter: _letters(code_picture(letter), pairing.ONE_ROW) for letter in LETTERS}
    letters = {found[0]: letter for letter, found in drawings.items()}
    for places in ((pairing.ONE_ROW,), pairing.TWO_ROWS):
        rows = ["".join(letters.get(one, "?") for one in _letters(shown, at)) for at in places]
        if re.fullmatch(CODE, "-".join(rows)):
            return "-".join(rows)
    return ""


def code_picture(code: str) -> Picture:
    """The picture of a pet that shows this code."""
    scene = (PAIRING, code, "", False)
    return drawn(lambda canvas: pairing.draw(canvas, scene, 0, 0))


def _letters(shown: Picture, place: tuple[int, int]) -> list[Picture]:
    """The letters of a row of a code, one row of their points each. ``place`` is where they begin
    and how high a point is.
    """
    y, height = place
    rows = [shown[y + point * height] for point in range(pairing.LETTER_SIZE)]
    used = 0
    for row in rows:
        used |= row
    spans = [found.span() for found in re.finditer("1+", format(used, "b")[::-1])]
    return [tuple(row >> left & (1 << right - left) - 1 for row in rows) for left, right in spans]


@contextmanager
def before_a_board(folder: Path) -> Iterator[Person]:
    """Plug in a pretend board whose flash and body are in this folder. Raises ``Failed``."""
    flash, body = folder / "flash.img", folder / "body"
    body.mkdir(parents=True, exist_ok=True)
    program = [sys.executable, "-m", "firmware.workshop.pretend_board"]
    program += ["--flash", str(flash), "--body", str(body)]
    with started(
        lambda: Popen(program, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, text=True)
    ) as board:
        said = board.stdout.readline() if board.stdout is not None else ""
        word, _, port = said.strip().partition(" ")
        if word != "port":
            raise Failed("the pretend board did not start; run it by hand to see why")
        yield Person(port, body, board)


def wait_until(what: str, ask: Callable[[], object], timeout_s: float) -> None:
    """Ask until the answer is true. Raises ``Failed`` if it never is."""
    end = clock.seconds() + timeout_s
    while not ask():
        if clock.seconds() > end:
            raise Failed(f"waited {timeout_s:g} s in vain until {what}")
        clock.rest(LOOK_S)
