"""The estimator, as those see it who send readings to it and ask for scores."""

from itertools import pairwise
from math import inf, nan

import pytest

from petcore.rules.vitals import (
    AHEAD_MS,
    METRICS,
    STALE_MS,
    Reading,
    Refused,
    Vitals,
    begin,
    estimate,
    readings,
    take,
)
from tests.rules.vitals_streams import (
    AT_REST,
    BLINKING,
    MOTION,
    NOW_MS,
    PRESENCE,
    PULSE,
    RATE,
    RMSSD,
    SWAY,
    TALKING,
    calm,
    played,
    reading,
    taken,
)

HEALTHY = 85.0
"""What the SDK thinks of its readings of a face in good light."""


def _minute(end_ms: int, names: tuple[str, ...], confidence: float = HEALTHY) -> list[Reading]:
    """A calm minute until before ``end_ms``: a reading of each every ten seconds."""
    return [
        reading(name, AT_REST[name], end_ms - 60_000 + at_ms, confidence)
        for name in names
        for at_ms in range(0, 60_000, 10_000)
    ]


def _after_minutes(names: tuple[str, ...], vitals: Vitals | None = None) -> tuple[Vitals, int]:
    vitals, now_ms = vitals or begin(), NOW_MS
    for _ in range(3):
        now_ms += 60_000
        vitals = taken(_minute(now_ms, names), now_ms, vitals)
    return vitals, now_ms


SDK = (PULSE, RMSSD, RATE, BLINKING, TALKING)
CAMERA = (PULSE, RATE, MOTION, PRESENCE)


def test_nothing_known_is_nothing_said() -> None:
    """No score is made up, and nobody is sure of it."""
    scored = estimate(begin(), NOW_MS)
    assert (scored.focus_score, scored.stress_score) == (None, None)
    assert scored.missing == ("focus_score", "stress_score")
    assert (scored.confidence, scored.focus_confidence, scored.stress_confidence) == (0, 0, 0)
    assert readings(begin()) == {}


def test_a_healthy_stream_is_trusted() -> None:
    """All that the SDK has, of somebody who is known and of a stranger."""
    vitals, now_ms = _after_minutes(SDK)
    familiar, _ = _after_minutes(SDK, begin([readings(vitals)] * 600))
    assert 0.8 <= estimate(vitals, now_ms).confidence < estimate(familiar, now_ms).confidence
    assert 0.85 <= estimate(familiar, now_ms).confidence <= 0.95


def test_what_a_camera_alone_gives_is_enough_for_breaks() -> None:
    """Pulse, breathing, motion and presence: above the half that the break rule asks for."""
    vitals, now_ms = _after_minutes(CAMERA)
    assert 0.55 <= estimate(vitals, now_ms).confidence <= 0.8
    assert estimate(vitals, now_ms).missing == ()


def test_a_pulse_alone_is_not_enough() -> None:
    """A score, but none to act upon; and nothing of focus."""
    vitals, now_ms = _after_minutes((PULSE,))
    scored = estimate(vitals, now_ms)
    assert scored.missing == ("focus_score",)
    assert 0.3 <= scored.stress_confidence <= 0.42
    assert (scored.focus_confidence, scored.confidence) == (0, 0)


@pytest.mark.parametrize(
    ("name", "value", "score"),
    [
        (PULSE, 72.0 + 11, 0.82),
        (PULSE, 72.0 - 22, 0.0),
        (PULSE, 180.0, 1.0),
        (RMSSD, 35.3 * 0.75, 0.74),
        (RATE, 16.1 + 2, 0.72),
        (TALKING, 1.0, 0.175),
        (MOTION, 0.12, 0.5),
        (PRESENCE, 0.45, 0.3),
        (PRESENCE, 0.0, 0.0),
    ],
)
def test_each_reading_alone(name: str, value: float, score: float) -> None:
    """By hand, from the table."""
    scored = estimate(taken([reading(name, value)]), NOW_MS)
    known = scored.stress_score if scored.focus_score is None else scored.focus_score
    assert known == score


def test_terms_add_up_by_weight_and_freshness() -> None:
    """An old reading fades away before it is forgotten, and the score does not leap."""
    vitals = taken([reading(PULSE, 83.0), reading(RATE, 16.1)])
    scores = {
        age_s: estimate(vitals, NOW_MS + 1000 * age_s).stress_score for age_s in (0, 30, 75, 119)
    }
    fresh = 0.45 * 0.82 + 0.25 * 0.32
    faded = 0.45 * 0.5 * 0.82 + 0.25 * 0.6 * 0.32
    assert scores[0] == scores[30] == round(fresh / 0.7, 3)
    assert scores[75] == round(faded / (0.45 * 0.5 + 0.25 * 0.6), 3)
    assert estimate(vitals, NOW_MS + 120_000).stress_score is None


@pytest.mark.parametrize(
    ("name", "fresh_s", "gone_s"),
    [(PULSE, 30, 120), (RMSSD, 90, 240), (RATE, 45, 120), (PRESENCE, 30, 120)],
)
def test_an_empty_field_keeps_its_last_value_for_its_time(
    name: str, fresh_s: int, gone_s: int
) -> None:
    """As good as new, then less and less, then unknown: in the score, and in what is kept."""
    vitals = taken([reading(name, AT_REST[name])])

    def confidence(age_s: int) -> float:
        scored = estimate(vitals, NOW_MS + 1000 * age_s)
        return max(scored.focus_confidence, scored.stress_confidence)

    assert confidence(fresh_s) == confidence(0) > confidence(fresh_s + 10) > confidence(gone_s - 9)
    assert confidence(gone_s) == 0
    for age_s in (gone_s - 1, gone_s):
        asked, _ = take(vitals, (), NOW_MS + 1000 * age_s)
        assert (name in readings(asked)) == (age_s < gone_s)
        assert len(estimate(asked, NOW_MS + 1000 * age_s).missing) == 1 + (age_s == gone_s)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (reading(PULSE, nan), "implausible: no finite number"),
        (reading(PULSE, inf), "implausible: no finite number"),
        (reading(PULSE, 29.9), "implausible: outside of 30 to 220 beats/min"),
        (reading(PULSE, 220.1), "implausible: outside of 30 to 220 beats/min"),
        (reading(RMSSD, 1.0), "implausible: outside of 2 to 250 ms"),
        (reading(RATE, 61.0), "implausible: outside of 3 to 60 breaths/min"),
        (reading(BLINKING, 1.1), "implausible: outside of 0 to 1"),
        (reading(TALKING, -0.1), "implausible: outside of 0 to 1"),
        (reading(MOTION, 20.1), "implausible: outside of 0 to 20 widths of the face/s"),
        (reading(PRESENCE, 1.1), "implausible: outside of 0 to 1 part of looks"),
        (reading(PULSE, 70, confidence=100.1), "implausible: a confidence outside of 0 to 100"),
        (reading(PULSE, 70, confidence=-1), "implausible: a confidence outside of 0 to 100"),
        (reading(PULSE, 70, confidence=nan), "implausible: a confidence outside of 0 to 100"),
        (reading(PULSE, 70, NOW_MS - STALE_MS - 1), "stale: older than 120 s"),
        (reading(PULSE, 70, NOW_MS + AHEAD_MS + 1), "ahead: taken more than 5 s after now"),
    ],
)
def test_what_cannot_be_true_or_is_none_of_now_is_refused(bad: Reading, reason: str) -> None:
    """With a reason in plain words; the others are taken."""
    after, refused = take(begin(), [bad, *calm()], NOW_MS)
    assert refused == (Refused(bad.name, reason),)
    assert after == taken(calm())


@pytest.mark.parametrize("name", sorted(METRICS))
def test_the_bounds_themselves_are_taken(name: str) -> None:
    """The least and the greatest of each, the oldest and the earliest."""
    for value in METRICS[name][1:]:
        for at_ms in (NOW_MS - STALE_MS, NOW_MS + AHEAD_MS):
            taken([reading(name, value, at_ms)])


def test_names_that_are_unknown_are_passed_over() -> None:
    """The SDK has more than is needed here; that is no error."""
    assert taken([reading("eda.trace", nan), *calm()]) == taken(calm())


def test_late_and_repeated_readings_are_refused() -> None:
    """Of the metric that is further on only, and whether the newer one was sure or not."""
    doubtful = reading(PULSE, 99, NOW_MS - 1_000, stable=False)
    vitals = taken([doubtful, reading(RATE, 16, NOW_MS - 9_000)])
    sent = [
        reading(PULSE, 70, NOW_MS - 2_000),
        reading(PULSE, 70, NOW_MS - 1_000),
        reading(RATE, 16, NOW_MS - 2_000),
    ]
    after, refused = take(vitals, sent, NOW_MS)
    assert refused == (
        Refused(PULSE, "late: a newer one was taken before"),
        Refused(PULSE, "repeated: one of that instant was taken before"),
    )
    assert readings(after).keys() == {RATE}


def test_a_minute_that_is_sent_at_its_end_is_taken_whole() -> None:
    """Even if it was a minute on its way."""
    taken(_minute(NOW_MS, SDK), NOW_MS)
    taken(_minute(NOW_MS, SDK), NOW_MS + 60_000)


def test_a_clock_that_was_set_back_begins_anew() -> None:
    """Or nothing would be taken until it comes there again. What is usual stays."""
    usual = begin([{PULSE: 60.0}] * 600)
    vitals = taken([reading(PULSE, 90.0)], before=usual)
    _, refused = take(vitals, [reading(PULSE, 60.0, NOW_MS - 300_000)], NOW_MS - 300_000)
    assert [each.reason for each in refused] == ["late: a newer one was taken before"]
    back_ms = NOW_MS - 300_001
    assert readings(taken([reading(PULSE, 60.0, back_ms)], back_ms, vitals)) == {PULSE: 60.0}
    assert taken([reading(PULSE, 60.0, back_ms)], back_ms, vitals).usual == usual.usual


def test_an_unsure_reading_alone_says_nothing() -> None:
    """However sure its source is of one that is not stable."""
    unsure = [reading(PULSE, 120, confidence=29), reading(RATE, 25, confidence=100, stable=False)]
    assert estimate(taken(unsure), NOW_MS) == estimate(begin(), NOW_MS)


def test_an_unsure_reading_halves_the_trust_in_the_one_before() -> None:
    """The value stays; the source begins to doubt."""
    vitals = taken([reading(PULSE, 72, NOW_MS - 1, 100)])
    doubted = taken([reading(PULSE, 150, NOW_MS, 100, stable=False)], before=vitals)
    before, after = estimate(vitals, NOW_MS), estimate(doubted, NOW_MS)
    assert after.stress_score == before.stress_score
    assert after.stress_confidence == pytest.approx(before.stress_confidence / 2, abs=0.001)
    sure = taken([reading(PULSE, 72, NOW_MS + 1, 100)], before=doubted)
    assert estimate(sure, NOW_MS) == before


def test_an_unsure_reading_does_not_make_up_for_an_unsurer_one() -> None:
    """Even if its source thinks more of it, it is not stable."""
    vitals = taken([reading(PULSE, 72, NOW_MS - 1, 35)])
    after = taken([reading(PULSE, 72, NOW_MS, 100, stable=False)], before=vitals)
    assert estimate(after, NOW_MS) == estimate(vitals, NOW_MS)


def test_a_surer_reading_counts_for_more() -> None:
    """Of two that differ, the score lies nearer to the surer one."""
    one = [reading(PULSE, 60, NOW_MS - 9, 90), reading(PULSE, 80, NOW_MS, 45)]
    other = [reading(PULSE, 60, NOW_MS - 9, 45), reading(PULSE, 80, NOW_MS, 90)]
    assert readings(taken(one)) == {PULSE: pytest.approx(66.6667)}
    assert readings(taken(other)) == {PULSE: pytest.approx(73.3333)}


def test_what_is_usual_is_the_persons_own() -> None:
    """A pulse that is high for most is none for who always has it, once that is known."""
    high = [reading(PULSE, 85.0)]
    stress = [
        estimate(taken(high, before=begin([{PULSE: 85.0}] * known)), NOW_MS).stress_score
        for known in (0, 1, 60, 600, 6000)
    ]
    assert stress[0] == 0.911
    assert all(
        score is not None and next is not None and next < score for score, next in pairwise(stress)
    )
    assert stress[-1] == pytest.approx(0.32, abs=0.02)


def test_few_or_odd_samples_move_little() -> None:
    """One hard minute is no habit, and neither are a few odd ones among many."""
    assert begin([{PULSE: 180.0}]).usual[PULSE].value < 73
    many = [{PULSE: 70.0}] * 200
    odd = [{PULSE: 220.0}] * 20
    assert begin([*odd, *many]).usual[PULSE].value == pytest.approx(70.7, abs=0.1)
    assert begin([{PULSE: 31.0}] * 20 + many).usual[PULSE].value > 70


def test_samples_may_be_in_any_order() -> None:
    """They are counted, not followed."""
    history = [{PULSE: 60.0 + minute, SWAY: minute / 10} for minute in range(40)]
    assert begin(reversed(history)) == begin(history)


def test_history_is_read_with_care() -> None:
    """Names that are unknown and values that cannot be true are left out."""
    odd = {PULSE: nan, RATE: inf, RMSSD: -1.0, "attention": 1.0, PRESENCE: 2.0}
    assert begin([odd] * 9) == begin()


def test_the_calm_quarter_is_usual_for_stress_and_the_middle_for_focus() -> None:
    """As the typical scores are those of then."""
    spread = [
        {PULSE: 60.0 + part, RMSSD: 20.0 + part, MOTION: 0.1 + part} for part in range(9)
    ] * 400
    usual = begin(spread).usual
    assert usual[PULSE].value == pytest.approx(62, abs=0.4)
    assert usual[RMSSD].value == pytest.approx(26, abs=0.4)
    assert usual[MOTION].value == pytest.approx(4.1, abs=0.2)
    assert usual[RATE] == begin().usual[RATE]


def test_a_long_hard_hour_does_not_become_usual() -> None:
    """While it lasts it stays as stressed as it is."""
    vitals, now_ms = begin(), NOW_MS
    stress: set[float | None] = set()
    for _ in range(60):
        now_ms += 60_000
        hard = [reading(PULSE, 84, now_ms - at_ms) for at_ms in range(0, 60_000, 10_000)]
        vitals = taken(hard, now_ms, vitals)
        stress.add(estimate(vitals, now_ms).stress_score)
    assert stress == {0.865}
    assert vitals.usual == begin().usual


def test_what_is_asked_for_changes_nothing() -> None:
    """How often somebody asks does not move a score, nor does an empty message."""
    vitals = taken(calm())
    for later_ms in range(0, 20_000, 1_000):
        estimate(vitals, NOW_MS + later_ms)
        after, _ = take(vitals, (), NOW_MS + later_ms)
        assert estimate(after, NOW_MS + later_ms) == estimate(vitals, NOW_MS + later_ms)
    assert vitals == taken(calm())
    assert played([]) == []
