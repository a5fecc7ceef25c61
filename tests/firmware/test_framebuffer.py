"""The framebuf for those who have none: what MicroPython's own one does, point for point."""

from pathlib import Path

import pytest

from firmware.hal import canvas
from firmware.hal.font import COLUMNS, FIRST, LAST
from firmware.hal.framebuffer import MONO_VLSB, FrameBuffer
from tests.firmware.golden import calls

GOLDEN = Path(__file__).parent / "golden" / "calls.txt"


def drawn(width: int, height: int, name: str, *arguments: object) -> list[str]:
    """Call one method on an empty canvas, and give its rows."""
    buffer = bytearray(width * ((height + 7) // 8))
    target = FrameBuffer(buffer, width, height, MONO_VLSB)
    getattr(target, name)(*arguments)
    return ["".join(".#"[target.pixel(x, y) or 0] for x in range(width)) for y in range(height)]


def test_thousands_of_calls_end_as_in_micropython() -> None:
    """The checksums after every batch are those that MicroPython's framebuf gave."""
    assert calls.checksums() == GOLDEN.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    ("call", "rows"),
    [
        (("pixel", 1, 1, 1), ["....", ".#..", "...."]),
        (("hline", -2, 0, 4, 1), ["##..", "....", "...."]),
        (("vline", 3, 1, 99, 1), ["....", "...#", "...#"]),
        (("rect", 0, 0, 4, 3, 1), ["####", "#..#", "####"]),
        (("rect", 0, 0, 4, 3, 1, True), ["####", "####", "####"]),
        (("fill_rect", 1, 1, 0, 5, 1), ["....", "....", "...."]),
        (("line", 0, 0, 3, 2, 1), ["#...", ".##.", "...#"]),
        (("ellipse", 1, 1, 1, 1, 1), [".#..", "#.#.", ".#.."]),
        (("ellipse", 1, 1, 1, 1, 1, True), [".#..", "###.", ".#.."]),
        (("ellipse", 1, 1, 1, 1, 1, True, 1), [".#..", ".##.", "...."]),
        (("ellipse", 1, 1, 0, 0, 1, False, 0), ["....", "....", "...."]),
        (("blit", (b"\x03\x05", 2, 3, MONO_VLSB), 2, 0), ["..##", "..#.", "...#"]),
    ],
    ids=lambda part: part[0] if isinstance(part, tuple) else "",
)
def test_a_call_draws_these_points(call: tuple[str, object], rows: list[str]) -> None:
    """The points, and their clipping, seen by eye."""
    assert drawn(4, 3, *call) == rows


def test_letters_are_the_fonts_and_what_it_lacks_is_a_grey_box() -> None:
    """A byte that is no ASCII is the last glyph; a text ends at its first NUL, as in C."""
    assert drawn(24, 8, "text", "A\u00e4", 0, 0) == drawn(24, 8, "text", "A\x7f\x7f", 0, 0)
    assert drawn(16, 8, "text", "A\x00B", 0, 0) == drawn(16, 8, "text", "A", 0, 0)
    assert drawn(8, 8, "text", "I", 0, 0) == [
        "..####..",
        "...##...",
        "...##...",
        "...##...",
        "...##...",
        "...##...",
        "..####..",
        "........",
    ]
    assert len(COLUMNS) == 8 * (LAST - FIRST + 1)


def test_a_point_outside_cannot_be_told() -> None:
    """As in MicroPython, and it cannot be set either."""
    target = FrameBuffer(bytearray(8), 8, 8, MONO_VLSB)
    target.fill(1)
    assert (target.pixel(0, 0), target.pixel(8, 0), target.pixel(0, -1)) == (1, None, None)


def test_another_format_is_refused() -> None:
    """Nobody draws what nobody can show."""
    with pytest.raises(ValueError, match="invalid format"):
        FrameBuffer(bytearray(8), 8, 8, 1)


def test_a_canvas_writes_into_the_bytes_that_the_panel_takes() -> None:
    """Eight points downwards a byte, the upper one lowest; here it is ours."""
    buffer = bytearray(128 * 64 // 8)
    target = canvas.create_canvas(buffer)
    target.pixel(127, 9, 1)
    assert isinstance(target, FrameBuffer)
    assert buffer[255] == 2
    assert sum(buffer) == 2
