"""What the estimator promises, over whole sessions that are drawn: which way each reading moves a
score, and what never makes it surer.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from petcore.rules.vitals import (
    METRICS,
    Estimate,
    Reading,
    Vitals,
    begin,
    estimate,
    from_document,
    readings,
    take,
    to_document,
)
from tests.rules.vitals_streams import (
    BLINKING,
    MOTION,
    NOW_MS,
    PRESENCE,
    PULSE,
    RATE,
    RMSSD,
    TALKING,
    Message,
    changed,
    every_minute,
    histories,
    played,
    reading,
    remembered,
    sessions,
)

_MIDDLE_RATE = 16.0

_CHOICES = st.just(-1) | st.integers(0, 2**240)
"""Which readings of a session, by the bits: all, or some."""

Change = Callable[[Reading, float], Reading]


def _towards(reading: Reading, bound: float, part: float) -> Reading:
    return replace(reading, value=reading.value + part * (bound - reading.value))


def _raised(reading: Reading, part: float) -> Reading:
    return _towards(reading, METRICS[reading.name].highest, part)


def _lowered(reading: Reading, part: float) -> Reading:
    return _towards(reading, METRICS[reading.name].lowest, part)


def _seen(reading: Reading, part: float) -> Reading:
    return replace(reading, value=1.0) if part else reading


MORE_STRESS: dict[str, Change] = {PULSE: _raised, RATE: _raised, RMSSD: _lowered}
LESS_FOCUS: dict[str, Change] = {
    BLINKING: _seen,
    TALKING: _seen,
    MOTION: _raised,
    PRESENCE: _lowered,
}


def _with(session: list[Message], changes: dict[str, Change], data: st.DataObject) -> list[Message]:
    """The session, with some readings changed: all by one part of what is possible."""
    part = data.draw(st.sampled_from((0.01, 0.3, 1.0)) | st.floats(0, 1))
    chosen = data.draw(_CHOICES)

    def moved(place: int, reading: Reading) -> Reading:
        change = changes.get(reading.name)
        return change(reading, part) if change and chosen >> place & 1 else reading

    return _replaced(session, moved)


def _replaced(session: list[Message], by: Callable[[int, Reading], Reading]) -> list[Message]:
    """The session with other readings; each knows its place in it."""
    places = count()
    return [
        changed(message, [by(next(places), each) for each in message.readings])
        for message in session
    ]


def _less_focused(session: list[Estimate], other: list[Estimate]) -> bool:
    """Whether no focus of ``other`` is above that of ``session``, and none is missing or new."""
    pairs = [(one.focus_score, two.focus_score) for one, two in zip(session, other, strict=True)]
    return all(two is None if one is None else two is not None and two <= one for one, two in pairs)


def _as_stressed(session: list[Estimate], other: list[Estimate]) -> bool:
    """Whether no stress of ``other`` is below that of ``session``, and none is missing or new."""
    pairs = [(one.stress_score, two.stress_score) for one, two in zip(session, other, strict=True)]
    return all(two is None if one is None else two is not None and two >= one for one, two in pairs)


def _confidences(estimate: Estimate) -> tuple[float, float, float]:
    return estimate.confidence, estimate.focus_confidence, estimate.stress_confidence


def _not_surer(session: list[Estimate], other: list[Estimate]) -> bool:
    return all(
        after <= before
        for one, two in zip(session, other, strict=True)
        for before, after in zip(_confidences(one), _confidences(two), strict=True)
    )


@given(sessions(), histories(), st.data())
def test_stress_never_falls_when_the_body_says_more_of_it(
    session: list[Message], history: list[dict[str, float]], data: st.DataObject
) -> None:
    """A higher pulse, a higher breathing rate, a lower variability: any of them, at any time."""
    usual = begin(history)
    strained = _with(session, MORE_STRESS, data)
    assert _as_stressed(played(session, usual), played(strained, usual))


@given(sessions(), histories(), st.data())
def test_focus_never_rises_when_the_face_says_less_of_it(
    session: list[Message], history: list[dict[str, float]], data: st.DataObject
) -> None:
    """Shut eyes, talk, motion, less of a face: any of them, at any time."""
    usual = begin(history)
    distracted = _with(session, LESS_FOCUS, data)
    assert _less_focused(played(session, usual), played(distracted, usual))


@given(sessions(), histories(), st.sampled_from((1.0, 1.5, 2.0)))
def test_focus_never_rises_when_breathing_sways_more(
    session: list[Message], history: list[dict[str, float]], times: float
) -> None:
    """Every breathing rate further from the middle, so that all differ more."""

    def further(_: int, reading: Reading) -> Reading:
        away = reading.value - _MIDDLE_RATE
        return (
            replace(reading, value=_MIDDLE_RATE + times * away) if reading.name == RATE else reading
        )

    usual = begin(history)
    swaying = _replaced(session, further)
    assert _less_focused(played(session, usual), played(swaying, usual))


_MOMENTS = st.sets(st.integers(1, 300_000).filter(lambda ms: ms % 20_000), max_size=40)


@given(_MOMENTS, _MOMENTS)
def test_focus_never_rises_when_there_are_more_blinks(some: set[int], more: set[int]) -> None:
    """In a stream that tells each blink once, and every 20 s that there is a face."""
    looks = [reading(BLINKING, 0, NOW_MS + at_ms) for at_ms in range(0, 320_000, 20_000)]

    def focus(blinks: set[int]) -> list[Estimate]:
        shut = (reading(BLINKING, 1, NOW_MS + at_ms) for at_ms in blinks)
        return played(every_minute([*looks, *shut]))

    assert _less_focused(focus(some), focus(some | more))


@given(sessions(), st.data())
def test_less_sure_readings_never_make_surer(session: list[Message], data: st.DataObject) -> None:
    """A lower confidence, or one that is no longer stable: any reading, at any time."""
    part = data.draw(st.floats(0, 1))
    doubted, shaken = data.draw(_CHOICES), data.draw(_CHOICES)

    def doubt(place: int, reading: Reading) -> Reading:
        confidence = reading.confidence * (part if doubted >> place & 1 else 1)
        stable = reading.stable and not shaken >> place & 1
        return replace(reading, confidence=confidence, stable=stable)

    doubtful = _replaced(session, doubt)
    assert _not_surer(played(session), played(doubtful))


@given(sessions(), st.integers(0, 400_000))
def test_nothing_becomes_surer_with_time(session: list[Message], later_ms: int) -> None:
    """The same readings, asked for later. What was known may become unknown, never the reverse."""
    vitals, now_ms = remembered(session), session[-1].now_ms
    soon, late = estimate(vitals, now_ms), estimate(vitals, now_ms + later_ms)
    assert _not_surer([soon], [late])
    assert set(soon.missing) <= set(late.missing)


@given(
    st.sampled_from([name for name in METRICS if name != BLINKING]),
    st.integers(0, 120_000),
    st.integers(0, 120_000),
)
def test_an_older_reading_never_makes_surer(name: str, age_ms: int, older_ms: int) -> None:
    """All else equal."""
    ages = sorted((age_ms, older_ms))
    young, old = (
        played([Message(NOW_MS, (reading(name, METRICS[name].highest, NOW_MS - age),))])
        for age in ages
    )
    assert _not_surer(young, old)


@given(sessions(), st.sampled_from(sorted(METRICS)), st.data())
def test_an_unsure_reading_moves_nothing_and_never_makes_surer(
    session: list[Message], name: str, data: st.DataObject
) -> None:
    """Neither if it is not stable nor if its source hardly believes it."""
    metric, (*_, last) = METRICS[name], session
    stable = data.draw(st.booleans())
    unsure = Reading(
        name,
        data.draw(st.floats(metric.lowest, metric.highest)),
        stable,
        data.draw(st.floats(0, 29.9 if stable else 100)),
        last.now_ms,
    )
    vitals = remembered(session)
    after, _ = take(vitals, [unsure], last.now_ms)
    before = estimate(vitals, last.now_ms)
    then = estimate(after, last.now_ms)
    assert (then.focus_score, then.stress_score) == (before.focus_score, before.stress_score)
    assert _not_surer([before], [then])
    assert readings(after) == readings(vitals)


@given(sessions(), st.randoms(use_true_random=False))
def test_readings_may_come_in_any_order(session: list[Message], chance: Random) -> None:
    """Within a message only their instants count."""
    vitals = mixed = begin()
    for message in session:
        shuffled = list(message.readings)
        chance.shuffle(shuffled)
        vitals, refused = take(vitals, message.readings, message.now_ms)
        mixed, mixed_refused = take(mixed, iter(shuffled), message.now_ms)
        assert (mixed, mixed_refused) == (vitals, refused)


@given(sessions(), st.data())
def test_a_message_may_come_in_parts(session: list[Message], data: st.DataObject) -> None:
    """What was taken before it is not taken twice, nor forgotten."""
    vitals = remembered(session)
    now_ms = session[-1].now_ms + 30_000
    drawn = data.draw(st.sets(st.integers(session[-1].now_ms + 1, now_ms), max_size=12))
    names = st.sampled_from(sorted(METRICS))
    fresh = [reading(data.draw(names), 1.0 * data.draw(st.integers(0, 1)), at) for at in drawn]
    fresh = [each for each in fresh if METRICS[each.name].lowest == 0]
    parted = vitals
    for each in sorted(fresh, key=lambda each: each.at_ms):
        parted, _ = take(parted, [each], now_ms)
    whole, _ = take(vitals, fresh, now_ms)
    assert estimate(parted, now_ms) == estimate(whole, now_ms)
    again, refused = take(whole, fresh, now_ms)
    assert again == whole
    assert len(refused) == len(fresh)


@given(sessions(), histories())
def test_scores_and_confidences_are_parts_of_one(
    session: list[Message], history: list[dict[str, float]]
) -> None:
    """And what is missing is named."""
    for each in played(session, begin(history)):
        scores = {"focus_score": each.focus_score, "stress_score": each.stress_score}
        assert each.missing == tuple(name for name, score in scores.items() if score is None)
        assert all(0 <= score <= 1 for score in scores.values() if score is not None)
        assert all(0 <= confidence <= 1 for confidence in _confidences(each))
        assert each.confidence == min(each.focus_confidence, each.stress_confidence)


def _through_json(vitals: Vitals) -> dict[str, object]:
    document = json.dumps(to_document(vitals), allow_nan=False)
    assert len(document) < 4_000
    read: dict[str, object] = json.loads(document)
    return read


@given(sessions(), histories())
def test_a_document_is_what_was_remembered(
    session: list[Message], history: list[dict[str, float]]
) -> None:
    """Exactly, after every message, however long the session goes on with what was read."""
    vitals = read = begin(history)
    for message in session:
        vitals, _ = take(vitals, message.readings, message.now_ms)
        read, _ = take(from_document(_through_json(read)), message.readings, message.now_ms)
        assert read == vitals
