# The pet itself: a round head with a seedling on it, in two sizes. A pose is what its eyes, its
# mouth and its leaves do; which one it takes, and when, is a scene's affair.

MONO_VLSB = 0

# Eyes.
OPEN, SHUT, HAPPY, ASLEEP, WORRIED = range(5)
# Mouths.
SMILE, CAT, TALK, SMALL, SAD = range(5)

# Quadrants of an ellipse, as framebuf counts them.
UPPER, LOWER = 3, 12

# Leaves: bytes, width, height, the column of the stem.
BIG_UP = (
    (
        b"\x06\x1f\x3f\x3f\x7f\x7e\xfc\xf8\xf0\xe0\xc0\x00\xe0\xf0\xf8\xfc"
        b"\xfe\x7f\x7f\x3f\x0e\x00\x00\x00\x00\x00\x00\x00\x00\x01\x01\x0f"
        b"\x0e\x03\x01\x00\x00\x00\x00\x00\x00\x00"
    ),
    21,
    12,
    10,
)
BIG_DOWN = (
    (
        b"\xe0\xfc\x02\x02\x01\x01\x01\x01\x01\x72\xfa\xfc\xf8\xf8\x70\x00"
        b"\x03\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    ),
    16,
    10,
    1,
)
SMALL_UP = (b"\x06\x0f\x0f\x1e\x1c\x60\x1c\x1e\x0f\x0f\x07", 11, 7, 5)
SMALL_DOWN = (b"\x38\x06\x01\x01\x0d\x1e\x1c\x08", 8, 6, 1)

BLINK_PERIOD_MS = 5_000
BLINK_MS = 140


# Whether the eyes are shut at this moment, and how long that stays so.
def blink(age_ms: int) -> tuple:
    until_open = BLINK_PERIOD_MS - age_ms % BLINK_PERIOD_MS
    if until_open <= BLINK_MS:
        return True, until_open
    return False, until_open - BLINK_MS


# The head's middle at (x, y): 73 points wide, 45 high, 11 more with its leaves. `look` shifts the
# eyes to a side.
def draw_big(canvas, x: int, y: int, eyes: int, mouth: int, look: int = 0) -> None:
    _leaves(canvas, x, y - 21, BIG_DOWN if eyes == ASLEEP else BIG_UP)
    canvas.ellipse(x - 8, y, 28, 22, 1, True)
    canvas.ellipse(x + 8, y, 28, 22, 1, True)
    canvas.fill_rect(x - 8, y - 22, 17, 45, 1)
    for side in (-1, 1):
        eye_x = x + side * 14 + look
        _big_eye(canvas, eye_x, y - 3, eyes, side)
        _blush(canvas, x + side * 24 + look // 2, y + 7)
    _big_mouth(canvas, x + look, y + 9, mouth)


# The same, 31 points wide and 23 high, 6 more with its leaves.
def draw_small(canvas, x: int, y: int, eyes: int, mouth: int, look: int = 0) -> None:
    _leaves(canvas, x, y - 10, SMALL_DOWN if eyes in (ASLEEP, WORRIED) else SMALL_UP)
    canvas.ellipse(x - 3, y, 12, 11, 1, True)
    canvas.ellipse(x + 3, y, 12, 11, 1, True)
    for side in (-1, 1):
        _small_eye(canvas, x + side * 6 + look, y - 2, eyes, side)
    _small_mouth(canvas, x + look, y + 4, mouth)


def _leaves(canvas, x: int, bottom: int, leaves: tuple) -> None:
    picture, width, height, stem = leaves
    canvas.blit((picture, width, height, MONO_VLSB), x - stem, bottom - height, 0)


def _big_eye(canvas, x: int, y: int, eyes: int, side: int) -> None:
    if eyes == SHUT:
        canvas.fill_rect(x - 4, y, 9, 2, 0)
    elif eyes == HAPPY:
        _thick_arc(canvas, x, y + 2, 5, 5, UPPER)
    elif eyes == ASLEEP:
        _thick_arc(canvas, x, y - 1, 5, 3, LOWER)
    else:
        canvas.ellipse(x, y, 4, 6, 0, True)
        canvas.fill_rect(x, y - 4, 3, 3, 1)
        canvas.fill_rect(x - 2, y + 2, 2, 2, 1)
        if eyes == WORRIED:
            _brow(canvas, x, y - 9, 4, side)


def _big_mouth(canvas, x: int, y: int, mouth: int) -> None:
    if mouth == CAT:
        canvas.ellipse(x - 3, y, 3, 3, 0, False, LOWER)
        canvas.ellipse(x + 3, y, 3, 3, 0, False, LOWER)
    elif mouth == TALK:
        canvas.ellipse(x, y, 5, 6, 0, True, LOWER)
    elif mouth == SMALL:
        canvas.ellipse(x, y + 2, 2, 2, 0, True)
    else:
        _thick_arc(canvas, x, y, 5, 4, LOWER if mouth == SMILE else UPPER)


def _small_eye(canvas, x: int, y: int, eyes: int, side: int) -> None:
    if eyes == SHUT:
        canvas.hline(x - 1, y + 1, 3, 0)
    elif eyes == HAPPY:
        canvas.ellipse(x, y + 1, 2, 2, 0, False, UPPER)
    elif eyes == ASLEEP:
        canvas.ellipse(x, y, 2, 1, 0, False, LOWER)
    else:
        canvas.fill_rect(x - 1, y - 2, 3, 5, 0)
        canvas.pixel(x + 1, y - 1, 1)
        if eyes == WORRIED:
            canvas.line(x - side, y - 6, x + side * 2, y - 4, 0)


def _small_mouth(canvas, x: int, y: int, mouth: int) -> None:
    if mouth == CAT:
        canvas.ellipse(x - 2, y, 2, 1, 0, False, LOWER)
        canvas.ellipse(x + 2, y, 2, 1, 0, False, LOWER)
    elif mouth == TALK:
        canvas.ellipse(x, y, 2, 3, 0, True, LOWER)
    elif mouth == SMALL:
        canvas.fill_rect(x - 1, y, 2, 2, 0)
    elif mouth == SMILE:
        canvas.ellipse(x, y, 3, 2, 0, False, LOWER)
    else:
        canvas.ellipse(x, y + 2, 3, 2, 0, False, UPPER)


def _thick_arc(canvas, x: int, y: int, across: int, down: int, quadrants: int) -> None:
    canvas.ellipse(x, y, across, down, 0, False, quadrants)
    canvas.ellipse(x, y + 1, across, down, 0, False, quadrants)


# Raised at its inner end, as of one who worries.
def _brow(canvas, x: int, y: int, half: int, side: int) -> None:
    for row in (0, 1):
        canvas.line(x - side * half, y + row, x + side * half, y + half + row - 1, 0)


def _blush(canvas, x: int, y: int) -> None:
    for left in (-3, 0, 3):
        canvas.line(x + left - 1, y + 2, x + left + 1, y - 1, 0)
