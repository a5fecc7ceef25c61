"""Every judge watches over a promise, every promise has somebody, and the page says what is so."""

import re
from pathlib import Path

import pytest

from petcore.marks import MARKS
from tests.promises.page import OUT_OF_REACH, PAGE, Promise, all_judges, figures, page, promises

ROOT = Path(__file__).parents[2]
MARKED = re.compile(r"\bmark\(\s*\"([^\"]+)\"")


def test_the_page_is_what_its_parts_say() -> None:
    """Whoever changes one runs ``python -m tests.promises``."""
    assert PAGE.read_text(encoding="utf-8") == page(figures())


def test_every_judge_has_a_promise_and_every_name_a_judge() -> None:
    """A judge that nobody lists watches over something that nobody knows of."""
    named = {judge for promise in promises() for judge in promise.judges}
    assert named == {judge.name for judge in all_judges()}


@pytest.mark.parametrize("promise", promises(), ids=lambda promise: promise.promise[:40])
def test_the_tests_are_there(promise: Promise) -> None:
    """Their paths lead somewhere."""
    for test in promise.tests:
        assert (ROOT / test).exists(), test


def test_every_mark_stands_in_the_code_and_in_the_list() -> None:
    """And in the code once or more."""
    texts = (path.read_text(encoding="utf-8") for path in (ROOT / "petcore").rglob("*.py"))
    found = {name for text in texts for name in MARKED.findall(text)}
    assert found == set(MARKS)


def test_storms_reach_most_marks() -> None:
    """Rare branches that the sweeps on file did not reach are few; the page shows them with 0."""
    reached = {name for sweep in figures().sweeps for name, count in sweep.marks.items() if count}
    assert len(set(MARKS) - reached) <= len(MARKS) // 4


def test_what_is_out_of_reach_is_reached_by_tests() -> None:
    """By its name, in the file that the page names."""
    assert OUT_OF_REACH.keys() <= MARKS.keys()
    for name, test in OUT_OF_REACH.items():
        assert f'"{name}"' in (ROOT / test).read_text(encoding="utf-8")


def test_sweeps_on_file_are_clean_and_wide() -> None:
    """No violation, and each judge had cases."""
    for sweep in figures().sweeps:
        assert sweep.violations == 0, sweep.preset
    judged = {name for sweep in figures().sweeps for name, count in sweep.cases.items() if count}
    unseen = {judge.name for judge in all_judges()} - judged
    assert unseen <= {"true pulse"}  # sweeps have no cameras; tests/sweep/test_camera.py has
