"""What is remembered of a session, written down. What was written by this formula is read exactly:
that is promised in ``test_vitals_promises``.
"""

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petcore.rules.vitals import (
    VERSION,
    begin,
    estimate,
    from_document,
    is_written_here,
    readings,
    take,
    to_document,
)
from tests.rules.vitals_streams import NOW_MS, PULSE, Message, calm, reading, sessions, taken

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=7) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)
PARTS = ["usual", "tracks", "lids", "breath", "now_ms"]


def test_a_session_that_begins_is_small() -> None:
    """And the same when it is read."""
    assert from_document(to_document(begin())) == begin()
    assert is_written_here(to_document(begin()))


def test_another_formula_begins_anew() -> None:
    """Its numbers mean something else. Whoever knows the person's history sees that."""
    document = to_document(taken(calm())) | {"formula": f"{VERSION}0"}
    assert not is_written_here(document)
    assert from_document(document) == begin()
    assert from_document({}) == begin()


@given(st.dictionaries(st.sampled_from(PARTS), ANYTHING, min_size=1))
def test_what_nobody_wrote_begins_anew(parts: dict[str, object]) -> None:
    """Each part may be anything: it is read, or nothing is; and the session can go on."""
    vitals = from_document(to_document(taken(calm())) | parts)
    estimate(vitals, NOW_MS)
    after, _ = take(vitals, calm(NOW_MS + 1), NOW_MS + 1)
    assert readings(after)


@pytest.mark.parametrize("part", PARTS)
def test_every_part_is_needed(part: str) -> None:
    """All but the breathing, which may not have been seen."""
    document = to_document(taken(calm()))
    del document[part]
    assert (from_document(document) == begin()) == (part != "breath")


@pytest.mark.parametrize(
    ("part", "row", "place", "value"),
    [
        ("usual", 0, 0, "cardio.colour"),
        ("usual", 0, 0, 1),
        ("usual", 0, 1, 0.0),
        ("usual", 0, 1, float("nan")),
        ("usual", 0, 1, -1.0),
        ("usual", 0, 2, 1.01),
        ("usual", 0, 2, True),
        ("tracks", 0, 0, "cardio.colour"),
        ("tracks", 0, 1, float("inf")),
        ("tracks", 0, 2, -0.1),
        ("tracks", 0, 3, 1.5),
        ("tracks", 0, 1, 10**400),
        ("tracks", 0, 3, True),
        ("tracks", 0, 3, 10**400),
        ("tracks", 0, 4, 2),
        ("tracks", 0, 5, "now"),
    ],
)
def test_a_number_that_cannot_be_begins_anew(
    part: str, row: int, place: int, value: object
) -> None:
    """Each is looked at, so that no score is made of what nobody measured."""
    document = to_document(taken(calm()))
    rows = cast("list[list[object]]", document[part])
    rows[row][place] = value
    assert from_document(document) == begin()


def test_a_whole_number_is_as_good() -> None:
    """Some stores give back 72 for 72.0."""
    vitals = taken([reading(PULSE, 72.0, confidence=100)])
    document = to_document(vitals)
    rows = cast("list[list[object]]", document["tracks"])
    assert rows[0][:2] == [PULSE, 72.0]
    rows[0][1] = 72
    assert from_document(document) == vitals


def test_missing_terms_begin_anew() -> None:
    """What is usual must be known of every reading."""
    document = to_document(taken(calm()))
    cast("list[object]", document["usual"]).pop()
    assert from_document(document) == begin()


@given(sessions())
def test_no_key_has_a_dot(session: list[Message]) -> None:
    """Which some stores cannot keep. And nothing but JSON's own values is in it."""
    vitals = begin()
    for message in session:
        vitals, _ = take(vitals, message.readings, message.now_ms)
    document = to_document(vitals)
    assert not any("." in key for key in document)
    left = list(document.values())
    while left:
        value = left.pop()
        if isinstance(value, list):
            left.extend(value)
        assert value is None or type(value) in {list, str, int, float, bool}
