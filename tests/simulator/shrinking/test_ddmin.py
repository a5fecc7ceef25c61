"""Of many things that fail together, those that are needed."""

from collections.abc import Sequence

import pytest

from simulator.shrinking.ddmin import FirstFailing, ddmin


def _asks(needed: set[int], asked: list[tuple[int, ...]]) -> FirstFailing[int]:
    """What holds all that is needed fails; ``asked`` is what was asked."""

    def first_failing(lists: Sequence[tuple[int, ...]]) -> int | None:
        for place, each in enumerate(lists):
            asked.append(each)
            if needed <= {*each}:
                return place
        return None

    return first_failing


@pytest.mark.parametrize(
    "needed", [set(), {0}, {99}, {3, 64}, {0, 1, 2}, {7, 49, 50, 98}, {*range(0, 100, 5)}]
)
def test_what_is_not_needed_is_left_out(needed: set[int]) -> None:
    """Wherever it stands, in its order."""
    assert ddmin(range(100), _asks(needed, [])) == tuple(sorted(needed))


def test_one_of_two_that_would_do_is_left() -> None:
    """Which one does not matter; it cannot be left out."""

    def first_failing(lists: Sequence[tuple[int, ...]]) -> int | None:
        fails = [({2, 3} & {*each} and 8 in each) for each in lists]
        return next((place for place, it in enumerate(fails) if it), None)

    assert len(ddmin(range(10), first_failing)) == 2


def test_what_is_needed_only_beside_another_goes_after_it() -> None:
    """A single sweep would not see that 1 can go once 5 has gone."""

    def first_failing(lists: Sequence[tuple[int, ...]]) -> int | None:
        fails = [{0, 7} <= {*each} and (5 not in each or 1 in each) for each in lists]
        return next((place for place, it in enumerate(fails) if it), None)

    assert ddmin((0, 1, 5, 7), first_failing) == (0, 7)


def test_few_questions_are_asked() -> None:
    """Two among a thousand are found with some tens of them; nothing is asked about nothing."""
    asked: list[tuple[int, ...]] = []
    ddmin(range(1000), _asks({123, 877}, asked))
    assert len(asked) < 60
    assert ddmin((), _asks(set(), [])) == ()
