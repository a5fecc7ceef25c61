"""How commands end, and that they say why in one line."""

import signal
import sys
from argparse import Namespace
from subprocess import PIPE, Popen

import pytest

from firmware.workshop import command
from firmware.workshop.command import Exit, Failed, Refused, command_line, end, run, started


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


def test_a_signal_while_a_program_starts_leaves_none_behind() -> None:
    """It is heard when the program is there to be ended."""
    begun: list[Popen[bytes]] = []

    def start() -> Popen[bytes]:
        signal.raise_signal(signal.SIGINT)
        begun.append(Popen([sys.executable, "-c", "import time; time.sleep(600)"]))
        return begun[0]

    with pytest.raises(KeyboardInterrupt), started(start):
        pytest.fail("the signal was not heard")
    assert begun[0].returncode == -signal.SIGTERM
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_program_that_cannot_be_started_changes_nothing() -> None:
    """Signals are heeded as before."""
    with pytest.raises(FileNotFoundError), started(lambda: Popen(["/nowhere/at/all"])):
        pytest.fail("it was started")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_whoever_does_not_leave_is_made_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that was started never stays."""
    monkeypatch.setattr(command, "END_S", 0.2)
    deaf = "import signal; signal.signal(15, signal.SIG_IGN); print(1, flush=True); signal.pause()"
    with Popen([sys.executable, "-c", deaf], stdout=PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "1\n"
        end(child)
        assert child.returncode == -9
