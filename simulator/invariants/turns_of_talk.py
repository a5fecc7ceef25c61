"""Turns of talk as they are remembered and stored, for the judge of them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, combinations, product
from typing import NamedTuple

from simulator.invariants.wishes import Wish
from simulator.kernel.trace import Json


class Turn(NamedTuple):
    """What was said, and what was answered."""

    conversation_id: str
    transcript: str
    reply_text: str


def without_doubtful(
    known: list[Turn], turns: list[Turn], wishes: Sequence[Wish]
) -> Iterator[list[Turn]]:
    """What is known but for turns of which nobody knows yet whether they happened, since they are
    open ``wishes``; all of it if there are others that were never answered. Of a turn that is known
    more often than it was answered nobody knows which of them is in doubt, so there may be several
    ways to leave it out.
    """
    doubtful = Counter(known) - Counter(turns)
    is_theirs = doubtful.total() <= len(wishes) and all(
        _how_many(wishes, turn, turn in turns) >= count for turn, count in doubtful.items()
    )
    if not is_theirs:
        doubtful.clear()
    ways = (combinations(_places(known, turn), count) for turn, count in doubtful.items())
    for way in product(*ways):
        left_out = set(chain.from_iterable(way))
        yield [turn for place, turn in enumerate(known) if place not in left_out]


class Told(NamedTuple):
    """A turn that was answered, whether it is there for sure, and from when until when it was asked
    for.
    """

    turn: Turn
    is_sure: bool
    asked_at: int
    answered_at: int


def as_known(told: list[Told], known: list[Turn]) -> list[tuple[Turn, bool]]:
    """What was ``told``, in the order of what is ``known``, oldest first, as far as that may be:
    of turns that were asked for at the same time nobody knows which came first.
    """
    places = {turn: place for place, turn in enumerate(known)}
    ordered = told.copy()
    for end in range(1, len(ordered)):
        for at in range(end, 0, -1):
            one, other = ordered[at - 1 : at + 1]
            is_later = places.get(one.turn, -1) > places.get(other.turn, -1)
            if not is_later or other.asked_at >= one.answered_at:
                break
            ordered[at - 1 : at + 1] = other, one
    return [(each.turn, each.is_sure) for each in ordered]


def older_than(known: list[Turn], told: list[tuple[Turn, bool]]) -> list[Turn] | None:
    """The turns before all that is ``known``, of those that were ``told`` and are there for sure;
    None if what is known are not the newest ones, with or without those that need not be there.
    """
    left = known.copy()
    older = []
    for turn, is_sure in reversed(told):
        if left and left[-1] == turn:
            left.pop()
        elif is_sure and left:
            return None
        elif is_sure:
            older.append(turn)
    return None if left else older


def _places(known: list[Turn], turn: Turn) -> list[int]:
    return [place for place, each in enumerate(known) if each == turn]


def _how_many(wishes: Sequence[Wish], turn: Turn, is_again: bool) -> int:
    """How many of ``wishes`` a turn may be. One that ``is_again`` there is in the conversation of
    another one, and whoever does not name that begins his own.
    """
    theirs = [wish for wish in wishes if _may_say(wish, turn)]
    return sum(not is_again or _names_it(wish, turn) for wish in theirs)


def _names_it(wish: Wish, turn: Turn) -> bool:
    return wish.text("conversation_id").lower() == turn.conversation_id


def _may_say(wish: Wish, turn: Turn) -> bool:
    """Whether a turn may be what was asked for. What is spoken nobody has read."""
    return wish.asked.get("transcript") in (None, turn.transcript)


def turn_of(said: Json) -> Turn:
    """A turn as the memory tells it."""
    return Turn(*(str(said[name]) for name in Turn._fields))


def pair_of(one: Json, other: Json) -> Turn:
    """A turn of its two messages; of two that do not belong together, one that nobody said."""
    roles = one["role"], other["role"]
    conversations = {str(each["conversation_id"]) for each in (one, other)}
    if roles != ("user", "assistant") or len(conversations) != 1:
        return Turn("", str(roles), str(sorted(conversations)))
    return Turn(str(one["conversation_id"]), str(one["content"]), str(other["content"]))


def parting(turns: list[Turn], stored: list[Turn]) -> str:
    """Where the two part, in words."""
    for place, (turn, other) in enumerate(zip(turns, stored, strict=False)):
        if turn != other:
            return f"number {place} was {turn}, and is {other}"
    return "the last ones differ"
