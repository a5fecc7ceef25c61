"""Water: what its poll says besides, which is the time."""

from collections.abc import Callable

import pytest

from firmware.logic.clock import HOUR_MS, wall
from firmware.logic.parts import Parts
from firmware.logic.pomodoro import Pomodoro
from firmware.logic.water import FRESH_MS, Water

CUT = OSError(111, "connection refused")
SIX = "2026-02-28T18:00:00+00:00"

MakeParts = Callable[..., Parts]


def quiet_at(instant: object = SIX, **fields: object) -> tuple[int, dict[str, object]]:
    """Give a water poll's answer with a time."""
    return 200, {"remind_now": False, "payload": None, "server_time_utc": instant, **fields}


def ask(water: Water, times: int = 1) -> None:
    """Ask so many times."""

    async def turns() -> None:
        for _ in range(times):
            await water.ask()

    water.hal.spawn("ask", turns())
    water.hal.kernel.run(water.hal.kernel.now_ms + 10_000)


def time_of(water: Water) -> str:
    """Give what the wall clock of the pet shows."""
    return wall(water.known.clock.minute(water.hal.ticks_ms()))


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({}, "18:00"),
        ({"utc_offset_min": None}, "18:00"),
        ({"utc_offset_min": 0}, "18:00"),
        ({"utc_offset_min": -480}, "10:00"),
        ({"utc_offset_min": 345}, "23:45"),
        ({"utc_offset_min": 1080}, "12:00"),
        ({"utc_offset_min": -1080}, "00:00"),
    ],
)
def test_a_poll_tells_the_time_of_its_user(
    parts_with: MakeParts, fields: dict[str, object], shown: str
) -> None:
    """Without an offset it is UTC."""
    water = Water(parts_with(quiet_at(**fields)))
    assert time_of(water) == "--:--"
    ask(water)
    assert time_of(water) == shown


@pytest.mark.parametrize(
    "answer",
    [
        quiet_at("18:00"),
        quiet_at(1_772_301_600),
        quiet_at(utc_offset_min=1081),
        quiet_at(utc_offset_min=-1081),
        quiet_at(utc_offset_min=True),
        quiet_at(utc_offset_min=60.0),
        quiet_at(utc_offset_min="60"),
        quiet_at(utc_offset_min=10**18),
        quiet_at(None, utc_offset_min=[]),
    ],
)
def test_a_time_that_is_none_is_garbage(parts_with: MakeParts, answer: object) -> None:
    """Nothing of such an answer is believed, and the key stays."""
    water = Water(parts_with(answer, quiet_at()))
    ask(water)
    assert time_of(water) == "--:--"
    assert water.failures == 1
    assert water.open_key == "pet-1-3c885e88-1"
    ask(water)
    assert time_of(water) == "18:00"


def test_a_server_that_does_not_tell_the_time_is_fine(parts_with: MakeParts) -> None:
    """Absent or null; what was told before stays and goes on."""
    water = Water(parts_with((200, {"remind_now": False}), quiet_at(), quiet_at(None)))
    ask(water)
    assert (time_of(water), water.failures) == ("--:--", 0)
    ask(water)
    water.hal.kernel.run(HOUR_MS)
    ask(water)
    assert (time_of(water), water.failures) == ("18:59", 0)


def test_each_poll_sets_the_clock_anew(parts_with: MakeParts) -> None:
    """A server whose clock was put right is believed."""
    water = Water(parts_with(quiet_at(), quiet_at("2026-02-28T03:30:00.250Z")))
    ask(water)
    ask(water)
    assert time_of(water) == "03:30"


def test_an_answer_to_an_old_key_tells_no_time(parts_with: MakeParts) -> None:
    """It may have been given when the key was new; the next one is believed."""
    later = quiet_at("2026-02-28T18:05:00+00:00")
    water = Water(parts_with(CUT, quiet_at(), later))
    ask(water)
    water.hal.kernel.run(FRESH_MS + 1_000)
    ask(water)
    assert time_of(water) == "--:--"
    ask(water)
    assert time_of(water) == "18:05"


def test_an_answer_to_a_key_of_just_now_does(parts_with: MakeParts) -> None:
    """After a boot the first try often fails, and the minutes are right all the same."""
    water = Water(parts_with(CUT, quiet_at()))
    ask(water, 2)
    assert time_of(water) == "18:00"


def test_an_old_key_stays_old_when_the_ticks_wrap(parts_with: MakeParts) -> None:
    """A server that was away for a week answers a key of last week."""
    water = Water(parts_with(*[CUT] * 101, quiet_at()))
    for _ in range(101):
        ask(water)
        water.hal.kernel.run(water.hal.kernel.now_ms + 2 * HOUR_MS)
    ask(water)
    assert water.failures == 0
    assert time_of(water) == "--:--"


def test_the_count_down_does_not_ask_what_time_it_is(parts_with: MakeParts) -> None:
    """The server's clock jumps back and forth by hours; the minutes fall one by one."""
    parts = parts_with((200, {}))
    water, pomodoro = Water(parts), Pomodoro(parts)
    hours = (18, 3, 23, 0, 12, 18, 6)
    left = []
    for number, hour in enumerate(hours):
        instant = f"2026-02-28T{hour:02d}:00:00+00:00"
        session = {
            "active": True,
            "session_id": "s",
            "phase": "focus",
            "seconds_remaining": 1500 - 60 * number,
            "server_time_utc": instant,
        }
        parts.hal.server.answers = [quiet_at(instant), (200, session)]
        parts.hal.kernel.run(number * 60_000)
        parts.hal.spawn("water", water.ask())
        parts.hal.kernel.run(number * 60_000 + 1_000)
        parts.hal.spawn("pomodoro", pomodoro.ask())
        parts.hal.kernel.run(number * 60_000 + 2_000)
        assert time_of(water) == f"{hour:02d}:00"
        left.append(-(-parts.known.left_ms(parts.hal.ticks_ms()) // 60_000))
    assert left == [25, 24, 23, 22, 21, 20, 19]
