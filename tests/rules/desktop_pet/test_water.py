"""The water rule, against what a wall clock would show."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petcore.adapters.zones_tzdata import TzdataZones
from petcore.rules.desktop_pet.water import (
    Reason,
    Schedule,
    in_window,
    next_reminder,
    poll,
    utc_offset_min,
    wait,
)

zone = TzdataZones().zone
VANCOUVER = zone("America/Vancouver")
ZONES = ("UTC", "America/Vancouver", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia")

DAY = Schedule(
    zone=VANCOUVER,
    start=time(9),
    end=time(22),
    interval=timedelta(hours=1),
    enabled=True,
    last_triggered_at=None,
)

instants = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
walls = st.times().map(lambda wall: wall.replace(second=0, microsecond=0))
schedules = st.builds(
    Schedule,
    zone=st.sampled_from(ZONES).map(zone),
    start=walls,
    end=walls,
    interval=st.integers(1, 1440).map(lambda minutes: timedelta(minutes=minutes)),
    enabled=st.booleans(),
    last_triggered_at=st.none() | instants,
)


def at(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """An instant in UTC, from a wall clock in Vancouver."""
    return datetime(year, month, day, hour, minute, tzinfo=VANCOUVER).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "end", "wall", "inside"),
    [
        ("09:00", "22:00", "08:59", False),
        ("09:00", "22:00", "09:00", True),
        ("09:00", "22:00", "22:00", True),
        ("09:00", "22:00", "22:01", False),
        ("22:00", "06:00", "21:59", False),
        ("22:00", "06:00", "23:30", True),
        ("22:00", "06:00", "00:00", True),
        ("22:00", "06:00", "06:00", True),
        ("22:00", "06:00", "06:01", False),
        ("07:00", "07:00", "03:00", True),
    ],
)
def test_the_window_includes_both_ends_and_wraps(
    start: str, end: str, wall: str, inside: bool
) -> None:
    """A window holds both its minutes, runs over midnight, and equal ends mean the whole day."""
    schedule = replace(DAY, start=time.fromisoformat(start), end=time.fromisoformat(end))
    now = datetime.combine(datetime(2026, 5, 5), time.fromisoformat(wall), VANCOUVER)
    assert in_window(schedule, now.astimezone(UTC)) is inside


def test_the_last_minute_lasts_to_its_end() -> None:
    """At 22:00:59.999 the window that ends at 22:00 is still open."""
    last = datetime(2026, 5, 5, 22, 0, 59, 999000, tzinfo=VANCOUVER).astimezone(UTC)
    assert in_window(DAY, last)
    assert not in_window(DAY, last + timedelta(milliseconds=1))


@pytest.mark.parametrize(
    ("now", "inside"),
    [
        # 8 March 2026, 02:00 -> 03:00: the hour from two to three does not exist.
        (datetime(2026, 3, 8, 9, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 8, 10, 0, tzinfo=UTC), True),
        # 31 October 2027 stands in for the autumn: 1 November 2026, 02:00 -> 01:00.
        (datetime(2026, 10, 31, 8, 30, tzinfo=UTC), False),
    ],
)
def test_a_window_in_the_lost_hour_opens_when_the_clock_has_jumped(
    now: datetime, inside: bool
) -> None:
    """A window that begins at 02:30 opens at 03:00 on the day that has no 02:30."""
    schedule = replace(DAY, start=time(2, 30), end=time(8))
    assert in_window(schedule, now) is inside


def test_an_hour_that_comes_twice_is_inside_twice() -> None:
    """When New York puts its clocks back, 01:30 comes twice, and both are inside."""
    schedule = replace(DAY, zone=zone("America/New_York"), start=time(1, 15), end=time(1, 45))
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert [in_window(schedule, first + timedelta(minutes=m)) for m in (0, 30, 60, 90)] == [
        True,
        False,
        True,
        False,
    ]


@given(schedules, instants)
def test_a_reminder_needs_all_three(schedule: Schedule, now: datetime) -> None:
    """Due means enabled, inside the window, and rested; otherwise the reason says what fails."""
    reason = poll(schedule, now).reason
    is_rested = wait(schedule, now) <= timedelta(0)
    if not schedule.enabled:
        assert reason is Reason.DISABLED
    elif not in_window(schedule, now):
        assert reason is Reason.OUTSIDE_WINDOW
    else:
        assert reason is (Reason.DUE if is_rested else Reason.NOT_DUE)


@given(schedules, instants)
def test_nothing_becomes_due_before_the_next_poll(schedule: Schedule, now: datetime) -> None:
    """A device that sleeps as long as it is told misses nothing by more than a second."""
    verdict = poll(schedule, now)
    assert timedelta(seconds=1) <= verdict.next_poll <= timedelta(seconds=300)
    if verdict.is_due:
        schedule = replace(schedule, last_triggered_at=now)
    asked = now + timedelta(seconds=1)
    while asked < now + verdict.next_poll:
        assert not poll(schedule, asked).is_due
        asked += timedelta(seconds=7)


@given(schedules.filter(lambda schedule: schedule.enabled), instants)
def test_reminders_keep_their_distance(schedule: Schedule, now: datetime) -> None:
    """Polled for a day every ten minutes, no two reminders are closer than the interval."""
    reminded: list[datetime] = []
    for step in range(144):
        asked = now + timedelta(minutes=10 * step)
        if poll(schedule, asked).is_due:
            reminded.append(asked)
            schedule = replace(schedule, last_triggered_at=asked)
    pairs = pairwise(reminded)
    assert all(later - earlier >= schedule.interval for earlier, later in pairs)


def test_no_schedule_means_no_reminder() -> None:
    """Without a schedule there is nothing to remind of."""
    verdict = poll(None, at(2026, 5, 5, 12))
    assert (verdict.reason, verdict.is_due) == (Reason.NO_SCHEDULE, False)


def test_a_zone_change_moves_the_window() -> None:
    """Noon in Vancouver is inside; the same instant in Tokyo is four in the morning."""
    noon = at(2026, 5, 5, 12)
    assert poll(DAY, noon).is_due
    assert poll(replace(DAY, zone=zone("Asia/Tokyo")), noon).reason is Reason.OUTSIDE_WINDOW


def test_the_next_poll_falls_on_the_opening() -> None:
    """Two minutes before the window opens, the device is asked back in two minutes."""
    assert poll(DAY, at(2026, 5, 5, 8, 58)).next_poll == timedelta(minutes=2)
    assert poll(DAY, at(2026, 5, 5, 3)).next_poll == timedelta(minutes=5)


def test_a_clock_put_right_does_not_silence_the_pet() -> None:
    """A last reminder from a far future holds nothing back; one from a near future does."""
    now = at(2026, 5, 5, 12)
    far = replace(DAY, last_triggered_at=now + timedelta(days=400))
    near = replace(DAY, last_triggered_at=now + timedelta(minutes=1))
    assert poll(far, now).is_due
    assert poll(near, now).reason is Reason.NOT_DUE


@pytest.mark.parametrize(
    ("name", "now", "ahead"),
    [
        ("UTC", datetime(2026, 5, 5, tzinfo=UTC), 0),
        ("Asia/Kolkata", datetime(2026, 5, 5, tzinfo=UTC), 330),
        ("Asia/Kathmandu", datetime(2026, 5, 5, tzinfo=UTC), 345),
        ("America/St_Johns", datetime(2026, 1, 5, tzinfo=UTC), -210),
        ("Pacific/Kiritimati", datetime(2026, 5, 5, tzinfo=UTC), 840),
        # The last millisecond before the clocks change, and the first after it.
        ("America/Vancouver", datetime(2026, 3, 8, 9, 59, 59, 999000, UTC), -480),
        ("America/Vancouver", datetime(2026, 3, 8, 10, tzinfo=UTC), -420),
        ("Europe/Berlin", datetime(2026, 10, 25, 0, 59, 59, 999000, UTC), 120),
        ("Europe/Berlin", datetime(2026, 10, 25, 1, tzinfo=UTC), 60),
        # By half an hour only.
        ("Australia/Lord_Howe", datetime(2026, 4, 4, 14, 59, tzinfo=UTC), 660),
        ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC), 630),
        # Ahead by 53:28 min, and behind by 4:56:02 h, when places had a time of their own.
        ("Europe/Berlin", datetime(1890, 1, 1, tzinfo=UTC), 53),
        ("America/New_York", datetime(1880, 1, 1, tzinfo=UTC), -297),
    ],
)
def test_the_offset_is_that_of_the_wall_clock(name: str, now: datetime, ahead: int) -> None:
    """Halves and quarters of an hour, changes of the clocks; seconds are cut off downwards."""
    assert utc_offset_min(replace(DAY, zone=zone(name)), now) == ahead


def test_a_disabled_schedule_has_an_offset_and_none_has_none() -> None:
    """The wall clock goes on, whoever wants to be reminded."""
    noon = at(2026, 5, 5, 12)
    assert utc_offset_min(replace(DAY, enabled=False), noon) == -420
    assert utc_offset_min(None, noon) is None


@given(schedules, instants)
def test_the_next_reminder_is_when_a_poll_reminds(schedule: Schedule, now: datetime) -> None:
    """At that instant a poll reminds, and at no whole minute before it, nor now if it is later."""
    left = next_reminder(schedule, now)
    if left is None:
        assert not schedule.enabled
        return
    assert poll(schedule, now + left).is_due
    minute = now
    while minute < now + left:
        assert not poll(schedule, minute).is_due
        minute += timedelta(minutes=7)
    assert left <= timedelta(days=3)


@pytest.mark.parametrize(
    ("last", "now", "left"),
    [
        (None, at(2026, 5, 5, 12), timedelta(0)),
        (at(2026, 5, 5, 11, 30), at(2026, 5, 5, 12), timedelta(minutes=30)),
        (at(2026, 5, 5, 21, 30), at(2026, 5, 5, 21, 59), timedelta(hours=11, minutes=1)),
        (at(2026, 5, 5, 21), at(2026, 5, 5, 21, 30), timedelta(minutes=30)),
        (None, at(2026, 5, 5, 23) + timedelta(seconds=1), timedelta(hours=10, seconds=-1)),
        # The clocks go forward at two o'clock that night.
        (None, at(2026, 3, 7, 23), timedelta(hours=9)),
    ],
)
def test_the_next_reminder_waits_for_interval_and_window(
    last: datetime | None, now: datetime, left: timedelta
) -> None:
    """Whichever is later, by the clock on the wall."""
    assert next_reminder(replace(DAY, last_triggered_at=last), now) == left


def test_without_a_schedule_there_is_no_next_reminder() -> None:
    """Nor while it is switched off."""
    assert next_reminder(None, at(2026, 5, 5, 12)) is None
    assert next_reminder(replace(DAY, enabled=False), at(2026, 5, 5, 12)) is None
