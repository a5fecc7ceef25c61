"""Judges know when the store failed, by the names that it fails under."""

import pytest

from simulator.invariants.store_troubles import SPELLS, STROKES, StoreTroubles
from simulator.server import disk


def told(fault: str, at: int, **facts: int) -> StoreTroubles:
    """What is known after one fault."""
    troubles = StoreTroubles()
    troubles.hear({"kind": "fault", "at": at, "fault": fault, "who": "store", "number": 1, **facts})
    return troubles


def test_the_names_are_those_of_the_store() -> None:
    """Judges stand apart from what fails, and so they have the names twice."""
    assert SPELLS == (disk.AWAY, disk.FULL)
    assert STROKES == (disk.SLOW, disk.LOST_ANSWER)


@pytest.mark.parametrize("fault", SPELLS)
def test_a_spell_lasts(fault: str) -> None:
    """From its beginning to a few seconds after its end."""
    troubles = told(fault, 100_000, ms=60_000)
    assert not troubles.between(0, 99_999)
    assert troubles.between(0, 100_000)
    assert troubles.between(130_000, 130_001)
    assert troubles.between(168_000, 170_000)
    assert not troubles.between(168_001, 170_000)


@pytest.mark.parametrize("fault", STROKES)
def test_a_stroke_is_a_moment(fault: str) -> None:
    """And a few seconds after it."""
    troubles = told(fault, 100_000)
    assert not troubles.between(0, 99_999)
    assert troubles.between(99_000, 100_500)
    assert not troubles.between(108_001, 110_000)


def test_other_faults_are_none_of_the_store() -> None:
    """Whatever else goes wrong is no excuse."""
    assert not told("reset", 100, ms=10).between(0, 1_000)
