"""``task firmware:screens``: draw every screen of the pet into docs/screens.

A picture of each, a film of those that move, and one sheet of all, made by the drawing of the board
itself. The same drawing gives the same bytes, so that git tells when a screen has changed.

Not here: how a screen looks (``firmware/drawing``).
"""

import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from firmware.drawing import text
from firmware.drawing.frame import HEIGHT, WIDTH, draw
from firmware.hal.canvas import create_canvas
from firmware.logic.scene import (
    BREAK_PROMPT,
    IDLE,
    MESSAGE,
    PAIRING,
    POMODORO_TIMER,
    STATUS,
    TALK,
    WATER_DROP,
)
from firmware.workshop.command import Failed, command_line, console, run

OUT = Path("docs", "screens")
SHEET = "all.png"

Scene = tuple[str, str, str | int, bool]
Colour = tuple[int, int, int]

DARK: Colour = (4, 7, 12)
LIT: Colour = (214, 240, 255)
RIM: Colour = (44, 52, 62)
GROUND: Colour = (20, 24, 30)
PALETTE = [*DARK, *LIT, *RIM, *GROUND]
DARK_AT, LIT_AT, RIM_AT, GROUND_AT = range(4)

SCALE = 4
SHEET_SCALE = 2
SHEET_COLUMNS = 3
RIM_WIDTH = 2
GAP = 10
CAPTION_HEIGHT = 8


@dataclass(frozen=True, slots=True)
class Screen:
    """A scene, the age at which its picture is taken, and for how long it is filmed, if at all."""

    name: str
    caption: str
    scene: Scene
    age_ms: int = 0
    left_ms: int = 0
    film_ms: int = 0


_BREAK = "You have worked hard for a while. Take five minutes away from the screen?"
_STATUS = "wifi -61 dBm\nserver 192.168.1.10:5000\ntime 14:05\nversion 1.0.0"
_HEARD = "Start a Pomodoro of thirty minutes, please."
_KIND = "One step at a time. You have done harder things than this."

SCREENS = (
    Screen("idle", "all is well", (IDLE, "", "", False), film_ms=31_000),
    Screen("idle-happy", "now and then", (IDLE, "", "", False), age_ms=21_500),
    Screen("idle-offline", "server not heard", (IDLE, "", "", True), 6_500, film_ms=16_000),
    Screen(
        "water-drop", "time to drink", (WATER_DROP, "Drink water", "Time to hydrate!", False), 600
    ),
    Screen(
        "water-waits",
        "and it waits",
        (WATER_DROP, "Drink water", "Time to hydrate!", False),
        age_ms=7_000,
        film_ms=12_000,
    ),
    Screen(
        "break-prompt", "a break?", (BREAK_PROMPT, "Time for a break", _BREAK, False), film_ms=6_000
    ),
    Screen(
        "pomodoro-focus",
        "focus",
        (POMODORO_TIMER, "focus", 24, False),
        left_ms=24 * 60_000 - 7_000,
        film_ms=10_000,
    ),
    Screen("pomodoro-break", "break", (POMODORO_TIMER, "break", 5, False), left_ms=287_000),
    Screen(
        "pomodoro-offline",
        "offline",
        (POMODORO_TIMER, "focus", 42, True),
        left_ms=41 * 60_000 + 9_000,
    ),
    Screen("message", "encouragement", (MESSAGE, "", _KIND, False), film_ms=6_000),
    Screen("message-offline", "and offline", (MESSAGE, "", "I wait for the server.", True), 4_000),
    Screen("talk-listening", "all ears", (TALK, "listening", "", False), film_ms=6_000),
    Screen(
        "talk-thinking", "and it thinks", (TALK, "thinking", _HEARD, False), 3_300, film_ms=8_000
    ),
    Screen("status", "how it fares", (STATUS, "Status", _STATUS, False), film_ms=6_000),
    Screen("pairing", "pairing", (PAIRING, "BCDF-GHJK", "", False), film_ms=10_000),
    Screen("pairing-asks", "before the code", (PAIRING, "", "", False), 1_200, film_ms=10_000),
    Screen("pairing-offline", "pairing, offline", (PAIRING, "BCDF-GHJK", "", True)),
)


class Count:
    """What a frame asks of ``Known``: what is left of the count."""

    def __init__(self, left_ms: int) -> None:
        """Leave so many milliseconds."""
        self.count_ms = left_ms

    def left_ms(self, now: int) -> int:
        """Give them at any moment."""
        return self.count_ms


def points_of(paint: Callable[[object], object]) -> Image.Image:
    """What is painted on an empty panel, one point of the panel for each of the picture."""
    buffer = bytearray(WIDTH * HEIGHT // 8)
    paint(create_canvas(buffer))
    # Bytes of eight points downwards become bytes of one point each, row by row.
    points = bytes(
        buffer[row // 8 * WIDTH + column] >> row % 8 & 1
        for row in range(HEIGHT)
        for column in range(WIDTH)
    )
    image = Image.frombytes("P", (WIDTH, HEIGHT), points)
    image.putpalette(PALETTE)
    return image


def frame_of(screen: Screen, age_ms: int) -> tuple[Image.Image, int | None]:
    """The frame of a screen at an age, and how long it stands."""
    count = Count(max(0, screen.left_ms - age_ms))
    stands: list[int | None] = []
    points = points_of(lambda canvas: stands.append(draw(canvas, screen.scene, count, 0, age_ms)))
    return points, stands[0]


def framed(points: Image.Image, scale: int) -> Image.Image:
    """The same, enlarged, with a rim."""
    large = points.resize((points.width * scale, points.height * scale), Image.Resampling.NEAREST)
    rim = RIM_WIDTH * scale
    image = Image.new("P", (large.width + 2 * rim, large.height + 2 * rim), RIM_AT)
    image.putpalette(PALETTE)
    inner = (rim // 2, rim // 2, image.width - rim // 2, image.height - rim // 2)
    image.paste(DARK_AT, inner)
    image.paste(large, (rim, rim))
    return image


def film_of(screen: Screen) -> list[tuple[Image.Image, int]]:
    """The frames of a screen's film, and how long each of them stands."""
    frames, age_ms = [], 0
    while age_ms < screen.film_ms:
        points, stand = frame_of(screen, age_ms)
        shown_ms = min(stand or screen.film_ms, screen.film_ms - age_ms)
        frames.append((framed(points, SCALE), shown_ms))
        age_ms += shown_ms
    return frames


def sheet() -> Image.Image:
    """All screens, each with its caption in the letters of the panel."""
    width, height = (side * SHEET_SCALE + 2 * SHEET_SCALE * RIM_WIDTH for side in (WIDTH, HEIGHT))
    row_height = height + CAPTION_HEIGHT + GAP + GAP // 2
    rows = -(-len(SCREENS) // SHEET_COLUMNS)
    size = (SHEET_COLUMNS * (width + GAP) + GAP, rows * row_height + GAP)
    image = Image.new("P", size, GROUND_AT)
    image.putpalette(PALETTE)
    for number, screen in enumerate(SCREENS):
        left = GAP + number % SHEET_COLUMNS * (width + GAP)
        top = GAP + number // SHEET_COLUMNS * row_height
        image.paste(framed(frame_of(screen, screen.age_ms)[0], SHEET_SCALE), (left, top))
        caption = _caption(screen.caption)
        image.paste(caption, (left + (width - caption.width) // 2, top + height + GAP // 2))
    return image


def _caption(words: str) -> Image.Image:
    points = points_of(lambda canvas: text.write(canvas, words, 0, 0))
    letters = points.crop((0, 0, text.width_of(words), CAPTION_HEIGHT))
    return letters.point([GROUND_AT, LIT_AT, *range(2, 256)])


def write(out: Path) -> list[Path]:
    """Draw every picture and every film into a folder. Raises ``OSError``."""
    out.mkdir(parents=True, exist_ok=True)
    written = [out / SHEET]
    sheet().save(out / SHEET, optimize=True)
    for screen in SCREENS:
        written.append(out / f"{screen.name}.png")
        framed(frame_of(screen, screen.age_ms)[0], SCALE).save(written[-1], optimize=True)
        if screen.film_ms:
            written.append(out / f"{screen.name}.gif")
            _save_film(screen, written[-1])
    return written


def _save_film(screen: Screen, path: Path) -> None:
    (first, *others), stands = zip(*film_of(screen), strict=True)
    first.save(path, save_all=True, append_images=others, duration=list(stands), loop=0)


def execute(options: Namespace) -> None:
    """Draw, and say what was written."""
    try:
        written = write(options.out)
    except OSError as failure:
        raise Failed(f"{options.out}: {failure.strerror}") from failure
    console().print(f"{len(written)} pictures and films in {options.out}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = command_line("screens", "Draw every screen of the pet.")
    parser.add_argument("--out", type=Path, default=OUT, help="the folder (default: %(default)s)")
    return run(parser, execute, arguments)


if __name__ == "__main__":
    sys.exit(main())
