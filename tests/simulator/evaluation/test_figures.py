"""Correlations, errors and their intervals."""

import pytest

from simulator.evaluation.agreement import bias, mean_error, pearson, spearman
from simulator.evaluation.intervals import (
    NOTHING,
    Figure,
    mean,
    of_means,
    of_medians,
    of_ratios,
    of_sums,
)

RISING = [float(one) for one in range(12)]


def test_pearson_is_of_lines() -> None:
    """1 and -1 on a line; a known value elsewhere."""
    assert pearson(RISING, [3 * one + 1 for one in RISING]) == pytest.approx(1)
    assert pearson(RISING, [-one for one in RISING]) == pytest.approx(-1)
    assert pearson([1, 2, 3, 4, 5] * 2, [2, 1, 4, 3, 5] * 2) == pytest.approx(0.8)


def test_spearman_is_of_ranks() -> None:
    """1 for whatever rises; ties share their mean rank."""
    assert spearman(RISING, [one**3 for one in RISING]) == pytest.approx(1)
    assert spearman([1, 2, 2, 3] * 3, [1, 3, 2, 4] * 3) == pytest.approx(0.9487, abs=1e-4)


def test_what_does_not_move_is_not_correlated() -> None:
    """Nor what is too short."""
    assert pearson([0.1] * 12, RISING) is None
    assert spearman(RISING, [0.1] * 12) is None
    assert pearson(RISING[:9], RISING[:9]) is None


def test_errors() -> None:
    """Absolute, and with its sign."""
    assert mean_error([0.5, 0.1], [0.3, 0.2]) == pytest.approx(0.15)
    assert bias([0.5, 0.1], [0.3, 0.2]) == pytest.approx(0.05)
    assert mean_error([], []) is None
    assert bias([], []) is None


def test_an_interval_is_as_wide_as_people_differ() -> None:
    """Nothing for equals; for many coins near what the textbook says."""
    assert of_means([0.5] * 10) == Figure(0.5, 0.5, 0.5)
    coins = of_means([0.0, 1.0] * 50)
    assert coins.value == 0.5
    assert coins.low == pytest.approx(0.5 - 0.098, abs=0.02)
    assert coins.high == pytest.approx(0.5 + 0.098, abs=0.02)
    assert of_means([0.0, 1.0] * 50) == coins


def test_unknown_people_are_left_out() -> None:
    """And nothing is said of nobody."""
    assert of_means([0.2, None, 0.4]).value == pytest.approx(0.3)
    assert of_means([None, None]) == NOTHING
    assert of_ratios([]) == NOTHING
    assert of_medians([[], []]) == NOTHING
    assert mean([None]) is None


def test_a_ratio_is_of_sums() -> None:
    """Who was asked often counts more."""
    assert of_ratios([(1, 1), (0, 3)]).value == 0.25
    assert of_sums([(1.0,), (2.0,)], lambda sums: sums[0] ** 2).value == 9
    assert of_ratios([(0, 0)]) == NOTHING


def test_a_median_is_of_all() -> None:
    """Not the mean of medians."""
    assert of_medians([[1, 1, 1], [9]]).value == 1


def test_figures_are_told() -> None:
    """With their interval, if they have one."""
    assert Figure(0.5, 0.25, 0.75).shown() == "0.50 (0.25 to 0.75)"
    assert Figure(0.5).shown(3) == "0.500"
    assert NOTHING.shown() == "-"
    assert Figure(1 / 3, 0.0, None).as_json == [0.3333, 0.0, None]


@pytest.mark.parametrize(
    ("one", "other", "is_above"),
    [
        (Figure(0.5, 0.4, 0.6), Figure(0.3, 0.0, 1.0), True),
        (Figure(0.5, 0.2, 0.6), Figure(0.3, 0.0, 1.0), False),
        (Figure(0.5, 0.3, 0.6), Figure(0.3, 0.0, 1.0), False),
        (NOTHING, Figure(0.3), False),
        (Figure(0.5, 0.4, 0.6), NOTHING, False),
    ],
)
def test_what_lies_above(one: Figure, other: Figure, is_above: bool) -> None:
    """Even with its low end."""
    assert one.lies_above(other) is is_above
