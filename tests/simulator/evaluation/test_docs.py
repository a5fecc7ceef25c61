"""docs/signals.md: the formula that it prints is the one that runs, and it was measured with it."""

from pathlib import Path

import pytest

from petcore.rules import vitals_terms
from petcore.rules.vitals_terms import FOCUS, STRESS, TYPICAL_FOCUS, TYPICAL_STRESS, Term

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
PAGE = (DOCS / "signals.md").read_text(encoding="utf-8")
_PICTURE_MAX = 150_000


def _row(name: str, term: Term) -> str:
    """A term as the page prints it."""
    unit = "the usual value" if term.relative else f"1 {term.unit}"
    cells = (
        f"`{name}`",
        f"{term.weight:g}",
        f"{term.slope:+.3g} for {unit}",
        f"{term.usual:g} {term.unit}",
        f"{term.quantile:g}",
        f"{term.tau_s} s",
        f"{term.fresh_s} s, {term.gone_s} s",
        f"{term.reliability:g}",
        term.source,
    )
    return f"| {' | '.join(cells)} |"


@pytest.mark.parametrize(("name", "term"), [*STRESS.items(), *FOCUS.items()])
def test_each_term_is_printed_as_it_is(name: str, term: Term) -> None:
    """Name, weight, slope, what is usual, times, reliability and source."""
    assert _row(name, term) in PAGE.splitlines()


def test_no_other_term_is_printed() -> None:
    """Nor one that is gone."""
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    assert len(rows) == len(STRESS) + len(FOCUS)


def test_the_typical_scores_are_printed() -> None:
    """Where the sum begins."""
    assert f"typical stress {TYPICAL_STRESS:g}, typical focus {TYPICAL_FOCUS:g}" in PAGE


def test_the_figures_are_those_of_this_estimator() -> None:
    """Whoever changes the formula has it measured anew: ``petsim signals --write docs``."""
    assert f"\nEstimator {vitals_terms.VERSION}, seeds 1 to 40: " in PAGE


@pytest.mark.parametrize("name", ["session", "prompts", "confidence"])
def test_the_pictures_are_there_and_small(name: str) -> None:
    """And the page shows them."""
    assert f"](signals/{name}.png)" in PAGE
    assert 5_000 < (DOCS / "signals" / f"{name}.png").stat().st_size < _PICTURE_MAX
