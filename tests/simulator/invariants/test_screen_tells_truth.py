"""The judge of screens knows what the pet was told and what the person did, and nothing else."""

import pytest

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.invariants.screen_tells_truth import ScreenTellsTruth
from simulator.kernel.trace import number
from tests.simulator.invariants.story import (
    DRINK,
    POMODORO,
    PROMPT,
    REST,
    Story,
    boot,
    encouragement,
    exchanged,
    minute,
    pomodoro_active,
    pomodoro_status,
    press,
    prompt_poll,
    screen,
    sole,
    unplugged,
    verdict,
    water_poll,
)


def truth() -> ScreenTellsTruth:
    """A fresh judge."""
    return ScreenTellsTruth(TzdataZones())


ON = [boot(0), screen(0, "IDLE")]
REMINDED = [water_poll(1_000, reminds=True), screen(1_000, "WATER_DROP", *DRINK)]
PROMPTED = [prompt_poll(1_000, PROMPT), screen(1_000, "BREAK_PROMPT", *REST)]
FOCUSED = [pomodoro_active(1_000, POMODORO), screen(1_000, "POMODORO_TIMER", "focus", 25)]
CHEERED = [encouragement(1_000, "Well done"), screen(1_000, "MESSAGE", "", "Well done")]


def idle(at: int) -> Story:
    """There is nothing to show."""
    return screen(at, "IDLE")


def poll(at: int, id: str | None = None) -> Story:
    """A poll about prompts."""
    return prompt_poll(at, id)


def timer(at: int, left: int, phase: str = "focus") -> Story:
    """The Pomodoro with the minutes left."""
    return screen(at, "POMODORO_TIMER", phase, left)


@pytest.mark.parametrize(
    "stories",
    [
        [*REMINDED, poll(60_000), press(70_000), idle(70_900), poll(80_000)],
        [*PROMPTED, press(5_000), idle(5_000), poll(6_000, PROMPT), poll(20_000)],
        [*PROMPTED, press(5_000, "long"), idle(5_000), poll(6_000, PROMPT), poll(20_000)],
        [*PROMPTED, poll(5_000, None), idle(5_900)],
        [
            *PROMPTED,
            water_poll(2_000, reminds=True),
            press(5_000),
            screen(5_000, "WATER_DROP", *DRINK),
        ],
        [*REMINDED, press(5_000, "long"), poll(60_000)],
        [*REMINDED, prompt_poll(2_000, PROMPT, arrives=False), poll(60_000)],
        [*FOCUSED, *(timer(1_000 + minute(m), 25 - m) for m in range(1, 25)), poll(minute(24))],
        [*FOCUSED, pomodoro_status(11_000, "focus", 1, 1492), poll(20_000)],
        [
            *FOCUSED,
            press(5_000),
            idle(5_000),
            pomodoro_status(5_500, "focus", 1, 1490),
            poll(9_000),
        ],
        [*FOCUSED, pomodoro_status(9_000, "break", 1, 300), timer(9_000, 5, "break"), poll(11_000)],
        [
            *FOCUSED,
            pomodoro_status(9_000, "completed", 2, 0),
            screen(9_000, "MESSAGE", "", "Go on"),
            pomodoro_status(9_500, "completed", 2, 0),
            idle(19_000),
            poll(30_000),
        ],
        [*FOCUSED, pomodoro_status(9_000, "focus", 1, 1, status=404), idle(9_000), poll(30_000)],
        [*CHEERED, idle(11_000), poll(20_000)],
        [*CHEERED, press(3_000), idle(3_000), poll(20_000)],
        [
            *CHEERED,
            water_poll(2_000, reminds=True),
            screen(2_000, "WATER_DROP", *DRINK),
            poll(20_000),
        ],
        [*REMINDED, unplugged(5_000), boot(9_000), idle(9_000), poll(20_000)],
        # What was answered stays so, though the server may not have heard of it.
        [
            *PROMPTED,
            press(5_000),
            idle(5_000),
            unplugged(6_000),
            boot(9_000),
            idle(9_000),
            poll(10_000, PROMPT),
            poll(20_000, PROMPT),
        ],
        # But nobody knows whether it felt what was pressed in its last moment.
        [
            *PROMPTED,
            press(5_000),
            unplugged(5_000),
            boot(9_000),
            idle(9_000),
            poll(10_000, PROMPT),
            screen(10_000, "BREAK_PROMPT", *REST),
        ],
        [
            unplugged(5_000),
            boot(5_050),
            idle(5_050),
            water_poll(5_100, reminds=True, sent_at=4_900),
            poll(20_000),
        ],
        [pomodoro_active(5_000, None), poll(9_000)],
    ],
)
def test_a_screen_that_tells_the_truth_is_accepted(stories: list[Story]) -> None:
    """The most urgent of what arrived and was not answered, and from then on."""
    judge = truth()
    assert verdict(judge, *ON, *stories, until=number(stories[-1][-1], "at")) == []
    assert judge.cases


@pytest.mark.parametrize(
    ("stories", "complaint"),
    [
        ([screen(5_000, "BREAK_PROMPT", *REST)], "nothing to show"),
        ([screen(5_000, "WATER_DROP", *DRINK)], "by itself, though it is not offline"),
        ([screen(5_000, "WATER_DROP", "Drink", "Now")], "nothing to show"),
        ([screen(5_000, "MESSAGE", "", "Boo")], "nothing to show"),
        ([timer(5_000, 25)], "nothing to show"),
        ([*PROMPTED[:1], screen(1_000, "BREAK_PROMPT", "Break time", "Now")], "break prompt"),
        ([*REMINDED[:1], screen(1_000, "WATER_DROP", "Drink", "Now")], "reminder"),
        ([*CHEERED[:1], screen(1_000, "MESSAGE", "", "Boo")], "'Well done' was said"),
        ([*PROMPTED[:1], poll(2_001, PROMPT)], "break prompt"),
        ([*REMINDED[:1], poll(2_001)], "reminder"),
        ([*CHEERED[:1], poll(2_001)], "'Well done' was said"),
        ([*FOCUSED[:1], poll(2_001)], "phase focus"),
        ([*REMINDED, idle(5_000)], "reminder"),
        ([*REMINDED, prompt_poll(2_000, PROMPT), poll(4_000, PROMPT)], "break prompt"),
        (
            [*PROMPTED, water_poll(2_000, reminds=True), screen(2_000, "WATER_DROP", *DRINK)],
            "break",
        ),
        ([*PROMPTED, press(5_000), poll(6_001)], "nothing to show"),
        ([*PROMPTED, press(5_000), idle(5_000), poll(9_000, PROMPT), *PROMPTED[1:]], "nothing"),
        ([*REMINDED, press(5_000), poll(6_001)], "nothing to show"),
        ([*REMINDED, press(5_000, "long"), idle(5_000)], "reminder"),
        ([*FOCUSED, press(5_000), poll(6_001)], "nothing to show"),
        ([*FOCUSED, press(5_000, "long"), idle(5_000)], "phase focus"),
        ([*FOCUSED, timer(5_000, 25, "break")], "phase focus"),
        ([*FOCUSED, timer(5_000, 23)], "25 minutes left"),
        ([*FOCUSED, poll(minute(2) + 1_001)], "23 minutes left"),
        ([*FOCUSED, pomodoro_status(9_000, "break", 1, 300), poll(11_000)], "phase break"),
        ([*FOCUSED, pomodoro_status(9_000, "focus", 1, 1, status=404), poll(11_000)], "nothing"),
        ([*CHEERED, poll(12_001)], "nothing to show"),
        ([*CHEERED, idle(5_000)], "'Well done' was said"),
        ([unplugged(5_000), idle(6_000)], "no power"),
        ([unplugged(5_000), boot(6_000), poll(7_001)], "nothing to show"),
        ([*REMINDED, unplugged(5_000), boot(6_000), *REMINDED[1:]], "by itself"),
        ([*PROMPTED, unplugged(5_000), boot(6_000), *PROMPTED[1:]], "nothing to show"),
    ],
)
def test_a_lie_is_noticed(stories: list[Story], complaint: str) -> None:
    """One fault in a trace made by hand, and the judge says what should have been seen."""
    end = 12_001 if FOCUSED[0] not in stories else minute(2)
    assert complaint in sole(verdict(truth(), *ON, *stories, until=end))


STAND_UP = ("Break time", "Stand up and stretch.")
ANOTHER = prompt_poll(5_000, "another", texts=STAND_UP)


@pytest.mark.parametrize(
    ("stories", "then", "complaint"),
    [
        # Before the pet hears, and after.
        ([press(1_000), CHEERED[0]], CHEERED[1], "'Well done' was said"),
        ([CHEERED[0], press(1_000)], CHEERED[1], "'Well done' was said"),
        ([press(1_000), PROMPTED[0]], PROMPTED[1], "break prompt"),
        ([PROMPTED[0], press(1_000)], PROMPTED[1], "break prompt"),
        (
            [*PROMPTED, press(5_000), ANOTHER],
            screen(5_000, "BREAK_PROMPT", *STAND_UP),
            "break prompt another",
        ),
        (
            [*PROMPTED, ANOTHER, press(5_000)],
            screen(5_000, "BREAK_PROMPT", *STAND_UP),
            "break prompt another",
        ),
    ],
)
def test_a_press_answers_what_is_shown_and_not_what_is_heard_in_that_moment(
    stories: list[Story], then: Story, complaint: str
) -> None:
    """That is still to be shown, and a pet that takes it for answered is objected to."""
    end = number(then[-1], "at") + 1_001
    assert verdict(truth(), *ON, *stories, then, until=end) == []
    assert complaint in sole(verdict(truth(), *ON, *stories, until=end))


def test_a_screen_that_never_changes_is_noticed_in_the_end() -> None:
    """Even when nothing happens after the answer that should have changed it."""
    assert "reminder" in sole(verdict(truth(), *ON, *REMINDED[:1], until=2_001))
    assert verdict(truth(), *ON, *REMINDED[:1], until=2_000) == []


def test_what_a_phone_asks_is_no_news_for_the_pet() -> None:
    """Only what arrives at the pet itself can be shown there."""
    phone: Story = [{**event, "who": "phone"} for event in water_poll(1_000, reminds=True)]
    assert verdict(truth(), *ON, phone, poll(9_000), until=20_000) == []


LOCKED: Story = [
    {"at": 0, "kind": "world", "scenario": {"door": "locked"}},
    *boot(0),
    *screen(100, "PAIRING"),
]


def code(at: int, user_code: str = "BCDF-GHJK") -> Story:
    """The pet gets a code."""
    answer = {"ok": True, "user_code": user_code, "next_poll_s": 5}
    return exchanged(at, "POST /api/devices/pairing", {}, answer, status=201)


def collect(at: int, status: str = "paired", refused: int = 200, user_id: str = "audrey") -> Story:
    """The pet asks whether its code was confirmed."""
    answer = {"ok": True, "status": status, "user_id": user_id}
    return exchanged(at, "POST /api/devices/pairing/collect", {}, answer, status=refused)


@pytest.mark.parametrize(
    "stories",
    [
        [code(1_000), screen(1_500, "PAIRING", "BCDF-GHJK"), collect(6_000), idle(6_500)],
        [code(1_000), screen(1_500, "PAIRING", "BCDF-GHJK"), collect(6_000, "pending")],
        [
            code(1_000),
            screen(1_500, "PAIRING", "BCDF-GHJK"),
            collect(6_000, refused=404),
            screen(6_100, "PAIRING"),
        ],
        [
            code(1_000),
            screen(1_500, "PAIRING", "BCDF-GHJK"),
            unplugged(2_000),
            boot(9_000),
            screen(9_500, "PAIRING", "BCDF-GHJK"),
            collect(10_000),
            idle(10_100),
            unplugged(20_000),
            boot(30_000),
            idle(30_100),
        ],
    ],
)
def test_pairing_as_it_should_be_is_accepted(stories: list[Story]) -> None:
    """The code while there is one, also after a reboot; nothing of it once there is a token."""
    assert verdict(truth(), LOCKED, *stories) == []


@pytest.mark.parametrize(
    ("dark_at", "shows", "is_true"),
    [
        (1_000, "", True),
        (1_000, "BCDF-GHJK", True),
        (1_000, "BCDF-GHJL", False),
        (1_001, "", False),
    ],
)
def test_a_code_that_came_when_the_power_went_may_be_gone(
    dark_at: int, shows: str, is_true: bool
) -> None:
    """It was just being written; the one before, or none, is there again."""
    dark = [*code(1_000), *unplugged(dark_at), *boot(9_000), *screen(9_100, "PAIRING", shows)]
    assert (verdict(truth(), LOCKED, dark, until=9_200) == []) is is_true


@pytest.mark.parametrize("ends", [collect(6_000, refused=404), collect(6_000)])
@pytest.mark.parametrize(("dark_at", "is_true"), [(6_000, True), (6_001, False)])
def test_a_code_that_ended_when_the_power_went_may_be_there(
    dark_at: int, is_true: bool, ends: Story
) -> None:
    """That it ended, or the token, was just being written."""
    lit = [*code(1_000), *screen(1_100, "PAIRING", "BCDF-GHJK"), *ends]
    dark = [*unplugged(dark_at), *boot(9_000), *screen(9_100, "PAIRING", "BCDF-GHJK")]
    assert (verdict(truth(), LOCKED, lit, dark, until=9_200) == []) is is_true


@pytest.mark.parametrize(
    "stories",
    [
        [idle(500)],
        [code(1_000), screen(1_500, "PAIRING", "BCDF-GHJL")],
        [code(1_000), idle(9_000)],
        [code(1_000), screen(1_100, "PAIRING", "BCDF-GHJK"), collect(6_000)],
        [code(1_000), screen(1_100, "PAIRING", "BCDF-GHJK"), collect(6_000, refused=404)],
        [
            code(1_000),
            screen(1_100, "PAIRING", "BCDF-GHJK"),
            unplugged(2_000),
            boot(9_000),
            screen(9_100, "PAIRING"),
        ],
        [
            code(1_000),
            screen(1_100, "PAIRING", "BCDF-GHJK"),
            *REMINDED,
            screen(7_000, "PAIRING", "BCDF-GHJK"),
        ],
    ],
)
def test_pairing_that_is_shown_wrongly_is_noticed(stories: list[Story]) -> None:
    """No code, another one, one that is worth nothing, or something less urgent."""
    assert verdict(truth(), LOCKED, *stories) != []


@pytest.mark.parametrize(("user_id", "shows_idle"), [("audrey", False), ("bob", True)])
def test_who_gets_the_pet_next_sees_nothing_of_the_former(user_id: str, shows_idle: bool) -> None:
    """But a pet that its own user pairs again goes on, also after a loss of power."""
    paired = [code(1_000), screen(1_500, "PAIRING", "BCDF-GHJK"), collect(6_000), idle(6_500)]
    rebooted = [unplugged(6_600), boot(6_700), idle(6_800)]
    stories = [
        *paired,
        *rebooted,
        water_poll(7_000, reminds=True),
        screen(7_500, "WATER_DROP", *DRINK),
    ]
    again = [code(8_000), screen(8_500, "PAIRING", "BCDF-GHJK"), collect(9_000, user_id=user_id)]
    for shown, is_right in (
        (idle(9_500), shows_idle),
        (screen(9_500, "WATER_DROP", *DRINK), not shows_idle),
    ):
        said = verdict(truth(), LOCKED, *stories, *again, shown, until=9_900)
        assert (said == []) is is_right
