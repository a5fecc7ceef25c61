"""The judge of reminders accepts a day as promised, and names what breaks a promise."""

import pytest

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.invariants.water_promises import WaterPromises
from tests.simulator.invariants.story import Story, minute, schedule, sole, verdict, water_poll


def water() -> WaterPromises:
    """A fresh judge."""
    return WaterPromises(TzdataZones())


def poll(
    at: int,
    *,
    reminds: bool,
    key: str | None = None,
    said_at: int | None = None,
    ahead_min: int | None = 0,
) -> Story:
    """A poll at a minute of the day."""
    said = None if said_at is None else minute(said_at)
    return water_poll(minute(at), reminds=reminds, key=key, said_at=said, ahead_min=ahead_min)


def test_a_day_as_promised_is_accepted() -> None:
    """Reminders every hour inside the window, none outside."""
    polls = [poll(m, reminds=m % 60 == 0) for m in range(9 * 60, 22 * 60 + 1, 10)]
    outside = [poll(8 * 60 + 59, reminds=False), poll(22 * 60 + 1, reminds=False)]
    judge = water()
    assert verdict(judge, schedule(), outside[0], *polls, outside[1]) == []
    assert judge.cases == len(polls) + 2


@pytest.mark.parametrize(
    ("stories", "complaint"),
    [
        ([poll(600, reminds=True, ahead_min=None)], "without a schedule"),
        ([poll(600, reminds=False)], "is 0 min ahead of UTC, not None"),
        ([schedule(), poll(60, reminds=False, ahead_min=1)], "is 1 min ahead of UTC, not 0"),
        (
            [schedule(enabled=False), poll(600, reminds=False, ahead_min=None)],
            "is None min ahead of UTC, not 0",
        ),
        ([schedule(enabled=False), poll(600, reminds=True)], "switched off"),
        ([schedule(), poll(8 * 60 + 59, reminds=True)], "outside the window"),
        ([schedule(), poll(22 * 60 + 1, reminds=True)], "outside the window"),
        ([schedule(), poll(600, reminds=True), poll(659, reminds=True)], "too soon"),
        ([schedule(), poll(600, reminds=True), poll(600, reminds=True)], "too soon"),
        ([schedule(), poll(600, reminds=False)], "although it was due"),
        ([schedule(), poll(600, reminds=True), poll(660, reminds=False)], "although it was due"),
        ([schedule(start="22:00", end="06:00"), poll(600, reminds=True)], "outside the window"),
        ([schedule(start="22:00", end="06:00"), poll(360, reminds=False)], "although it was due"),
        ([schedule(start="07:00", end="07:00"), poll(180, reminds=False)], "although it was due"),
        (
            [schedule(zone="Asia/Tokyo"), poll(20 * 60, reminds=True, ahead_min=540)],
            "outside the window",
        ),
        (
            [
                schedule(),
                poll(600, reminds=True, key="a"),
                poll(601, reminds=True, key="a", said_at=600, ahead_min=60),
            ],
            "did not repeat the reminder",
        ),
        (
            [schedule(), poll(600, reminds=True, key="a"), poll(601, reminds=False, key="a")],
            "did not repeat the reminder",
        ),
        (
            [schedule(), poll(600, reminds=True, key="a"), poll(660, reminds=True, key="a")],
            "did not repeat the reminder",
        ),
    ],
)
def test_a_broken_water_promise_is_noticed(stories: list[Story], complaint: str) -> None:
    """One fault in a trace made by hand, and the judge names it."""
    assert complaint in sole(verdict(water(), *stories))


def test_the_same_answer_twice_is_one_reminder() -> None:
    """A lost answer that is given again to the same key does not come too soon."""
    told = poll(600, reminds=True, key="a")
    again = poll(601, reminds=True, key="a", said_at=600)
    assert verdict(water(), schedule(), told, again, poll(660, reminds=True)) == []


def test_a_schedule_that_comes_twice_does_not_undo_a_newer_one() -> None:
    """The network delivers the first schedule again after the second."""
    first, second = schedule(key="a"), schedule(1, interval=30, key="b")
    twice = schedule(2, key="a")
    polls = [poll(600, reminds=True), poll(630, reminds=True)]
    assert verdict(water(), first, second, twice, *polls) == []
