"""When the pet reminds by itself: the rule, against its own words."""

from datetime import datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.logic.reminding import is_due, is_open

MINUTES = st.integers(0, 1439)
INTERVALS = st.integers(1, 1440)
DAY = 24 * 60


def minutes_of_window(start: int, end: int) -> set[int]:
    """Walk from the start to the end, around midnight if need be."""
    minutes, minute = {start}, start
    while minute != end:
        minute = (minute + 1) % DAY
        minutes.add(minute)
    return minutes


@given(MINUTES, MINUTES, MINUTES)
def test_a_window_holds_what_a_walk_from_its_start_to_its_end_meets(
    start: int, end: int, minute: int
) -> None:
    """Both ends included, over midnight or not; equal ends are the whole day."""
    walked = set(range(DAY)) if start == end else minutes_of_window(start, end)
    assert is_open((start, end, 60), minute) is (minute in walked)


@pytest.mark.parametrize(
    ("start", "end", "inside", "outside"),
    [
        (540, 1320, (540, 900, 1320), (539, 1321, 0)),
        (1320, 360, (1320, 1439, 0, 360), (361, 1319)),
        (600, 600, (0, 599, 600, 601, 1439), ()),
        (600, 601, (600, 601), (599, 602)),
    ],
)
def test_windows_by_hand(
    start: int, end: int, inside: tuple[int, ...], outside: tuple[int, ...]
) -> None:
    """A day, a night, always, two minutes."""
    assert all(is_open((start, end, 60), minute) for minute in inside)
    assert not any(is_open((start, end, 60), minute) for minute in outside)


@given(MINUTES, MINUTES, INTERVALS, MINUTES, st.integers(0, DAY * 60_000))
def test_it_is_due_when_the_interval_has_passed_inside_the_window(
    start: int, end: int, interval_min: int, minute: int, quiet_ms: int
) -> None:
    """And neither before nor outside."""
    schedule = (start, end, interval_min)
    wanted = timedelta(milliseconds=quiet_ms) >= timedelta(minutes=interval_min)
    assert is_due(schedule, minute, quiet_ms) is (wanted and is_open(schedule, minute))


@pytest.mark.parametrize(("quiet_ms", "due"), [(3_599_999, False), (3_600_000, True)])
def test_the_interval_is_whole(quiet_ms: int, due: bool) -> None:
    """To the millisecond."""
    assert is_due((0, 0, 60), 0, quiet_ms) is due


@given(MINUTES, st.integers(0, DAY * 60_000))
def test_who_does_not_know_does_not_remind(minute: int, quiet_ms: int) -> None:
    """No schedule, no time, nothing to count from: silence."""
    assert is_due(None, minute, quiet_ms) is False
    assert is_due((0, 0, 1), None, quiet_ms) is False
    assert is_due((0, 0, 1), minute, None) is False


@settings(max_examples=20)
@given(MINUTES, MINUTES, INTERVALS, MINUTES)
def test_a_day_holds_no_more_reminders_than_it_has_intervals(
    start: int, end: int, interval_min: int, first: int
) -> None:
    """Asked every minute for two days, two reminders never lie closer than the interval."""
    schedule, quiet_min, given_at = (start, end, interval_min), 0, []
    began = datetime.combine(datetime(2026, 3, 1), time(first // 60, first % 60))
    for passed in range(2 * DAY):
        wall = began + timedelta(minutes=passed)
        if is_due(schedule, wall.hour * 60 + wall.minute, min(quiet_min, DAY) * 60_000):
            given_at.append(passed)
            quiet_min = 0
        quiet_min += 1
    assert all(late - early >= interval_min for early, late in pairwise(given_at))
    assert all(is_open(schedule, (first + passed) % DAY) for passed in given_at)
