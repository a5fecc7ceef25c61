"""What a person answered by a press reaches the server once, also when the pet loses its power."""

import pytest

from simulator.invariants.done_as_asked import DoneAsAsked
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
    exchanged,
    minute,
    press,
    screen,
    sole,
    unplugged,
    verdict,
)

DROP, BREAK = screen(1_000, "WATER_DROP", *DRINK), screen(1_000, "BREAK_PROMPT", *REST)
TIMER = screen(1_000, "POMODORO_TIMER", "focus", 25)
ON = [boot(0), screen(0, "IDLE")]
LATER = 60 * 60_000


def idle(at: int) -> Story:
    """There is nothing to show."""
    return screen(at, "IDLE")


def ack(at: int, key: str, **given: object) -> Story:
    """The pet delivers that somebody has drunk."""
    who = str(given.get("who", PET))
    copy = given.get("copy") is True
    asked = {"user_id": USER}
    return exchanged(at, "POST /api/water/ack", asked, {"ok": True}, key=key, who=who, copy=copy)


def prompt_ack(at: int, key: str) -> Story:
    """The pet delivers what somebody answered to a prompt."""
    asked = {"prompt_id": PROMPT, "acknowledged": True}
    return exchanged(at, "POST /api/breaks/prompt/ack", asked, {"ok": True, **asked}, key=key)


def stop(at: int, key: str) -> Story:
    """The pet delivers that a Pomodoro was stopped."""
    asked = {"session_id": POMODORO}
    return exchanged(at, "POST /api/breaks/pomodoro/stop", asked, {"ok": True}, key=key)


def paired(at: int, user_id: str) -> Story:
    """The pet hears whose it is."""
    answer = {"ok": True, "status": "paired", "user_id": user_id}
    return exchanged(at, "POST /api/devices/pairing/collect", {}, answer)


PRESSED = [DROP, press(5_000), idle(5_000)]


@pytest.mark.parametrize(
    "stories",
    [
        [*PRESSED, ack(6_000, "a")],
        [*PRESSED, ack(6_000, "a"), ack(7_000, "a"), ack(8_000, "a", copy=True)],
        [*PRESSED, unplugged(6_000), boot(minute(20)), ack(minute(25), "a")],
        [BREAK, press(5_000), idle(5_000), prompt_ack(6_000, "a")],
        [BREAK, press(5_000, "long"), idle(5_000), prompt_ack(6_000, "a")],
        [BREAK, press(5_000, "second"), idle(5_000), prompt_ack(6_000, "a")],
        [TIMER, press(5_000), idle(5_000), stop(6_000, "a")],
        # It did not accept the press, or may not have felt it.
        [DROP, press(5_000), screen(9_000, "WATER_DROP", *DRINK)],
        [DROP, press(5_000, "second"), idle(9_000)],
        [DROP, press(5_000), unplugged(5_000), boot(minute(1))],
        [DROP, press(5_000), unplugged(5_000), boot(minute(1)), ack(minute(2), "a")],
        # There was no time, no Wi-Fi or no power to deliver it.
        [*PRESSED, cut(6_000, LATER - 60_000)],
        [*PRESSED, unplugged(6_000)],
        [*PRESSED, unplugged(6_000), boot(LATER - 60_000)],
        # It is another one's pet now.
        [paired(500, "bob"), *PRESSED, paired(9_000, "ann")],
        [ack(6_000, "a", who="phone")],
    ],
)
def test_what_was_pressed_is_delivered_once(stories: list[Story]) -> None:
    """However often it must be tried, and never what nobody has pressed."""
    assert verdict(DoneAsAsked(), *ON, *stories, until=LATER) == []


@pytest.mark.parametrize(
    ("stories", "complaint"),
    [
        (PRESSED, "never delivered it: POST /api/water/ack"),
        ([*PRESSED, unplugged(6_000), boot(minute(20))], "never delivered it"),
        ([*PRESSED, cut(6_000, minute(20))], "never delivered it"),
        ([BREAK, press(5_000, "second"), idle(5_000)], "POST /api/breaks/prompt/ack"),
        ([TIMER, press(5_000), idle(5_000)], "POST /api/breaks/pomodoro/stop"),
        ([paired(500, "bob"), *PRESSED, paired(9_000, "bob")], "never delivered it"),
        ([*PRESSED, ack(6_000, "a"), ack(7_000, "b")], "with another key, b"),
        ([ack(6_000, "a")], "nobody has pressed"),
        ([DROP, press(5_000, "long"), idle(5_000), ack(6_000, "a")], "nobody has pressed"),
        ([DROP, idle(5_000), press(5_001), ack(6_000, "a")], "nobody has pressed"),
    ],
)
def test_what_was_lost_or_made_up_is_noticed(stories: list[Story], complaint: str) -> None:
    """A press that came to nothing, one that came to two things, and one that nobody made."""
    assert complaint in sole(verdict(DoneAsAsked(), *ON, *stories, until=LATER))
