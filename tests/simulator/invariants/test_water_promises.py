"""The judge of reminders accepts a day as promised, and names what breaks a promise."""

import pytest

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.invariants.water_promises import WaterPromises
from tests.simulator.invariants.story import (
    Story,
    minute,
    schedule,
    sole,
    verdict,
    water_poll,
    world,
)


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


NINE = 9 * 60
EARLY = poll(NINE - 1, reminds=False, key="a")
OTHERS = poll(NINE, reminds=False, key="b")
LATE_COPY = water_poll(
    minute(NINE) + 2_000,
    reminds=True,
    said_at=minute(NINE),
    key="a",
    copy=True,
    sent_at=minute(NINE) - 1,
)
"""Of the early poll, which was answered before; it is under way while the others are told."""


def ended(kind: str, at: int, **facts: object) -> Story:
    """The late copy, of which something else came."""
    asked = LATE_COPY[0]
    return [asked, {"at": at, "kind": kind, "id": asked["id"], **facts}]


def test_a_poll_that_was_answered_before_may_remind_while_it_is_under_way() -> None:
    """A copy of it, or who asks again: another poll is told meanwhile that none is due."""
    asked, served = LATE_COPY
    again: Story = [{name: fact for name, fact in asked.items() if name != "copy_of"}]
    late: list[list[Story]] = [
        [[asked], OTHERS, [served]],
        [again, OTHERS, [served]],
        [[asked], OTHERS],
        [ended("dropped", minute(NINE) - 1, why="died"), OTHERS],
        [[asked, {**served, "at": minute(NINE) - 1, "status": 503}], OTHERS],
    ]
    for stories in late:
        assert verdict(water(), world(), schedule(), EARLY, *stories) == []


@pytest.mark.parametrize(
    "stories",
    [
        [],
        [ended("lost", minute(NINE) - 1, leg="request", why="cut")],
        [[{**LATE_COPY[0], "query": "user_id=benjamin"}]],
        [[{**LATE_COPY[0], "at": minute(NINE - 63)}]],
        [water_poll(minute(NINE) - 1, reminds=False, key="a", copy=True)],
        [[LATE_COPY[0], {**LATE_COPY[1], "at": minute(NINE) - 1, "status": 429}]],
    ],
    ids=["none", "lost", "another user's", "long ago", "answered", "refused"],
)
def test_what_is_not_under_way_has_not_reminded(stories: list[Story]) -> None:
    """Nothing explains that none is due then."""
    told = verdict(water(), world(), schedule(), EARLY, *stories, OTHERS)
    assert "although it was due" in sole(told)


@pytest.mark.parametrize("end", ["dropped", "served"])
def test_a_poll_that_was_asked_again_is_in_no_doubt(end: str) -> None:
    """Whoever answered it first died, or lost the store; the next answer says that none was due."""
    early = minute(NINE) - 1_000
    asked, served, _ = water_poll(early, reminds=False, key="a")
    fails = {**served, "kind": end, "status": 503}
    again = water_poll(early + 500, reminds=False, key="a")
    told = verdict(water(), world(), schedule(), [asked, fails], again, OTHERS)
    assert "although it was due" in sole(told)


def test_a_clock_that_was_set_back_begins_the_intervals_anew() -> None:
    """The last reminder lies an interval ahead, and the one before it seems to be just over."""
    told = [poll(at, reminds=True) for at in (600, 660, 720)]
    hourly = [schedule(), *told, poll(615, reminds=True), poll(675, reminds=True)]
    assert verdict(water(), *hourly) == []
    rarely = [schedule(interval=100), poll(714, reminds=False), poll(775, reminds=True)]
    assert verdict(water(), *hourly, *rarely) == []


@pytest.mark.parametrize(
    ("at", "complaint"),
    [((661,), "too soon after 2026-05-05 12:00"), ((615, 674), "too soon after 2026-05-05 10:15")],
)
def test_a_clock_that_was_set_back_a_little_holds_back(at: tuple[int, ...], complaint: str) -> None:
    """By less than an interval; or there was a reminder since."""
    told = [poll(at, reminds=True) for at in (600, 660, 720, *at)]
    assert complaint in sole(verdict(water(), schedule(), *told))


def test_a_clock_that_was_set_back_excuses_no_silence() -> None:
    """The last reminder holds nothing back."""
    told = [poll(at, reminds=True) for at in (600, 660, 720)]
    silent = verdict(water(), schedule(), *told, poll(615, reminds=False))
    assert "although it was due" in sole(silent)
