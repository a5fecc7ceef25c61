"""What the clock of a server showed, when somebody sets it."""

from datetime import UTC, datetime, timedelta

import pytest

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.invariants.server_clock import ServerClock
from simulator.invariants.server_time import ServerTime
from tests.simulator.invariants.story import Story, minute, sole, verdict, water_poll, world

MIDNIGHT = datetime(2026, 5, 5, tzinfo=UTC)
NOON = minute(720)
SECOND = timedelta(seconds=1)


def clock_set(at: int, off_ms: int) -> Story:
    """Somebody sets the server's clock wrong, or right."""
    return [{"at": at, "kind": "clock", "off_ms": off_ms}]


def heard(*stories: Story) -> ServerClock:
    """A clock that has heard all that."""
    clock = ServerClock(TzdataZones())
    for event in (event for story in stories for event in story):
        if (hear := clock.hears.get(str(event["kind"]))) is not None:
            hear(event)
    return clock


def test_it_shows_the_time_of_the_world_until_it_is_set() -> None:
    """And also afterwards, of the time before."""
    clock = heard(world(), clock_set(NOON, -60_000), clock_set(NOON + 5_000, 0))
    assert [clock.off_ms(at) for at in (0, NOON - 1, NOON, NOON + 5_000)] == [0, 0, -60_000, 0]
    assert clock.now(NOON + 1) == MIDNIGHT + timedelta(milliseconds=NOON + 1 - 60_000)


def test_it_knows_when_it_showed_something_first() -> None:
    """Set back by a minute it shows that minute twice; set forward it leaves one out."""
    clock = heard(world(), clock_set(NOON, -60_000), clock_set(NOON + 90_000, 0))
    never = NOON - 10_000
    cases = ((-20, 40), (-9, -9), (0, 0), (1, 61), (29, 89), (31, never), (90, 90), (95, never))
    for seconds, first in cases:
        said = MIDNIGHT + timedelta(milliseconds=NOON) + seconds * SECOND
        expected = never if first == never else NOON + first * 1000
        assert clock.first_showed(said, never, NOON + 92_000) == expected, seconds


def test_its_midnight_is_that_of_the_scenario() -> None:
    """Wherever that is."""
    shown = heard(world("America/Vancouver")).now(0)
    assert shown == MIDNIGHT + timedelta(hours=7)


@pytest.mark.parametrize(
    ("seconds", "has_shown"),
    [
        (-7, False),
        (-6, True),
        (1, True),
        (2, False),
        (57, False),
        (58, True),
        (65, True),
        (66, False),
    ],
)
def test_it_showed_what_it_showed_around_a_step(seconds: int, has_shown: bool) -> None:
    """From five seconds before noon until five seconds after it; at noon it was set forward by a
    minute less a second. In between is what it never showed. A second does not matter.
    """
    clock = heard(world(), clock_set(NOON, 59_000))
    said = MIDNIGHT + timedelta(milliseconds=NOON, seconds=seconds)
    assert clock.showed(said, NOON - 5_000, NOON + 5_000, SECOND) is has_shown


@pytest.mark.parametrize(
    ("at_ms", "has_shown"),
    [
        (-2, False),
        (-1, True),
        (11, True),
        (12, False),
        (98, False),
        (99, True),
        (111, True),
        (112, False),
        (118, False),
        (119, True),
        (131, True),
        (132, False),
        (198, False),
        (199, True),
        (201, True),
        (202, False),
    ],
)
def test_it_showed_what_it_showed_between_several_steps(at_ms: int, has_shown: bool) -> None:
    """Until the last moment in question, in which it may just be set, as here at 30 ms; it was set
    at 10 and at 20 ms. A millisecond does not matter.
    """
    clock = heard(world(), clock_set(10, 90), clock_set(20, 100), clock_set(30, 170))
    said = MIDNIGHT + timedelta(milliseconds=at_ms)
    early = timedelta(milliseconds=1)
    assert clock.showed(said, -5, 30, early) is has_shown


def test_what_it_shows_later_it_has_not_shown() -> None:
    """A step after the time in question counts as little as one before, be it a moment after."""
    clock = heard(world(), clock_set(10, 90), clock_set(40, 1_000))
    shown = [
        ms
        for ms in (15, 39, 103, 104, 130, 131, 1_039, 1_040)
        if clock.showed(MIDNIGHT + timedelta(milliseconds=ms), 15, 39, timedelta(milliseconds=1))
    ]
    assert shown == [104, 130]


def test_a_server_whose_clock_was_set_says_what_it_shows() -> None:
    """It cannot know better; whoever says the true time does not go by its clock."""
    judge = ServerTime(TzdataZones())
    ahead = clock_set(NOON, 90_000)
    stamped = water_poll(NOON + 10, reminds=False, said_at=NOON + 90_010)
    assert verdict(judge, world(), ahead, stamped) == []
    honest = water_poll(NOON + 10, reminds=False, said_at=NOON + 10)
    words = sole(verdict(ServerTime(TzdataZones()), world(), ahead, honest))
    assert "was answered at 2026-05-05 12:01:30" in words


def test_what_was_stored_before_a_worker_died_is_answered_later() -> None:
    """With the instant of then; without such a death that would be wrong."""
    first = water_poll(NOON, reminds=True, key="a")[:1]
    dropped = [{"at": NOON, "kind": "dropped", "id": first[0]["id"], "why": "died"}]
    again = water_poll(NOON + 60_000, reminds=True, key="a", said_at=NOON)
    other = water_poll(NOON + 60_000, reminds=True, key="b", said_at=NOON)
    assert verdict(ServerTime(TzdataZones()), world(), [*first, *dropped], again) == []
    assert len(verdict(ServerTime(TzdataZones()), world(), [*first, *dropped], other)) == 1
