# Somebody talks with the pet: it listens, all ears, or thinks of what it has heard. What it answers
# is a message. While sound goes to and fro there is little time to draw: few frames, and no blink.

from firmware.drawing import pet, text
from firmware.drawing.panel import right_of

LISTENING = "listening"
# Of each bar a wave, how high it is at each step.
STEP_MS = 500
WAVE = (4, 10, 18, 26, 16, 8, 12, 22)
BARS = 5
BAR_PITCH = 8
BARS_LEFT = 88
MIDDLE = 40

ROWS = 3
DOTS = 3
DOT_MS = 1_000


def draw(canvas, scene: tuple, left_ms: int, age_ms: int) -> int | None:
    if scene[1] == LISTENING:
        return _listening(canvas, age_ms)
    return _thinking(canvas, scene, age_ms)


def _listening(canvas, age_ms: int) -> int:
    pet.draw_big(canvas, 40, 39, pet.OPEN, pet.SMALL, 3)
    step = age_ms // STEP_MS
    for bar in range(BARS):
        height = WAVE[(step + 3 * bar) % len(WAVE)]
        canvas.fill_rect(BARS_LEFT + bar * BAR_PITCH, MIDDLE - height // 2, 4, height, 1)
    return STEP_MS - age_ms % STEP_MS


# What it has heard, if it knows that already, and one dot more at a time.
def _thinking(canvas, scene: tuple, age_ms: int) -> int:
    lines = text.lines_of(scene[2], right_of(scene[3]), ROWS)
    for row in range(len(lines)):
        text.write(canvas, lines[row], 0, row * text.LINE_HEIGHT)
    pet.draw_small(canvas, 48, 51, pet.OPEN, pet.SMALL, 3)
    for dot in range(age_ms // DOT_MS % (DOTS + 1)):
        canvas.ellipse(74 + 12 * dot, 50, 3, 3, 1, True)
    return DOT_MS - age_ms % DOT_MS
