"""People live before the production server: a tiny run, as ``petsim signals`` makes a large one."""

import pytest

from simulator.evaluation import policies
from simulator.evaluation.agreement import mean_error, pearson
from simulator.evaluation.crew import live_all
from simulator.evaluation.episodes import episodes
from simulator.evaluation.living import live
from simulator.evaluation.record import Life, Sitting, digest
from simulator.kernel.streams import Streams

SEEDS = (3, 9)


@pytest.fixture(scope="module", name="lives")
def _lives() -> tuple[Life, ...]:
    return tuple(live(seed, 1) for seed in SEEDS)


def _pairs(sitting: Sitting, what: str) -> tuple[list[float], list[float]]:
    """What the server said, and what was true."""
    pairs = [
        (getattr(minute.said, what), getattr(minute, what))
        for minute in sitting.minutes
        if getattr(minute.said, what) is not None
    ]
    return [said for said, _ in pairs], [true for _, true in pairs]


def test_the_same_seeds_are_the_same_lives(lives: tuple[Life, ...]) -> None:
    """To the last digit, in this process and in others; and others are others."""
    assert live(SEEDS[0], 1) == lives[0]
    assert digest(live_all(SEEDS, 1)) == digest(lives)
    assert digest(lives[:1]) != digest(lives[1:])


@pytest.mark.parametrize("place", range(len(SEEDS)))
def test_scores_follow_the_truth_better_than_chance(lives: tuple[Life, ...], place: int) -> None:
    """Both clearly; and stress is nearer to it than the same scores at any other minutes."""
    sitting = lives[place].sittings[0]
    stress, focus = _pairs(sitting, "stress"), _pairs(sitting, "focus")
    assert (pearson(*stress) or 0.0) > 0.7
    assert (pearson(*focus) or 0.0) > 0.4
    said, true = stress
    tossed = list(said)
    Streams(1).stream("coin").shuffle(tossed)
    assert abs(pearson(tossed, true) or 0.0) < 0.3
    assert (mean_error(said, true) or 1.0) < 0.5 * (mean_error(tossed, true) or 0.0)


def test_the_server_and_the_judge_read_the_same_rule(lives: tuple[Life, ...]) -> None:
    """They ask at the same minutes; and they do ask when a break is due."""
    for sitting in (sitting for life in lives for sitting in life.sittings):
        asked = tuple(one.at for one in sitting.asked)
        assert policies.prompts(policies.by_server(sitting.minutes)) == asked
    assert any(one.asked and episodes(one.minutes) for life in lives for one in life.sittings)


def test_prompts_are_shown_and_answered_within_their_minute(lives: tuple[Life, ...]) -> None:
    """On that the rule of the judge relies."""
    asked = [one for life in lives for sitting in life.sittings for one in sitting.asked]
    assert asked
    assert all(0 <= one.shown_ms < one.answered_ms <= 60_000 for one in asked)


def test_what_is_kept_of_a_minute(lives: tuple[Life, ...]) -> None:
    """The estimator is named; minutes rise and are those in front of the camera."""
    for life in lives:
        assert life.estimator.startswith("petcore-vitals-")
        at = [minute.at for minute in life.sittings[0].minutes]
        assert at == sorted(set(at))
        assert 60 <= len(at) <= 130
        assert all(0 <= minute.stress <= 1 for minute in life.sittings[0].minutes)
