# How the pet is doing, for who wants to know: a line for each fact, its name on the left and what
# is known of it on the right.

from firmware.drawing import text
from firmware.drawing.panel import WIDTH, draw_pages, draw_title, right_of

TOP = 15
ROWS = 5
# Between a name and its value.
GAP = 6
SERVER = "server"


def draw(canvas, scene: tuple, left_ms: int, age_ms: int) -> int | None:
    rows = text.kept(_rows, (scene[2],))
    shown, pages, turn = text.page_of(rows, ROWS, age_ms)
    draw_title(canvas, scene[1], scene[3])
    draw_pages(canvas, pages, age_ms, right_of(scene[3]) - 3, 4, 0)
    for at in range(len(shown)):
        name, value = shown[at]
        y = TOP + at * text.LINE_HEIGHT
        text.write(canvas, name, 0, y)
        text.write(canvas, value, WIDTH + 1 - text.width_of(value), y)
    return turn


# (name, value): two rows of one fact when it is too long for one, and more for a very long value.
def _rows(detail: str) -> list:
    rows: list = []
    for line in text.fold(detail).split("\n"):
        if len(rows) >= ROWS * text.PAGES_MAX:
            break
        name, _, value = line.partition(" ")
        rows += _rows_of(name, value)
    return rows[: ROWS * text.PAGES_MAX]


def _rows_of(name: str, value: str) -> list:
    if text.width_of(name) + text.width_of(value) + GAP <= WIDTH:
        return [(name, value)]
    rows = [(line, "") for line in text.lines_of(name, WIDTH, 2)]
    return rows + [("", line) for line in text.lines_of(_parted(name, value), WIDTH, ROWS)]


# A port that is cut in two would be read as another one.
def _parted(name: str, value: str) -> str:
    if name != SERVER or text.width_of(value) <= WIDTH:
        return value
    at = max(0, value.rfind(":"))
    return f"{value[:at]} {value[at:]}"
