"""How readings are followed: smoothing, slips, blinks that are counted, breathing that sways."""

import pytest

from petcore.rules.vitals import begin, estimate, readings, take
from tests.rules.vitals_streams import (
    BLINKING,
    MOTION,
    NOW_MS,
    PULSE,
    RATE,
    SWAY,
    TALKING,
    every_minute,
    reading,
    remembered,
    taken,
)


def _pulses(*values: float, every_ms: int = 10_000) -> float:
    """What a pulse of these values, one after another, comes to. Nothing goes stale meanwhile."""
    vitals = begin()
    for place, value in enumerate(values):
        at_ms = NOW_MS + place * every_ms
        vitals = taken([reading(PULSE, value, at_ms, 100)], at_ms, vitals)
    return readings(vitals)[PULSE]


def test_the_first_readings_count_alike() -> None:
    """So a session does not hang on its very first."""
    assert _pulses(60) == 60
    assert _pulses(60, 80) == 70
    assert _pulses(60, 80, 85) == 75


def test_half_way_in_seven_tenths_of_its_time() -> None:
    """A lasting change is followed slowly, however often it is told of."""
    before = [70.0] * 300
    for every_ms in (500, 1_000):
        after = [80.0] * (35_000 // every_ms)
        assert _pulses(*before, *after, every_ms=every_ms) == pytest.approx(75, abs=0.3)


def test_one_slip_moves_little() -> None:
    """A leap that no body makes counts as one that it could, whatever its size; and a true one is
    followed soon.
    """
    calm = [70.0] * 12
    assert _pulses(*calm, 95.0) == _pulses(*calm, 220.0) == pytest.approx(70 + 25 / 6, abs=0.001)
    assert _pulses(*calm, *[120.0] * 18) > 110


def test_a_first_slip_is_soon_over() -> None:
    """Within two minutes it is no longer high, and after five it might not have been."""
    assert _pulses(200.0, *[70.0] * 11) < 90
    assert _pulses(200.0, *[70.0] * 29) < 71


def test_what_was_forgotten_is_begun_anew() -> None:
    """After a longer time the first reading counts whole."""
    assert _pulses(70, 70, 70, 100, every_ms=119_999) != 100
    assert _pulses(70, 70, 70, 100, every_ms=120_000) == 100


def _blinking(
    blinks_ms: set[int], looks_ms: set[int] | range, until_ms: int = 120_000
) -> float | None:
    """Blinks a minute of eyes that were shut at some instants, and open at others."""
    seen = [
        reading(BLINKING, at_ms in blinks_ms, NOW_MS + at_ms)
        for at_ms in sorted(blinks_ms | set(looks_ms))
    ]
    sent = [each for each in seen if each.at_ms <= NOW_MS + until_ms]
    return readings(remembered(every_minute(sent))).get(BLINKING)


EACH_LOOK = range(0, 120_001, 20_000)
EACH_FRAME = range(0, 120_001, 33)


def test_blinks_are_counted_between_looks() -> None:
    """A source that tells each blink once: 15 a minute."""
    assert _blinking(set(range(2_000, 120_000, 4_000)), EACH_LOOK) == 15


def test_a_blink_in_many_frames_is_one() -> None:
    """A source that tells of each frame: eyes that are shut for 0.2 s every 4 s."""
    shut = {at_ms for at_ms in EACH_FRAME if at_ms % 4_000 < 200}
    assert _blinking(shut, EACH_FRAME) == 15


def test_eyes_that_stay_shut_are_not_attentive() -> None:
    """They count as blinks, two a second."""
    assert _blinking(set(EACH_FRAME), EACH_FRAME) == pytest.approx(114, abs=6)


def test_eyes_that_do_not_blink() -> None:
    """Nothing seen in open eyes is a rate of nothing, not an unknown one."""
    assert _blinking(set(), EACH_LOOK) == 0


def test_a_rate_is_known_once_a_span_is_over() -> None:
    """Until then some blinks were seen, but nobody knows in how long."""
    assert _blinking({5_000}, EACH_LOOK, until_ms=19_999) is None
    assert _blinking({5_000}, EACH_LOOK, until_ms=20_000) == 3


def test_eyes_out_of_sight_are_not_counted() -> None:
    """Who looks away for longer than half a minute has not stopped blinking."""
    blinks = {at_ms for at_ms in range(2_000, 120_000, 4_000) if not 40_000 < at_ms < 80_000}
    looks = {0, 20_000, 40_000, 80_000, 100_000, 120_000}
    assert _blinking(blinks, looks) == 15


def test_a_span_that_was_hardly_seen_says_nothing() -> None:
    """Less than half of it: a blink in nine seconds is none in a minute's seventh part."""
    looks = {0, 9_000, 60_000, 69_000, 120_000}
    assert _blinking({1_000, 61_000}, looks) is None
    assert _blinking({1_000, 61_000}, {0, 10_000, 60_000, 70_000, 120_000}) == 6


def test_a_span_that_was_seen_in_part_counts_in_part() -> None:
    """Six a minute in half of one and none in a whole one are two."""
    assert _blinking({15_000}, {10_000, 20_000, 40_000}) == 2


def test_a_short_absence_belongs_to_no_span_alone() -> None:
    """Each gets its own part of it, one that lies wholly in it too."""
    assert _blinking({1_000, 3_000, 45_000}, {0, 19_000, 41_000, 60_000, 80_000}) == 2.25


def test_a_blink_at_the_end_of_a_span_is_in_the_next() -> None:
    """Where a span ends does not hang on what was seen."""
    assert _blinking({20_000}, {0, 40_000}) == 1.5


def test_talking_is_the_part_of_looks() -> None:
    """Those that found it, of all."""
    talk = [reading(TALKING, at_s % 4 == 0, NOW_MS + 1000 * at_s) for at_s in range(60)]
    assert readings(taken(talk, NOW_MS + 60_000)) == {TALKING: pytest.approx(0.25, abs=0.01)}


def _sway(*rates: tuple[int, float]) -> float | None:
    """The sway of breathing rates at seconds."""
    vitals = begin()
    for at_s, rate in rates:
        at_ms = NOW_MS + 1000 * at_s
        vitals = taken([reading(RATE, rate, at_ms)], at_ms, vitals)
    return readings(vitals).get(SWAY)


def test_breathing_sways_from_one_rate_to_the_next() -> None:
    """Up or down is the same."""
    assert _sway((0, 15)) is None
    assert _sway((0, 15), (12, 17)) == 2
    assert _sway((0, 15), (12, 13), (24, 13)) == 1


def test_breaths_that_are_told_twice_are_compared_once() -> None:
    """A source that reports every other second repeats itself: what is compared is 8 s apart."""
    assert _sway((0, 15), (2, 40)) is None
    assert _sway((0, 15), (2, 40), (4, 3), (7, 30), (8, 16)) == 1
    assert _sway((0, 15), (8, 16), (10, 40)) == 1


def test_breathing_out_of_sight_is_not_compared() -> None:
    """With what it was before that."""
    assert _sway((0, 15), (31, 25)) is None
    assert _sway((0, 15), (30, 16)) == 1
    assert _sway((0, 15), (31, 25), (43, 24)) == 1


def test_sway_is_known_as_long_as_breathing_is_seen() -> None:
    """A reading that is too soon to be compared keeps it fresh, one that is unsure does not."""
    vitals = taken([reading(RATE, 15, NOW_MS - 60_000), reading(RATE, 16, NOW_MS - 50_000)])
    stale = estimate(vitals, NOW_MS).focus_confidence
    kept = taken([reading(RATE, 16, NOW_MS - 43_000)], before=vitals)
    assert estimate(kept, NOW_MS).focus_confidence > stale > 0
    doubted = taken([reading(RATE, 16, NOW_MS - 43_000, stable=False)], before=vitals)
    assert estimate(doubted, NOW_MS).focus_confidence < stale


def test_sway_of_before_an_absence_is_not_kept_fresh() -> None:
    """By breathing that was not compared with any other yet."""
    before_s, after_s = (0, 10), (45, 47)
    sway: list[float] = []
    for seen in (before_s, before_s + after_s):
        vitals = taken([reading(RATE, 15, NOW_MS + 1000 * at_s) for at_s in seen], NOW_MS + 50_000)
        sway.append(estimate(vitals, NOW_MS + 90_000).focus_confidence)
    assert sway[0] == sway[1] > 0


def test_motion_in_one_moment_is_not_fidgeting() -> None:
    """Somebody who turns round once does not lose all focus."""
    still = [reading(MOTION, 0.05, NOW_MS + 1000 * at_s) for at_s in range(59)]
    turn = reading(MOTION, 20, NOW_MS + 59_000)
    vitals, _ = take(begin(), [*still, turn], NOW_MS + 60_000)
    assert readings(vitals)[MOTION] < 0.08
