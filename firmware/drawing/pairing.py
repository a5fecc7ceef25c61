# The pet wants to belong to somebody: the code that its owner confirms, as large as it goes.

from firmware.drawing import pet, text
from firmware.drawing.panel import WIDTH, draw_hint, hint_width, right_of, soonest

# A code in one row: where it stands, and how high a point of a letter becomes; one in two rows.
ONE_ROW = (15, 3)
TWO_ROWS = ((10, 2), (27, 2))
POINT_WIDTH = 2
LETTER_SIZE = 8
SMALL_Y = 56
DASH_WIDTH = 6
DOT_MS = 500
# A server that does not answer for so long may not do so for days.
PATIENCE_MS = 60_000
SLOW_DOT_MS = 3_000


def draw(canvas, scene: tuple, left_ms: int, age_ms: int) -> int | None:
    words = "Confirm this code" if scene[1] else "Asking for a code"
    right = right_of(scene[3])
    text.write_centred(canvas, text.lines_of(words, right, 1)[0], 0, right, 1)
    draw_hint(canvas, "2", "Info", WIDTH - hint_width("Info"), 54)
    shut, stand = pet.blink(age_ms)
    eyes = pet.WORRIED if scene[3] else pet.OPEN
    pet.draw_small(canvas, 64, 59, pet.SHUT if shut else eyes, pet.SMILE)
    if scene[1]:
        _code(canvas, text.fold(scene[1]).replace("\n", " "))
        return stand
    return soonest(stand, _dots(canvas, age_ms))


# Two letters are wider than the others: a code with many of them takes a row for each half.
def _code(canvas, code: str) -> None:
    rows = code.split("-")
    if _width(code) <= WIDTH:
        _row(canvas, code, ONE_ROW)
    elif len(rows) == len(TWO_ROWS) and max([_width(row) for row in rows]) <= WIDTH:
        for at in range(len(rows)):
            _row(canvas, rows[at], TWO_ROWS[at])
    else:
        for line in text.lines_of(code, WIDTH, 1):
            text.write_centred(canvas, line, 0, WIDTH, ONE_ROW[0])


def _row(canvas, letters: str, place: tuple) -> None:
    x = (WIDTH - _width(letters)) // 2
    for char in letters:
        _large(canvas, char, x, place[0], place[1])
        x += _letter_width(char)


def _width(letters: str) -> int:
    return sum([_letter_width(char) for char in letters]) - POINT_WIDTH


def _letter_width(char: str) -> int:
    return DASH_WIDTH + 4 if char == "-" else text.width_of(char) * POINT_WIDTH


# Drawn small in the lower left corner, read there and drawn large.
def _large(canvas, char: str, x: int, y: int, point_height: int) -> None:
    if char == "-":
        canvas.fill_rect(x, y + 3 * point_height, DASH_WIDTH, point_height, 1)
        return
    text.write(canvas, char, 0, SMALL_Y)
    for column in range(LETTER_SIZE):
        for row in range(LETTER_SIZE):
            if canvas.pixel(column, SMALL_Y + row):
                left, top = x + column * POINT_WIDTH, y + row * point_height
                canvas.fill_rect(left, top, POINT_WIDTH, point_height, 1)
    canvas.fill_rect(0, SMALL_Y, LETTER_SIZE, LETTER_SIZE, 0)


# Three places, of which one, two, three and then none are filled.
def _dots(canvas, age_ms: int) -> int:
    dot_ms = DOT_MS if age_ms < PATIENCE_MS else SLOW_DOT_MS
    filled = age_ms // dot_ms % 4
    for dot in range(3):
        canvas.ellipse(44 + 20 * dot, 26, 4, 4, 1, dot < filled)
    return dot_ms - age_ms % dot_ms
