"""Listening to a board: lines from pieces, and a cable that is pulled."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import tty
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest

from firmware.workshop import logs
from firmware.workshop.command import Exit


class Scripted:
    """A serial line that gives these pieces; None is a cable that is pulled."""

    in_waiting = 0

    def __init__(self, *pieces: bytes | None) -> None:
        """What it gives, one after the other."""
        self.pieces = list(pieces)
        self.is_closed = False

    def read(self, size: int) -> bytes:
        """The next piece, all of it; a look for nothing finds nothing."""
        if not size:
            return b""
        piece = self.pieces.pop(0)
        if piece is None:
            raise OSError(5, "device disconnected")
        return piece

    def close(self) -> None:
        """It has been let go."""
        self.is_closed = True


def opening(*outcomes: Scripted | None) -> Callable[[str], Scripted]:
    """Open these lines, one after the other; None is nothing there yet."""
    left = list(outcomes)

    def open_again(port: str) -> Scripted:
        line = left.pop(0)
        if line is None:
            raise OSError(2, "no such port")
        return line

    return open_again


def test_pieces_become_lines() -> None:
    """However they are cut."""
    line = Scripted(b"wa", b"", b"ter\r\nbre", b"ak\n\nx\n")
    assert list(islice(logs.heard("P", line), 4)) == ["water", "break", "", "x"]


def test_a_pulled_cable_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was begun is said, and so is what happened."""
    monkeypatch.setattr(logs, "AWAY_S", 0)
    line = Scripted(b"one\nbeg", None)
    again = opening(None, None, Scripted(b"two\n"))
    said = list(islice(logs.heard("P", line, again), 5))
    assert said == ["one", "beg", logs.PULLED, logs.BACK, "two"]
    assert line.is_closed


def test_nothing_moves_the_cursor() -> None:
    """A board that starts says much that is none of ours."""
    assert logs.legible(b"\x1b[2Jets\xff\r") == "\ufffd[2Jets\ufffd"


def test_a_board_is_listened_to_until_ctrl_c(tmp_path: Path) -> None:
    """Each line has its time, and stands in the file, too."""
    outside, inside = pty.openpty()
    tty.setraw(inside)
    saved = tmp_path / "log"
    command = [sys.executable, "-m", "firmware.workshop.logs", "--port", os.ttyname(inside)]
    with subprocess.Popen(
        [*command, "--save", str(saved)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as listener:
        assert listener.stdout is not None
        # It empties the line when it opens it: what is said before is lost.
        while not select.select([listener.stdout], [], [], 0.1)[0]:
            os.write(outside, b"joined\r\n")
        said = listener.stdout.readline()
        listener.send_signal(signal.SIGINT)
        rest, complaint = listener.communicate(timeout=60)
    os.close(outside)
    os.close(inside)
    assert re.fullmatch(r"\d\d:\d\d:\d\d joined\n", said)
    assert saved.read_text().startswith(said + rest)
    assert (listener.returncode, complaint) == (Exit.DONE, "")


def test_a_file_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is named."""
    port = tmp_path / "port"
    port.touch()
    monkeypatch.setattr(logs, "open_line", lambda *_: Scripted())
    assert logs.main(["--port", str(port), "--save", str(tmp_path)]) == Exit.REFUSED
    assert f"--save {tmp_path}: Is a directory" in capsys.readouterr().err


def test_a_port_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two who listen would each hear half."""
    port = tmp_path / "port"
    port.touch()
    monkeypatch.setattr(logs, "open_line", opening(None))
    assert logs.main(["--port", str(port)]) == Exit.REFUSED
    assert "in use by another program" in capsys.readouterr().err
