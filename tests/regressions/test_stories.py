"""Failures that were made small and kept: in each of these worlds every promise is kept now.

What a story is and how one is kept stands in ``docs/shrinking.md``.
"""

from io import BytesIO
from pathlib import Path

import pytest

from simulator.shrinking.story import read_story
from simulator.world import run

STORIES = sorted(Path(__file__).parent.glob("*.json"))


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_what_was_broken_once_is_kept(path: Path) -> None:
    """By the judge that saw it, who has something to judge, and by all the others."""
    story = read_story(path)
    judges = run(story.world, BytesIO()).court.judges
    said = {judge.name: judge.objections[0].words for judge in judges if judge.objections}
    assert said == {}, story.was_wrong
    assert {judge.name: judge.cases for judge in judges}[story.judge]


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_a_story_says_what_it_is_about(path: Path) -> None:
    """What was wrong, and who saw it: for those who come later."""
    story = read_story(path)
    assert story.was_wrong
    assert story.words
    assert story.title != f"{story.judge}: {story.words}"
