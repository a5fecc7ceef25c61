"""Every screen at several ages, as text: two points of the panel stand in one character.

Runs alike on MicroPython and on CPython. What it says is kept beside it, so that a change of a
screen can be seen in its diff:

    python -m tests.firmware.golden.frames > tests/firmware/golden/frames.txt
"""

import sys

from firmware.drawing.frame import HEIGHT, WIDTH, draw
from firmware.hal.canvas import create_canvas

BLOCKS = " \u2580\u2584\u2588"
MINUTE_MS = 60_000
BREAK = "Your stress has been high for a while. Walk a bit?"
KIND = "One step at a time. You have done harder things than this."
LATIN = "Gr\u00fc\u00dfe! \u00c7a va tr\u00e8s bien\u2026 \u201cna\u00efve\u201d \u2013 \u0141ad"
STATUS = "wifi -61 dBm\nserver 192.168.1.10:5000\ntime 14:05\nversion 1.0.0\ncode BCDF-GHJK"
CAMERA = "wifi none\ncamera http://192.168.1.20:81/stream?of=the+desk+in+the+corner+of+the+room"

# Name, scene, what is left of the count, ages.
CASES = (
    ("idle", ("IDLE", "", "", False), 0, (0, 4_500, 9_000, 12_140, 21_000, 29_800, 30_000)),
    ("asleep", ("IDLE", "", "", True), 0, (0, 2_000, 6_000, 76_000)),
    (
        "water",
        ("WATER_DROP", "Drink water", "Time to hydrate!", False),
        0,
        (0, 700, 900, 1_200, 6_000, 9_900),
    ),
    ("water offline", ("WATER_DROP", "Drink water", "Time to hydrate!", True), 0, (700, 6_000)),
    ("water long", ("WATER_DROP", "A very long title", "water " * 40, False), 0, (0, 3_000)),
    ("break", ("BREAK_PROMPT", "Time for a break", BREAK, False), 0, (0, 3_000, 4_900)),
    ("break offline", ("BREAK_PROMPT", "Time for a break", BREAK, True), 0, (0,)),
    (
        "break long",
        ("BREAK_PROMPT", "", "Donaudampfschifffahrtsgesellschaft " * 20, True),
        0,
        (0, 9_000),
    ),
    ("focus", ("POMODORO_TIMER", "focus", 25, False), 25 * MINUTE_MS, (0,)),
    ("focus later", ("POMODORO_TIMER", "focus", 24, False), 23 * MINUTE_MS + 30_000, (0,)),
    ("focus offline", ("POMODORO_TIMER", "focus", 45, True), 45 * MINUTE_MS, (0,)),
    ("focus last", ("POMODORO_TIMER", "focus", 1, False), 1, (0,)),
    ("focus long", ("POMODORO_TIMER", "focus", 600, False), 600 * MINUTE_MS, (0,)),
    ("pause", ("POMODORO_TIMER", "break", 5, False), 4 * MINUTE_MS + 7_001, (0,)),
    ("pause over", ("POMODORO_TIMER", "break", 0, False), 0, (0,)),
    ("message", ("MESSAGE", "", KIND, False), 0, (0, 180, 4_900, 5_000)),
    ("message offline", ("MESSAGE", "", KIND, True), 0, (5_000,)),
    ("message Latin", ("MESSAGE", "", LATIN, False), 0, (0,)),
    ("message odd", ("MESSAGE", "", "\u65e5\u672c \U0001f600 \u03b1\u03b2", False), 0, (0,)),
    ("message long", ("MESSAGE", "", "and so on " * 60, False), 0, (0, 3_000, 6_000, 9_000)),
    ("message empty", ("MESSAGE", "", "", False), 0, (0,)),
    ("listening", ("TALK", "listening", "", False), 0, (0, 500)),
    ("listening offline", ("TALK", "listening", "", True), 0, (0,)),
    ("thinking", ("TALK", "thinking", "", False), 0, (0, 1_000, 3_999)),
    ("thinking of", ("TALK", "thinking", KIND, True), 0, (2_000,)),
    ("status", ("STATUS", "Status", STATUS, False), 0, (0, 3_000)),
    ("status offline", ("STATUS", "Status", CAMERA, True), 0, (0,)),
    ("pairing asks", ("PAIRING", "", "", False), 0, (0, 500, 1_000, 1_500)),
    ("pairing", ("PAIRING", "BCDF-GHJK", "", False), 0, (0, 4_900)),
    ("pairing offline", ("PAIRING", "LMNP-QRST", "", True), 0, (0,)),
    ("pairing wide", ("PAIRING", "VWXZ-WMWM", "", False), 0, (0,)),
    ("pairing widest", ("PAIRING", "WMWM-MWMW", "", False), 0, (0,)),
)


class Count:
    """What a frame asks of ``Known``: what is left of the count."""

    def __init__(self, left_ms: int) -> None:
        """Leave so many milliseconds."""
        self.count_ms = left_ms

    def left_ms(self, now: int) -> int:
        """Give them at any moment."""
        return self.count_ms


def picture_of(buffer: bytearray) -> list[str]:
    """Give the lines of a frame, a mark at either end."""
    lines = []
    for row in range(0, HEIGHT, 2):
        pairs = [buffer[row // 8 * WIDTH + x] >> row % 8 & 3 for x in range(WIDTH)]
        lines.append("|" + "".join([BLOCKS[pair] for pair in pairs]) + "|")
    return lines


def frame(name: str, scene: tuple[str, str, str | int, bool], left_ms: int, age_ms: int) -> str:
    """Give a frame as a text: its name and age, its picture, how long it stands."""
    buffer = bytearray(WIDTH * HEIGHT // 8)
    stand = draw(create_canvas(buffer), scene, Count(left_ms), 0, age_ms)
    picture = "\n".join(picture_of(buffer))
    return f"{name}, {age_ms} ms\n{picture}\nstands {stand}\n\n"


def main() -> None:
    """Print all of them."""
    for name, scene, left_ms, ages in CASES:
        for age_ms in ages:
            sys.stdout.write(frame(name, scene, left_ms, age_ms))


if __name__ == "__main__":
    main()
