"""A server whose clock is wrong is noticed."""

import pytest

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.invariants.server_time import ServerTime
from tests.simulator.invariants.story import (
    USER,
    Story,
    exchanged,
    minute,
    sole,
    utc,
    verdict,
    water_poll,
    world,
)

NOON = minute(720)


def session(started_at: int) -> Story:
    """A study session that starts at noon, and when the server says it did."""
    answer = {"ok": True, "session": {"started_at": utc(started_at)}}
    return exchanged(NOON, "POST /api/stress/session/start", {"user_id": USER}, answer)


def test_the_right_time_is_accepted() -> None:
    """An answer that is given again keeps its old time."""
    judge = ServerTime(TzdataZones())
    again = water_poll(NOON + 5_000, reminds=True, key="a", said_at=NOON)
    stories = [world(), water_poll(NOON, reminds=True, key="a"), again, session(NOON)]
    assert verdict(judge, *stories) == []
    assert judge.cases == 2


@pytest.mark.parametrize(
    "story",
    [
        water_poll(NOON, reminds=False, said_at=NOON + minute(480)),
        water_poll(NOON, reminds=False, said_at=NOON - 1_001),
        session(NOON - minute(60)),
    ],
)
def test_a_wrong_time_is_noticed(story: Story) -> None:
    """Ahead, behind, or of another zone."""
    words = sole(verdict(ServerTime(TzdataZones()), world(), story))
    assert "was answered at 2026-05-05 12:00:00+00:00" in words
