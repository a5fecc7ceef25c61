"""The timeline's rows as traces of plotly: what is drawn in them, apart from where they stand.

Colours are written as the names of the page's own, ``var(--cut)``; instants are hours since the
world began. What somebody typed is escaped, for plotly reads a little HTML.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from simulator.kernel.trace import Json
from simulator.report.looks import known, look_of
from simulator.report.rows import Curve, Row, label_of
from simulator.report.story import Mark, Span
from simulator.report.wall import Wall

_HOUR_MS = 3_600_000
_THOUSAND = 1000


def hours(at: int) -> float:
    """Milliseconds as hours, exact enough for an axis."""
    return round(at / _HOUR_MS, 5)


def colour(look: str) -> str:
    """The colour of a look, by the name that it has in the page."""
    return f"var(--{known(look).replace('_', '-')})"


def axis_name(place: int, prefix: str) -> str:
    """What plotly calls the axis of the row at ``place``, from 0."""
    return f"{prefix}{place + 1}" if place else prefix


def traces_of(place: int, row: Row, wall: Wall) -> Iterator[Json]:
    """All that is drawn in the row at ``place``, from 0."""
    axis = {"yaxis": axis_name(place, "y"), "xaxis": "x", "showlegend": False}
    if row.level is not None:
        yield {**_level(row.level), **axis}
    for look in row.key:
        spans = [span for span in row.spans if span.look == look]
        marks = [mark for mark in row.marks if mark.look == look]
        if spans:
            yield {**_bars(look, spans, wall, is_labelled=row.is_labelled), **axis}
        if marks:
            yield {**_reaches(look, marks), **axis}
            yield {**_symbols(look, marks, wall), **axis}
    for curve in row.curves:
        yield {**_curve(curve, wall), **axis}


def _level(level: int) -> Json:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [-24, 24 * 366],
        "y": [level / _THOUSAND] * 2,
        "line": {"color": colour("high"), "width": 1, "dash": "dash"},
        "hoverinfo": "skip",
    }


def _bars(look: str, spans: Sequence[Span], wall: Wall, *, is_labelled: bool) -> Json:
    lines = [label_of(span) if is_labelled else [] for span in spans]
    return {
        "type": "bar",
        "orientation": "h",
        "base": [hours(span.start) for span in spans],
        "x": [hours(span.ms) for span in spans],
        "y": [0.5] * len(spans),
        "width": 1,
        "marker": {"color": colour(look), "line": {"width": 0.5, "color": "var(--paper)"}},
        "text": ["<br>".join(escape(line, quote=False) for line in label) for label in lines],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "constraintext": "inside",
        "textfont": {"color": "var(--ink)"},
        "hovertext": [_of_span(span, wall) for span in spans],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _reaches(look: str, marks: Sequence[Mark]) -> Json:
    """A thin line from each mark to where somebody reacted."""
    ends = [(mark.at, mark.until) for mark in marks if mark.until is not None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [x for start, end in ends for x in (hours(start), hours(end), None)],
        "y": [y for _ in ends for y in (0.5, 0.5, None)],
        "line": {"color": colour(look), "width": 3},
        "hoverinfo": "skip",
    }


def _symbols(look: str, marks: Sequence[Mark], wall: Wall) -> Json:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [hours(mark.at) for mark in marks],
        "y": [0.5] * len(marks),
        "marker": {
            "symbol": look_of(look).symbol,
            "size": 13,
            "color": colour(look),
            "line": {"width": 1.2, "color": colour(look)},
        },
        "opacity": 0.4 if look == "lost" else 1,
        "hovertext": [_of_mark(mark, wall) for mark in marks],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _curve(curve: Curve, wall: Wall) -> Json:
    drawn: Mapping[str, object] = (
        {"mode": "lines", "line": {"color": colour(curve.look), "width": 2.5}}
        if curve.is_line
        else {"mode": "markers", "marker": _dot(curve.look)}
    )
    words = escape(look_of(curve.look).words.partition(",")[0], quote=False)
    return {
        "type": "scatter",
        "x": [hours(point.at) for point in curve.points],
        "y": [None if point.value is None else point.value / _THOUSAND for point in curve.points],
        "text": [wall.clock(point.at) for point in curve.points],
        "hovertemplate": f"%{{text}} · %{{y:.2f}}<br>{words}<extra></extra>",
        "connectgaps": False,
        **drawn,
    }


def _dot(look: str) -> Json:
    return {"symbol": look_of(look).symbol, "size": 5, "color": colour(look)}


def _of_span(span: Span, wall: Wall) -> str:
    words = escape(span.words or look_of(span.look).words, quote=False)
    return f"{words}<br>{wall.clock(span.start)} to {wall.clock(span.end)}"


def _of_mark(mark: Mark, wall: Wall) -> str:
    words = escape(mark.words, quote=False)
    until = f" ({wall.clock(mark.until)})" if mark.until is not None else ""
    lines = [
        f"{wall.clock(mark.at)} · {look_of(mark.look).words}{until}",
        *([words] if words else []),
    ]
    return "<br>".join(lines)
