"""How commands end, and that they say why in one line."""

import sys
from argparse import Namespace
from subprocess import PIPE, Popen

import pytest

from firmware.workshop import command
from firmware.workshop.command import Exit, Failed, Refused, command_line, end, run


@pytest.mark.parametrize(
    ("why", "code", "said"),
    [
        (Failed("the board went away"), Exit.FAILED, "x: the board went away\n"),
        (OSError(13, "Permission denied"), Exit.FAILED, "x: [Errno 13] Permission denied\n"),
        (Refused("no such port"), Exit.REFUSED, "x: no such port\n"),
        (EOFError(), Exit.REFUSED, "x: nobody answers; nothing was done\n"),
        (KeyboardInterrupt(), Exit.STOPPED, "x: stopped\n"),
    ],
)
def test_each_end_has_its_code_and_one_line(
    capsys: pytest.CaptureFixture[str], why: BaseException, code: Exit, said: str
) -> None:
    """On standard error, without a traceback."""

    def execute(asked: Namespace) -> None:
        raise why

    assert run(command_line("x", "Try."), execute, []) == code
    assert capsys.readouterr() == ("", said)


def test_what_is_done_says_so() -> None:
    """By its code alone."""
    assert run(command_line("x", "Try."), lambda _: None, []) == Exit.DONE


def test_sigterm_ends_a_command_as_ctrl_c_does() -> None:
    """What it has begun is ended; a process that is killed by a signal ends nothing."""
    program = (
        "import sys, time; from argparse import ArgumentParser\n"
        "from firmware.workshop import command\n"
        "def execute(asked):\n"
        # Within: a signal that comes before it would find nothing begun.
        "    try:\n        print('begun', flush=True)\n        time.sleep(60)\n"
        "    finally:\n        print('cleaned', flush=True)\n"
        "command.heed_sigterm()\n"
        "sys.exit(command.run(ArgumentParser('x'), execute, []))"
    )
    with Popen([sys.executable, "-c", program], stdout=PIPE, stderr=PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "begun\n"
        child.terminate()
        said, complaint = child.communicate(timeout=60)
    assert (said, complaint, child.returncode) == ("cleaned\n", "x: stopped\n", Exit.STOPPED)


def test_whoever_does_not_leave_is_made_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that was started never stays."""
    monkeypatch.setattr(command, "END_S", 0.2)
    deaf = "import signal; signal.signal(15, signal.SIG_IGN); print(1, flush=True); signal.pause()"
    with Popen([sys.executable, "-c", deaf], stdout=PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "1\n"
        end(child)
        assert child.returncode == -9
