"""What people are going to do."""

from simulator.evaluation.plan import Part, Plan, Planned, plan
from simulator.kernel.streams import Streams


def _plans() -> list[Plan]:
    return [plan(Streams(seed), 4) for seed in range(60)]


def test_pressure_is_that_of_the_hardest_part() -> None:
    """And otherwise that of the session."""
    hard = ((Part(10, 20), 0.7), (Part(15, 30), 0.9))
    planned = Planned(0, 600, 90, 0.2, hard, (Part(40, 45),))
    assert [planned.pressure_at(at) for at in (9, 10, 15, 29, 30)] == [0.2, 0.7, 0.9, 0.9, 0.2]
    assert [planned.is_away(at) for at in (39, 40, 44, 45)] == [False, True, True, False]


def test_all_is_within_the_session_and_the_day() -> None:
    """One session a day, over before bed, begun in front of the camera."""
    for one in _plans():
        assert [planned.day for planned in one.sittings] == [0, 1, 2, 3]
        for planned in one.sittings:
            assert planned.start + planned.minutes < 22 * 60
            for part in (*(part for part, _ in planned.hard), *planned.walks):
                assert 5 <= part.begin < part.end <= planned.minutes


def test_people_and_rooms_differ() -> None:
    """Hearts, light and hardness."""
    plans = _plans()
    assert len({one.person.resting_pulse_bpm for one in plans}) > 50
    light = [one.camera.light for one in plans]
    assert min(light) < 0.4
    assert max(light) > 0.85
    hard = [pressure for one in plans for planned in one.sittings for _, pressure in planned.hard]
    assert min(hard) < 0.65
    assert max(hard) > 0.95


def test_a_seed_is_a_plan() -> None:
    """Whatever was drawn before; and more sessions do not change the first."""
    assert plan(Streams(1), 4) == plan(Streams(1), 4) != plan(Streams(2), 4)
    assert plan(Streams(1), 2).sittings == plan(Streams(1), 4).sittings[:2]
