"""The judge of reminders on screens accepts those that are seen, and misses those that are not."""

import pytest

from simulator.invariants.reminder_on_screen import ReminderOnScreen
from tests.simulator.invariants.story import (
    DRINK,
    Story,
    boot,
    exchanged,
    screen,
    sole,
    unplugged,
    verdict,
    water_poll,
)

LOST = water_poll(1_000, reminds=True, key="a", arrives=False)
TOLD_AGAIN = water_poll(9_000, reminds=True, key="a", said_at=1_000)
NOTHING = water_poll(30_000, reminds=False)


def drop(at: int, texts: tuple[str, str] = DRINK) -> Story:
    """The reminder is on the screen."""
    return screen(at, "WATER_DROP", *texts)


@pytest.mark.parametrize(
    "stories",
    [
        [water_poll(1_000, reminds=True), drop(2_000)],
        [drop(500), water_poll(1_000, reminds=True)],
        [screen(500, "BREAK_PROMPT"), water_poll(1_000, reminds=True)],
        [water_poll(1_000, reminds=True), screen(1_500, "BREAK_PROMPT")],
        [LOST, TOLD_AGAIN, drop(9_000), NOTHING],
        [
            water_poll(1_000, reminds=True, key="a"),
            drop(1_000),
            water_poll(1_500, reminds=True, key="a", said_at=1_000, copy=True),
            NOTHING,
        ],
    ],
)
def test_a_reminder_that_is_seen_is_accepted(stories: list[Story]) -> None:
    """Within a second, or behind a break prompt, or when the answer was lost with the next poll."""
    judge = ReminderOnScreen()
    assert verdict(judge, boot(0), *stories) == []
    assert judge.cases


def test_a_refusal_tells_of_nothing() -> None:
    """What was lost before is owed still, and said with the first answer that is one."""
    asked = {"user_id": "audrey"}
    refused = exchanged(5_000, "GET /api/water/poll", asked, {"ok": False}, key="a", status=503)
    owed = [boot(0), LOST, refused]
    assert verdict(ReminderOnScreen(), *owed, TOLD_AGAIN, drop(9_000)) == []
    silent = verdict(ReminderOnScreen(), *owed, NOTHING)
    assert "did not tell it again" in sole(silent)


@pytest.mark.parametrize(
    ("stories", "complaint"),
    [
        ([water_poll(1_000, reminds=True), NOTHING], "did not show it"),
        ([water_poll(1_000, reminds=True), drop(2_001)], "did not show it"),
        ([water_poll(1_000, reminds=True), screen(1_000, "IDLE")], "did not show it"),
        ([water_poll(1_000, reminds=True), drop(1_000, ("Eat", "Now"))], "did not show it"),
        ([LOST, water_poll(9_000, reminds=False, key="a")], "did not tell it again"),
        ([LOST, water_poll(9_000, reminds=False, key="b")], "did not tell it again"),
        ([LOST, water_poll(9_000, reminds=True, key="b"), drop(9_000)], "did not tell it again"),
        ([LOST, TOLD_AGAIN], "did not show it"),
        (
            [
                water_poll(900, reminds=False, key="a"),
                water_poll(1_000, reminds=True, key="b", arrives=False),
                water_poll(2_000, reminds=False, key="c"),
            ],
            "did not tell it again",
        ),
    ],
)
def test_a_reminder_that_is_not_seen_is_missed(stories: list[Story], complaint: str) -> None:
    """One fault in a trace made by hand, and the judge names it."""
    judge = ReminderOnScreen()
    assert complaint in sole(verdict(judge, boot(0), *stories))
    assert judge.cases


def test_an_answer_that_was_under_way_before_the_reminder_owes_nothing() -> None:
    """The poll before it arrives after the server has answered the next one."""
    *early, arrival = water_poll(900, reminds=False)
    late: Story = [{**arrival, "at": 1_100}]
    story = [early, LOST, late, TOLD_AGAIN, drop(9_000)]
    assert verdict(ReminderOnScreen(), boot(0), *story) == []


def test_a_reminder_that_only_a_late_copy_was_told_of_is_excused() -> None:
    """The contract keeps no key for the answer before it, whether that has arrived yet or not."""
    ghost = water_poll(1_000, reminds=True, key="a", copy=True)
    early = water_poll(900, reminds=False, key="a")
    assert verdict(ReminderOnScreen(), boot(0), early, ghost, NOTHING) == []
    *asked, arrival = early
    under_way: list[Story] = [asked, ghost, [{**arrival, "at": 1_100}], NOTHING]
    assert verdict(ReminderOnScreen(), boot(0), *under_way) == []
    later = water_poll(950, reminds=False, key="b")
    assert verdict(ReminderOnScreen(), boot(0), early, later, ghost, NOTHING) == []
    other = water_poll(1_000, reminds=True, key="c", copy=True)
    assert verdict(ReminderOnScreen(), boot(0), early, later, other, NOTHING)


@pytest.mark.parametrize(
    "stories",
    [
        [LOST, unplugged(5_000), boot(8_000), NOTHING],
        [unplugged(500), water_poll(1_000, reminds=True, sent_at=400, arrives=False), NOTHING],
        [water_poll(1_000, reminds=True), unplugged(1_500), boot(9_000), NOTHING],
        # A second copy of what it asked before it lost its power, and has forgotten.
        [
            water_poll(1_000, reminds=False, key="a", arrives=False),
            unplugged(1_500),
            boot(1_600),
            water_poll(1_700, reminds=True, key="a", copy=True),
            NOTHING,
        ],
        [
            water_poll(1_000, reminds=False, key="a"),
            unplugged(1_500),
            boot(1_600),
            water_poll(1_700, reminds=True, key="a", copy=True),
            NOTHING,
        ],
    ],
)
def test_a_pet_without_power_is_excused(stories: list[Story]) -> None:
    """It has forgotten what it asked for and what it was told."""
    assert verdict(ReminderOnScreen(), boot(0), *stories) == []
