"""The whole chain over a day: what was true, and what was made of it."""

import ast
from functools import cache
from pathlib import Path
from random import Random
from statistics import correlation, mean

import pytest

from simulator import signals
from simulator.signals.person import Person
from simulator.signals.truth import Activity
from tests.simulator.signals.sitting import BREAK, DAY, HARD, Minute, lived

_SEEDS = range(8)
_RISE_MIN = 8


@cache
def _day(seed: int) -> list[Minute]:
    """A day of each seed, lived once for all who look at it."""
    return lived(seed)


@pytest.mark.parametrize("seed", _SEEDS)
def test_the_scores_follow_the_truth(seed: int) -> None:
    """Not exactly, as the edge sees through a camera; but closely, and without a bias."""
    day = _day(seed)
    stress = [(minute.truth.stress, minute.sample.stress_score) for minute in day]
    focus = [(minute.truth.focus, minute.sample.focus_score) for minute in day]
    assert correlation(*zip(*stress, strict=True)) > 0.9
    assert correlation(*zip(*focus, strict=True)) > 0.65
    assert abs(mean(minute.error for minute in day)) < 0.05
    assert any(minute.error for minute in day)


@pytest.mark.parametrize("seed", _SEEDS)
def test_under_full_pressure_stress_is_high_all_the_time(seed: int) -> None:
    """Within eight minutes at or above petcore's 0.75, and sure enough to count."""
    hard = [minute for minute in _day(seed) if HARD[0] + _RISE_MIN <= minute.at <= HARD[1]]
    assert len(hard) == HARD[1] - HARD[0] - _RISE_MIN + 1
    assert min(minute.sample.stress_score for minute in hard) >= 0.75
    assert mean(minute.sample.confidence for minute in hard) > 0.6


@pytest.mark.parametrize("seed", _SEEDS)
def test_a_stranger_under_pressure_from_the_first_minute(seed: int) -> None:
    """Whose usual pulse nobody knows yet, held for half an hour."""
    script = ((540, Activity.STUDYING, 1.0), (570, Activity.AWAKE, 0.0))
    late = [minute for minute in lived(seed, script) if minute.at >= 540 + _RISE_MIN]
    assert min(minute.sample.stress_score for minute in late) >= 0.75


@pytest.mark.parametrize("seed", _SEEDS)
def test_under_little_pressure_stress_is_low(seed: int) -> None:
    """Up to 0.4, once the hard part is over."""
    easy = [m for m in _day(seed) if m.pressure <= 0.4 and not HARD[0] < m.at <= BREAK[1] + 5]
    scores = [minute.sample.stress_score for minute in easy]
    assert len(scores) > 240
    assert max(scores) < 0.7
    assert mean(scores) < 0.45


@pytest.mark.parametrize("seed", _SEEDS)
def test_a_break_brings_stress_down(seed: int) -> None:
    """Below 0.6 within its five to ten minutes."""
    late = [minute for minute in _day(seed) if BREAK[0] + 7 <= minute.at <= BREAK[1]]
    assert late
    assert max(minute.sample.stress_score for minute in late) < 0.6


def test_the_same_seed_is_the_same_day() -> None:
    """And another one is another."""
    assert lived(0) == _day(0)
    assert _day(1) != _day(0)


def _stress(day: list[Minute]) -> tuple[list[float], list[float]]:
    return [m.truth.stress for m in day], [m.sample.stress_score for m in day]


@pytest.mark.parametrize("number", [2, 3, 4, 5])
def test_other_people(number: int) -> None:
    """The edge follows them from the first day on, and is near on the third."""
    sibling = Person().sibling(number, Random(number))
    first, third = (lived(number, DAY, sibling, days) for days in (1, 3))
    assert correlation(*_stress(first)) > 0.85
    assert correlation(*_stress(third)) > 0.9
    assert abs(mean(minute.error for minute in third)) < 0.1


def test_people_differ() -> None:
    """In their pulse, under the same chance."""
    pulses = {_pulse(lived(1, DAY[1:3], Person(resting_pulse_bpm=bpm))[-1]) for bpm in (55.0, 75.0)}
    assert max(pulses) - min(pulses) == pytest.approx(20, abs=0.2)


def _pulse(minute: Minute) -> float:
    """The newest pulse of a minute."""
    cardio = minute.sample.raw_metrics["cardio"]
    assert isinstance(cardio, dict)
    return float(cardio["pulse_rate"]["value"])


def test_nothing_is_computed_that_machines_do_differently() -> None:
    """No libm: neither ``math`` nor a power nor a draw that uses a logarithm."""
    for path in sorted(Path(signals.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = {alias.name for alias in getattr(node, "names", []) if hasattr(alias, "name")}
            assert not named & {"math", "cmath", "numpy", "statistics"}, path
            assert not isinstance(node, ast.Pow), path
            if isinstance(node, ast.Attribute):
                assert node.attr not in {"gauss", "normalvariate", "expovariate", "gammavariate"}
