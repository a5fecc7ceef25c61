# The pet says something: words in a bubble, its mouth moves while it speaks.

from firmware.drawing import pet, text
from firmware.drawing.panel import draw_pages, soonest

BUBBLE_WIDTH = 94
BUBBLE_HEIGHT = 63
ROWS = 5
PAGES_MAX = 3

SYLLABLE_MS = 180
LETTER_MS = 55
# The corners of the bubble are quarters of a circle of this radius.
CORNER = 5


def draw(canvas, scene: tuple, left_ms: int, age_ms: int) -> int | None:
    _bubble(canvas)
    lines = text.lines_of(scene[2], BUBBLE_WIDTH - 10, ROWS * PAGES_MAX)
    shown, pages, turn = text.page_of(lines, ROWS, age_ms)
    top = (BUBBLE_HEIGHT - len(shown) * text.LINE_HEIGHT) // 2 + 1
    for row in range(len(shown)):
        text.write(canvas, shown[row], 5, top + row * text.LINE_HEIGHT)
    draw_pages(canvas, pages, age_ms, BUBBLE_WIDTH - 4, 57)
    is_read = turn is None or age_ms >= pages * text.PAGE_MS
    page_ms = age_ms if is_read else age_ms % text.PAGE_MS
    return soonest(turn, _face(canvas, scene[3], shown, age_ms, page_ms))


# Speaks for as long as the words of a page take, each page once.
def _face(canvas, offline: bool, shown: list, age_ms: int, page_ms: int) -> int:
    speaks_ms = min(sum([len(line) for line in shown]) * LETTER_MS, text.PAGE_MS)
    shut, stand = pet.blink(age_ms)
    mouth = pet.SMILE
    if page_ms < speaks_ms:
        mouth = (pet.TALK, pet.SMALL)[page_ms // SYLLABLE_MS % 2]
        stand = min(stand, SYLLABLE_MS - page_ms % SYLLABLE_MS, speaks_ms - page_ms)
    eyes = pet.WORRIED if offline else pet.OPEN
    pet.draw_small(canvas, 112, 49, pet.SHUT if shut else eyes, mouth, -2)
    return stand


def _bubble(canvas) -> None:
    right, bottom = BUBBLE_WIDTH - 1, BUBBLE_HEIGHT - 1
    for x, y, quadrant in (
        (CORNER, CORNER, 2),
        (right - CORNER, CORNER, 1),
        (CORNER, bottom - CORNER, 4),
        (right - CORNER, bottom - CORNER, 8),
    ):
        canvas.ellipse(x, y, CORNER, CORNER, 1, False, quadrant)
    for y in (0, bottom):
        canvas.hline(CORNER, y, BUBBLE_WIDTH - 2 * CORNER, 1)
    for x in (0, right):
        canvas.vline(x, CORNER, BUBBLE_HEIGHT - 2 * CORNER, 1)
    canvas.vline(right, 44, 5, 0)
    canvas.line(right, 43, right + 4, 46, 1)
    canvas.line(right, 49, right + 4, 46, 1)
