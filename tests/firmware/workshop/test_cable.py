"""What can be wrong with a cable, and what is said of it; and that no computer is taken for a
board.
"""

import subprocess
from pathlib import Path

import pytest

from firmware.workshop import cable, on_board
from firmware.workshop.command import Failed, Refused
from tests.firmware.vm import micropython

SNIPPETS = {
    "GIVE_TIME": on_board.GIVE_TIME,
    "LOOK": on_board.LOOK.format(roots=("/lib",), line_bytes=9),
    "MAKE_FOLDERS": on_board.MAKE_FOLDERS.format(folders=["made"]),
    "SWITCH": on_board.SWITCH.format(moves=[], removed=["mine"], emptied=["folder"]),
    "READ": on_board.READ.format(path="mine"),
    "FORGET": on_board.FORGET.format(paths=["mine"]),
}


def test_a_port_that_is_not_there(tmp_path: Path) -> None:
    """It says which ones are, or what to check."""
    with pytest.raises(Refused, match=r"no port .*tty9; (there is|no board is connected)"):
        cable.call(str(tmp_path / "tty9"), "exec", "1")


def test_a_port_that_may_not_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says which group to join."""
    port = tmp_path / "tty9"
    port.touch()
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(Refused, match=f"usermod -aG {port.group()}"):
        cable.call(str(port), "exec", "1")


@pytest.mark.parametrize(
    ("complaint", "kind", "said"),
    [
        ("mpremote: failed to access P (it may be in use)", Refused, "in use by another program"),
        ("TransportError: could not enter raw repl", Failed, "no MicroPython answers at P"),
        ("SerialException: device reports readiness to read but returned no data", Failed, "went"),
        ("Traceback:\n  x\nOSError: [Errno 28] ENOSPC", Failed, "said: OSError: .* ENOSPC"),
        ("", Failed, "said: nothing"),
        ('{"text": "a-password"}', Failed, "said: nothing"),
        ('OSError: 5\n{"text": "a-password"}', Failed, "said: OSError: 5"),
    ],
)
def test_a_complaint_of_mpremote_becomes_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    complaint: str,
    kind: type[Exception],
    said: str,
) -> None:
    """With what to do."""
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{complaint}\nEND\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(program))
    with pytest.raises(kind, match=said):
        cable.call("P", "exec", "1")


def test_who_says_nothing_is_not_waited_for_for_ever(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """And is ended."""
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho begun\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(program))
    seen: list[str] = []
    with pytest.raises(Failed, match=r"said nothing for 0\.6 s"):
        cable.call("P", "exec", "1", seen=seen.append, timeout_s=0.6)
    assert seen[-1] == "begun\n"


@pytest.mark.parametrize("name", SNIPPETS)
def test_a_computer_is_no_board(name: str, tmp_path: Path) -> None:
    """A VM that stands on a computer refuses before it touches a file."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "mine").write_text("mine")
    done = subprocess.run(
        [micropython(), "-c", SNIPPETS[name]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "this is no ESP32" in done.stdout + done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "mine"]
