"""What is said is understood as it was meant."""

from random import Random

import pytest

from simulator.kernel.marks import marks
from simulator.talk.sayings import SAYINGS, Saying


@pytest.mark.parametrize("saying", SAYINGS, ids=lambda saying: saying.words)
def test_each_saying_is_understood_as_itself(saying: Saying) -> None:
    """Whatever stands in its gaps, also after the pet's name, and by no other row."""
    for seed in range(20):
        said = f"Nova, {saying.draw(Random(seed))}"
        assert [row for row in SAYINGS if row.arguments(said) is not None] == [saying]


def test_gaps_are_arguments() -> None:
    """Of the tool: numbers are integers, times and labels are texts."""
    saying = Saying("Every {interval_min} minutes from {start_time}, {study_label}.", "tool")
    said = saying.draw(Random(1))
    arguments = saying.arguments(said)
    assert arguments is not None
    assert {name: type(value) for name, value in arguments.items()} == {
        "interval_min": int,
        "start_time": str,
        "study_label": str,
    }
    assert marks(said) == [arguments["study_label"]]
    assert f"Every {arguments['interval_min']} minutes from {arguments['start_time']}," in said


def test_what_is_not_said_is_not_understood() -> None:
    """A few words are not enough."""
    assert all(saying.arguments("Start, please") is None for saying in SAYINGS)
