"""The count of boots: a board that falls again and again rests, and comes back."""

from pathlib import Path

import pytest

from firmware.hal.boots import EARLY_BOOTS_MAX, KEPT, POWER_ON, SOFT_RESET, Boots
from firmware.hal.flash import Flash

WATCHDOG = 3


class Board:
    """Boots of one flash, with what was logged."""

    def __init__(self, folder: Path) -> None:
        """With a flash in this folder."""
        self.flash = Flash(str(folder))
        self.lines: list[str] = []

    def boot(self, cause: int = POWER_ON) -> bool:
        """Boot; whether it must rest."""
        return Boots(self.flash, self.lines.append).begin(cause)


@pytest.fixture
def board(tmp_path: Path) -> Board:
    """A board that never booted."""
    return Board(tmp_path)


def test_five_early_boots_are_followed_by_a_rest(board: Board) -> None:
    """The sixth rests, and so does every one after it."""
    assert [board.boot() for _ in range(8)] == [False] * EARLY_BOOTS_MAX + [True] * 3


def test_a_good_life_forgives_all(board: Board) -> None:
    """It is as if it never fell."""
    for _ in range(3):
        [board.boot() for _ in range(EARLY_BOOTS_MAX)]
        Boots(board.flash, board.lines.append).end_well()
    assert board.boot() is False
    assert board.flash.kept(KEPT) == "1"


def test_after_a_rest_there_is_one_try(board: Board) -> None:
    """One that fails leads to the next rest, one that succeeds out of it."""
    for _ in range(EARLY_BOOTS_MAX):
        board.boot()
    for _ in range(3):
        assert board.boot() is True
        Boots(board.flash, board.lines.append).forgive_one()
        assert board.boot(WATCHDOG) is False
    Boots(board.flash, board.lines.append).forgive_one()
    assert board.boot() is False
    Boots(board.flash, board.lines.append).end_well()
    assert [board.boot() for _ in range(EARLY_BOOTS_MAX)] == [False] * EARLY_BOOTS_MAX


def test_who_resets_at_the_prompt_is_no_failing_pet(board: Board) -> None:
    """A soft reset is not counted."""
    assert not any(board.boot(SOFT_RESET) for _ in range(20))
    assert board.flash.kept(KEPT) is None


@pytest.mark.parametrize("kept", ["", "x", "-1", "99", "\u0661", "5 "])
def test_garbage_counts_as_nothing(board: Board, kept: str) -> None:
    """What nobody of us wrote does not make a pet rest."""
    board.flash.keep(KEPT, kept)
    assert board.boot() is False
    assert board.flash.kept(KEPT) == "1"


def test_the_log_says_why_it_started(board: Board) -> None:
    """With the number of early ones before."""
    board.boot()
    board.boot(WATCHDOG)
    board.boot(77)
    assert board.lines == [
        "boot after power on, 0 early ones before it",
        "boot after watchdog, 1 early ones before it",
        "boot after cause 77, 2 early ones before it",
    ]


def test_a_flash_that_takes_nothing_keeps_no_pet_from_living(tmp_path: Path) -> None:
    """It says so and goes on."""
    board = Board(tmp_path / "there is no such folder")
    assert [board.boot() for _ in range(8)] == [False] * 8
    assert any("boots are not counted" in line for line in board.lines)
