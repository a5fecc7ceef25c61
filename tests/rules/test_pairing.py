"""Codes that people read aloud and type."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from petcore.api.wire import UserId
from petcore.rules import pairing

NOON = datetime(2026, 5, 5, 12, tzinfo=UTC)
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"

codes = st.text(LETTERS, min_size=8, max_size=8)
secrets = st.binary(min_size=32, max_size=32)


@given(secrets)
def test_a_code_is_eight_letters(secret: bytes) -> None:
    """Of those that make no words and look like no digits."""
    code = pairing.user_code(secret)
    assert len(code) == 8
    assert set(code) <= set(LETTERS)
    assert pairing.meant(pairing.shown(code)) == code


def test_all_codes_are_as_likely() -> None:
    """Each place of the code goes through all letters while the number counts on."""
    numbers = range(20**3)
    seen = {pairing.user_code(number.to_bytes(32))[:3] for number in numbers}
    assert len(seen) == len(numbers)
    top = 20**8 - 1
    assert pairing.user_code(top.to_bytes(32)) == "ZZZZZZZZ"
    assert pairing.user_code((top + 1).to_bytes(32)) == "BBBBBBBB"


@given(codes, st.data())
def test_a_code_is_understood_however_it_is_typed(code: str, data: st.DataObject) -> None:
    """In either case, in full width, with anything between that is neither letter nor digit."""
    wide = {letter: chr(ord(letter) + 0xFEE0) for letter in LETTERS}
    between = st.text(" -_.,/\t\n·\u2013\u200b\ufeff", max_size=3)
    typed = "".join(
        data.draw(st.sampled_from([letter, letter.lower(), wide[letter]])) + data.draw(between)
        for letter in code
    )
    assert pairing.meant(typed) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "BCDF-GHJ",
        "BCDF-GHJKL",
        "ACDF-GHJK",
        "BCDF-GHJ1",
        "ВСDF-GHJK",  # noqa: RUF001  two letters are Cyrillic
        "BCDF-GHJK\N{CIRCLED DIGIT ONE}",
        "B" * 100_000,
    ],
)
def test_what_is_no_code(text: str) -> None:
    """Too short, too long, with a vowel, a digit, or letters that only look alike."""
    assert pairing.meant(text) is None


@given(st.text())
def test_anything_may_be_typed(text: str) -> None:
    """It is a code or it is none."""
    code = pairing.meant(text)
    assert code is None or pairing.meant(code) == code


@pytest.mark.parametrize(
    ("since", "is_over"),
    [
        (timedelta(0), False),
        (timedelta(minutes=10, milliseconds=-1), False),
        (timedelta(minutes=10), True),
        (timedelta(days=1), True),
        (timedelta(seconds=-2), False),
        (timedelta(minutes=-10), False),
        (timedelta(minutes=-10, milliseconds=-1), True),
        (timedelta(days=-4000), True),
    ],
)
def test_how_long_a_code_holds(since: timedelta, *, is_over: bool) -> None:
    """Ten minutes. A clock that was set back a little prolongs it, by ten more at most."""
    assert pairing.is_over(NOON + pairing.EXPIRES, NOON + since) is is_over


@pytest.mark.parametrize(
    ("text", "is_name"),
    [
        ("", False),
        ("desk", True),
        ("Ωμέγα & co=1/2", True),
        ("x" * 64, True),
        ("x" * 65, False),
        (" ", False),
        ("pet ", False),
        (" pet", False),
        ("my\u00a0pet", False),
        ("my\u2028pet", False),
        ("pe\u200bt", False),
        ("pe\u202et", False),
        ("pe\ue000t", False),
        ("a\x1b[2Jb", False),
        ("a\nb", False),
        ("a\x9bb", False),
        ("a\x7fb", False),
        ("\ud800", False),
    ],
    ids=repr,
)
def test_what_may_be_a_name(text: str, *, is_name: bool) -> None:
    """Whatever can be read, and nothing that is unseen or would act on a terminal."""
    assert pairing.is_name(text) is is_name


_USER_ID = TypeAdapter[str](UserId)


@example("")
@example("x" * 128)
@example("x" * 129)
@example("a\x1fb")
@example("a\x7fb")
@example("a\x9bb")
@example(" \u200b")
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_user_is_whoever_the_api_takes(text: str) -> None:
    """To the letter: a device can act for everybody of whom something is stored."""
    try:
        is_taken = _USER_ID.validate_python(text) == text
    except ValidationError:
        is_taken = False
    assert pairing.is_user_id(text) is is_taken


def test_no_half_of_a_character_is_a_user() -> None:
    """The API hears none, but a shell may give one, and no store keeps it."""
    assert not pairing.is_user_id("a\udcff")
