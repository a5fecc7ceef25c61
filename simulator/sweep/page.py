"""The findings of a sweep as one page, which needs nothing but itself.

It looks like the report of a day: the style is the same file. The words stand in ``page.html.j2``.
"""

from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from petcore.marks import MARKS
from simulator import report
from simulator.kernel.trace import Json
from simulator.sweep.findings import Findings
from simulator.sweep.telling import complaint, duration, headline

_ROOMS = (Path(__file__).parent, Path(report.__file__).parent)
_FEW = 6
_BROKEN_MAX = 200
"""So many worlds are told one by one; the others are in the journal."""


def page(preset: str, findings: Findings) -> str:
    """The whole page as HTML."""
    environment = Environment(
        loader=FileSystemLoader(_ROOMS), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    plotly: str = get_plotlyjs()
    broken = [
        (complaint(ticket, verdict), verdict.story, ticket.again)
        for ticket, verdict in findings.broken[:_BROKEN_MAX]
    ]
    return environment.get_template("sweep.html.j2").render(
        preset=preset,
        findings=findings,
        headline=headline(findings),
        broken=broken,
        more=max(0, len(findings.broken) - _BROKEN_MAX),
        marks=[(name, MARKS.get(name, ""), count) for name, count in findings.marks.items()],
        figures=figures(findings),
        duration=duration,
        plotly=Markup(plotly),  # noqa: S704 -- plotly's own script, nothing that anybody typed
    )


def figures(findings: Findings) -> Mapping[str, Json]:
    """What plotly draws, by the titles: a column for each step of a duration, a bar for each fault,
    and how many requests a student's day makes.
    """
    drawn = {
        name: _columns(dict(spread.columns))
        for name, spread in findings.spreads.items()
        if spread.total
    }
    requests = [verdict.requests_a_day for verdict in findings.verdicts if verdict.requests_a_day]
    if requests:
        drawn["requests of a student's day"] = _figure(
            {"type": "histogram", "x": requests, "nbinsx": 20}, yaxis=_whole(len(requests))
        )
    if findings.faults:
        drawn["faults by kind"] = _bars(findings.faults)
    return drawn


def _columns(counts: Mapping[str, int]) -> Json:
    # Steps are categories: "1 h" follows "30 min" whatever plotly thinks of numbers.
    x = {"type": "category", "tickangle": -45, "automargin": True}
    y = _whole(max(counts.values()))
    return _figure({"type": "bar", "x": [*counts], "y": [*counts.values()]}, xaxis=x, yaxis=y)


def _whole(most: int) -> Json:
    """An axis for counts, of which there are no halves."""
    return {"rangemode": "tozero", "tickformat": ",d", **({"dtick": 1} if most < _FEW else {})}


def _bars(counts: Mapping[str, int]) -> Json:
    rows = sorted(counts.items(), key=lambda item: item[1])
    names, values = [name for name, _ in rows], [count for _, count in rows]
    y = {"type": "category", "automargin": True}
    height = 90 + 22 * len(rows)
    return _figure(
        {"type": "bar", "orientation": "h", "x": values, "y": names}, yaxis=y, height=height
    )


def _figure(drawn: Json, height: int = 260, **layout: Json) -> Json:
    """Colours are names of the page's own, so that light and dark are one figure."""
    return {
        "data": [{**drawn, "marker": {"color": "var(--good)"}}],
        "layout": {
            "height": height,
            "margin": {"l": 46, "r": 10, "t": 6, "b": 40},
            "paper_bgcolor": "var(--paper)",
            "plot_bgcolor": "var(--paper)",
            "font": {"family": "system-ui, sans-serif", "size": 12, "color": "var(--ink)"},
            "bargap": 0.15,
            **layout,
        },
    }
