"""When a device is asked back: within bounds, and in the seconds of its own clock."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petcore.rules.desktop_pet import POLL_MAX, POLL_MIN, next_poll, next_poll_s

waits = st.timedeltas(timedelta(days=-1), timedelta(days=2))


@given(waits)
def test_at_a_scale_of_one_it_is_the_wait_in_whole_seconds(wait: timedelta) -> None:
    """Rounded up, so that nobody asks a moment too early; from 1 s to 300 s."""
    told = next_poll_s(next_poll(wait), 1)
    assert 1 <= told <= 300
    assert timedelta(seconds=told - 1) < max(POLL_MIN, min(wait, POLL_MAX))
    assert timedelta(seconds=told) >= max(POLL_MIN, min(wait, POLL_MAX))


@pytest.mark.parametrize(
    ("wait_s", "scale", "told"),
    [(300, 60, 5), (300, 3600, 1), (1, 3600, 1), (61, 60, 2), (60, 60, 1), (15, 2, 8)],
)
def test_a_device_is_told_in_its_own_seconds(wait_s: int, scale: int, told: int) -> None:
    """Divided by the scale and rounded up, never to nothing."""
    assert next_poll_s(timedelta(seconds=wait_s), scale) == told
