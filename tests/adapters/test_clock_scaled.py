"""The scaled clock, against the one it looks at."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from petcore.adapters.clock_scaled import ScaledClock
from tests.services.server import NOON, SetClock

instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)).map(
    lambda instant: instant.replace(microsecond=instant.microsecond // 1000 * 1000)
)


def test_it_agrees_with_the_real_one_when_it_begins() -> None:
    """And only then."""
    real = SetClock()
    clock = ScaledClock(real, 60, NOON)
    assert clock.now() == NOON
    real.advance(24)
    assert clock.now() == NOON + timedelta(days=1)


@given(instants, st.integers(2, 3600), st.lists(st.integers(0, 10**9), max_size=4))
def test_it_runs_evenly_in_whole_milliseconds(
    began: datetime, scale: int, steps: list[int]
) -> None:
    """In whole milliseconds: each of the real one is ``scale`` of its own, and it stays in UTC."""
    real = SetClock(began)
    clock = ScaledClock(real, scale, began)
    for step in steps:
        before = clock.now()
        real.instant += timedelta(milliseconds=step)
        assert clock.now() - before == timedelta(milliseconds=step * scale)
        assert clock.now().microsecond % 1000 == 0
        assert clock.now().utcoffset() == timedelta(0)


@given(instants, st.integers(2, 3600), st.integers(0, 10**9))
def test_whoever_began_at_the_same_instant_agrees(began: datetime, scale: int, late: int) -> None:
    """A process that comes later shows what those show that were there before."""
    real = SetClock(began)
    first = ScaledClock(real, scale, began)
    real.instant += timedelta(milliseconds=late)
    assert ScaledClock(real, scale, began).now() == first.now()
