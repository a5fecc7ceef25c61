"""One life of the VM on its terminal: what it is told at the wrong moment is not lost."""

import os
import select
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from firmware.workshop import vm
from tests.firmware.vm import micropython

LOOK_S = 0.01
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


def said_until(life: vm.Life, enough: Callable[[bytes], bool]) -> bytes:
    """What it says until that is enough, while what it is told is passed on."""
    said = b""
    while not enough(said):
        life.pass_on()
        if select.select([life.terminal], [], [], LOOK_S)[0]:
            piece = life.hear()
            assert piece is not None
            said += piece
    return said


def test_what_is_written_past_the_look_is_not_a_signal() -> None:
    """The moment in which a program's settings shine through is too short to be met here, and a
    signal in it is the VM's end: a program stands in for it, and must be able to read all.
    """
    with alive(READS) as life:
        os.write(life.terminal, b"\r\x03\r\x01")
        assert b"heard 0d030d01" in said_until(life, lambda said: b"\n" in said)


def test_ctrl_c_ends_the_program_and_what_follows_is_for_the_prompt() -> None:
    """As a serial line has it."""
    with alive(LEFT_ALONE) as life:
        life.tell(b"\r\x03\r\x01")
        said_until(life, lambda _: life.is_raw)


@pytest.fixture
def pasting() -> Iterator[vm.Life]:
    """Who has pasted a program that never ends, with what follows the paste's end."""
    with alive(SAYS_UP) as life:
        life.tell(b"\x01")
        said_until(life, lambda said: vm.RAW + b"\r\n>" in said)
        life.tell(b"\x05A\x01")
        said_until(life, lambda _: life.paste_ends == vm.PASTE_ENDS)
        life.tell(b"while True: pass\x04")
        said_until(life, lambda said: vm.END in said)
        yield life


def test_who_has_pasted_a_program_may_interrupt_it(pasting: vm.Life) -> None:
    """Its terminal is as the prompt has it, where Ctrl-C would wait for the program's end."""
    pasting.tell(b"\r\x03\r\x01")
    assert b"KeyboardInterrupt" in said_until(pasting, lambda said: vm.RAW in said)
    assert not pasting.paste_ends


def test_what_comes_while_a_pasted_program_runs_is_kept(pasting: vm.Life) -> None:
    """A reset that the program ends with would lose it, and whoever said it wait in vain."""
    pasting.tell(b"\r\x02")
    for _ in range(2 * vm.LOOKS_MIN):
        pasting.pass_on()
    assert pasting.told == b"\r\x02"
