"""One life of the VM on its terminal: what it is told at the wrong moment is not lost."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from firmware.workshop import vm
from tests.firmware.vm import micropython

SAYS_UP = f"import sys\nsys.stdout.write({vm.UP.decode()!r})\n"
LEFT_ALONE = SAYS_UP + "while True: pass"
READS = SAYS_UP + "told = open(0, 'rb', False)\nprint('heard', told.read(4).hex())"


@contextmanager
def alive(code: str) -> Iterator[vm.Life]:
    """A VM in the middle of a program."""
    micropython()
    life = vm.born(code, "256k")
    try:
        while not life.is_up:
            assert life.hear() is not None
        yield life
    finally:
        os.kill(life.pid, signal.SIGKILL)
        assert life.end() == signal.SIGKILL


def test_what_is_written_past_the_look_is_not_a_signal() -> None:
    """The moment in which a program's settings shine through is too short to be met here, and a
    signal in it is the VM's end: a program stands in for it, and must be able to read all.
    """
    with alive(READS) as life:
        os.write(life.terminal, b"\r\x03\r\x01")
        said = b""
        while b"heard" not in said:
            piece = life.hear()
            assert piece is not None
            said += piece
        assert b"heard 0d030d01" in said


def test_ctrl_c_ends_the_program_and_what_follows_is_for_the_prompt() -> None:
    """As a serial line has it."""
    with alive(LEFT_ALONE) as life:
        life.tell(b"\r\x03\r\x01")
        while life.told:
            life.pass_on()
        while not life.is_raw:
            assert life.hear() is not None
