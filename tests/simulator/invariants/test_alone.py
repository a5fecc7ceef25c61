"""The judge of screens knows when a pet that is offline may remind by itself, and when it must."""

import pytest

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.invariants.screen_tells_truth import ScreenTellsTruth
from simulator.kernel.trace import Event
from tests.simulator.invariants.story import (
    DRINK,
    PET,
    PROMPT,
    REST,
    USER,
    Story,
    boot,
    exchanged,
    minute,
    press,
    prompt_poll,
    screen,
    sole,
    unplugged,
    verdict,
    water_poll,
    world,
)

START, OFFLINE = minute(10 * 60), minute(10 * 60 + 10)


def truth() -> ScreenTellsTruth:
    """A fresh judge."""
    return ScreenTellsTruth(TzdataZones())


def read(at: int = 4_000, *, status: int = 200, **changed: object) -> Story:
    """The pet reads its schedule."""
    schedule = {
        "user_id": USER,
        "timezone": "UTC",
        "start_time": "09:00",
        "end_time": "22:00",
        "interval_min": 60,
        "enabled": True,
        **changed,
    }
    asked = {"user_id": USER}
    return exchanged(at, "GET /api/water/schedule", asked, schedule, status=status, who=PET)


def idle(at: int, *, offline: bool = True) -> Story:
    """There is nothing to show."""
    return screen(at, "IDLE", offline=offline)


def drop(at: int, *, offline: bool = True) -> Story:
    """There is a reminder to be seen."""
    return screen(at, "WATER_DROP", *DRINK, offline=offline)


def told(ahead_min: int | None = 0) -> list[Story]:
    """A pet that knows the time, was reminded by the server at ten, and is offline soon after."""
    polls = [water_poll(at, reminds=False, ahead_min=ahead_min) for at in (1_000, 2_000, 3_000)]
    reminded = [water_poll(START, reminds=True, ahead_min=ahead_min), drop(START, offline=False)]
    answered = [press(START + 9_000), idle(START + 9_000, offline=False), idle(OFFLINE)]
    return [world(), boot(0), idle(0, offline=False), *polls, *reminded, *answered]


def hour(hours: float) -> int:
    """So many hours after the reminder of the server was answered."""
    return START + 9_000 + minute(60 * hours)


@pytest.mark.parametrize(
    "stories",
    [
        [read(), drop(hour(1)), press(hour(1.1)), idle(hour(1.1)), drop(hour(2.11))],
        [read(), drop(hour(1))],
        [read(), drop(minute(11 * 60) + 1)],
        [read(), drop(hour(1)), drop(hour(1) + 1, offline=False)],
        [read(end_time="11:00"), drop(minute(11 * 60) + 30_000)],
        [read(start_time="21:00", end_time="11:30"), drop(hour(1))],
        [read(interval_min=30), drop(hour(0.5))],
        [read(enabled=False)],
        [read(end_time="10:30")],
        [read(), read(5_000, status=404)],
        # Only now does it learn that it should have reminded long ago.
        [read(interval_min=90), read(hour(1.2)), drop(hour(1.2))],
        # Behind a prompt it cannot be seen, not even when it is online again.
        [
            read(),
            prompt_poll(OFFLINE + 1, PROMPT),
            screen(OFFLINE + 1, "BREAK_PROMPT", *REST, offline=True),
            screen(hour(1.2), "BREAK_PROMPT", *REST),
            press(hour(1.3)),
            drop(hour(1.3), offline=False),
        ],
        # What it knew it has forgotten, and until it is told anew it is silent.
        [read(), unplugged(OFFLINE + 1), boot(OFFLINE + 2), idle(OFFLINE + 3), idle(OFFLINE + 9)],
        # It is online again before its time.
        [read(), idle(hour(0.9), offline=False), idle(hour(1.1)), idle(hour(1.11), offline=False)],
    ],
)
def test_a_pet_that_reminds_by_itself_when_it_may_is_accepted(stories: list[Story]) -> None:
    """An interval after the last reminder, in the window, offline; or not at all."""
    (first, *rest) = stories
    until = int(str(stories[-1][-1]["at"])) if first is not stories[-1] else hour(1.5)
    judge = truth()
    assert verdict(judge, *told()[:6], first, *told()[6:], *rest, until=until) == []


@pytest.mark.parametrize(
    ("stories", "complaint"),
    [
        ([drop(hour(1))], "knows of no schedule"),
        ([read(enabled=False), drop(hour(1))], "knows of no schedule"),
        ([read(), read(5_000, status=404), drop(hour(1))], "knows of no schedule"),
        ([read(), drop(minute(10 * 60 + 59))], "too soon"),
        ([read(), drop(minute(11 * 60) - 1_001)], "too soon"),
        (
            [read(), drop(hour(1)), press(hour(1.1)), idle(hour(1.1)), drop(hour(1.9))],
            "too soon",
        ),
        ([read(end_time="10:57"), drop(hour(1))], "outside the window"),
        ([read(start_time="11:30", end_time="09:00"), drop(hour(1))], "outside the window"),
        ([read(), idle(hour(0.5), offline=False), drop(hour(1), offline=False)], "is not offline"),
        ([read(), screen(hour(1), "WATER_DROP", "Drink", "Now", offline=True)], "nothing to show"),
        ([read(), drop(hour(1)), idle(hour(1.1))], "a reminder"),
        ([read(), idle(hour(1) + 150_001)], "is offline and does not remind"),
        (
            [read(interval_min=90), read(hour(1.2)), idle(hour(1.2) + 150_001)],
            "is offline and does not remind",
        ),
        (
            [
                read(),
                prompt_poll(OFFLINE + 1, PROMPT),
                screen(OFFLINE + 1, "BREAK_PROMPT", *REST, offline=True),
                screen(hour(0.5), "BREAK_PROMPT", *REST),
                press(hour(1.3)),
                drop(hour(1.3), offline=False),
            ],
            "too soon",
        ),
    ],
)
def test_a_pet_that_reminds_when_it_must_not_or_does_not_is_noticed(
    stories: list[Story], complaint: str
) -> None:
    """Each condition by itself, and that it may not go on being silent."""
    reads = [story for story in stories if "/api/water/schedule" in str(story)]
    others = [story for story in stories if story not in reads]
    until = int(str(others[-1][-1]["at"]))
    assert complaint in sole(
        verdict(truth(), *told()[:6], *reads, *told()[6:], *others, until=until)
    )


@pytest.mark.parametrize(("learnt_at", "is_right"), [(hour(1.25), True), (hour(0.5), False)])
def test_behind_a_prompt_a_pet_reminds_by_the_schedule_of_then(
    learnt_at: int, is_right: bool
) -> None:
    """That another one is known when the reminder is seen changes nothing."""
    stories = [
        prompt_poll(OFFLINE + 1, PROMPT),
        screen(OFFLINE + 1, "BREAK_PROMPT", *REST, offline=True),
        screen(hour(1.2), "BREAK_PROMPT", *REST),
        read(learnt_at, start_time="20:00"),
        press(hour(1.3)),
        drop(hour(1.3), offline=False),
    ]
    begun = told()
    in_order = sorted((event for story in stories for event in story), key=_at)
    said = verdict(truth(), *begun[:6], read(), *begun[6:], in_order, until=hour(1.3))
    assert said == [] if is_right else "outside the window" in sole(said)


def _at(event: Event) -> int:
    return int(str(event["at"]))


@pytest.mark.parametrize(("ahead_min", "is_right"), [(-180, False), (0, True), (11 * 60 - 1, True)])
def test_the_window_is_read_off_the_wall_clock_of_the_user(ahead_min: int, is_right: bool) -> None:
    """As the pet was told of it: at eleven in UTC it may be eight, or late in the evening."""
    begun = told(ahead_min)
    stories = [*begun[:6], read(), *begun[6:], drop(hour(1))]
    said = verdict(truth(), *stories, until=hour(1))
    assert said == [] if is_right else "outside the window" in sole(said)


def test_without_a_reminder_it_counts_from_when_it_was_cut_off() -> None:
    """Not sooner than it could know, and not never."""
    polls = [water_poll(at, reminds=False) for at in (1_000, 2_000, 3_000)]
    begun = [world(), boot(0), idle(0, offline=False), *polls, read(), idle(START)]
    assert verdict(truth(), *begun, idle(START + minute(61)), until=START + minute(61)) == []
    late = START + minute(60) + 150_001
    assert "does not remind" in sole(verdict(truth(), *begun, idle(late), until=late))
    assert verdict(truth(), *begun, drop(START + minute(61)), until=START + minute(61)) == []


def status(at: int, time: str) -> list[Story]:
    """The person asks for the status, and the pet shows this time."""
    lines = f"wifi -60 dBm\nserver server:5000\ntime {time}\nversion 1.0.0"
    return [press(at, "second"), screen(at, "STATUS", "Status", lines)]


NINE = minute(9 * 60)
READY = [world(), boot(0), idle(0, offline=False)]


@pytest.mark.parametrize(
    ("said_at", "time", "is_true"),
    [
        (NINE, "09:00", True),
        (NINE + minute(2), "09:02", True),
        (NINE + minute(2), "09:00", False),
        (NINE - minute(2), "08:58", True),
        (NINE - minute(2), "09:00", False),
        (NINE, "--:--", False),
    ],
)
def test_a_pet_shows_the_time_that_it_was_told(said_at: int, time: str, is_true: bool) -> None:
    """A server whose clock is set wrong cannot know, and the pet neither."""
    poll = water_poll(NINE, reminds=False, said_at=said_at)
    until = NINE + 2_000
    assert (verdict(truth(), *READY, poll, *status(NINE + 1_000, time), until=until) == []) is (
        is_true
    )


@pytest.mark.parametrize(
    ("first_at", "is_copy", "may_doubt"),
    [(NINE - 28_000, False, False), (NINE - 31_000, False, True), (NINE - 31_000, True, False)],
)
def test_what_was_asked_for_again_and_again_need_not_be_believed(
    first_at: int, is_copy: bool, may_doubt: bool
) -> None:
    """For so long the answer may have been on its way. What the network asks again is not the
    pet's doing.
    """
    request = water_poll(first_at, reminds=False, key="a")[0]
    asked: Story = [{**request, **({"copy_of": 1} if is_copy else {})}]
    poll = water_poll(NINE, reminds=False, key="a")
    told, until = [*READY, asked, poll], NINE + 2_000
    silent = verdict(truth(), *told, *status(NINE + 1_000, "--:--"), until=until)
    assert (silent == []) is may_doubt
    assert verdict(truth(), *told, *status(NINE + 1_000, "09:00"), until=until) == []
