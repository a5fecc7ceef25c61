"""Addresses, keys and the typed reading of answers."""

import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.logic import check
from firmware.logic.address import query, quote
from firmware.logic.keys import Keys


@given(st.text(st.characters(codec="utf-8")))
def test_a_quoted_text_is_what_the_standard_library_makes_of_it(text: str) -> None:
    """Every character outside the unreserved set is percent-encoded over its UTF-8 bytes."""
    assert quote(text) == urllib.parse.quote(text, safe="")


def test_a_query_names_one_value() -> None:
    """The value is quoted, the path and the name are not."""
    assert query("/api/water/poll", "user_id", "a b&c") == "/api/water/poll?user_id=a%20b%26c"


def test_keys_count_within_a_boot_and_differ_between_boots() -> None:
    """A key is the device, the boot in eight hex digits, and a number that only grows."""
    first, second = Keys("pet-1", 0xABC), Keys("pet-1", 0xFFFFFFFF)
    assert [first.next(), first.next(), second.next()] == [
        "pet-1-00000abc-1",
        "pet-1-00000abc-2",
        "pet-1-ffffffff-1",
    ]


def test_fields_of_the_right_type_are_read() -> None:
    """Each reader gives the field as it stands."""
    answer = {"remind_now": True, "next_poll_s": 30, "reason": "due", "payload": {"title": "t"}}
    assert check.flag(answer, "remind_now") is True
    assert check.whole(answer, "next_poll_s") == 30
    assert check.text(answer, "reason") == "due"
    assert check.part(answer, "payload") == {"title": "t"}


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        (check.flag, 1),
        (check.flag, None),
        (check.whole, True),
        (check.whole, 30.0),
        (check.whole, "30"),
        (check.text, ["due"]),
        (check.part, []),
    ],
)
def test_a_field_of_another_type_is_an_answer_error(reader: object, value: object) -> None:
    """A true is not a number, and nothing is converted."""
    assert callable(reader)
    with pytest.raises(check.AnswerError, match="field is not"):
        reader({"field": value}, "field")


@pytest.mark.parametrize("answer", [None, [], "text", 7, True])
def test_an_answer_that_is_no_object_is_an_answer_error(answer: object) -> None:
    """Whatever the wire brings, reading it fails in one way only."""
    with pytest.raises(check.AnswerError, match="not an object"):
        check.text(answer, "field")


def test_a_missing_field_is_an_answer_error() -> None:
    """The error names the field."""
    with pytest.raises(check.AnswerError, match="title is not str"):
        check.text({}, "title")


def test_what_is_shown_is_cut_and_an_identity_is_not() -> None:
    """A text for people may lose its end, a name for the server is whole or none."""
    field = {"field": "ö" * 256}
    assert check.shown(field, "field") == "ö" * 200
    assert check.identity(field, "field") == "ö" * 256
    assert check.shown({"field": ""}, "field") == ""
    for value in ("", "ö" * 257):
        with pytest.raises(check.AnswerError, match="field is empty or too long"):
            check.identity({"field": value}, "field")


@pytest.mark.parametrize("reader", [check.shown, check.identity])
def test_half_a_character_is_no_text(reader: object) -> None:
    """JSON can name one; nobody could send it or print it."""
    assert callable(reader)
    with pytest.raises(check.AnswerError, match="field is not text"):
        reader({"field": "half \ud83d"}, "field")


def test_what_is_null_or_absent_is_not_there() -> None:
    """And an answer that is no object has nothing."""
    assert check.has({"field": 0}, "field")
    assert not check.has({"field": None}, "field")
    assert not check.has({}, "field")
    assert not check.has([], "field")
