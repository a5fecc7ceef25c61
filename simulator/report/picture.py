"""The report as one picture, for a README: the rows of the page, on light, at a fixed size.

Importing this takes seconds, for it brings in matplotlib; import it when a picture is wanted.
"""

from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap
from warnings import catch_warnings, filterwarnings

from matplotlib import rc_context, rcParamsDefault
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.text import Text

from simulator.kernel.trace import Json
from simulator.report.looks import look_of
from simulator.report.panel import HEIGHT, WIDTH, render
from simulator.report.rows import Row, rows_of, screen_look
from simulator.report.sentences import headline
from simulator.report.story import Stay, Story
from simulator.report.strips import (
    FAINT,
    GRID,
    INK,
    SMALL,
    TEXT,
    TITLE_PX,
    draw_row,
    plain,
    width_px,
)
from simulator.report.verdicts import judgement

SIZE_PX = (1600, 1100)
_DPI = 100
_GOOD, _BAD = ("#00694b", "#e4f5ee"), ("#a3330a", "#fdebe4")
_SCREEN_COLOURS = ListedColormap(["#060a10", "#cde9ff"])
_LEFT_PX, _RIGHT_PX, _MARGIN_PX = 52, 1580, 20
_TOP_PX, _BOTTOM_PX = 172, 908
"""Where the rows begin and end, from the top of the picture."""
_GAP_PX = 4
_LETTERS = 148
_TICK_HOURS = (2, 6, 24, 48, 72, 168)
_TICKS_MAX = 16
_SCREENS_MAX = 6
_SCREENS = ("WATER_DROP", "POMODORO_TIMER", "BREAK_PROMPT", "MESSAGE", "IDLE", "offline", "dark")
"""Which screens are worth showing, the most telling first."""


def draw(story: Story, summary: Json, path: Path) -> None:
    """Write the picture of ``story`` to ``path``, a PNG of ``SIZE_PX``."""
    # Whatever styles the machine's user likes: the picture is the same everywhere. A letter that
    # the font lacks is drawn as a box, without a warning.
    with rc_context(rcParamsDefault), catch_warnings():
        filterwarnings("ignore", "Glyph ")
        _drawn(story, summary).savefig(path, metadata={"Software": None})


def _drawn(story: Story, summary: Json) -> Figure:
    figure = Figure(figsize=(SIZE_PX[0] / _DPI, SIZE_PX[1] / _DPI), dpi=_DPI, facecolor="white")
    FigureCanvasAgg(figure)  # becomes the canvas of the figure, by which texts are measured
    rows = rows_of(story)
    _head(figure, story, summary)
    _ground(figure, story, rows)
    scale = _scale(rows)
    top = float(_TOP_PX)
    for row in rows:
        axes = _box(figure, _LEFT_PX, top + TITLE_PX, _RIGHT_PX - _LEFT_PX, row.height * scale)
        draw_row(axes, row, story.until, _LEFT_PX - _MARGIN_PX)
        top += TITLE_PX + row.height * scale + _GAP_PX
    _screens(figure, story)
    return figure


def _scale(rows: Sequence[Row]) -> float:
    """How many pixels of the picture a pixel of a row's height has."""
    titles = len(rows) * (TITLE_PX + _GAP_PX)
    return (_BOTTOM_PX - _TOP_PX - titles) / sum(row.height for row in rows)


def _box(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Axes without any ornament. All in pixels, ``top`` from the top of the picture."""
    across, down = SIZE_PX
    place = (left / across, 1 - (top + height) / down, width / across, height / down)
    axes = figure.add_axes(place, facecolor="none")
    axes.tick_params(left=False, bottom=False, labelbottom=False)
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)
    return axes


def _head(figure: Figure, story: Story, summary: Json) -> None:
    first, *others = headline(story)
    title = _words(figure, 34, first, size=21, weight="bold")
    room_px = _RIGHT_PX - _MARGIN_PX
    title.set_fontsize(21 * min(1.0, room_px / width_px(title)))
    lines = wrap(" ".join(others), _LETTERS)[:3]
    for place, line in enumerate(lines):
        _words(figure, 66 + 25 * place, line, size=TEXT)
    verdict = judgement(summary, story.wall)
    colour, card = _GOOD if verdict.is_good else _BAD
    words = _words(figure, 74 + 25 * len(lines), verdict.words, size=TEXT, weight="bold")
    words.set_color(colour)
    words.set_bbox({"facecolor": card, "edgecolor": "none", "boxstyle": "round,pad=0.35"})


def _words(
    figure: Figure, middle_px: float, text: str, size: float, weight: str = "normal"
) -> Text:
    left, height = _MARGIN_PX / SIZE_PX[0], 1 - middle_px / SIZE_PX[1]
    return figure.text(left, height, plain(text), size=size, weight=weight, color=INK, va="center")


def _ground(figure: Figure, story: Story, rows: Sequence[Row]) -> None:
    """What lies behind all rows: the clock at home, and the cuts of the network."""
    axes = _box(figure, _LEFT_PX, _TOP_PX, _RIGHT_PX - _LEFT_PX, _BOTTOM_PX - _TOP_PX)
    axes.set_xlim(0, story.until)
    # A label at the very end would reach out of the picture.
    many = [story.wall.ticks(story.until * 98 // 100, hours * 60) for hours in _TICK_HOURS]
    ticks = next((ticks for ticks in many if len(ticks) <= _TICKS_MAX), many[-1])
    axes.set_xticks([tick.at for tick in ticks], [tick.label for tick in ticks])
    axes.tick_params(labelbottom=True, labelsize=SMALL, labelcolor=INK)
    axes.grid(axis="x", color=GRID, linewidth=1)
    for span in (span for row in rows for span in row.spans if span.look == "cut"):
        axes.axvspan(span.start, span.end, color=look_of("cut").light, alpha=0.25, linewidth=0)


def _screens(figure: Figure, story: Story) -> None:
    """A few of the scenes that the pet's screen showed."""
    step = (_RIGHT_PX - _MARGIN_PX) / _SCREENS_MAX
    for place, stay in enumerate(_telling(story.stays)):
        axes = _box(figure, _MARGIN_PX + place * step, 950, 1.8 * WIDTH, 1.8 * HEIGHT)
        axes.imshow(render(stay.scene).convert("L"), cmap=_SCREEN_COLOURS, vmin=0, vmax=255)
        words = f"{story.wall.clock(stay.start)}  {look_of(screen_look(stay)).words}"
        axes.text(0, HEIGHT + 4, words, size=SMALL, color=FAINT, va="top")


def _telling(stays: Sequence[Stay]) -> list[Stay]:
    """The first of each kind of screen, as many as there is room for, in the order of time."""
    first: dict[str, Stay] = {}
    for stay in stays:
        first.setdefault(screen_look(stay), stay)
    kinds = [look for look in _SCREENS if look in first][:_SCREENS_MAX]
    return sorted((first[look] for look in kinds), key=lambda stay: stay.start)
