"""The laws of the body."""

from random import Random
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.signals.person import Person
from simulator.signals.truth import Activity, Body, Truth
from tests.simulator.signals.sitting import MINUTE_MS

_DAY_MS = 10 * 60 * MINUTE_MS
"""A short day, which is over soon."""
_TURNS = st.lists(
    st.tuples(st.integers(0, _DAY_MS), st.sampled_from(Activity), st.floats(0, 1)), max_size=8
)
_LOOKS = st.lists(st.integers(0, _DAY_MS), max_size=30)


def _end(turns: list[tuple[int, Activity, float]], looks: list[int]) -> Truth:
    """How the day ends for one who did ``turns``, looked at at ``looks``."""
    body = Body(Person(), Random(5))
    body.expect(5 * 60 * MINUTE_MS, 7 * 60 * MINUTE_MS, 0.8)
    events = sorted(
        [*((turn[0], 0, turn) for turn in turns), *((at, 1, None) for at in looks)],
        key=lambda event: event[:2],
    )
    for at_ms, _, turn in events:
        if turn is None:
            body.truth(at_ms)
        else:
            body.turn_to(turn[1], at_ms, turn[2])
    return body.truth(_DAY_MS)


@given(_TURNS, _LOOKS)
@settings(max_examples=50)
def test_looking_changes_nothing(
    turns: list[tuple[int, Activity, float]], looks: list[int]
) -> None:
    """One jump equals any number of small jumps, to the last bit."""
    assert _end(turns, looks) == _end(turns, [])


@given(_TURNS)
@settings(max_examples=25)
def test_truth_lies_between_0_and_1_and_never_jumps(
    turns: list[tuple[int, Activity, float]],
) -> None:
    """Within ten seconds nobody becomes somebody else."""
    body = Body(Person(reactivity=1.5), Random(6))
    before = body.truth(0)
    pending = sorted(turns, key=lambda turn: turn[0])
    for at_ms in range(0, 4 * 60 * MINUTE_MS, 10_000):
        while pending and pending[0][0] <= at_ms:
            _, activity, pressure = pending.pop(0)
            body.turn_to(activity, at_ms, pressure)
        now = body.truth(at_ms)
        assert 0 <= now.focus <= 1
        assert 0 <= now.stress <= 1
        assert abs(now.focus - before.focus) < 0.1
        assert abs(now.stress - before.stress) < 0.1
        before = now


def test_what_somebody_does_draws_nothing() -> None:
    """Two lives on equal streams have the same ups and downs, so one change stays one change."""
    calm, chance, other = Body(Person(), Random(7)), Random(7), Random(7)
    busy = Body(Person(), chance)
    calm = Body(Person(), other)
    busy.turn_to(Activity.STUDYING, 90_000, 0.7)
    busy.expect(_DAY_MS, 2 * _DAY_MS, 1.0)
    busy.truth(_DAY_MS)
    calm.truth(_DAY_MS)
    assert chance.getstate() == other.getstate()


def test_instants_never_go_backwards() -> None:
    """Neither for looks nor for turns; the same instant is fine."""
    body = Body(Person(), Random(1))
    body.truth(5_000)
    body.turn_to(Activity.AWAKE, 5_000)
    with pytest.raises(ValueError, match="over"):
        body.truth(4_999)
    with pytest.raises(ValueError, match="over"):
        body.turn_to(Activity.STUDYING, 0)


def _studied(
    seed: int, hour: float, minutes: int, person: Person | None = None, **exam: int
) -> Body:
    """A body after ``minutes`` of study from ``hour`` on."""
    body = Body(person or Person(), Random(seed))
    if exam:
        body.expect(exam["at"] * MINUTE_MS, exam["until"] * MINUTE_MS, 0.8)
    start_ms = int(hour * 60) * MINUTE_MS
    body.turn_to(Activity.AWAKE, max(start_ms - 120 * MINUTE_MS, 0))
    body.turn_to(Activity.STUDYING, start_ms, 0.1)
    body.truth(start_ms + minutes * MINUTE_MS)
    return body


def _focus(hour: float, minutes: int, person: Person | None = None) -> float:
    """Mean focus after ``minutes`` of study, over many bodies."""
    at_ms = (int(hour * 60) + minutes) * MINUTE_MS
    return mean(_studied(seed, hour, minutes, person).truth(at_ms).focus for seed in range(12))


def test_focus_falls_with_time_on_task() -> None:
    """By about a tenth an hour."""
    assert _focus(9, 20) - _focus(8, 80) > 0.05


def test_focus_is_lower_after_lunch_and_at_night() -> None:
    """Before noon is best, then comes the dip, and the night is worst."""
    assert _focus(10.5, 20) - 0.08 > _focus(13.8, 20)
    assert _focus(13.8, 20) - 0.1 > _focus(26, 20)


def test_focus_is_in_its_range_while_studying() -> None:
    """0.4 to 0.9 at any hour of a student's day, once settled."""
    for hour in (8, 13, 19, 21):
        assert 0.4 < _focus(hour, 15) < 0.9
        assert 0.4 < _focus(hour, 90) < 0.9


def test_an_owl_has_its_best_hours_later() -> None:
    """The body clock of an owl runs behind."""
    owl = Person(chronotype_shift_h=3.0)
    assert _focus(8, 15) > _focus(8, 15, owl)
    assert _focus(22, 15) < _focus(22, 15, owl)


def test_a_break_brings_focus_back() -> None:
    """Half an hour after two hours on task is better than going on."""
    gains = []
    for seed in range(12):
        rested, worn = _studied(seed, 9, 120), _studied(seed, 9, 120)
        rested.turn_to(Activity.ON_BREAK, 660 * MINUTE_MS)
        rested.turn_to(Activity.STUDYING, 675 * MINUTE_MS, 0.1)
        at_ms = 695 * MINUTE_MS
        gains.append(rested.truth(at_ms).focus - worn.truth(at_ms).focus)
    assert mean(gains) > 0.05


def _stress(seed: int, minute: int) -> float:
    """Stress of one who studies all the day for an exam from 14 to 16 o'clock."""
    body = _studied(seed, 6, 0, at=840, until=960)
    if minute >= 840:
        body.turn_to(Activity.IN_EXAM, 840 * MINUTE_MS)
    if minute >= 960:
        body.turn_to(Activity.STUDYING, 960 * MINUTE_MS, 0.1)
    return body.truth(minute * MINUTE_MS).stress


def test_an_exam_casts_its_shadow_ahead_and_leaves_relief() -> None:
    """Each of these is clearly above the one before; an hour after the exam it is over."""
    seven, noon, short, within = (
        mean(_stress(seed, minute) for seed in range(8)) for minute in (420, 720, 830, 900)
    )
    relieved = mean(_stress(seed, 985) for seed in range(8))
    assert seven + 0.05 < noon < short - 0.1
    assert short + 0.05 < within
    assert relieved < seven - 0.03


@pytest.mark.parametrize(("slow", "fast"), [(8.0, 2.0)])
def test_people_recover_at_their_own_speed(slow: float, fast: float) -> None:
    """Six minutes into a break the slower one is still tense."""
    left = []
    for half_life in (slow, fast):
        body = Body(Person(recovery_half_life_min=half_life), Random(2))
        body.turn_to(Activity.STUDYING, 0, 1.0)
        body.turn_to(Activity.ON_BREAK, 30 * MINUTE_MS)
        left.append(body.truth(36 * MINUTE_MS).stress)
    assert left[0] > left[1] + 0.2


def test_reactivity_is_how_strongly_pressure_is_felt() -> None:
    """The cool one stays cool."""
    felt = []
    for reactivity in (0.5, 1.2):
        body = Body(Person(reactivity=reactivity), Random(2))
        body.turn_to(Activity.STUDYING, 0, 0.8)
        felt.append(body.truth(20 * MINUTE_MS).stress)
    assert felt[0] + 0.2 < felt[1]
