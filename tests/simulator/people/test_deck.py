"""Decks of cards."""

from collections import Counter
from random import Random

import pytest

from simulator.people.deck import Deck

COUNTS = {"drink": 8, "late": 3, "ignore": 2}


@pytest.mark.parametrize("seed", range(20))
def test_nothing_is_put_back_before_all_is_drawn(seed: int) -> None:
    """Each round of 13 draws has just the counted cards."""
    deck = Deck(COUNTS, Random(seed))
    for _ in range(3):
        assert Counter(deck.draw() for _ in range(13)) == COUNTS


def test_the_first_cards_are_one_of_each_kind() -> None:
    """In any order: over many decks each kind has been the first."""
    firsts = set()
    for seed in range(40):
        deck = Deck(COUNTS, Random(seed))
        begin = [deck.draw() for _ in range(3)]
        assert sorted(str(card) for card in begin) == sorted(COUNTS)
        firsts.add(begin[0])
    assert firsts == set(COUNTS)


def test_a_later_round_begins_anyhow() -> None:
    """Only the first round of a world shows everything at once."""
    decks = [Deck(COUNTS, Random(seed)) for seed in range(20)]
    for deck in decks:
        for _ in range(13):
            deck.draw()
    assert any(len({deck.draw() for _ in range(3)}) < 3 for deck in decks)


def test_a_kind_without_cards_never_comes_and_an_empty_deck_has_none() -> None:
    """A count of 0 is no card."""
    deck = Deck({"accept": 2, "ignore": 0}, Random(1))
    assert {deck.draw() for _ in range(10)} == {"accept"}
    assert Deck({"accept": 0}, Random(1)).draw() is None
