"""Decks of cards: what a student does next, drawn without putting back."""

from collections.abc import Mapping
from random import Random
from typing import Generic, TypeVar

Kind = TypeVar("Kind")


class Deck(Generic[Kind]):
    """So many cards of each kind; when all are drawn they are shuffled anew.

    The very first cards are one of each kind, in any order, so that a short world has seen
    everything that its student does.
    """

    def __init__(self, counts: Mapping[Kind, int], chance: Random) -> None:
        self._counts = {kind: count for kind, count in counts.items() if count > 0}
        self._chance = chance
        firsts = self._shuffled(dict.fromkeys(self._counts, 1))
        others = self._shuffled({kind: count - 1 for kind, count in self._counts.items()})
        self._left = others + firsts  # drawn from the end

    def draw(self) -> Kind | None:
        """The next card; None if the deck has none at all."""
        if not self._left:
            self._left = self._shuffled(self._counts)
        return self._left.pop() if self._left else None

    def _shuffled(self, counts: Mapping[Kind, int]) -> list[Kind]:
        cards = [kind for kind, count in counts.items() for _ in range(count)]
        self._chance.shuffle(cards)
        return cards
