"""The pet's screen as a picture: 128 by 64 pixels, lit or not, as an SSD1306 shows them.

This is a plain rendering of what a scene says. The board's own drawing is the firmware's business.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import cache
from io import BytesIO
from textwrap import wrap

from PIL import Image, ImageDraw, ImageFont

from simulator.report.story import Scene

WIDTH, HEIGHT = 128, 64
_LIT = 1
_CHAR_W, _CHAR_H = 6, 11
_PALETTE = (6, 10, 16, 205, 233, 255)
"""Red, green and blue of a dark pixel and of a lit one."""
_DIGITS_SCALE = 4


@cache
def render(scene: Scene) -> Image.Image:
    """The picture of ``scene``: pixels 0 dark, 1 lit."""
    image = Image.new("1", (WIDTH, HEIGHT))
    screen, title, detail, is_offline = scene
    _SCREENS.get(screen, _message)(ImageDraw.Draw(image), title, detail)
    if is_offline:
        _offline_mark(ImageDraw.Draw(image))
    return image


@cache
def as_uri(scene: Scene) -> str:
    """The picture of ``scene`` as a PNG in a data URI, two pixels wide for each of the screen's."""
    image = Image.new("P", (WIDTH, HEIGHT))
    image.putpalette(_PALETTE)
    image.paste(render(scene).convert("L").point(lambda grey: grey // 255))
    file = BytesIO()
    image.resize((2 * WIDTH, 2 * HEIGHT), Image.Resampling.NEAREST).save(
        file, "PNG", bits=1, optimize=True
    )
    return f"data:image/png;base64,{b64encode(file.getvalue()).decode()}"


def _idle(draw: ImageDraw.ImageDraw, title: str, detail: str | int) -> None:
    for eye in (44, 76):
        draw.ellipse((eye, 18, eye + 8, 30), fill=_LIT)
    draw.arc((50, 26, 78, 50), 20, 160, fill=_LIT, width=2)


def _water_drop(draw: ImageDraw.ImageDraw, title: str, detail: str | int) -> None:
    draw.polygon(((20, 6), (6, 36), (34, 36)), fill=_LIT)
    draw.ellipse((5, 26, 35, 56), fill=_LIT)
    draw.arc((10, 30, 30, 51), 80, 160, fill=0, width=2)
    _lines(draw, [*_wrapped(title, 14), "", *_wrapped(detail, 14)], 44, 8)


def _break_prompt(draw: ImageDraw.ImageDraw, title: str, detail: str | int) -> None:
    draw.rectangle((0, 0, WIDTH, 13), fill=_LIT)
    _text(draw, (4, 1), title[:20], fill=0)
    _lines(draw, _wrapped(detail, 20)[:4], 4, 17)


def _pomodoro(draw: ImageDraw.ImageDraw, title: str, detail: str | int) -> None:
    digits = Image.new("1", (_CHAR_W * len(str(detail)), _CHAR_H))
    _text(ImageDraw.Draw(digits), (0, 0), str(detail), fill=_LIT)
    big = digits.resize(
        (digits.width * _DIGITS_SCALE, digits.height * _DIGITS_SCALE), Image.Resampling.NEAREST
    )
    draw.bitmap((62 - big.width, 10), big, fill=_LIT)
    _lines(draw, [title.upper(), "min left"], 72, 18)


def _message(draw: ImageDraw.ImageDraw, title: str, detail: str | int) -> None:
    lines = _wrapped(detail, 20)[:5]
    _lines(draw, lines, 4, (HEIGHT - (_CHAR_H + 1) * len(lines)) // 2)


def _offline_mark(draw: ImageDraw.ImageDraw) -> None:
    draw.rectangle((WIDTH - 46, HEIGHT - 12, WIDTH, HEIGHT), fill=_LIT)
    _text(draw, (WIDTH - 44, HEIGHT - 12), "offline", fill=0)


def _pairing(draw: ImageDraw.ImageDraw, title: str, detail: str | int) -> None:
    _lines(draw, ["confirm this code:", "", title or "..."], 8, 8)


def _status(draw: ImageDraw.ImageDraw, title: str, detail: str | int) -> None:
    _lines(draw, [line[:21] for line in str(detail).split("\n")][:5], 1, 2)


_SCREENS: Mapping[str, Callable[[ImageDraw.ImageDraw, str, str | int], None]] = {
    "IDLE": _idle,
    "PAIRING": _pairing,
    "STATUS": _status,
    "WATER_DROP": _water_drop,
    "BREAK_PROMPT": _break_prompt,
    "POMODORO_TIMER": _pomodoro,
}


@cache
def _font() -> ImageFont.ImageFont:
    return ImageFont.load_default_imagefont()


def _wrapped(text: str | int, width: int) -> list[str]:
    return wrap(str(text), width)


def _lines(draw: ImageDraw.ImageDraw, lines: list[str], left: int, top: int) -> None:
    for number, line in enumerate(lines):
        _text(draw, (left, top + number * (_CHAR_H + 1)), line, fill=_LIT)


def _text(draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, fill: int) -> None:
    # The font of the screen has the letters of Latin-1 only; for others it has a question mark.
    draw.text(at, text.encode("latin-1", "replace").decode("latin-1"), fill=fill, font=_font())
