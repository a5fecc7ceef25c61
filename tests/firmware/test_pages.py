"""A text that comes in pieces, as pages that fit on the screen."""

import pytest

from firmware.drawing import message, text
from firmware.logic.pages import DOTS, PAGE_LEN, PAGES_MAX, Pages

SPEECH = (
    "Of course! I have started a Pomodoro of twenty-five minutes for you. Put the telephone away, "
    "take a sip of water, and begin with the smallest thing on your list. I am here all the time."
)


def pages_of(*pieces: str) -> list[str]:
    """All pages of a text that came in these pieces."""
    pages = Pages()
    for piece in pieces:
        pages.add(piece)
    shown: list[str] = []
    while (page := pages.page(len(shown))) is not None:
        shown.append(page)
    return shown


def test_a_short_text_is_one_page() -> None:
    """At once, and it may still grow."""
    pages = Pages()
    assert pages.page(0) is None
    pages.add("I am well, ")
    assert (pages.page(0), pages.page(1)) == ("I am well,", None)
    pages.add("thank you.")
    assert (pages.page(0), pages.page(1)) == ("I am well, thank you.", None)


@pytest.mark.parametrize("size", [1, 2, 7, 40, 56, 57, 200])
def test_a_text_is_the_same_pages_however_it_comes(size: int) -> None:
    """Cut at words, none of them lost."""
    pages = pages_of(*[SPEECH[at : at + size] for at in range(0, len(SPEECH), size)])
    assert pages == pages_of(SPEECH)
    assert " ".join(pages) == SPEECH
    assert max(map(len, pages)) <= PAGE_LEN


def test_a_page_fits_on_the_screen() -> None:
    """The bubble need not be turned within one."""
    for page in pages_of(SPEECH):
        width = message.BUBBLE_WIDTH - 10
        assert len(text.lines_of(page, width, 99)) <= message.ROWS


@pytest.mark.parametrize("letters", [PAGE_LEN - 1, PAGE_LEN, PAGE_LEN + 1, 5 * PAGE_LEN])
def test_a_word_that_fits_on_no_page_is_cut(letters: int) -> None:
    """Somewhere; no letter is lost."""
    pages = pages_of("x" * letters)
    assert "".join(pages) == "x" * letters
    assert max(map(len, pages)) <= PAGE_LEN


def test_a_page_that_was_shown_only_grows() -> None:
    """Whoever reads it loses no word."""
    pages = Pages()
    shown: list[str] = []
    for letter in SPEECH:
        pages.add(letter)
        for number in range(99):
            page = pages.page(number)
            if page is None:
                break
            if number == len(shown):
                shown.append(page)
            assert page.startswith(shown[number].rsplit(" ", 1)[0])
            shown[number] = page


def test_blanks_are_no_page() -> None:
    """Neither is nothing."""
    assert pages_of("", "  ", "\n") == []
    assert pages_of(" " * 200, "well") == ["well"]


def test_more_than_anybody_listens_to_is_not_kept() -> None:
    """The last page says that there was more."""
    pages = pages_of(*["so and so on " * 5] * 100)
    assert len(pages) == PAGES_MAX
    assert [page.endswith(DOTS) for page in pages] == [False] * (PAGES_MAX - 1) + [True]
    assert len(pages[-1]) <= PAGE_LEN + len(DOTS)
