"""What the pet knows, and what the screen makes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.logic.scene import compose, lasts_ms
from firmware.logic.state import MESSAGE_MS, SETTLED_LEN_MAX, Known

MINUTE_MS = 60_000


class Changed:
    """Counts how often something changed."""

    count = 0

    def set(self) -> None:
        """Count one more."""
        self.count += 1


def known_to_a_pet() -> Known:
    """Give a fresh state whose ticks never wrap."""
    return Known(Changed(), lambda later, earlier: later - earlier)


def test_the_most_urgent_is_on_the_screen() -> None:
    """A prompt comes before water, water before a message, a message before the Pomodoro."""
    known = known_to_a_pet()
    scenes = [compose(known, 0)]
    known.count_down("s", "focus", 25 * MINUTE_MS, 0)
    scenes.append(compose(known, 0))
    known.say("Well done!", 0)
    scenes.append(compose(known, 0))
    known.remind(("Drink water", "Time to hydrate!"))
    scenes.append(compose(known, 0))
    known.open(("p", "Break time", "Take a short break."))
    scenes.append(compose(known, 0))
    assert scenes == [
        ("IDLE", "", "", False),
        ("POMODORO_TIMER", "focus", 25, False),
        ("MESSAGE", "", "Well done!", False),
        ("WATER_DROP", "Drink water", "Time to hydrate!", False),
        ("BREAK_PROMPT", "Break time", "Take a short break.", False),
    ]


def test_offline_is_a_part_of_every_scene() -> None:
    """The flag changes the scene and not the screen."""
    known = known_to_a_pet()
    known.mark_offline(True)
    assert compose(known, 0) == ("IDLE", "", "", True)


def test_a_message_lasts_ten_seconds() -> None:
    """It is there until its last millisecond, and gone after it."""
    known = known_to_a_pet()
    known.say("Well done!", 5)
    assert lasts_ms(known, 5) == MESSAGE_MS
    assert compose(known, 5 + MESSAGE_MS - 1)[0] == "MESSAGE"
    assert compose(known, 5 + MESSAGE_MS)[0] == "IDLE"
    known.expire(5 + MESSAGE_MS - 1)
    assert known.message is not None
    known.expire(5 + MESSAGE_MS)
    assert known.message is None


def test_a_message_can_be_hushed() -> None:
    """The person has read it."""
    known = known_to_a_pet()
    known.say("Well done!", 0)
    known.hush()
    assert compose(known, 0)[0] == "IDLE"


@given(st.integers(0, 3_600_000), st.integers(0, 3_600_000))
def test_a_scene_holds_exactly_as_long_as_it_says(left_ms: int, passed_ms: int) -> None:
    """Nothing changes before that moment, and something does at it."""
    known = known_to_a_pet()
    known.count_down("s", "focus", left_ms, 0)
    holds_ms = lasts_ms(known, passed_ms)
    scene = compose(known, passed_ms)
    if holds_ms is None:
        assert scene == ("POMODORO_TIMER", "focus", 0, False)
        return
    assert compose(known, passed_ms + holds_ms - 1) == scene
    assert compose(known, passed_ms + holds_ms) != scene


@pytest.mark.parametrize(
    ("left_ms", "minutes"), [(0, 0), (1, 1), (60_000, 1), (60_001, 2), (1_420_000, 24)]
)
def test_begun_minutes_count(left_ms: int, minutes: int) -> None:
    """The screen shows 0 only when the time is over."""
    known = known_to_a_pet()
    known.count_down("s", "focus", left_ms, 0)
    assert compose(known, 0)[2] == minutes


def test_a_delayed_reading_does_not_turn_the_count_back() -> None:
    """A reading within three seconds of our own count is the same count."""
    known = known_to_a_pet()
    known.count_down("s", "focus", 60_500, 0)
    known.count_down("s", "focus", 60_000 + 2_400, 1_000)
    assert compose(known, 1_000)[2] == 1
    known.count_down("s", "focus", 70_000, 1_000)
    assert compose(known, 1_000)[2] == 2
    known.count_down("s", "break", 69_000, 1_000)
    assert compose(known, 1_000)[1] == "break"


def test_a_count_that_ran_out_stays_at_zero_when_the_ticks_wrap() -> None:
    """Ticks compare only within half a wrap; a count must not come back after it."""
    known = known_to_a_pet()
    known.count_down("s", "focus", 1_000, 0)
    known.expire(999)
    assert known.left_ms(999) == 1
    known.expire(1_000)
    assert known.left_ms(-100_000) == 0
    assert compose(known, -100_000) == ("POMODORO_TIMER", "focus", 0, False)


def test_a_count_goes_on_when_the_ticks_wrap() -> None:
    """A board counts to a thousand and begins anew at 0 in the middle of a phase."""
    known = Known(Changed(), lambda later, earlier: (later - earlier + 500) % 1_000 - 500)
    known.count_down("s", "focus", 300, 900)
    assert [known.left_ms(now) for now in (950, 50, 199, 200)] == [250, 150, 1, 0]


def test_an_ended_count_leaves_the_screen() -> None:
    """Nothing is left to count."""
    known = known_to_a_pet()
    known.count_down("s", "focus", 1_000, 0)
    known.end_count()
    assert compose(known, 0)[0] == "IDLE"
    assert lasts_ms(known, 0) is None


def test_only_the_latest_settled_ids_are_remembered() -> None:
    """The memory of what the person dealt with is bounded."""
    known = known_to_a_pet()
    for number in range(SETTLED_LEN_MAX + 1):
        known.settle(f"p{number}")
    assert not known.is_settled("p0")
    assert known.is_settled("p1")
    assert known.is_settled(f"p{SETTLED_LEN_MAX}")


def test_what_did_not_change_wakes_nobody() -> None:
    """A poll that brings nothing new does not wake the screen."""
    known = known_to_a_pet()
    known.mark_offline(False)
    known.open(None)
    assert known.changed.count == 0
