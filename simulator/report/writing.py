"""Writes the report of a run: a page to explore and a picture to show."""

from pathlib import Path

from simulator.kernel.trace import Json
from simulator.report import PAGE, PICTURE
from simulator.report.page import page
from simulator.report.picture import draw
from simulator.report.telling import tell


def write_report(trace: Path, summary: Json, out: Path) -> tuple[Path, Path]:
    """Write ``report.html`` and ``report.png`` into the folder ``out``; return their paths.

    ``summary`` is that of the run whose events are in ``trace``. Raises ``ValueError`` if that is
    no trace, ``OSError`` if it cannot be read or ``out`` not be written.
    """
    story = tell(trace)
    out.mkdir(parents=True, exist_ok=True)
    (out / PAGE).write_text(page(story, summary), encoding="utf-8")
    draw(story, summary, out / PICTURE)
    return out / PAGE, out / PICTURE
