"""Whether turns may be what was told is found as by trying all there is."""

from collections.abc import Sequence
from itertools import permutations
from math import inf

from hypothesis import given
from hypothesis import strategies as st

from simulator.invariants.turns_of_talk import Told, Turn, may_be
from simulator.invariants.wishes import Wish

TALKS = ("49d2d6f2", "59d2d6f2")
WORDS = ("Hello.", "How are you?")
TURNS = st.builds(Turn, st.sampled_from(TALKS), st.sampled_from(WORDS), st.just("Hm."))


@st.composite
def tellings(draw: st.DrawFn) -> Told:
    """A turn that was asked for and answered at some times of few, so that many overlap."""
    begin, end = sorted(draw(st.tuples(st.integers(0, 6), st.integers(0, 6))))
    return Told(draw(TURNS), draw(st.booleans()), begin, end + 1)


@st.composite
def wishes(draw: st.DrawFn) -> Wish:
    """Words or a sound, in a talk that there is or in one of his own."""
    asked = {
        "transcript": draw(st.sampled_from((*WORDS, None))),
        "conversation_id": draw(st.sampled_from((*TALKS, ""))),
    }
    return Wish("phone", "POST /api/chat/message", asked, draw(st.integers(0, 8)))


def is_found(
    known: Sequence[Turn], told: Sequence[Told], open_: Sequence[Wish], *, is_all: bool
) -> bool:
    """The same by all choices of what each turn that is known comes from."""
    spans = [(each.asked_at, float(each.answered_at)) for each in told]
    spans += [(wish.since, inf) for wish in open_]

    def fits(turn: Turn, source: int) -> bool:
        if source < len(told):
            return told[source].turn == turn
        asked = open_[source - len(told)].asked
        is_own = asked["conversation_id"] != turn.conversation_id
        is_again = any(each.turn == turn for each in told)
        return asked["transcript"] in (None, turn.transcript) and not (is_own and is_again)

    def is_right(way: Sequence[int]) -> bool:
        left = {id for id, each in enumerate(told) if each.is_sure} - set(way)
        order = [(one, other) for at, other in enumerate(way) for one in (*left, *way[:at])]
        is_some = any(source < len(told) for source in way)
        return (
            all(map(fits, known, way))
            and all(spans[one][0] < spans[other][1] for one, other in order)
            and (not left or (is_some and not is_all))
        )

    return any(map(is_right, permutations(range(len(spans)), len(known))))


@given(
    st.lists(TURNS, max_size=4),
    st.lists(tellings(), max_size=4),
    st.lists(wishes(), max_size=2),
    st.booleans(),
)
def test_a_source_is_found_for_each_turn_if_there_is_one(
    known: list[Turn], told: list[Told], open_: list[Wish], is_all: bool
) -> None:
    """Whatever is known, was told and is open."""
    found = may_be(known, told, open_, is_all=is_all)
    assert found is is_found(known, told, open_, is_all=is_all)


@given(st.lists(tellings(), max_size=5), st.lists(wishes(), max_size=2), st.data(), st.booleans())
def test_what_was_told_may_be_known(
    told: list[Told], open_: list[Wish], data: st.DataObject, is_all: bool
) -> None:
    """The newest of it, or all, in whatever order: few of other turns are what may be."""
    known = [each.turn for each in data.draw(st.permutations(told))][: 5 if is_all else 3]
    found = may_be(known, told, open_, is_all=is_all)
    assert found is is_found(known, told, open_, is_all=is_all)


def test_of_two_that_say_the_same_the_later_one_need_not_be_there() -> None:
    """What is sure stands for what is known, though something later is likelier at first sight."""
    turn = Turn(TALKS[0], WORDS[0], "Hm.")
    sure, doubtful = Told(turn, True, 1, 2), Told(turn, False, 3, 4)
    assert may_be([turn], [sure, doubtful], [], is_all=True)
    assert not may_be([turn], [sure, doubtful._replace(is_sure=True)], [], is_all=True)
