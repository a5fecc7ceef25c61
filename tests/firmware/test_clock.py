"""The time of day: how an instant is read, and how it runs on when nobody tells it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.logic.check import AnswerError
from firmware.logic.clock import DAY_MS, HOUR_MS, Clock, read_instant, read_minute, wall

TICKS_PERIOD = 1 << 30
TICKS_HALF = TICKS_PERIOD // 2


def wrapped_diff(later: int, earlier: int) -> int:
    """Compare ticks as a board does, which is right within half a wrap only."""
    return (later - earlier + TICKS_HALF) % TICKS_PERIOD - TICKS_HALF


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.sampled_from(["", "Z"]))
def test_an_instant_is_read_as_the_standard_library_reads_it(at: datetime, zone: str) -> None:
    """Whole seconds, with milliseconds, with microseconds; +00:00 or Z."""
    at = at.replace(tzinfo=UTC)
    day_ms = ((at.hour * 60 + at.minute) * 60 + at.second) * 1000
    for timespec in ("seconds", "milliseconds", "microseconds"):
        text = at.isoformat(timespec=timespec)
        assert read_instant(text[: -len("+00:00")] + zone if zone else text) == day_ms


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-02-28",
        "2026-02-28T18:00:00",
        "2026-02-28 18:00:00+00:00",
        "2026-02-28T18:00:00+01:00",
        "2026-02-28T18:00:00-00:00",
        "2026-02-28T18:00:00.+00:00",
        "2026-02-28T18:00:00.12x+00:00",
        "2026-02-28T18:00:00.Z",
        "2026-02-28T18:00:00ZZ",
        "2026-02-28T18:00:00+00:00 ",
        "2026-02-28T24:00:00+00:00",
        "2026-02-28T18:60:00+00:00",
        "2026-02-28T18:00:60+00:00",
        "2026-13-28T18:00:00+00:00",
        "2026-02-32T18:00:00+00:00",
        "2026-02-00T18:00:00+00:00",
        "2026-02-28T1\uff18:00:00+00:00",
        "2026-02-28T18:\u00b20:00+00:00",
        "2026-02-28T-1:00:00+00:00",
        "2026-02-28T+1:00:00+00:00",
        "2026-02-28T 1:00:00+00:00",
        "20260-2-28T18:00:00+00:00",
    ],
)
def test_what_is_no_instant_in_utc_is_an_answer_error(text: str) -> None:
    """One form, and nothing that is nearly it."""
    with pytest.raises(AnswerError):
        read_instant(text)


@given(st.text(max_size=30))
def test_whatever_is_read_it_is_a_time_of_day_or_an_answer_error(text: str) -> None:
    """No other exception, no other number."""
    for read, limit in ((read_instant, DAY_MS), (read_minute, 1440)):
        try:
            assert 0 <= read(text) < limit
        except AnswerError:
            continue


@pytest.mark.parametrize(("text", "minute"), [("00:00", 0), ("09:05", 545), ("23:59", 1439)])
def test_a_time_of_day_is_read_and_written(text: str, minute: int) -> None:
    """Both ways."""
    assert read_minute(text) == minute
    assert wall(minute) == text


@pytest.mark.parametrize(
    "text", ["24:00", "9:05", "09:60", "09.05", "09:5", "09:055", "\u06609:05"]
)
def test_what_is_no_time_of_day_is_an_answer_error(text: str) -> None:
    """Two digits, a colon, two digits."""
    with pytest.raises(AnswerError):
        read_minute(text)


def test_before_it_was_told_there_is_no_time() -> None:
    """And it is shown as none."""
    clock = Clock(wrapped_diff)
    assert clock.day_ms(5) is None
    assert clock.minute(5) is None
    assert wall(clock.minute(5)) == "--:--"
    clock.renew(5)
    assert clock.day_ms(5) is None


@pytest.mark.parametrize("offset_ms", [-DAY_MS + 1, -18 * HOUR_MS, 0, 18 * HOUR_MS, DAY_MS])
def test_a_day_has_one_midnight(offset_ms: int) -> None:
    """Whatever the offset adds, it is a time of this day or of its neighbour."""
    clock = Clock(wrapped_diff)
    clock.set(23 * HOUR_MS + offset_ms, 0)
    assert clock.day_ms(0) == (23 * HOUR_MS + offset_ms) % DAY_MS
    assert clock.day_ms(2 * HOUR_MS) == (HOUR_MS + offset_ms) % DAY_MS


@given(st.integers(0, TICKS_PERIOD - 1), st.integers(0, DAY_MS - 1))
def test_the_clock_goes_on_for_a_month_without_being_told(first: int, day_ms: int) -> None:
    """The ticks wrap twice meanwhile; renewed now and then, it never notices."""
    clock = Clock(wrapped_diff)
    clock.set(day_ms, first)
    for passed_ms in range(0, 30 * DAY_MS, 7 * HOUR_MS):
        now = (first + passed_ms) % TICKS_PERIOD
        clock.renew(now)
        assert clock.day_ms(now) == (day_ms + passed_ms) % DAY_MS


def test_a_clock_that_is_not_renewed_is_lost_when_the_ticks_wrap() -> None:
    """What renewing is for."""
    clock = Clock(wrapped_diff)
    clock.set(0, 0)
    assert clock.day_ms(TICKS_HALF) != TICKS_HALF % DAY_MS
