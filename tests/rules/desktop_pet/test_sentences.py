"""Sentences of a text that comes in pieces."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petcore.rules.desktop_pet.chat import Sentences
from petcore.rules.desktop_pet.sentences import LONGEST

fragments = st.sampled_from(
    [
        *"ab .!?…,;:\n\t\"')\u201d1",
        "Mr.",
        "e.g.",
        "3.5",
        "word ",
        "word " * 30,
        "x" * 150,
        ", ",
        "é",
    ]
)
texts = st.lists(fragments, max_size=40).map("".join) | st.text(max_size=500)


def _cut(pieces: list[str]) -> list[str]:
    sentences = Sentences()
    complete = [sentence for piece in pieces for sentence in sentences.feed(piece)]
    return [*complete, sentences.rest()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello. I am here!", ["Hello.", " I am here!"]),
        ("Really?! Yes.", ["Really?!", " Yes."]),
        ("Well... maybe. No…  yes", ["Well...", " maybe.", " No…", "  yes"]),
        ("It is 3.5 cups, e.g. of tea. Go", ["It is 3.5 cups, e.g. of tea.", " Go"]),
        ("Mr. Fluff and J. Doe. Hi", ["Mr. Fluff and J. Doe.", " Hi"]),
        ("So do I. Then", ["So do I.", " Then"]),
        ("At 5 p.m. sharp. Then", ["At 5 p.m. sharp.", " Then"]),
        ('He said "Stop!" (Really.) Yes', ['He said "Stop!"', " (Really.)", " Yes"]),
        ("(e.g. tea) now. Go", ["(e.g. tea) now.", " Go"]),
        ("1. Breathe\n2. Drink  \n\nGo on", ["1. Breathe", "\n2. Drink", "  \n\nGo on"]),
        ("I have 3. You have 4.", ["I have 3.", " You have 4."]),
        ("no end", ["no end"]),
        ("", [""]),
        (" \n ", [" \n "]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    """They end at marks before a space and at the ends of lines, not at dots within."""
    assert _cut([text]) == expected


def test_a_sentence_is_complete_with_the_space_behind_it() -> None:
    """Not before: the dot could be one of 3.5."""
    sentences = Sentences()
    assert sentences.feed("It is 3.") == []
    assert sentences.feed("5") == []
    assert sentences.feed(". ") == ["It is 3.5."]
    assert sentences.rest() == " "
    assert sentences.rest() == ""


def test_long_sentences_are_broken() -> None:
    """At the last comma if that is not too early, else at a space, else anywhere."""
    head, tail = "word " * 25 + "comma,", " word" * 30
    assert _cut([head + tail])[0] == head
    assert _cut(["a, " + "word " * 60])[0] == "a, " + "word " * 38 + "word"
    assert _cut(["word " * 50 + "end. Go"]) == [
        "word" + " word" * 38,
        " word" * 11 + " end.",
        " Go",
    ]
    assert _cut(["x" * (LONGEST + 1)]) == ["x" * LONGEST, "x"]
    assert _cut([" " * (LONGEST + 1)]) == [" " * LONGEST, " "]
    assert _cut(["x" * LONGEST]) == ["x" * LONGEST]


@given(texts, st.lists(st.integers(0, 500), max_size=8))
def test_pieces_do_not_matter(text: str, cuts: list[int]) -> None:
    """Nothing is lost, and any way to cut a text into pieces gives the same sentences."""
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [text[begin:end] for begin, end in pairwise(edges)]
    whole = _cut([text])
    assert "".join(whole) == text
    assert _cut(pieces) == whole
    assert _cut(list(text)) == whole
    assert all(0 < len(sentence) <= LONGEST for sentence in whole[:-1])
    assert len(whole[-1]) <= LONGEST
