"""Turns of talk as they are remembered and stored, for the judge of them."""

from collections.abc import Sequence
from math import inf
from operator import le
from typing import NamedTuple

from simulator.invariants.wishes import Wish
from simulator.kernel.trace import Json


class Turn(NamedTuple):
    """What was said, and what was answered."""

    conversation_id: str
    transcript: str
    reply_text: str


class Told(NamedTuple):
    """A turn that was answered, whether it is there for sure, and from when until when it was asked
    for.
    """

    turn: Turn
    is_sure: bool
    asked_at: int
    answered_at: int


class _Source(NamedTuple):
    """Where a turn that is known may come from: one that was told, or an open wish, of which nobody
    knows when it comes to its end. Sources of the same ``what`` may be the same turns.
    """

    what: tuple[str, ...]
    is_told: bool
    is_sure: bool
    asked_at: int
    answered_at: float

    def is_no_better_than(self, other: "_Source") -> bool:
        """Whether ``other`` may always stand where this one may."""
        mine, its = self[2:], other[2:]
        return self.what == other.what and all(map(le, mine, its))


def may_be(known: list[Turn], told: list[Told], wishes: Sequence[Wish], *, is_all: bool) -> bool:
    """Whether all that is ``known``, oldest first, was ``told``, or is an open one of ``wishes``,
    each once, and no turn stands before one that was answered before it was asked for. What was
    told for sure and is not known is older than all that is, or, if it ``is_all``, there is none.

    From the newest turn on each source is tried that fits, as many may say the same.
    """
    sources = [*map(_source, told), *(_open(wish) for wish in wishes)]
    fitting = _fitting(known, told, wishes)
    sure = [id for id, each in enumerate(sources) if each.is_sure]
    states: list[tuple[int, float, int]] = [(len(known), inf, 0)]
    seen = set()
    while states:
        place, ends_at, used = state = states.pop()
        left = [id for id in sure if not used >> id & 1]
        is_late = any(sources[id].asked_at >= ends_at for id in left)
        if state in seen or is_late or (is_all and len(left) > place):
            continue
        seen.add(state)
        if not place and (not left or used & (1 << len(told)) - 1):
            return True
        if place:
            ids = fitting[known[place - 1]]
            free = [id for id in ids if not used >> id & 1 and sources[id].asked_at < ends_at]
            states += [
                (place - 1, min(ends_at, sources[id].answered_at), used | 1 << id)
                for id in _best(sources, free)
            ]
    return False


def _source(told: Told) -> _Source:
    return _Source(told.turn, True, told.is_sure, told.asked_at, told.answered_at)


def _open(wish: Wish) -> _Source:
    what = (wish.text("transcript"), wish.text("conversation_id").lower())
    return _Source(what, False, False, wish.since, inf)


def _fitting(known: list[Turn], told: list[Told], wishes: Sequence[Wish]) -> dict[Turn, list[int]]:
    """For each turn the numbers of its sources."""
    fitting: dict[Turn, list[int]] = {turn: [] for turn in known}
    for id, each in enumerate(told):
        fitting.get(each.turn, []).append(id)
    for turn, ids in fitting.items():
        is_again = bool(ids)
        ids += [len(told) + id for id, wish in enumerate(wishes) if _may_say(wish, turn, is_again)]
    return fitting


def _best(sources: Sequence[_Source], ids: list[int]) -> list[int]:
    """Those of ``ids`` that are worth a try, the likeliest last: no wish, and the latest."""
    best: list[int] = []
    for id in sorted(ids, key=lambda each: sources[each][1:], reverse=True):
        if not any(sources[id].is_no_better_than(sources[other]) for other in best):
            best.append(id)
    return best[::-1]


def _may_say(wish: Wish, turn: Turn, is_again: bool) -> bool:
    """Whether a turn may be what was asked for. What is spoken nobody has read. One that
    ``is_again`` there is in the conversation of another one, and whoever does not name that begins
    his own.
    """
    is_there = wish.text("conversation_id").lower() == turn.conversation_id
    return wish.asked.get("transcript") in (None, turn.transcript) and (is_there or not is_again)


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
