"""The rows of the picture, each in axes of matplotlib: bars, symbols, curves, and the key."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from simulator.report.looks import look_of
from simulator.report.rows import Curve, Row, label_of
from simulator.report.story import Mark, Span

INK, FAINT, GRID = "#1b2027", "#5c6570", "#e3e7ec"
TEXT, SMALL = 14.5, 13
"""Sizes of letters in points."""
TITLE_PX = 23
"""How high the title above a row is."""
_LARGER = {"*": 1.4}
"""Markers that look smaller than others of their size."""


def draw_row(axes: Axes, row: Row, until: int, reach_px: float) -> None:
    """Draw ``row`` into ``axes``; its title stands ``reach_px`` further to the left."""
    axes.set_xlim(0, until)
    axes.set_ylim(*((-0.03, 1.06) if row.curves else (0, 1)))
    if row.curves:
        axes.set_yticks([0, 0.5, 1], ["0", ".5", "1"], size=SMALL - 2, color=FAINT)
        axes.grid(axis="y", color=GRID, linewidth=1)
    if row.level is not None:
        axes.axhline(row.level / 1000, color=look_of("high").light, linewidth=1.2, linestyle="--")
    for look in row.key:
        _bars(axes, look, [span for span in row.spans if span.look == look])
        _symbols(axes, look, [mark for mark in row.marks if mark.look == look])
    for curve in row.curves:
        _curve(axes, curve)
    for span in row.spans if row.is_labelled else ():
        _label(axes, span)
    _key(axes, row, reach_px)


def _bars(axes: Axes, look: str, spans: Sequence[Span]) -> None:
    axes.broken_barh(
        [(span.start, span.ms) for span in spans], (0, 1), color=look_of(look).light,
        edgecolor="white", linewidth=0.4,
    )  # fmt: skip


def _symbols(axes: Axes, look: str, marks: Sequence[Mark]) -> None:
    reacted = [(mark.at, mark.until) for mark in marks if mark.until is not None]
    starts, ends = [start for start, _ in reacted], [end for _, end in reacted]
    axes.hlines([0.5] * len(reacted), starts, ends, color=look_of(look).light, linewidth=3)
    x = [mark.at for mark in marks]
    symbols = _shape(look, 11)
    symbols.set_data(x, [0.5] * len(x))
    symbols.set(clip_on=False, alpha=0.35 if look == "lost" else 1, zorder=3)
    axes.add_line(symbols)


def _curve(axes: Axes, curve: Curve) -> None:
    line = Line2D([], [], color=look_of(curve.look).light, linewidth=2.6)
    drawn = line if curve.is_line else _shape(curve.look, 3.4)
    drawn.set_data(
        [point.at for point in curve.points],
        [float("nan") if point.value is None else point.value / 1000 for point in curve.points],
    )
    axes.add_line(drawn)


def _shape(look: str, size: float) -> Line2D:
    """The symbol of a look, to be set down at points."""
    shown = look_of(look)
    is_hollow = shown.symbol.endswith("-open")
    return Line2D(
        [], [], linestyle="none", marker=shown.marker, color=shown.light,
        markersize=size * _LARGER.get(shown.marker, 1),
        markerfacecolor="none" if is_hollow else shown.light,
        markeredgewidth=1.4 if is_hollow else 0,
    )  # fmt: skip


def _label(axes: Axes, span: Span) -> None:
    """The words of a span inside it, if there is room."""
    room_px = axes.transData.transform((span.ms, 0))[0] - axes.transData.transform((0, 0))[0]
    words = plain("\n".join(label_of(span)))
    for size in (SMALL, SMALL - 2):
        text = axes.text(
            (span.start + span.end) / 2, 0.48, words, size=size, color=INK,
            ha="center", va="center", linespacing=1.0,
        )  # fmt: skip
        if width_px(text) < room_px:
            return
        text.remove()


def _key(axes: Axes, row: Row, reach_px: float) -> None:
    """The row's title, and beside it what its colours and shapes mean."""
    height_px = axes.bbox.height
    title = axes.text(
        -reach_px / axes.bbox.width, 1 + TITLE_PX / 2 / height_px, row.title,
        transform=axes.transAxes, size=TEXT, weight="bold", color=INK, va="center",
    )  # fmt: skip
    after_px = width_px(title) - reach_px + 14
    axes.legend(
        handles=[_handle(row, look) for look in row.key], loc="center left", frameon=False,
        bbox_to_anchor=(after_px / axes.bbox.width, 1 + TITLE_PX / 2 / height_px),
        ncols=max(1, len(row.key)), fontsize=SMALL, labelcolor=FAINT, borderpad=0,
        borderaxespad=0, handlelength=1.1, handletextpad=0.4, columnspacing=1.1,
    )  # fmt: skip


def _handle(row: Row, key: str) -> Patch | Line2D:
    look = look_of(key)
    handle: Patch | Line2D
    if any(span.look == key for span in row.spans):
        handle = Patch(facecolor=look.light)
    elif key == "high":
        handle = Line2D([], [], color=look.light, linewidth=1.2, linestyle="--")
    elif any(curve.look == key and curve.is_line for curve in row.curves):
        handle = Line2D([], [], color=look.light, linewidth=2.6)
    else:
        handle = _shape(key, 9)
    handle.set_label(look.words)
    return handle


def width_px(text: Text) -> float:
    """How wide ``text`` will be drawn."""
    return text.get_window_extent().width


def plain(words: str) -> str:
    """``words`` such that matplotlib does not take dollars for formulas."""
    return words.replace("$", r"\$")
