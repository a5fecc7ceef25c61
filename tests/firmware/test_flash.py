"""What outlasts the power: at whatever step it goes, the old text is left or the new one."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Self

import pytest

from firmware.hal import flash
from firmware.hal.flash import LEN_MAX, Flash


class PowerLost(BaseException):
    """No code of the pet catches this: there is none left that runs."""


class Supply:
    """Power for so many steps. A step is whatever may leave a mark on the disk."""

    def __init__(self, steps: int) -> None:
        self.steps = steps

    def step(self) -> None:
        """Go on, or not."""
        if self.steps == 0:
            raise PowerLost
        self.steps -= 1


class CutFile:
    """A file that writes byte by byte, for as long as there is power."""

    def __init__(self, path: str, mode: str, supply: Supply) -> None:
        supply.step()
        self.file = open(path, mode, buffering=0)  # noqa: PTH123, SIM115  stands in for open
        self.supply = supply

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def write(self, data: bytes) -> None:
        """Write one byte after the other."""
        for byte in data:
            self.supply.step()
            self.file.write(bytes([byte]))

    def flush(self) -> None:
        """Flush what is not kept back anyway."""
        self.supply.step()

    def fileno(self) -> int:
        """Give its number."""
        return self.file.fileno()


class CutSystem:
    """The operating system, for as long as there is power."""

    def __init__(self, supply: Supply) -> None:
        self.supply = supply

    def rename(self, old: str, new: str) -> None:
        """Rename at once or not at all."""
        self.supply.step()
        os.rename(old, new)  # noqa: PTH104  stands in for os

    def remove(self, path: str) -> None:
        """Remove at once or not at all."""
        self.supply.step()
        os.remove(path)  # noqa: PTH107  stands in for os


@pytest.fixture
def powered(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, Callable[[], None]], bool]:
    """Do something with power for so many steps; true if they were enough."""

    def powered(steps: int, act: Callable[[], None]) -> bool:
        supply = Supply(steps)
        with monkeypatch.context() as patch:
            patch.setattr(flash, "open", lambda path, mode: CutFile(path, mode, supply), False)
            patch.setattr(flash, "os", CutSystem(supply))
            patch.setattr(flash, "_fsync", lambda _: supply.step())
            try:
                act()
            except PowerLost:
                return False
        return True

    return powered


@pytest.mark.parametrize("old", [None, "old", "old and much longer than what comes after it"])
@pytest.mark.parametrize("new", [None, "new ☂"])
def test_power_that_goes_at_any_step_leaves_the_old_text_or_the_new(
    tmp_path: Path,
    powered: Callable[[int, Callable[[], None]], bool],
    old: str | None,
    new: str | None,
) -> None:
    """And what a cut left lying about is in nobody's way the next time."""
    board = Flash(str(tmp_path))
    steps, seen = 0, set()
    board.keep("token", old)
    while not powered(steps, lambda: board.keep("token", new)):
        seen.add(board.kept("token"))
        board.keep("token", old)
        assert board.kept("token") == old
        steps += 1
    assert steps >= 1
    assert seen == {old}
    assert board.kept("token") == new


def test_a_text_is_on_the_disk_before_it_takes_the_place_of_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A computer writes when it likes unless it is asked: the new one might be empty."""
    done: list[str] = []

    class Watched(CutSystem):
        def rename(self, old: str, new: str) -> None:
            done.append("renamed")
            super().rename(old, new)

    def synced(number: int) -> None:
        done.append(f"{os.fstat(number).st_size} bytes on the disk")

    monkeypatch.setattr(flash, "os", Watched(Supply(9)))
    monkeypatch.setattr(flash, "_fsync", synced)
    Flash(str(tmp_path)).keep("token", "x" * 999)
    assert done == ["999 bytes on the disk", "renamed"]


def test_what_a_cut_left_is_never_read(tmp_path: Path) -> None:
    """A file half written has another name."""
    (tmp_path / "token.new").write_text("pet_half")
    assert Flash(str(tmp_path)).kept("token") is None


@pytest.mark.parametrize(
    "text", ["", "a", "ö 加油 🌱", "two\nlines\r\n", "x" * LEN_MAX, "🌱" * (LEN_MAX // 4)]
)
def test_a_text_comes_back_as_it_was(tmp_path: Path, text: str) -> None:
    """To another board on the same flash, too."""
    Flash(str(tmp_path)).keep("token", text)
    assert Flash(str(tmp_path)).kept("token") == text
    assert [path.name for path in tmp_path.iterdir()] == ["token"]


def test_names_have_nothing_to_do_with_one_another(tmp_path: Path) -> None:
    """What is forgotten is one text."""
    board = Flash(str(tmp_path))
    board.keep("token", "a")
    board.keep("outbox", "b")
    board.keep("token", None)
    assert (board.kept("token"), board.kept("outbox")) == (None, "b")


def test_forgetting_what_is_not_there_is_no_error(tmp_path: Path) -> None:
    """A pet forgets to be sure."""
    Flash(str(tmp_path)).keep("token", None)


@pytest.mark.parametrize("garbage", [b"\xff\xfe", b"x" * (LEN_MAX + 1)])
def test_what_cannot_be_read_is_not_there(tmp_path: Path, garbage: bytes) -> None:
    """A flash that somebody else wrote to does not stop the pet."""
    (tmp_path / "token").write_bytes(garbage)
    assert Flash(str(tmp_path)).kept("token") is None


def test_a_folder_in_its_place_is_not_there_and_cannot_be_kept(tmp_path: Path) -> None:
    """Whoever keeps hears that he cannot, and whoever forgets hears that it stays."""
    (tmp_path / "token").mkdir()
    board = Flash(str(tmp_path))
    assert board.kept("token") is None
    with pytest.raises(OSError, match="token"):
        board.keep("token", "a")
    with pytest.raises(OSError, match="token"):
        board.keep("token", None)


@pytest.mark.parametrize("text", ["x" * (LEN_MAX + 1), "🌱" * (LEN_MAX // 4) + "x"])
def test_too_much_is_refused_and_the_old_text_stays(tmp_path: Path, text: str) -> None:
    """What could not be read again is not kept; it is measured in bytes, as it is read."""
    board = Flash(str(tmp_path))
    board.keep("outbox", "old")
    with pytest.raises(OSError, match="outbox is too large to keep"):
        board.keep("outbox", text)
    assert board.kept("outbox") == "old"


def test_a_full_disk_is_told_and_the_old_text_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what had been written until it was full does not go on filling it."""

    class FullFile(CutFile):
        def write(self, data: bytes) -> None:
            self.file.write(data[:1])
            raise OSError(28, "no space left on device")

    board = Flash(str(tmp_path))
    board.keep("outbox", "old")
    monkeypatch.setattr(
        flash, "open", lambda path, mode: FullFile(path, mode, Supply(9)), raising=False
    )
    with pytest.raises(OSError, match="no space left"):
        board.keep("outbox", "new")
    monkeypatch.undo()
    assert board.kept("outbox") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["outbox"]
