"""The screen: it insists on what waits for an answer, and looks up now and then."""

from collections.abc import Callable

import pytest

from firmware.logic.clock import DAY_MS
from firmware.logic.parts import Parts
from firmware.logic.prompt import TONE as PROMPT_TONE
from firmware.logic.screen import LOOK_MS, REPEAT_MS, REPEATS, Screen
from firmware.logic.supervise import forever
from firmware.logic.water import TONE as WATER_TONE

PROMPT = ("p", "Break time", "Rest.")
REMINDER = ("Drink water", "Time to hydrate!")
HIGH = f"tone {PROMPT_TONE[0]} {PROMPT_TONE[1]}"
WET = f"tone {WATER_TONE[0]} {WATER_TONE[1]}"

MakeParts = Callable[..., Parts]


@pytest.fixture
def parts(parts_with: MakeParts) -> Parts:
    """Give the parts of a pet whose screen is at work."""
    parts = parts_with()
    parts.hal.spawn("screen", forever(parts.hal, "screen", Screen(parts).turn))
    parts.hal.kernel.run(1_000)
    return parts


def tones(parts: Parts) -> list[tuple[int, str]]:
    """Give every tone with its moment."""
    return [(int(line[:8]), line[9:]) for line in parts.hal.lines if " tone " in line]


def pass_ms(parts: Parts, ms: int) -> None:
    """Let time pass."""
    parts.hal.kernel.run(parts.hal.kernel.now_ms + ms)


def test_a_prompt_sounds_again_every_five_minutes_until_it_is_answered(parts: Parts) -> None:
    """The first tone is the poll's own."""
    parts.known.open(PROMPT)
    pass_ms(parts, REPEAT_MS)
    assert tones(parts) == []
    pass_ms(parts, 2 * REPEAT_MS)
    assert tones(parts) == [(1_000 + REPEAT_MS, HIGH), (1_000 + 2 * REPEAT_MS, HIGH)]
    parts.known.open(None)
    pass_ms(parts, 2 * REPEAT_MS)
    assert len(tones(parts)) == 2


def test_each_waits_with_its_own_tone(parts: Parts) -> None:
    """The one on the screen sounds; the one under it when it is shown."""
    parts.known.remind(REMINDER)
    pass_ms(parts, 60_000)
    parts.known.open(PROMPT)
    pass_ms(parts, REPEAT_MS + 1)
    parts.known.open(None)
    pass_ms(parts, REPEAT_MS + 1)
    assert tones(parts) == [
        (61_000 + REPEAT_MS, HIGH),
        (61_001 + 2 * REPEAT_MS, WET),
    ]


def test_losing_the_server_does_not_put_the_tone_off(parts: Parts) -> None:
    """The scene is the same but for a flag."""
    parts.known.remind(REMINDER)
    pass_ms(parts, REPEAT_MS - 1_000)
    parts.known.mark_offline(True)
    pass_ms(parts, 2_000)
    assert tones(parts) == [(1_000 + REPEAT_MS, WET)]


def test_after_an_hour_it_waits_in_silence(parts: Parts) -> None:
    """Nobody is woken all night; what comes next sounds again."""
    assert REPEATS * REPEAT_MS == 60 * 60_000
    parts.known.remind(REMINDER)
    pass_ms(parts, DAY_MS)
    assert [moment for moment, _ in tones(parts)] == [
        1_000 + (count + 1) * REPEAT_MS for count in range(REPEATS)
    ]
    parts.known.open(PROMPT)
    pass_ms(parts, REPEAT_MS + 1)
    assert len(tones(parts)) == REPEATS + 1


def test_a_pet_that_pairs_does_not_insist(parts: Parts) -> None:
    """Nobody could answer what is not shown."""
    parts.known.remind(REMINDER)
    parts.known.pair("BCDF-GHJK")
    pass_ms(parts, 3 * REPEAT_MS)
    assert tones(parts) == []


def test_what_nobody_need_answer_does_not_insist(parts: Parts) -> None:
    """A Pomodoro, a message, nothing at all."""
    now = parts.hal.ticks_ms()
    parts.known.count_down("s", "focus", 20 * 60_000, now)
    parts.known.say("Well done!", now)
    pass_ms(parts, 3 * REPEAT_MS)
    assert tones(parts) == []


def test_it_looks_up_every_minute_though_nothing_happens(parts: Parts) -> None:
    """So the time of day and the time since a reminder outlive the wrap of the ticks."""
    parts.known.tell_time(0, parts.hal.ticks_ms())
    parts.known.begin_quiet(parts.hal.ticks_ms())
    shows = len(parts.hal.lines)
    pass_ms(parts, LOOK_MS + 1)
    assert parts.hal.kernel.heap[0][0] <= 1_000 + 2 * LOOK_MS
    pass_ms(parts, 20 * DAY_MS)
    assert parts.known.clock.minute(parts.hal.ticks_ms()) == 1
    assert parts.known.quiet_ms(parts.hal.ticks_ms()) == DAY_MS
    assert len(parts.hal.lines) == shows
