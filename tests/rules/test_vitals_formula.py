"""The published numbers: none of them changes without the name of the formula."""

import hashlib
import json
from dataclasses import asdict
from random import Random

import pytest

from petcore.rules.vitals import (
    FOCUS,
    METRICS,
    STALE_MS,
    STRESS,
    TERMS,
    VERSION,
    Estimate,
    Reading,
    Usual,
    Vitals,
    begin,
    estimate,
    readings,
    take,
)
from tests.rules.vitals_streams import NOW_MS, SWAY, reading

FORMULA = (
    "petcore-vitals-1",
    "a7da67f58d904ee86d7d282cb5fb4b96f96af49c76f110bac03ab87710e5ed74",
)
"""Its name, and the digest of what it makes of the sessions below. Whoever changes a number gets
another digest, and gives the formula another name.
"""


def _session(seed: int) -> list[tuple[Estimate, dict[str, float]]]:
    """Ten minutes of somebody who is known a little, the same on every machine."""
    chance = Random(f"vitals {seed}")

    def near(value: float, spread: float) -> float:
        return value + spread * (2 * chance.random() - 1)

    middles = {
        name: (TERMS[name].usual, TERMS[name].usual / 2) for name in METRICS if "face" not in name
    }
    vitals = begin(
        [{name: near(*middle) for name, middle in middles.items()} for _ in range(50 * seed)]
    )
    told: list[tuple[Estimate, dict[str, float]]] = []
    for minute in range(1, 11):
        now_ms = NOW_MS + 60_000 * minute
        sent = [
            Reading(
                name,
                near(*middles[name]) if name in middles else 0.2 * chance.random(),
                chance.random() < 0.9,
                near(70, 30),
                now_ms - int(60_000 * chance.random()),
            )
            for name in METRICS
            for _ in range(8)
            if chance.random() < 0.7
        ]
        vitals, _ = take(vitals, sent, now_ms)
        told.append((estimate(vitals, now_ms + 40_000), readings(vitals)))
    return told


def test_no_number_changes_without_the_name() -> None:
    """What the formula makes of fixed sessions, to the last decimal, is bound to its name."""
    told = [
        [asdict(estimate), sorted(kept.items())]
        for seed in range(6)
        for estimate, kept in _session(seed)
    ]
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    assert (VERSION, digest) == FORMULA


@pytest.mark.parametrize("terms", [STRESS, FOCUS])
def test_weights_are_parts_of_one(terms: dict[str, object]) -> None:
    """So each can be read as the term's part in the score."""
    assert sum(TERMS[name].weight for name in terms) == pytest.approx(1.0)


@pytest.mark.parametrize("name", sorted(TERMS))
def test_each_term_is_sound(name: str) -> None:
    """Its numbers agree with each other, and it says where they come from."""
    term = TERMS[name]
    assert term.lowest < term.usual < term.highest
    assert 0 < term.weight < 1
    assert 0 < term.reliability < 1
    assert 0 <= term.quantile <= 1
    assert 0 < term.fresh_s < term.gone_s
    assert term.gone_s * 1000 >= STALE_MS, "what is still taken is still known"
    assert term.source.endswith("our choice") or any(letter.isdigit() for letter in term.source)


def test_what_rises_and_what_falls() -> None:
    """The directions that the literature gives."""
    rises = {name for name, term in TERMS.items() if term.slope > 0}
    assert rises == {"cardio.pulse_rate", "breathing.rate", "face.presence"}
    assert set(METRICS) == set(TERMS) - {SWAY}


@pytest.mark.parametrize("name", sorted(set(METRICS) - {"face.blinking"}))
def test_what_is_usual_makes_the_typical_score(name: str) -> None:
    """Of a stranger with the usual reading, and of whoever has another usual one."""
    usual = TERMS[name].usual
    for vitals in (begin(), _used_to(name, usual * 1.01)):
        own = vitals.usual[name].value
        after, _ = take(vitals, [reading(name, own)], NOW_MS)
        scored = estimate(after, NOW_MS)
        if name in STRESS:
            assert (scored.stress_score, scored.missing) == (0.32, ("focus_score",))
        else:
            assert (scored.focus_score, scored.missing) == (0.65, ("stress_score",))


def _used_to(name: str, value: float) -> Vitals:
    return Vitals({**begin().usual, name: Usual(value, 0.5)})
