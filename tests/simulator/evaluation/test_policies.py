"""The break rule as the judge reads it, and the rules that know less."""

from itertools import pairwise

import pytest

from simulator.evaluation import policies
from simulator.evaluation.policies import Rule, Scored, prompts
from simulator.evaluation.record import Guess, Minute
from simulator.kernel.streams import Streams
from tests.simulator.evaluation.people import minutes

HIGH, LOW = 0.75, 0.749


def _scored(*scores: float | None, begin: int = 1) -> list[Scored]:
    return [Scored(at, score) for at, score in enumerate(scores, start=begin)]


@pytest.mark.parametrize(
    ("scored", "asked"),
    [
        (_scored(*[HIGH] * 10), ()),
        (_scored(*[HIGH] * 11), (11,)),
        (_scored(*[HIGH] * 5, LOW, *[HIGH] * 10), ()),
        (_scored(*[HIGH] * 5, LOW, *[HIGH] * 11), (17,)),
        (_scored(*[HIGH] * 5, None, *[HIGH] * 5), (11,)),
        # Six minutes without a score are bridged, seven are not.
        (_scored(*[HIGH] * 5, *[None] * 5, HIGH), (11,)),
        (_scored(*[HIGH] * 5, *[None] * 6, HIGH), ()),
        # Quiet for 16 minutes, then held anew.
        (_scored(*[HIGH] * 36), (11,)),
        (_scored(*[HIGH] * 37), (11, 37)),
        ([], ()),
    ],
)
def test_the_break_rule(scored: list[Scored], asked: tuple[int, ...]) -> None:
    """Hold, threshold, gap and quiet, each at its edge."""
    assert prompts(scored) == asked


def test_an_unsure_minute_neither_counts_nor_breaks() -> None:
    """Be it high or low."""
    unsure = Scored(6, 0.0, 0.49)
    sure = Scored(6, 0.0, 0.5)
    around = _scored(*[HIGH] * 5), _scored(*[HIGH] * 5, begin=7)
    assert prompts([*around[0], unsure, *around[1]]) == (11,)
    assert prompts([*around[0], sure, *around[1]]) == ()
    assert prompts([Scored(at, 0.9, 0.49) for at in range(1, 60)]) == ()


def test_another_threshold() -> None:
    """It is a number of the rule."""
    assert prompts(_scored(*[0.6] * 12), Rule(threshold=0.6)) == (11,)
    assert prompts(_scored(*[0.6] * 12)) == ()


def test_what_was_no_sample_leads_to_nothing() -> None:
    """The server may say a score of a minute in which nothing came; it stores none."""
    said = Guess(0.5, 0.9, 0.9, is_kept=False)
    lived = [Minute(at, 0.5, 0.9, said, Guess(), None) for at in range(1, 40)]
    assert prompts(policies.by_server(lived)) == ()
    assert {one.stress for one in policies.by_truth(lived)} == {0.9}


def test_a_fixed_pulse() -> None:
    """The mean of three minutes; unknown where there was none in these."""
    bpm: list[float | None] = [80, 86, 92, None, None, None, 90]
    lived = [Minute(at, 0.5, 0.5, Guess(), Guess(), pulse) for at, pulse in enumerate(bpm, start=1)]
    assert [one for _, one in policies.smoothed_pulse(lived)] == [80, 83, 86, 89, 92, None, 90]
    assert [one.stress for one in policies.by_pulse(lived, 85)] == [0, 0, 1, 1, 1, None, 1]


def test_a_pulse_of_before_a_break_is_forgotten() -> None:
    """However few minutes in front of the camera lie between."""
    before, after = minutes([0.2, 0.2])
    late = Minute(9, 0.5, 0.5, Guess(), Guess(), None)
    assert policies.smoothed_pulse([before, after, late])[-1] == (9, None)


def test_a_coin_asks_as_often_as_told_and_keeps_quiet() -> None:
    """Within what chance allows over many sessions."""
    at, chance = list(range(1, 101)), Streams(1).stream("coin")
    rate = policies.coin_rate([(at, [30]), (at, [])])
    tossed = [policies.by_coin(at, rate, chance) for _ in range(2_000)]
    assert sum(map(len, tossed)) / len(tossed) == pytest.approx(0.5, abs=0.05)
    for asked in tossed:
        assert all(one >= 11 for one in asked)
        assert all(later - one >= 26 for one, later in pairwise(asked))


def test_a_coin_for_who_never_asks() -> None:
    """Never asks."""
    assert policies.coin_rate([(range(50), [])]) == 0
    assert policies.coin_rate([]) == 0
    assert policies.by_coin(range(200), 0, Streams(1).stream("coin")) == ()
