"""The page whose figures are written by the command."""

import re
from pathlib import Path

import pytest

from simulator.evaluation.findings import Findings, find
from simulator.evaluation.page import BadPage, parts, refresh, refreshed, require_places
from simulator.evaluation.telling import PLACES, facts, tables
from tests.simulator.evaluation.people import day, life, minutes

ROOT = Path(__file__).parents[3]
AGAIN = "petsim signals --seed 1 --seeds 2 --sessions 1"


@pytest.fixture(scope="module", name="findings")
def _findings() -> Findings:
    return find([life(seed, minutes(day(20 + seed))) for seed in (1, 2)])


def test_the_page_has_a_place_for_each_table(findings: Findings) -> None:
    """So it can be refreshed, and a second time changes nothing."""
    page = (ROOT / "docs" / "signals.md").read_text(encoding="utf-8")
    told = parts(findings, AGAIN)
    once = refreshed(page, told)
    assert refreshed(once, told) == once
    assert all(text in once for text in told.values())
    assert "by hand" in once


def test_what_stands_between_stays(findings: Findings, tmp_path: Path) -> None:
    """Only the places change."""
    places = "".join(
        f"before {name}\n<!-- figures: {name} -->\nof yesterday\n<!-- end -->\nafter\n"
        for name in parts(findings, AGAIN)
    )
    path = tmp_path / "signals.md"
    path.write_text(f"# Title\n{places}", encoding="utf-8")
    refresh(path, findings, AGAIN)
    text = path.read_text(encoding="utf-8")
    assert "of yesterday" not in text
    assert text.startswith("# Title\nbefore facts\n<!-- figures: facts -->\n\nEstimator by hand, ")
    assert text.count("<!-- end -->\nafter\n") == len(parts(findings, AGAIN))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<!-- figures: facts -->\n<!-- end -->\n",
        "".join(f"<!-- figures: {name} -->\n<!-- end -->\n" for name in (*PLACES, PLACES[0])),
    ],
)
def test_a_page_without_its_places_is_refused(text: str, tmp_path: Path) -> None:
    """And what it must have is said."""
    path = tmp_path / "signals.md"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadPage, match=r"signals.md must have one place for each of: facts, scores"):
        require_places(path)


def test_the_places_are_those_of_the_figures(findings: Findings) -> None:
    """And the page has them."""
    assert tuple(parts(findings, AGAIN)) == PLACES
    require_places(ROOT / "docs" / "signals.md")


def test_tables_are_whole(findings: Findings) -> None:
    """Every row has a cell for each column, in Markdown, too."""
    for table in tables(findings):
        assert table.rows
        assert {len(row) for row in table.rows} == {len(table.head)}
        lines = table.markdown.splitlines()
        assert len(lines) == len(table.rows) + 2
        assert len({len(re.findall(r"\|", line)) for line in lines}) == 1


def test_the_facts_are_told(findings: Findings) -> None:
    """Who was looked at, and by what."""
    assert facts(findings).startswith(
        "Estimator by hand, seeds 1 to 2: 2 people, 2 sessions, 2 hours in front of the camera, "
        "2 episodes of high stress, 0 prompts (median). "
    )
