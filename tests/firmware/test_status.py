"""The status screen: what it says, for how long, and what the second button does."""

from collections.abc import Callable

import pytest

from firmware.logic.button import Button
from firmware.logic.clock import HOUR_MS
from firmware.logic.encouragement import Encouragement
from firmware.logic.parts import Parts
from firmware.logic.pomodoro import Pomodoro
from firmware.logic.prompt import ACK, Prompt
from firmware.logic.scene import compose, lasts_ms
from firmware.logic.screen import Screen
from firmware.logic.state import STATUS_MS
from firmware.logic.status import Status
from firmware.logic.water import Water

MakeParts = Callable[..., Parts]


def button_of(parts: Parts) -> Button:
    """Give the buttons of a pet."""
    return Button(
        parts,
        Screen(parts),
        Water(parts),
        Prompt(parts),
        Pomodoro(parts),
        Encouragement(parts),
        Status(parts),
    )


def screen_of(parts: Parts) -> str:
    """Give the screen that is shown now."""
    return str(compose(parts.known, parts.hal.ticks_ms())[0])


def lines_of(parts: Parts) -> list[str]:
    """Give the lines of the status that is shown now."""
    screen, title, detail, _ = compose(parts.known, parts.hal.ticks_ms())
    assert (screen, title) == ("STATUS", "Status")
    return str(detail).split("\n")


def pass_ms(parts: Parts, ms: int) -> None:
    """Let time pass."""
    parts.hal.kernel.run(parts.hal.kernel.now_ms + ms)


def test_it_says_how_the_pet_fares(parts_with: MakeParts) -> None:
    """Wi-Fi, server, time, version."""
    parts = parts_with(firmware_version="1.2.3")
    button_of(parts).press("second")
    lines = ["wifi -50 dBm", "server virtual:5000", "time --:--", "version 1.2.3"]
    assert lines_of(parts) == lines


def test_it_names_code_and_camera_where_there_are_some(parts_with: MakeParts) -> None:
    """The code only while it pairs, and once there is one."""
    parts = parts_with(camera_url="http://camera.local")
    button = button_of(parts)
    parts.known.pair("")
    button.press("second")
    assert lines_of(parts)[4:] == ["camera http://camera.local"]
    parts.known.pair("BCDF-GHJK")
    assert lines_of(parts)[4:] == ["code BCDF-GHJK", "camera http://camera.local"]


def test_a_link_that_is_not_there_is_none(parts_with: MakeParts) -> None:
    """Said in a word."""
    parts = parts_with()
    parts.hal.link = lambda: ""
    button_of(parts).press("second")
    assert lines_of(parts)[0] == "wifi none"


def test_its_time_goes_on_while_it_is_shown(parts_with: MakeParts) -> None:
    """The scene holds exactly until the minute is over."""
    parts = parts_with()
    parts.known.tell_time(14 * HOUR_MS + 5 * 60_000 + 50_000, parts.hal.ticks_ms())
    button_of(parts).press("second")
    assert lines_of(parts)[2] == "time 14:05"
    assert lasts_ms(parts.known, parts.hal.ticks_ms()) == 10_000
    pass_ms(parts, 9_999)
    assert lines_of(parts)[2] == "time 14:05"
    pass_ms(parts, 1)
    assert lines_of(parts)[2] == "time 14:06"
    assert lasts_ms(parts.known, parts.hal.ticks_ms()) == 10_000


def test_it_is_shown_for_twenty_seconds(parts_with: MakeParts) -> None:
    """Then it is let go of, so that the ticks cannot bring it back."""
    parts = parts_with()
    button_of(parts).press("second")
    assert lasts_ms(parts.known, parts.hal.ticks_ms()) == STATUS_MS == 20_000
    pass_ms(parts, STATUS_MS - 1)
    assert screen_of(parts) == "STATUS"
    pass_ms(parts, 1)
    assert screen_of(parts) == "IDLE"
    parts.known.expire(parts.hal.ticks_ms())
    assert parts.known.status is None


@pytest.mark.parametrize("press", ["short", "long", "second"])
def test_any_press_hides_it_and_does_nothing_else(parts_with: MakeParts, press: str) -> None:
    """Neither a session nor encouragement begins."""
    parts = parts_with()
    button = button_of(parts)
    button.press("second")
    button.press(press)
    assert screen_of(parts) == "IDLE"
    assert parts.outbox.messages == []
    assert not button.meanings["IDLE", "long"].__self__.wanted.is_set()


def test_it_goes_before_what_can_wait(parts_with: MakeParts) -> None:
    """Before the Pomodoro, a message that is said meanwhile, and the code."""
    parts = parts_with()
    button, now = button_of(parts), parts.hal.ticks_ms()
    parts.known.count_down("s", "focus", 60_000, now)
    button.press("second")
    assert screen_of(parts) == "STATUS"
    parts.known.say("Well done!", now)
    assert screen_of(parts) == "STATUS"
    parts.known.pair("BCDF-GHJK")
    assert screen_of(parts) == "STATUS"


def test_what_is_urgent_goes_before_it(parts_with: MakeParts) -> None:
    """A reminder, and before that a prompt."""
    parts = parts_with()
    button_of(parts).press("second")
    parts.known.remind(("Drink water", "Time to hydrate!"))
    assert screen_of(parts) == "WATER_DROP"
    parts.known.open(("p", "Break time", "Rest."))
    assert screen_of(parts) == "BREAK_PROMPT"


def test_a_pet_that_pairs_shows_neither_prompt_nor_reminder(parts_with: MakeParts) -> None:
    """Nor behind the status: it may become somebody else's."""
    parts = parts_with()
    parts.known.remind(("Drink water", "Time to hydrate!"))
    parts.known.open(("p", "Break time", "Rest."))
    parts.known.pair("BCDF-GHJK")
    assert screen_of(parts) == "PAIRING"
    button_of(parts).press("second")
    assert screen_of(parts) == "STATUS"


def test_the_second_button_says_no(parts_with: MakeParts) -> None:
    """To a prompt and to a message; to a reminder there is no no."""
    parts = parts_with()
    button = button_of(parts)
    parts.known.open(("p", "Break time", "Rest."))
    button.press("second")
    assert parts.outbox.messages[0][:2] == (ACK, {"prompt_id": "p", "acknowledged": False})
    assert screen_of(parts) == "IDLE"
    parts.known.say("Well done!", parts.hal.ticks_ms())
    button.press("second")
    assert screen_of(parts) == "IDLE"
    parts.known.remind(("Drink water", "Time to hydrate!"))
    button.press("second")
    assert screen_of(parts) == "WATER_DROP"
    assert len(parts.outbox.messages) == 1


@pytest.mark.parametrize(
    ("screen", "presses"),
    [
        ("BREAK_PROMPT", {"short": "accept", "long": "dismiss", "second": "dismiss"}),
        ("WATER_DROP", {"short": "acknowledge"}),
        ("STATUS", {"short": "hide", "long": "hide", "second": "hide"}),
        ("PAIRING", {"second": "show"}),
        ("MESSAGE", {"short": "hush", "second": "hush"}),
        ("POMODORO_TIMER", {"short": "stop", "long": "ask", "second": "show"}),
        ("IDLE", {"short": "start", "long": "ask", "second": "show"}),
    ],
)
def test_the_table_of_presses(parts_with: MakeParts, screen: str, presses: dict[str, str]) -> None:
    """What it does not name has no effect."""
    meanings = button_of(parts_with()).meanings
    named = {kind: does.__name__ for (on, kind), does in meanings.items() if on == screen}
    assert named == presses
