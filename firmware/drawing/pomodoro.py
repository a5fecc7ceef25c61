# The count of a Pomodoro: minutes and seconds, a square for every minute that is left, and the pet,
# which works along and rests along.

from firmware.drawing import digits, pet, text

SECOND_MS = 1_000
SHOWN_MAX_S = 99 * 60 + 59
# How often it blinks, in seconds, and for how long.
BLINK_EVERY_S = 6
BLINK_MS = 140

NAME_WIDTH = 80
SQUARES_IN_ROW = 32
SQUARES_MAX = 64
SQUARE_PITCH = 4


def draw(canvas, scene: tuple, left_ms: int, age_ms: int) -> int | None:
    seconds = min((left_ms + SECOND_MS - 1) // SECOND_MS, SHOWN_MAX_S)
    for name in text.lines_of(scene[1], NAME_WIDTH, 1):
        text.write(canvas, name[:1].upper() + name[1:], 0, 1)
    digits.draw_count(canvas, seconds // 60, seconds % 60, 1, 14)
    _squares(canvas, seconds)
    until_s = (left_ms - 1) % SECOND_MS + 1
    shut = seconds % BLINK_EVERY_S == 0 and until_s > SECOND_MS - BLINK_MS
    _pet(canvas, scene[1], scene[3], shut or left_ms == 0)
    if left_ms == 0:
        return None
    return until_s - (SECOND_MS - BLINK_MS) if shut else until_s


def _pet(canvas, phase: str, offline: bool, shut: bool) -> None:
    if offline:
        pet.draw_small(canvas, 108, 30, pet.SHUT if shut else pet.WORRIED, pet.SAD)
    elif phase == "break":
        pet.draw_small(canvas, 108, 30, pet.SHUT if shut else pet.HAPPY, pet.TALK)
    else:
        pet.draw_small(canvas, 108, 30, pet.SHUT if shut else pet.OPEN, pet.SMALL, -3)


# The last one shrinks as its minute passes.
def _squares(canvas, seconds: int) -> None:
    minutes = min((seconds + 59) // 60, SQUARES_MAX)
    for square in range(minutes):
        x = square % SQUARES_IN_ROW * SQUARE_PITCH
        y = 51 + square // SQUARES_IN_ROW * 6
        canvas.fill_rect(x, y, 3, 4, 1)
    if minutes and seconds <= SQUARES_MAX * 60:
        gone = 3 - ((seconds - 1) % 60) // 15
        canvas.fill_rect(x, y, 3, gone, 0)
