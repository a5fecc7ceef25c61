"""The oracle accepts a Pomodoro as documented, and objects to any other."""

import pytest

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.invariants.pomodoro_oracle import PomodoroOracle
from tests.simulator.invariants.story import (
    Story,
    minute,
    pomodoro_active,
    pomodoro_set,
    pomodoro_status,
    sole,
    verdict,
)

NOON = minute(720)


def at(clock: str) -> int:
    """A time of the day, such as 12:24:59.999."""
    hours, minutes, seconds = clock.split(":")
    return minute(int(hours) * 60 + int(minutes)) + round(float(seconds) * 1000)


def started(id: str = "p1", ended_at: str | None = None) -> Story:
    """A Pomodoro of 25 and 5 minutes starts at noon, or is stopped."""
    return pomodoro_set(NOON, id, ended_at=at(ended_at) if ended_at else None)


def status(clock: str, phase: str, cycle: int, seconds: int, id: str = "p1") -> Story:
    """The server's answer about a Pomodoro."""
    return pomodoro_status(at(clock), phase, cycle, seconds, id)


def active(clock: str, id: str | None) -> Story:
    """The server's answer about the running Pomodoro, right after it began if there is one."""
    return pomodoro_active(at(clock), id)


def test_a_pomodoro_as_documented_is_accepted() -> None:
    """Focus, break, focus, break, over; and stopped means over."""
    judge = PomodoroOracle(TzdataZones())
    story = [
        active("11:59:59", None),
        started(),
        active("12:00:00", "p1"),
        status("12:01:20", "focus", 1, 1420),
        status("12:24:59.999", "focus", 1, 1),
        status("12:25:00", "break", 1, 300),
        status("12:59:59", "break", 2, 1),
        status("13:00:00", "completed", 2, 0),
        active("13:00:00", None),
        started("p2"),
        started("p2", ended_at="12:40:00"),
        status("12:41:00", "completed", 2, 0, "p2"),
    ]
    assert verdict(judge, *story) == []
    assert judge.cases == 9


@pytest.mark.parametrize(
    "story",
    [
        [status("12:00:00", "focus", 1, 1500)],
        [started(), status("12:01:20", "focus", 1, 1421)],
        [started(), status("12:25:00", "focus", 1, 0)],
        [started(), status("12:30:00", "focus", 1, 1500)],
        [started(), status("12:55:00", "completed", 2, 0)],
        [started(), active("12:10:00", None)],
        [active("12:00:00", "p1")],
        [started(), pomodoro_set(NOON, "p2", started_at=NOON + 1), active("12:00:00", "p1")],
        [started(), started(ended_at="12:05:00"), status("12:06:00", "focus", 1, 1140)],
    ],
)
def test_a_wrong_pomodoro_is_noticed(story: list[Story]) -> None:
    """One fault in a trace made by hand, and the oracle objects."""
    assert "the oracle says" in sole(verdict(PomodoroOracle(TzdataZones()), *story))
