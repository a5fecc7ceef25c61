"""Marks are found wherever they stand, and nowhere else."""

from random import Random

from simulator.kernel.marks import mark, marks

TALK = """
    How are you today? I did start_pomodoro. Jukebox, kazoo, quixotic, vizier, zaxaxes; a voice of
    exajoules, jaxoquxe9 and kuzo vexa, kuzovexakuzo, Kuzovexa.
"""


def test_what_is_drawn_is_found() -> None:
    """Each once, in its order, also between quotation marks and commas."""
    drawn = [mark(Random(seed)) for seed in range(200)]
    assert marks(f'"{drawn[0]}", ({drawn[1]}) {drawn[0]}.') == drawn[:2]
    assert set(marks(" ".join(drawn))) == set(drawn)
    assert len(set(drawn)) > 190


def test_nobody_says_one_by_chance() -> None:
    """Words of people, parts of longer words, capitals."""
    assert marks(TALK) == []
