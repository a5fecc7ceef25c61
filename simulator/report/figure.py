"""The timeline as a figure of plotly: plain JSON, which the page's script themes and draws.

Colours are names of the page's own, so that light and dark are one figure. Rows stand below one
another on one axis of hours since the world began. There are two layouts, for a wide and for a
narrow window; the key of a row stands in its title.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from simulator.kernel.trace import Json
from simulator.report.looks import look_of
from simulator.report.rows import Row
from simulator.report.traces import axis_name, colour, hours, traces_of
from simulator.report.wall import Wall

_STEPS_MIN = (15, 60, 120, 180, 360, 720, 1440)
_TICKS_MAX = 500
_LABEL_MIN = 10
"""Points; a label that fits its bar only if smaller is left out."""
_LINE_PX, _SPACE_PX, _TOP_PX, _BOTTOM_PX = 18, 12, 2, 34
_SHAPES = {
    "square": "■", "circle": "●", "circle-open": "○", "diamond": "◆", "x": "✖",
    "triangle-up": "▲", "star": "★", "line-ns-open": "|",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Frame:
    """What differs between windows: letters in a line of a title, pixels beside the rows."""

    letters: int
    left: int
    right: int
    font: int


WIDE, NARROW = Frame(125, 30, 14, 13), Frame(46, 26, 8, 12)


def figure(rows: Sequence[Row], wall: Wall, until: int) -> Json:
    """All that the page's script needs: traces, both layouts, and ticks for every zoom."""
    return {
        "data": [trace for place, row in enumerate(rows) for trace in traces_of(place, row, wall)],
        "wide": _layout(rows, until, WIDE),
        "narrow": _layout(rows, until, NARROW),
        "ticks": {
            str(every): [[hours(tick.at), tick.label] for tick in ticks]
            for every in _STEPS_MIN
            if len(ticks := wall.ticks(until, every)) <= _TICKS_MAX
        },
        "days": _days(wall, until),
    }


def _days(wall: Wall, until: int) -> list[Json]:
    edges = [*wall.midnights(until - 1), until]
    return [
        {
            "name": f"{wall.local(start):%a} {wall.local(start).day}",
            "range": [hours(start), hours(end)],
        }
        for start, end in pairwise(edges)
    ]


def _layout(rows: Sequence[Row], until: int, frame: Frame) -> Json:
    titles = [_title(row, frame) for row in rows]
    tops, top = [], float(_TOP_PX)
    for row, title in zip(rows, titles, strict=True):
        tops.append(top)
        top += _title_px(title) + row.height + _SPACE_PX
    inner = top - _SPACE_PX
    return {
        "height": inner + _BOTTOM_PX,
        "margin": {"l": frame.left, "r": frame.right, "t": 0, "b": _BOTTOM_PX, "pad": 0},
        "barmode": "overlay",
        "showlegend": False,
        "hovermode": "closest",
        "hoverdistance": 12,
        "paper_bgcolor": "var(--paper)",
        "plot_bgcolor": "var(--paper)",
        "font": {"family": "system-ui, sans-serif", "size": frame.font, "color": "var(--ink)"},
        "hoverlabel": {"bgcolor": "var(--card)", "font": {"color": "var(--ink)"}, "align": "left"},
        "uniformtext": {"mode": "hide", "minsize": _LABEL_MIN},
        "xaxis": _x_axis(until, len(rows)),
        **_y_axes(rows, titles, tops, inner),
        "annotations": [
            _annotation(title, top, inner, frame) for title, top in zip(titles, tops, strict=True)
        ],
        "shapes": list(_shades(rows)),
    }


def _x_axis(until: int, rows: int) -> Json:
    return {
        "range": [0, hours(until)],
        "minallowed": 0,
        "maxallowed": hours(until),
        "anchor": axis_name(rows - 1, "y"),
        "gridcolor": "var(--grid)",
        "zeroline": False,
        "showspikes": True,
        "spikemode": "across",
        "spikethickness": 1,
        "spikedash": "dot",
        "spikecolor": "var(--faint)",
        "spikesnap": "cursor",
    }


def _y_axes(
    rows: Sequence[Row], titles: Sequence[str], tops: Sequence[float], inner: float
) -> Json:
    return {
        f"yaxis{place + 1 if place else ''}": {
            "domain": _domain(top + _title_px(title), row.height, inner),
            "range": [-0.03, 1.06] if row.curves else [0, 1],
            "fixedrange": True,
            "showgrid": bool(row.curves),
            "gridcolor": "var(--grid)",
            "zeroline": False,
            "showticklabels": bool(row.curves),
            "tickvals": [0, 0.5, 1],
            "ticktext": ["0", ".5", "1"],
        }
        for place, (row, title, top) in enumerate(zip(rows, titles, tops, strict=True))
    }


def _domain(top: float, height: float, inner: float) -> list[float]:
    return [max(0.0, round(1 - (top + height) / inner, 6)), round(1 - top / inner, 6)]


def _title_px(title: str) -> int:
    return _LINE_PX * (title.count("<br>") + 1) + 3


def _title(row: Row, frame: Frame) -> str:
    """The row's title with its key, broken into lines that fit."""
    lines, room = [f"<b>{escape(row.title, quote=False)}</b>"], frame.letters - len(row.title)
    for look in row.key:
        words = look_of(look).words
        entry = f'<span style="color:{colour(look)}">{_sign(row, look)}</span> {words}'
        room -= len(words) + 5
        if room < 0:
            lines.append(entry)
            room = frame.letters - len(words) - 5
        else:
            lines[-1] += f"   {entry}"
    return "<br>".join(lines)


def _sign(row: Row, look: str) -> str:
    is_line = look == "high" or any(curve.look == look and curve.is_line for curve in row.curves)
    dashes = "╌╌" if look == "high" else "━"
    return dashes if is_line else _SHAPES[look_of(look).symbol]


def _annotation(title: str, top: float, inner: float, frame: Frame) -> Json:
    return {
        "text": title,
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "y": 1 - top / inner,
        "xanchor": "left",
        "yanchor": "top",
        "xshift": 4 - frame.left,
        "align": "left",
        "showarrow": False,
        "borderpad": 0,
        "font": {"size": frame.font},
    }


def _shades(rows: Sequence[Row]) -> Iterator[Json]:
    """Cuts of the network reach through all rows, for what goes wrong then has this reason."""
    for span in (span for row in rows for span in row.spans if span.look == "cut"):
        yield {
            "type": "rect",
            "xref": "x",
            "yref": "paper",
            "x0": hours(span.start),
            "x1": hours(span.end),
            "y0": 0,
            "y1": 1,
            "layer": "below",
            "line": {"width": 0},
            "fillcolor": colour("cut"),
            "opacity": 0.22,
        }
