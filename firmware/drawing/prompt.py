# A break is proposed: what for, which button takes it, which one does not.

from firmware.drawing import pet, text
from firmware.drawing.panel import (
    WIDTH,
    draw_hint,
    draw_pages,
    draw_title,
    hint_width,
    soonest,
)

ROWS = 3
# There is room for so many dots.
PAGES_MAX = 3


def draw(canvas, scene: tuple, left_ms: int, age_ms: int) -> int | None:
    lines = text.lines_of(scene[2], WIDTH, ROWS * PAGES_MAX)
    shown, pages, turn = text.page_of(lines, ROWS, age_ms)
    draw_title(canvas, scene[1], scene[3])
    for row in range(len(shown)):
        text.write(canvas, shown[row], 0, 14 + row * text.LINE_HEIGHT)
    shut, stand = pet.blink(age_ms)
    eyes = pet.WORRIED if scene[3] else pet.OPEN
    pet.draw_small(canvas, 64, 60, pet.SHUT if shut else eyes, pet.SMILE)
    draw_hint(canvas, "1", "Yes", 0, 54)
    draw_hint(canvas, "2", "No", WIDTH - hint_width("No"), 54)
    draw_pages(canvas, pages, age_ms, 98, 58)
    return soonest(turn, stand)
