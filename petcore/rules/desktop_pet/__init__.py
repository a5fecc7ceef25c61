"""Rules of the Desktop Pet Backend, one module per section of its document."""

from datetime import timedelta

POLL_MAX = timedelta(seconds=300)
"""No answer asks a device to stay away longer than this."""

POLL_MIN = timedelta(seconds=1)
"""No answer asks a device to come back sooner than this."""


_SECOND = timedelta(seconds=1)


def next_poll(wait: timedelta) -> timedelta:
    """``wait`` held between ``POLL_MIN`` and ``POLL_MAX``."""
    return max(POLL_MIN, min(wait, POLL_MAX))


def next_poll_s(wait: timedelta, time_scale: int) -> int:
    """Whole seconds that cover ``wait`` on the clock of a device, when ours runs ``time_scale``
    times as fast. A device sleeps by its own clock, so what it is told is said in its seconds.
    """
    return -(-wait // (time_scale * _SECOND))
