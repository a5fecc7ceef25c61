# Time to drink: a drop falls and makes rings, some times over; then it stands there and waits.

from firmware.drawing import pet, text
from firmware.drawing.panel import draw_hint, draw_pages, soonest

# Where the words end and the drop falls.
WORDS_WIDTH = 88
DROP_X = 109
SURFACE_Y = 54
ROWS = 3

STEP_MS = 100
FALL_STEPS = 8
ROUND_STEPS = 15
# A ring widens until it reaches the rim; a second one follows it.
RINGS = 6
RING_DELAY_STEPS = 3
SPLASH_STEPS = 3
FALLS_FOR_MS = 6_000


def draw(canvas, scene: tuple, left_ms: int, age_ms: int) -> int | None:
    title = text.lines_of(scene[1], WORDS_WIDTH, 1)
    for line in title:
        text.write(canvas, line, 0, 1)
    canvas.hline(0, 11, WORDS_WIDTH - 4, 1)
    lines = text.lines_of(scene[2], WORDS_WIDTH, ROWS * text.PAGES_MAX)
    shown, pages, turn = text.page_of(lines, ROWS, age_ms)
    for row in range(len(shown)):
        text.write(canvas, shown[row], 0, 16 + row * text.LINE_HEIGHT)
    draw_hint(canvas, "1", "Done", 0, 54)
    draw_pages(canvas, pages, age_ms, WORDS_WIDTH - 2, 58)
    moves = _falls if age_ms < FALLS_FOR_MS else _waits
    return soonest(turn, moves(canvas, age_ms))


def _falls(canvas, age_ms: int) -> int:
    step = age_ms // STEP_MS % ROUND_STEPS
    canvas.ellipse(DROP_X, SURFACE_Y, 18, 5, 1)
    if step < FALL_STEPS:
        _drop(canvas, 8 + 40 * step * step // (FALL_STEPS * FALL_STEPS), 4)
    else:
        _rings(canvas, step - FALL_STEPS)
    return STEP_MS - age_ms % STEP_MS


def _rings(canvas, step: int) -> None:
    for ring in (step, step - RING_DELAY_STEPS):
        if 0 <= ring < RINGS:
            canvas.ellipse(DROP_X, SURFACE_Y, 2 + 3 * ring, 1 + ring * 2 // 3, 1)
    if step < SPLASH_STEPS:
        for side in (-1, 1):
            canvas.fill_rect(DROP_X + side * (3 + 3 * step), SURFACE_Y - 6 - 3 * step, 2, 2, 1)


def _waits(canvas, age_ms: int) -> int:
    shut, stand = pet.blink(age_ms)
    _drop(canvas, 42, 15)
    for side in (-1, 1):
        x = DROP_X + side * 6
        if shut:
            canvas.hline(x - 1, 43, 3, 0)
        else:
            canvas.fill_rect(x - 1, 39, 3, 6, 0)
            canvas.pixel(x + 1, 40, 1)
    canvas.ellipse(DROP_X, 48, 4, 3, 0, False, pet.LOWER)
    return stand


# A ball with a point, twice as far above its middle as the ball is wide.
def _drop(canvas, y: int, radius: int) -> None:
    canvas.ellipse(DROP_X, y, radius, radius, 1, True)
    point = 2 * radius
    for row in range(point - radius // 2):
        half = (2 * row * row + 3 * row * point) * radius // (4 * point * point)
        canvas.hline(DROP_X - half, y - point + row, 2 * half + 1, 1)
