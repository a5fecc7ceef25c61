"""Instants as whole milliseconds since 1970 in UTC, and back.

Everything sorted, stored beside a date or written into a trace uses this integer.
"""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS, _SECOND = timedelta(milliseconds=1), timedelta(seconds=1)


def to_ms(instant: datetime) -> int:
    """Whole milliseconds since the epoch, rounded down. ``instant`` must be aware."""
    return (instant - _EPOCH) // _MS


def from_ms(ms: int) -> datetime:
    """The instant in UTC that is ``ms`` milliseconds after the epoch."""
    return _EPOCH + ms * _MS


def truncate(instant: datetime) -> datetime:
    """The same instant in UTC, with what is finer than a millisecond cut off."""
    return from_ms(to_ms(instant))


def seconds_up(duration: timedelta) -> int:
    """Whole seconds that cover ``duration``: a clock that counts down shows 1 until the end."""
    return -(-duration // _SECOND)
