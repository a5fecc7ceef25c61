"""What judges of pets excuse when a board fails, and no more than that."""

import pytest

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.invariants import Judge
from simulator.invariants.done_as_asked import DoneAsAsked
from simulator.invariants.reminder_on_screen import ReminderOnScreen
from simulator.invariants.screen_tells_truth import ScreenTellsTruth
from simulator.kernel.trace import Event
from tests.simulator.invariants.story import (
    DRINK,
    PET,
    POMODORO,
    PROMPT,
    REST,
    USER,
    Story,
    boot,
    cut,
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
    world,
)

PLUGGED = [boot(0), screen(0, "IDLE")]
LATER = 60 * 60_000
PROMPTED = [prompt_poll(1_000, PROMPT), screen(1_000, "BREAK_PROMPT", *REST)]
ANSWERED = [*PROMPTED, press(5_000), screen(5_000, "IDLE")]


def by_document(at: int) -> Story:
    """A pet that knows the API document alone gets power."""
    return [{**event, "version": "by-document"} for event in boot(at)]


def full(at: int, ms: int, who: str = PET) -> Story:
    """There is no room in its flash."""
    return [{"at": at, "kind": "fault", "fault": "full flash", "who": who, "number": 1, "ms": ms}]


def heals(at: int) -> Story:
    """Nothing goes wrong any more."""
    return [{"at": at, "kind": "heals"}]


def off_and_on(at: int) -> Story:
    """The power is gone for a second."""
    return [*unplugged(at), *boot(at + 1_000), *screen(at + 1_000, "IDLE")]


def again(at: int) -> Story:
    """The server goes on telling of the prompt, and the pet shows it."""
    return [*prompt_poll(at, PROMPT), *screen(at, "BREAK_PROMPT", *REST)]


def truth() -> ScreenTellsTruth:
    """The judge of screens."""
    return ScreenTellsTruth(TzdataZones())


def test_what_was_pressed_while_the_flash_was_full_may_come_back() -> None:
    """Or not; but once it has, it is open, and must be shown."""
    story = [*PLUGGED, full(4_000, 10_000), *ANSWERED, off_and_on(20_000)]
    assert verdict(truth(), *story, again(30_000), until=40_000) == []
    assert verdict(truth(), *story, prompt_poll(30_000, PROMPT), until=40_000) == []
    lost = [*story, again(30_000), screen(31_000, "IDLE")]
    assert "is open" in sole(verdict(truth(), *lost, until=40_000))


@pytest.mark.parametrize(
    "mishap",
    [
        full(5_001, 10_000),
        full(1_000, 3_999),
        full(4_000, 10_000, who="another"),
    ],
)
def test_what_was_pressed_while_there_was_room_does_not_come_back(mishap: Story) -> None:
    """Neither what was pressed before, nor after, nor what was pressed on another pet."""
    story = [*PLUGGED, *PROMPTED, press(5_000), screen(5_000, "IDLE"), off_and_on(20_000)]
    events = sorted([event for each in (*story, mishap) for event in each], key=_at)
    assert verdict(truth(), events, again(30_000), until=40_000) != []


def test_what_was_kept_when_there_was_room_again_does_not_come_back() -> None:
    """The pet has a minute and a half to do so."""
    story = [*PLUGGED, full(4_000, 10_000), *ANSWERED, off_and_on(95_000)]
    assert verdict(truth(), *story, again(99_000), until=100_000) != []


@pytest.mark.parametrize(
    ("told_at", "mends", "is_paired"),
    [
        (6_000, [], False),
        (4_999, [], True),
        (15_000, [], True),
        (6_000, heals(5_500), True),
    ],
)
def test_a_token_that_finds_no_room_ends_no_pairing(
    told_at: int, mends: Story, is_paired: bool
) -> None:
    """The pet goes on showing its code, and asks again; with room it must not."""
    code = {"ok": True, "user_code": "BCDF-GHJK", "next_poll_s": 5}
    token = {"ok": True, "status": "paired", "user_id": USER}
    story = [
        {"at": 0, "kind": "world", "scenario": {"door": "locked"}},
        *boot(0),
        *screen(0, "PAIRING"),
        *exchanged(1_000, "POST /api/devices/pairing", {}, code, status=201),
        *screen(1_000, "PAIRING", "BCDF-GHJK"),
        *full(5_000, 10_000),
        *mends,
        *exchanged(told_at, "POST /api/devices/pairing/collect", {}, token),
    ]
    shows = verdict(truth(), sorted(story, key=_at), until=20_000)
    hides = verdict(truth(), sorted(story, key=_at), screen(told_at, "IDLE"), until=20_000)
    assert bool(shows) is is_paired
    assert bool(hides) is not is_paired


def test_a_pomodoro_whose_stop_may_be_forgotten_may_come_back() -> None:
    """Or not."""
    story = [
        *PLUGGED,
        full(500, 10_000),
        pomodoro_active(1_000, POMODORO),
        screen(1_000, "POMODORO_TIMER", "focus", 25),
        press(5_000),
        screen(5_000, "IDLE"),
        off_and_on(6_000),
        pomodoro_active(9_000, POMODORO),
    ]
    assert verdict(truth(), *story, until=12_000) == []
    shown = screen(9_000, "POMODORO_TIMER", "focus", 25)
    assert verdict(truth(), *story, shown, until=12_000) == []
    assert verdict(truth(), *story, shown, screen(10_000, "IDLE"), until=12_000) != []


OTHER = "99999999-9999-4999-8999-999999999999"
STOPPED = [
    *PLUGGED,
    full(500, 10_000),
    pomodoro_active(1_000, POMODORO, seconds=1_200),
    screen(1_000, "POMODORO_TIMER", "focus", 20),
    press(5_000),
    screen(5_000, "IDLE"),
    off_and_on(6_000),
    pomodoro_active(9_000, POMODORO, seconds=1_192),
]
"""It is told of a Pomodoro, and nobody knows whether it has forgotten that it was stopped."""


@pytest.mark.parametrize(
    "newer",
    [
        [],
        pomodoro_active(10_000, None),
        pomodoro_status(10_000, "focus", 1, 0, status=404),
    ],
)
def test_an_old_pomodoro_is_not_taken_for_the_one_that_was_told_of_last(newer: Story) -> None:
    """The pet shows what it heard last, and not what it may have believed before."""
    told = [*STOPPED, newer, pomodoro_active(20_000, OTHER)]
    shown = [*told, screen(20_000, "POMODORO_TIMER", "focus", 25)]
    assert verdict(truth(), *shown, until=30_000) == []
    old = [*told, screen(20_000, "POMODORO_TIMER", "focus", 20)]
    assert OTHER in sole(verdict(truth(), *old, until=30_000))
    assert OTHER in sole(verdict(truth(), *told, until=30_000))


@pytest.mark.parametrize(
    "newer", [pomodoro_active(10_000, None), pomodoro_status(10_000, "focus", 1, 0, status=404)]
)
def test_a_pomodoro_that_the_server_no_longer_tells_of_does_not_come_back(newer: Story) -> None:
    """It may only until the pet hears that there is none."""
    late = screen(11_000, "POMODORO_TIMER", "focus", 20)
    assert verdict(truth(), *STOPPED, late, until=12_000) == []
    assert "nothing to show" in sole(verdict(truth(), *STOPPED, newer, late, until=12_000))


def test_an_old_prompt_is_not_taken_for_a_newer_one_of_the_same_words() -> None:
    """An answer to what is shown is one to the prompt that was told of last."""
    story = [*PLUGGED, full(4_000, 10_000), *ANSWERED, off_and_on(20_000)]
    newer = [prompt_poll(31_000, OTHER), screen(31_000, "BREAK_PROMPT", *REST)]
    told = [*story, prompt_poll(30_000, PROMPT), *newer]
    pressed = [*told, press(35_000), screen(35_000, "IDLE"), prompt_poll(36_000, OTHER)]
    assert verdict(truth(), *pressed, until=40_000) == []
    hidden = [*told, screen(35_000, "IDLE")]
    assert OTHER in sole(verdict(truth(), *hidden, until=40_000))
    none = [*story, prompt_poll(30_000, PROMPT), prompt_poll(31_000, None)]
    back = screen(32_000, "BREAK_PROMPT", *REST)
    assert "nothing to show" in sole(verdict(truth(), *none, back, until=40_000))


def test_the_power_may_go_in_the_moment_of_a_press() -> None:
    """Then nobody knows whether it was kept; a second later it was."""
    story = [*PLUGGED, *PROMPTED, press(5_000), off_and_on(5_000)]
    assert verdict(truth(), *story, again(9_000), until=12_000) == []
    assert verdict(truth(), *story, prompt_poll(9_000, PROMPT), until=12_000) == []


def ack(at: int, key: str | None) -> Story:
    """The pet says that somebody has drunk."""
    return exchanged(at, "POST /api/water/ack", {"user_id": USER}, {"ok": True}, key=key)


PRESSED = [screen(1_000, "WATER_DROP", *DRINK), press(5_000), screen(5_000, "IDLE")]


def test_a_press_may_be_gone_with_the_power_if_the_flash_was_full() -> None:
    """It may be delivered all the same; without a loss of power it must be."""
    story = [*PLUGGED, full(4_000, 10_000), *PRESSED]
    assert verdict(DoneAsAsked(), *story, off_and_on(20_000), until=LATER) == []
    delivered = [*story, off_and_on(20_000), ack(30_000, "a")]
    assert verdict(DoneAsAsked(), *delivered, until=LATER) == []
    twice = [*delivered, ack(31_000, "b")]
    assert "nobody has pressed" in sole(verdict(DoneAsAsked(), *twice, until=LATER))
    assert "never delivered" in sole(verdict(DoneAsAsked(), *story, until=LATER))
    late = [*story, off_and_on(95_000)]
    assert "never delivered" in sole(verdict(DoneAsAsked(), *late, until=LATER))


def test_a_pet_without_keys_may_say_a_press_twice_or_never() -> None:
    """One that has them may not."""
    for story in ([*PRESSED], [*PRESSED, ack(6_000, None), ack(9_000, None)]):
        assert verdict(DoneAsAsked(), by_document(0), *story, until=LATER) == []
        assert verdict(DoneAsAsked(), boot(0), *story, until=LATER) != []


def test_a_cut_is_over_when_the_world_has_healed() -> None:
    """It excuses nothing any more."""
    story = [*PLUGGED, *PRESSED, cut(6_000, LATER)]
    assert verdict(DoneAsAsked(), *story, until=LATER) == []
    assert verdict(DoneAsAsked(), *story, heals(minute(5)), until=LATER) != []


def test_a_pet_without_keys_may_lose_a_reminder() -> None:
    """The document gives it once; what did arrive must be seen."""
    lost = water_poll(1_000, reminds=True, arrives=False)
    after = water_poll(9_000, reminds=False)
    assert verdict(ReminderOnScreen(), by_document(0), lost, after) == []
    assert verdict(ReminderOnScreen(), boot(0), lost, after) != []
    told = water_poll(1_000, reminds=True)
    assert "did not show it" in sole(verdict(ReminderOnScreen(), by_document(0), told, after))


def test_a_pet_that_knows_the_document_alone_has_no_status_and_says_nothing() -> None:
    """It forgets with its power what was answered."""
    story: list[Story] = [
        by_document(0),
        screen(0, "IDLE"),
        press(500, "second"),
        *ANSWERED,
        unplugged(20_000),
        by_document(21_000),
        again(21_000),
        press(22_000),
        screen(22_000, "IDLE"),
        pomodoro_status(30_000, "focus", 1, 60),
        screen(30_000, "POMODORO_TIMER", "focus", 1),
        pomodoro_status(40_000, "completed", 4, 0),
        screen(40_000, "IDLE"),
    ]
    assert verdict(truth(), *story, until=60_000) == []
    assert verdict(truth(), *PLUGGED, *story[2:], until=60_000) != []


def drifting(ppm: int) -> Story:
    """A world in which clocks of pets may be wrong by so much."""
    (line,) = world()
    return [{**line, "faults": {"device": {"drift_ppm": ppm}}}]


@pytest.mark.parametrize(("ppm", "is_right"), [(0, False), (100, False), (200, True)])
def test_a_sentence_ends_as_early_as_the_clock_is_fast(ppm: int, is_right: bool) -> None:
    """Two milliseconds in ten seconds are two hundred millionths."""
    story = [
        drifting(ppm),
        *PLUGGED,
        encouragement(1_000, "Well done"),
        screen(1_000, "MESSAGE", "", "Well done"),
        screen(10_998, "IDLE"),
    ]
    assert (verdict(truth(), *story, until=20_000) == []) is is_right


def _at(event: Event) -> int:
    at = event["at"]
    assert isinstance(at, int)
    return at


def test_no_answer_is_forgotten_while_it_is_under_way() -> None:
    """However many others ask meanwhile."""
    asked, served, arrives = water_poll(1_000, reminds=True)
    others: Story = [
        event
        for number in range(2_000)
        for event in water_poll(1_000 + number, reminds=False, arrives=False, copy=True)
    ]
    judge: Judge = ReminderOnScreen()
    story: list[Story] = [boot(0), [asked, served], others, [{**arrives, "at": 3_000}]]
    assert "did not show it" in sole(verdict(judge, *story, until=9_000))
