"""The page and the picture: they stand alone, and show what was typed as text."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from simulator.kernel.trace import Json
from simulator.report.looks import LOOKS
from simulator.report.picture import SIZE_PX
from simulator.report.rows import rows_of
from simulator.report.telling import tell
from simulator.report.writing import write_report
from tests.simulator.report.conftest import HOUR, Write, pet, sample, screen, served, student, truth

HOSTILE = "<script>alert(1)</script> & $x$ 水"
SUMMARY: Json = {
    "digest": "0123",
    "wall_seconds": 2,
    "judges": [
        {"name": HOSTILE, "cases": 3, "objections": [{"at_ms": HOUR, "words": f"{HOSTILE}!"}]}
    ],
}
FETCHING = {"src", "href", "srcset", "action", "poster", "data", "background", "formaction"}


class Parts(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.references: list[str] = []
        self.policy = ""
        self.text: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember the tag and what it would fetch."""
        self.tags.append(tag)
        self.references += [value or "" for name, value in attrs if name in FETCHING]
        facts = dict(attrs)
        if facts.get("http-equiv") == "Content-Security-Policy":
            self.policy = facts["content"] or ""

    def handle_data(self, data: str) -> None:
        """Remember the text."""
        self.text.append(data)


@pytest.fixture
def trace(write: Write) -> Path:
    """A day with a bit of everything."""
    return write(
        truth(0, "asleep"),
        truth(8, "studying"),
        truth(9, "an activity of tomorrow"),
        student(9, "starts to study", label=HOSTILE),
        student(18, "ends the session", label=HOSTILE),
        *served(9, 1, "GET /api/water/poll", {"remind_now": True}, key="a"),
        student(9.1, "drinks", after_s=360, late=True),
        *sample(9, 2, "2026-03-02T17:00:00", confidence=0.25),
        screen(0, "IDLE", "", "", False),
        screen(9, "MESSAGE", "", HOSTILE, True),
        pet(10, "unplugged"),
        {"at": 11 * HOUR, "kind": "cut", "until": 12 * HOUR},
        title=HOSTILE,
        story=HOSTILE,
    )


@pytest.fixture
def report(trace: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Its report."""
    return write_report(trace, SUMMARY, tmp_path / "out")


def test_the_page_asks_nobody_for_anything(report: tuple[Path, Path]) -> None:
    """Nothing is fetched, and the browser is told to refuse it."""
    parts = Parts(report[0].read_text(encoding="utf-8"))
    assert parts.references
    assert all(reference.startswith("data:") for reference in parts.references)
    assert not {"link", "iframe", "object", "embed", "base"} & set(parts.tags)
    assert parts.policy.startswith("default-src 'none'; img-src data: blob:;")
    assert "http" not in parts.policy


def test_the_styles_fetch_nothing(report: tuple[Path, Path]) -> None:
    """Neither a font nor an image."""
    styles = re.findall(r"<style>(.*?)</style>", report[0].read_text(encoding="utf-8"), re.DOTALL)
    assert styles
    assert not any("url(" in style or "@import" in style for style in styles)


def test_what_was_typed_stays_text(report: tuple[Path, Path]) -> None:
    """In the page, in its data, and in what plotly shows."""
    parts = Parts(report[0].read_text(encoding="utf-8"))
    assert parts.tags.count("script") == 3
    text = "".join(parts.text)
    assert f"The scenario: {HOSTILE}" in text
    assert f"{HOSTILE}!" in text
    (figure,) = [json.loads(data) for data in parts.text if data.startswith('{"data"')]
    labels = [label for trace in figure["data"] for label in trace.get("hovertext", ())]
    (session,) = [label for label in labels if "alert" in label]
    # Plotly shows this as it was typed; it would take < for a tag.
    assert session.startswith("&lt;script&gt;alert(1)&lt;/script&gt; &amp; $x$ 水<br>09:00")


def test_every_colour_of_the_figure_is_defined_in_both_themes(report: tuple[Path, Path]) -> None:
    """Once for light, once for dark."""
    text = report[0].read_text(encoding="utf-8")
    figure = text[text.index('id="figure"') :].partition("</script>")[0]
    used = set(re.findall(r"var\((--[\w-]+)\)", figure))
    style = text[text.index("<style>") : text.index("</style>")]
    assert {"--ink", "--cut", "--drank-late", "--something-else"} <= used
    assert {colour: style.count(f"{colour}:") for colour in used} == dict.fromkeys(used, 2)


def test_the_picture_has_its_size(report: tuple[Path, Path]) -> None:
    """As a README shows it."""
    with Image.open(report[1]) as picture:
        assert (picture.format, picture.size) == ("PNG", SIZE_PX)


def test_the_picture_is_the_same_again(
    report: tuple[Path, Path], trace: Path, tmp_path: Path
) -> None:
    """The same trace gives the same files, to the last byte."""
    again = write_report(trace, SUMMARY, tmp_path / "again")
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in report]


def test_a_day_of_nothing_can_be_drawn(write: Write, tmp_path: Path) -> None:
    """Rows may be empty."""
    page, picture = write_report(write(student(9, "wakes")), {"judges": []}, tmp_path)
    assert page.exists()
    assert picture.exists()


def test_the_rows_hold_the_story(trace: Path) -> None:
    """And explain no look that they do not have."""
    rows = {row.title: row for row in rows_of(tell(trace))}
    assert [span.look for span in rows["Audrey's day"].spans][:2] == ["asleep", "studying"]
    assert rows["Stress"].key == ["true_stress", "unsure_stress", "high"]
    assert rows["Focus"].key == ["true_focus", "unsure_focus"]
    assert rows["Reminders to drink"].key == ["drank_late"]
    assert [span.look for span in rows["The pet's screen"].spans] == ["IDLE", "offline", "dark"]
    assert rows["Network and power"].key == ["cut", "unplugged"]


def test_the_line_of_truth_is_broken_where_nothing_is_known(trace: Path) -> None:
    """Hours apart, two points are not joined."""
    rows = {row.title: row for row in rows_of(tell(trace))}
    (line,) = [curve for curve in rows["Focus"].curves if curve.is_line]
    assert [point.value for point in line.points] == [500, None, 500, None, 500]


def test_looks_of_one_row_differ_in_shape_or_are_bars() -> None:
    """Who sees no colours can tell outcomes apart."""
    outcomes = [look for key, look in LOOKS.items() if key.startswith(("drank", "reminder_"))]
    assert len({look.symbol for look in outcomes}) == len(outcomes) == 4
