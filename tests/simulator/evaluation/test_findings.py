"""What is found in lives whose outcome is known."""

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pytest

from simulator.evaluation import breaks, policies, scores
from simulator.evaluation.findings import Findings, find
from simulator.evaluation.record import Life, Minute, digest
from simulator.kernel.streams import Streams
from tests.simulator.evaluation.people import Score, day, life, minutes

_PEOPLE = 6


def _people(said: Score, asked: Sequence[int] = (), hard_to: int = 45) -> list[Life]:
    """Each as a stranger and then known, with a hard part that comes later for the next."""
    return [
        life(
            seed,
            *(minutes(day(20 + seed, hard_to + seed), said) for _ in range(2)),
            asked=[at + seed for at in asked],
        )
        for seed in range(_PEOPLE)
    ]


@pytest.fixture(scope="module", name="perfect")
def _perfect() -> Findings:
    return find(_people(lambda true: true, asked=(30,)))


def test_a_perfect_server(perfect: Findings) -> None:
    """Says the truth and asks at once."""
    for what in scores.WHATS:
        said = perfect.agreement(what, scores.KNOWN)
        assert said.pearson.value == pytest.approx(1)
        assert said.error.value == 0
    row = perfect.asking(breaks.SERVER)
    assert (row.precision.value, row.recall.value, row.f1.value) == (1, 1, 1)
    assert row.delay.value == 0
    assert row.wrong_per_calm_hour.value == 0
    assert row.per_hour.value == pytest.approx(60 / 70)
    assert perfect.worse_than_chance == ()
    assert (perfect.people, perfect.sittings, perfect.episodes, perfect.prompts) == (6, 12, 12, 12)
    assert perfect.shown_s == 15


def test_the_truth_through_the_rule_is_as_good(perfect: Findings) -> None:
    """And so is a pulse that is the truth's, at the right threshold."""
    assert perfect.asking(breaks.TRUTH).f1.value == 1
    assert perfect.lead.value == 0
    assert [one.recall.value for one in perfect.server_points] == [1] * 9 + [0]


def test_a_coin_is_worse(perfect: Findings) -> None:
    """It asks as often."""
    coin, server = perfect.asking(breaks.COIN), perfect.asking(breaks.SERVER)
    assert coin.per_hour.value == pytest.approx(server.per_hour.value, rel=0.25)
    assert server.f1.lies_above(coin.f1)
    assert abs(perfect.agreement("stress", scores.SHUFFLED).pearson.value or 0) < 0.3


def test_a_server_that_knows_nothing() -> None:
    """Is no better than chance in anything, and that is said."""
    dice = Streams(1).stream("dice")
    found = find(_people(lambda _: dice.random(), asked=(5, 60)))
    assert set(found.worse_than_chance) == {"stress", "focus", "prompts"}
    row = found.asking(breaks.SERVER)
    assert (row.precision.value, row.recall.value) == (0, 0)
    assert row.wrongly.value is not None
    assert row.wrongly.value < 0.6


def test_an_episode_is_met_once() -> None:
    """However often somebody is asked in it."""
    row = next(breaks.askings(_people(lambda true: true, asked=(30, 46))))
    assert row.who == breaks.SERVER
    assert (row.precision.value, row.recall.value) == (1, 1)


def test_bias_has_a_sign() -> None:
    """Of who always says too much."""
    found = find(_people(lambda true: true + 0.1))
    row = found.agreement("stress", scores.STRANGER)
    assert row.bias.value == pytest.approx(0.1)
    assert row.error.value == pytest.approx(0.1)
    assert row.pearson.value == pytest.approx(1)


def test_what_is_unknown_is_not_covered() -> None:
    """A score below 0.5 is kept from the page here: those minutes have none."""
    found = find(_people(lambda true: true if true > 0.5 else None))
    whole = found.coverages[0]
    assert whole.whose == "all"
    assert whole.stress.value == pytest.approx(25 / 70)
    assert whole.counted.value == whole.stress.value
    assert whole.confidence.value == pytest.approx(0.8)


def test_confidence_is_cut_into_thirds() -> None:
    """Who is surer errs less, here."""
    unsure, sure, surest = (
        minutes(day(), partial(_off, by=by), confidence=confidence)
        for by, confidence in ((0.3, 0.2), (0.2, 0.5), (0.1, 0.9))
    )
    found = [one for one in scores.trusts([life(1, unsure, sure, surest)]) if one.what == "stress"]
    assert [one.error.value for one in found] == pytest.approx([0.3, 0.2, 0.1])
    assert [one.most for one in found] == pytest.approx([0.5, 0.9, 0.9], abs=0.41)


def _off(true: float, by: float) -> float:
    return true - by


def test_strangers_are_told_apart() -> None:
    """Who is known is judged by the later sessions only."""
    first, later = minutes(day(), lambda true: 1 - true), minutes(day())
    found = find([life(seed, first, later) for seed in range(3)])
    assert found.agreement("stress", scores.STRANGER).pearson.value == pytest.approx(-1)
    assert found.agreement("stress", scores.KNOWN).pearson.value == pytest.approx(1)


def test_the_best_pulse_is_found() -> None:
    """At 0.9 of stress these hearts beat 85 times a minute."""
    rows = {one.who for one in breaks.askings(_people(lambda true: true))}
    best = next(who for who in rows if who.endswith("best in hindsight"))
    assert 70 <= int(best.split()[3].rstrip(",")) < 85
    assert f"a pulse above {policies.FIXED_BPM}" in rows


def test_findings_are_json(perfect: Findings) -> None:
    """All of them, figures as three numbers."""
    told = json.loads(json.dumps(perfect.as_json))
    assert told["digest"] == perfect.digest
    assert told["askings"][0]["precision"] == [1.0, 1.0, 1.0]
    assert told["agreements"][0]["who"] == scores.STRANGER
    assert len(told["server_points"]) == len(breaks.THRESHOLDS)


def test_a_digest_is_of_everything() -> None:
    """One score, one truth, one prompt, one person."""
    one = life(1, minutes(day()), asked=(30,))
    others = (
        life(1, minutes(day(), lambda true: true + 0.001), asked=(30,)),
        life(1, minutes(day()), asked=(31,)),
        life(2, minutes(day()), asked=(30,)),
        life(1, _with(one.sittings[0].minutes, stress=0.123), asked=(30,)),
        life(1, _with(one.sittings[0].minutes, focus=0.123), asked=(30,)),
    )
    assert digest([one]) == digest([life(1, minutes(day()), asked=(30,))])
    assert len({digest([each]) for each in (one, *others)}) == 6


def _with(
    lived: Sequence[Minute], focus: float | None = None, stress: float | None = None
) -> list[Minute]:
    """The same minutes but for the truth of the last one."""
    *before, last = lived
    calm, high = last.focus if focus is None else focus, last.stress if stress is None else stress
    return [*before, replace(last, focus=calm, stress=high)]
