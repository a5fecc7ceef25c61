"""When a break is due in truth, and what prompts come to."""

import pytest

from simulator.evaluation.episodes import Episode, Tally, episodes, tally
from simulator.evaluation.record import Guess, Minute
from tests.simulator.evaluation.people import day, minutes


def _true(*stress: float) -> tuple[Minute, ...]:
    return minutes(stress)


def test_an_episode_is_high_for_ten_minutes() -> None:
    """From the end of one minute to that of another, without a break between."""
    assert episodes(_true(*[0.75] * 11)) == [Episode(1, 11)]
    assert episodes(_true(*[0.75] * 10)) == []
    assert episodes(_true(*[0.75] * 8, 0.7499, *[0.75] * 8)) == []
    assert episodes(_true(0.1, *[0.8] * 12, 0.1, *[0.9] * 11)) == [Episode(2, 13), Episode(15, 25)]


def test_who_leaves_ends_it() -> None:
    """Nobody knows how it went on."""
    lived = [Minute(at, 0.5, 0.9, Guess(), Guess(), None) for at in (*range(1, 10), *range(12, 21))]
    assert episodes(lived) == []


@pytest.mark.parametrize(
    ("asked", "right", "met", "delays"),
    [
        ((), 0, 0, ()),
        ((19,), 0, 0, ()),
        ((20,), 1, 1, (-10,)),
        ((32,), 1, 1, (2,)),
        ((49,), 1, 1, (19,)),
        ((50,), 0, 0, ()),
        ((31, 48), 2, 1, (1,)),
        ((5, 31, 60), 1, 1, (1,)),
    ],
)
def test_prompts_are_compared_with_episodes(
    asked: tuple[int, ...], right: int, met: int, delays: tuple[int, ...]
) -> None:
    """High from minute 20 to 44; late prompts count for five minutes more."""
    found = tally(minutes(day(20, 45, 70)), asked)
    assert (found.prompts, found.right, found.wrong) == (len(asked), right, len(asked) - right)
    assert (found.episodes, found.met, found.delays) == (1, met, delays)
    assert (found.minutes, found.calm_minutes) == (70, 40)


def test_how_wrong_a_wrong_prompt_was() -> None:
    """The mean of the truth in the ten minutes before it."""
    found = tally(_true(*[0.7] * 30), (20,))
    assert list(found.wrongly) == pytest.approx([0.7])


def test_tallies_add_up() -> None:
    """Field by field."""
    one = tally(minutes(day()), (31,))
    both = one + tally(minutes(day()), (5,))
    assert both == Tally(2, 1, 2, 1, 140, 80, (1,), both.wrongly)
    assert len(both.wrongly) == 1
    assert one + Tally() == one
