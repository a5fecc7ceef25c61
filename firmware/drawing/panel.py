# The panel that everything is drawn for, and the few signs that stand on more than one screen.

from firmware.drawing import text

WIDTH = 128
HEIGHT = 64
MONO_VLSB = 0

BAR_HEIGHT = 11
SIGN_WIDTH = 13
# Where a line beside the sign must end.
SIGN_LEFT = WIDTH - SIGN_WIDTH - 3
# A chain, broken.
LINK = b"\x1c\x22\x22\x2a\x49\x22\x00\x22\x49\x2a\x22\x22\x1c"


# The broken chain in the upper right corner: the server is not heard.
def draw_offline(canvas) -> None:
    canvas.fill_rect(SIGN_LEFT + 1, 0, WIDTH - SIGN_LEFT - 1, 9, 0)
    canvas.blit((LINK, SIGN_WIDTH, 7, MONO_VLSB), WIDTH - SIGN_WIDTH, 0)


# Where the words of the top row end.
def right_of(offline: bool) -> int:
    return SIGN_LEFT if offline else WIDTH


# A white bar with the title in black, as long as the sign leaves it.
def draw_title(canvas, title: str, offline: bool) -> None:
    right = right_of(offline)
    canvas.fill_rect(1, 0, right - 2, BAR_HEIGHT, 1)
    canvas.fill_rect(0, 1, right, BAR_HEIGHT - 2, 1)
    for line in text.lines_of(title, right - 8, 1):
        text.write(canvas, line, 4, 2, 0)


# What a button does: its number on a white key, and a word.
def draw_hint(canvas, button: str, word: str, x: int, y: int) -> None:
    canvas.fill_rect(x, y + 1, 11, 8, 1)
    canvas.fill_rect(x + 1, y, 9, 10, 1)
    text.write(canvas, button, x + 2, y + 1, 0)
    text.write(canvas, word, x + 14, y + 1)


def hint_width(word: str) -> int:
    return 14 + text.width_of(word) - 1


# A dot for every page of several, that of the shown one filled.
def draw_pages(canvas, pages: int, age_ms: int, right: int, y: int, c: int = 1) -> None:
    for page in range(pages if pages > 1 else 0):
        is_shown = age_ms // text.PAGE_MS % pages == page
        canvas.rect(right - 5 * (pages - page), y, 3, 3, c, is_shown)


# The soonest of several moments, None being never.
def soonest(*waits) -> int | None:
    known = [wait for wait in waits if wait is not None]
    return min(known) if known else None
