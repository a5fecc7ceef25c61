"""What judges stand on: words that are found when they are wanted, and texts looked at once."""

import pytest

from simulator.invariants import Judge, Objection
from simulator.invariants.contract import _texts_of

_TEXTS = {
    "cache-control": ({"const": "no-store"}, True),
    "retry-after": ({"type": "integer"}, False),
}


@pytest.mark.parametrize("is_callable", [True, False])
def test_words_are_found_for_an_objection_alone(is_callable: bool) -> None:
    """A kept promise is a case, too, but nobody is asked for words."""
    asked: list[str] = []

    def words() -> str:
        asked.append("words")
        return "it broke"

    judge = Judge()
    judge.demand(True, 5, words if is_callable else "it broke")
    assert (judge.cases, judge.objections, asked) == (1, [], [])
    judge.demand(False, 7, words if is_callable else "it broke")
    assert (judge.cases, judge.objections) == (2, [Objection(7, "it broke")])
    assert asked == ["words"] * is_callable


@pytest.mark.parametrize(
    "wrong", [{}, {"cache-control": "public"}, {"cache-control": "no-store", "retry-after": "soon"}]
)
def test_a_header_that_changes_after_a_good_one_is_seen(wrong: dict[str, str]) -> None:
    """Only the very object that was good is good unseen; what was wrong stays wrong."""
    texts = _texts_of(_TEXTS)
    good = {"cache-control": "no-store"}
    for _ in range(2):
        assert texts.fault(good) == ""
        assert texts.fault(wrong)
        assert texts.fault(wrong), "it is the one looked at last, and no better for that"
        assert texts.fault(dict(wrong))
    assert texts.fault(dict(good)) == ""
