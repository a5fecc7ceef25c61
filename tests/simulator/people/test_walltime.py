"""When the clock on the wall shows what, on days of every length."""

from datetime import UTC, date, datetime, time

import pytest

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.people.walltime import WallClock, instant
from tests.simulator.stages import scene

HOUR_MS = 3_600_000


@pytest.mark.parametrize(
    ("zone", "day", "wall", "utc"),
    [
        ("Europe/Berlin", date(2026, 10, 25), time(1, 59), "2026-10-24T23:59"),
        # Twice: the first.
        ("Europe/Berlin", date(2026, 10, 25), time(2), "2026-10-25T00:00"),
        ("Europe/Berlin", date(2026, 10, 25), time(2, 59), "2026-10-25T00:59"),
        ("Europe/Berlin", date(2026, 10, 25), time(3), "2026-10-25T02:00"),
        ("Europe/Berlin", date(2026, 3, 29), time(1, 59), "2026-03-29T00:59"),
        # Never: the moment after the gap.
        ("Europe/Berlin", date(2026, 3, 29), time(2), "2026-03-29T01:00"),
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), "2026-03-29T01:00"),
        ("Europe/Berlin", date(2026, 3, 29), time(3), "2026-03-29T01:00"),
        ("Europe/Berlin", date(2026, 3, 29), time(3, 1), "2026-03-29T01:01"),
        ("Asia/Tokyo", date(2026, 10, 25), time(2, 30), "2026-10-24T17:30"),
        # Half an hour is skipped, and a midnight.
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 10), "2026-10-03T15:30"),
        ("Africa/Cairo", date(2026, 4, 24), time(0, 0), "2026-04-23T22:00"),
    ],
)
def test_an_instant_of_a_wall_clock(zone: str, day: date, wall: time, utc: str) -> None:
    """The first of two, and the moment after a gap."""
    expected = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert instant(day, wall, TzdataZones().zone(zone)) == expected


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Tokyo"])
@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_the_wall_clock_goes_forward_only(zone: str, day: date) -> None:
    """Minute by minute the instants never go back, and each unskipped minute shows itself."""
    place = TzdataZones().zone(zone)
    walls = [time(*divmod(number, 60)) for number in range(24 * 60)]
    instants = [instant(day, wall, place) for wall in walls]
    assert instants == sorted(instants)
    shown = [then.astimezone(place).time() for then in instants]
    wrong = [wall for wall, seen in zip(walls, shown, strict=True) if wall != seen]
    is_spring_in_berlin = zone == "Europe/Berlin" and day.month == 3
    assert len(wrong) == (60 if is_spring_in_berlin else 0)


def test_the_next_time_it_is_seven() -> None:
    """Now counts; after it tomorrow's is next, and a day has 25 hours when it has."""
    with scene(began=datetime(2026, 10, 24, 5, tzinfo=UTC)) as empty:  # seven in Berlin
        clock = WallClock(empty.stage, "Europe/Berlin")
        assert clock.next(time(7), 0) == 0
        assert clock.next(time(7), 1) == 25 * HOUR_MS
        assert clock.next(time(2, 30), 0) == 19 * HOUR_MS + HOUR_MS // 2
        # From the second half past two on, it is tomorrow's.
        assert clock.next(time(2, 30), 20 * HOUR_MS) == 44 * HOUR_MS + HOUR_MS // 2


def test_the_next_time_after_a_gap() -> None:
    """Half past two does not come: three does, and only once."""
    with scene(began=datetime(2026, 3, 28, 23, tzinfo=UTC)) as empty:  # midnight in Berlin
        clock = WallClock(empty.stage, "Europe/Berlin")
        assert clock.next(time(2, 30), 0) == 2 * HOUR_MS
        assert clock.next(time(2, 30), 2 * HOUR_MS + 1) == 25 * HOUR_MS + HOUR_MS // 2


def test_a_clock_that_moves_shows_the_new_places_time() -> None:
    """Vancouver, then Tokyo; time itself goes on."""
    with scene(began=datetime(2026, 5, 18, 7, tzinfo=UTC)) as empty:  # midnight in Vancouver
        clock = WallClock(empty.stage, "America/Vancouver")
        empty.stage.loop.run_for(10 * HOUR_MS)
        assert clock.next(time(11), empty.stage.now) == 11 * HOUR_MS
        clock.move_to("Asia/Tokyo")
        assert clock.local.isoformat() == "2026-05-19T02:00:00+09:00"
        assert clock.next(time(11), empty.stage.now) == 19 * HOUR_MS
