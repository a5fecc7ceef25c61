"""The report of a study session, and the high-stress detector."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petcore.rules.desktop_pet.stress import (
    GRAPH_POINTS_MAX,
    HighStressPolicy,
    Sample,
    Stress,
    counts,
    detect,
    may_prompt,
    quiet_until,
    report,
)

NOON = datetime(2026, 5, 5, 12, tzinfo=UTC)
POLICY = HighStressPolicy()
MINUTE = timedelta(minutes=1)


def found(readings: list[Sample], now: datetime, since: datetime | None = None) -> Stress:
    """What the detector finds in the samples that count when they arrive at ``now``."""
    counted = [sample for sample in readings if counts(sample, now, POLICY)]
    return detect(counted, now, POLICY, since)


def high(minute: float, stress: float = 0.9, confidence: float = 1.0) -> Sample:
    """A sample some minutes after noon."""
    return Sample(NOON + minute * MINUTE, stress, 0.5, confidence)


scores = st.floats(0, 1)
samples = st.builds(
    Sample,
    captured_at=st.integers(0, 3600).map(lambda second: NOON + timedelta(seconds=second)),
    stress_score=scores,
    focus_score=scores,
    confidence=scores,
)
stressed = st.lists(
    st.builds(
        high,
        st.integers(0, 40),
        st.sampled_from([0.5, 0.75, 0.9]),
        st.sampled_from([0.2, 0.5, 1.0]),
    ),
    max_size=40,
)


def test_an_empty_session_reports_zeros() -> None:
    """Without samples all figures are zero and there is no graph."""
    found = report([])
    assert (found.sample_count, found.average_focus, found.peak_stress) == (0, 0.0, 0.0)
    assert found.graph_points == ()


def test_the_report_has_three_decimals() -> None:
    """Averages are rounded, peaks are as they were measured."""
    readings = [Sample(NOON, 0.33333, 0.81), Sample(NOON + MINUTE, 0.4, 0.6666)]
    found = report(readings)
    assert (found.average_focus, found.average_stress) == (0.738, 0.367)
    assert (found.peak_stress, found.lowest_focus) == (0.4, 0.6666)


def test_a_report_is_of_all_samples() -> None:
    """Also of those that the detector would not look at, since nobody was sure of them."""
    readings = [Sample(NOON, 0.2, 0.8, 0.1), Sample(NOON + MINUTE, 0.4, 0.6, 1.0)]
    found = report(readings)
    assert (found.sample_count, found.lowest_focus, found.peak_stress) == (2, 0.6, 0.4)
    assert (found.average_focus, found.average_stress) == (0.7, 0.3)


@given(st.lists(samples, min_size=1, max_size=60), st.randoms(use_true_random=False))
def test_the_report_does_not_depend_on_the_order(readings: list[Sample], chance: Random) -> None:
    """Late samples make the same report as punctual ones; its graph is sorted by time."""
    shuffled = list(readings)
    chance.shuffle(shuffled)
    assert report(shuffled) == report(readings)
    instants = [point.captured_at for point in report(readings).graph_points]
    assert instants == sorted(instants)
    assert report(readings).lowest_focus <= report(readings).average_focus + 0.0005


@pytest.mark.parametrize("count", [GRAPH_POINTS_MAX, GRAPH_POINTS_MAX + 1, 3 * GRAPH_POINTS_MAX])
def test_a_long_graph_keeps_peaks_and_lows(count: int) -> None:
    """At most 5,000 points, among them the highest stress and the lowest focus of all."""
    chance = Random(count)
    readings = [
        Sample(NOON + timedelta(seconds=second), chance.random(), chance.random())
        for second in range(count)
    ]
    found = report(readings)
    points = found.graph_points
    assert len(points) <= GRAPH_POINTS_MAX
    assert found.sample_count == count
    assert max(point.stress_score for point in points) == found.peak_stress
    assert min(point.focus_score for point in points) == found.lowest_focus
    assert list(points) == sorted(points)


@pytest.mark.parametrize(
    ("readings", "is_high"),
    [
        ([], False),
        ([high(m) for m in range(10)], False),  # nine minutes
        ([high(m) for m in range(11)], True),
        ([high(0), high(5), high(10)], True),
        ([high(0), high(6), high(12)], True),
        ([high(0), high(6.01), high(12)], False),  # a gap of more than six minutes
        ([high(m, 0.75) for m in range(11)], True),  # the threshold itself counts
        ([high(m, 0.74) for m in range(11)], False),
        ([*(high(m) for m in range(11)), high(5.5, 0.2)], False),  # one low breaks it
        ([*(high(m) for m in range(11)), high(5.5, 0.2, 0.4)], True),  # a doubtful low does not
        ([high(0), high(5, 0.9, 0.4), high(10)], False),  # nor does a doubtful high bridge a gap
        ([*(high(m) for m in range(11)), high(11, 0.2)], False),  # it is over now
        ([high(0, 0.2), *(high(m) for m in range(1, 12))], True),
        ([*(high(m) for m in range(11)), high(10, 0.1)], False),  # high and low at once is low
    ],
)
def test_high_means_high_for_ten_minutes_without_a_break(
    readings: list[Sample], is_high: bool
) -> None:
    """Every counted sample of ten minutes at or above 0.75, no two further apart than six."""
    assert found(readings, NOON + 15 * MINUTE).is_high is is_high


def test_samples_far_ahead_are_not_believed() -> None:
    """A sender whose clock runs more than five minutes ahead raises no alarm."""
    readings = [high(m) for m in range(11)]
    assert found(readings, NOON + 5 * MINUTE).is_high
    assert not found(readings, NOON + 4.9 * MINUTE).is_high


def test_a_slow_clock_loses_nothing() -> None:
    """Samples stamped an hour late are compared with each other, not with the server's clock."""
    assert detect([high(m) for m in range(11)], NOON + 70 * MINUTE, POLICY, None).is_high


def test_the_ten_minutes_start_anew_after_the_cool_down() -> None:
    """What was measured before the cool-down has passed does not count."""
    readings = [high(m) for m in range(40)]
    since = quiet_until(NOON + 10 * MINUTE, POLICY)
    assert since == NOON + 25 * MINUTE
    now = NOON + 40 * MINUTE
    assert not detect(readings[:35], now, POLICY, since).is_high
    assert detect(readings[:36], now, POLICY, since).is_high


def test_it_says_when_stress_could_be_high_at_the_earliest() -> None:
    """Ten minutes after the run began; ten minutes from now, or from the cool-down, without one."""
    now = NOON + 4 * MINUTE
    assert detect([high(m) for m in range(5)], now, POLICY, None).high_at == NOON + 10 * MINUTE
    assert detect([], now, POLICY, None).high_at == now + 10 * MINUTE
    since = now + 7 * MINUTE
    assert detect([], now, POLICY, since).high_at == since + 10 * MINUTE


@given(stressed, st.randoms(use_true_random=False))
def test_the_detector_does_not_depend_on_the_order(readings: list[Sample], chance: Random) -> None:
    """The order of arrival does not matter."""
    shuffled = list(readings)
    chance.shuffle(shuffled)
    now = NOON + 40 * MINUTE
    assert found(shuffled, now) == found(readings, now)


@given(stressed)
def test_the_detector_equals_its_definition(readings: list[Sample]) -> None:
    """Compared with a plain reading of the definition, minute by minute."""
    now = NOON + 40 * MINUTE
    counted = sorted(sample for sample in readings if sample.confidence >= POLICY.confidence)
    assert found(readings, now).is_high is _is_high_by_definition(counted)


def _is_high_by_definition(counted: list[Sample]) -> bool:
    for first in range(len(counted)):
        window = counted[first:]
        spans = window[-1].captured_at - window[0].captured_at >= POLICY.held
        pairs = pairwise(window)
        together = all(b.captured_at - a.captured_at <= POLICY.gap for a, b in pairs)
        if spans and together and all(s.stress_score >= POLICY.threshold for s in window):
            return True
    return False


@given(stressed)
def test_the_lookback_is_enough(readings: list[Sample]) -> None:
    """What lies further back than the lookback cannot change whether stress is high."""
    now = NOON + 40 * MINUTE
    counted = [sample for sample in readings if counts(sample, now, POLICY)]
    newest = max((sample.captured_at for sample in counted), default=NOON)
    near = [sample for sample in counted if sample.captured_at >= newest - POLICY.lookback]
    assert detect(near, now, POLICY, None).is_high is detect(counted, now, POLICY, None).is_high


def test_all_numbers_are_settings() -> None:
    """Another policy finds otherwise."""
    readings = [high(m, 0.6) for m in range(6)]
    policy = replace(POLICY, threshold=0.6, held=5 * MINUTE)
    assert not detect(readings, NOON + 15 * MINUTE, POLICY, None).is_high
    assert detect(readings, NOON + 15 * MINUTE, policy, None).is_high


@pytest.mark.parametrize(
    ("session_allows", "preference", "preference_minute", "may"),
    [
        (True, None, None, True),
        (False, None, None, False),
        (True, False, -1, True),  # the explicit flag of the session wins
        (True, False, 1, False),  # switched off since
        (True, True, 1, True),
        (False, True, 1, False),
    ],
)
def test_who_may_prompt(
    session_allows: bool, preference: bool | None, preference_minute: int | None, may: bool
) -> None:
    """The session decides, but switching the preference off afterwards stops it."""
    at = None if preference_minute is None else NOON + preference_minute * MINUTE
    assert may_prompt(session_allows, NOON, preference, at) is may
