"""Instants as whole milliseconds."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from petcore.rules.instant import from_ms, seconds_up, to_ms, truncate

zones = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
instants = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=zones)


@given(instants)
def test_milliseconds_survive(instant: datetime) -> None:
    """There and back gives the same instant, less what is finer than a millisecond."""
    assert from_ms(to_ms(instant)) == truncate(instant)
    assert timedelta(0) <= instant - truncate(instant) < timedelta(milliseconds=1)
    assert truncate(instant).tzinfo is UTC


@given(st.integers(0, 10**9))
def test_seconds_cover(ms: int) -> None:
    """Whole seconds are enough, and one less is not."""
    duration = timedelta(milliseconds=ms)
    assert (
        timedelta(seconds=seconds_up(duration) - 1)
        < duration
        <= timedelta(seconds=seconds_up(duration))
    )
