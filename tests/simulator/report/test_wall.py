"""Clocks at home: days of 23 and 25 hours, and where their hours stand on the axis."""

from datetime import timedelta

import pytest

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.report.wall import wall_at

HOUR = 3_600_000


@pytest.mark.parametrize(
    ("day", "zone", "hours", "place_of_six"),
    [
        ("2026-03-02", "America/Vancouver", 24, 6),
        ("2026-03-29", "Europe/Berlin", 23, 5),
        ("2026-10-25", "Europe/Berlin", 25, 7),
    ],
)
def test_a_day_has_as_many_hours_as_its_zone_says(
    day: str, zone: str, hours: int, place_of_six: int
) -> None:
    """The axis never jumps, its labels do."""
    wall = wall_at(day, zone)
    until = hours * HOUR
    assert wall.midnights(until) == (0, until)
    ticks = wall.ticks(until - 1, 360)
    assert [tick.label for tick in ticks] == ["00:00", "06:00", "12:00", "18:00"]
    assert ticks[1].at == place_of_six * HOUR
    assert wall.clock(place_of_six * HOUR) == "06:00"


def test_a_time_that_the_clock_jumps_over_has_no_label() -> None:
    """In spring there is no 02:00."""
    wall = wall_at("2026-03-29", "Europe/Berlin")
    labels = [tick.label for tick in wall.ticks(4 * HOUR, 60)]
    assert labels == ["00:00", "01:00", "03:00", "04:00", "05:00"]


def test_from_the_second_day_on_the_weekday_is_told() -> None:
    """And midnight is the end of its day."""
    wall = wall_at("2026-03-02", "America/Vancouver")
    assert wall.clock(0) == "00:00"
    assert wall.clock(24 * HOUR) == "24:00"
    assert wall.clock(33 * HOUR) == "Tue 09:00"
    assert [tick.label for tick in wall.ticks(48 * HOUR, 1440)] == ["Mon 2", "Tue 3", "Wed 4"]


def test_another_zone_is_ahead_by_the_hours_of_that_day() -> None:
    """Berlin puts its clocks forward between the two."""
    wall = wall_at("2026-03-28", "America/Vancouver")
    berlin = TzdataZones().zone("Europe/Berlin")
    before, after = timedelta(hours=1), timedelta(hours=30)
    ahead = [
        wall.hours_ahead(berlin, round(at / timedelta(milliseconds=1))) for at in (before, after)
    ]
    assert ahead == [8, 9]
