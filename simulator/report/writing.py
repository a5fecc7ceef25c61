"""Writes the report of a run: a page to explore and a picture to show. A story has a chart only."""

from pathlib import Path

from markupsafe import Markup

from simulator.kernel.trace import Json, number, words
from simulator.report import PAGE, PICTURE
from simulator.report.page import page, page_of_story
from simulator.report.picture import draw
from simulator.report.sequence import chart
from simulator.report.sequence_drawing import svg
from simulator.report.telling import tell
from simulator.report.wall import Wall, wall_at


def write_report(trace: Path, summary: Json, out: Path) -> tuple[Path, Path]:
    """Write ``report.html`` and ``report.png`` into the folder ``out``; return their paths.

    ``summary`` is that of the run whose events are in ``trace``. Raises ``ValueError`` if that is
    no trace, ``OSError`` if it cannot be read or ``out`` not be written.
    """
    story = tell(trace)
    out.mkdir(parents=True, exist_ok=True)
    drawn = _chart_of_the_first(trace, summary, story.wall)
    (out / PAGE).write_text(page(story, summary, drawn), encoding="utf-8")
    draw(story, summary, out / PICTURE)
    return out / PAGE, out / PICTURE


def write_chart(
    trace: Path, date: str, zone: str, at: int, said: str, remains: list[str], path: Path
) -> None:
    """Write a page with the sequence chart of the objection that a judge ``said`` at ``at``
    (milliseconds since the world began, which was at midnight of ``date`` in ``zone``), under the
    lines of what ``remains`` of the failure. Raises as ``write_report`` does.
    """
    drawn = _drawn(trace, at, said, wall_at(date, zone))
    path.write_text(page_of_story(remains, drawn), encoding="utf-8")


def _chart_of_the_first(trace: Path, summary: Json, wall: Wall) -> Markup | None:
    """The chart of the objection that came first; None if nobody objects."""
    judges = summary.get("judges")
    objections = [
        (number(objection, "at_ms"), words(judge, "name"), words(objection, "words"))
        for judge in (judges if isinstance(judges, list) else [])
        for objection in judge["objections"][:1]
    ]
    if not objections:
        return None
    at, name, said = min(objections)
    return _drawn(trace, at, f"{name}: {said}", wall)


def _drawn(trace: Path, at: int, said: str, wall: Wall) -> Markup:
    # What was typed in a world is escaped by the template of the chart.
    return Markup(svg(chart(trace, at, said), wall))  # noqa: S704
