"""MicroPython's VM on a terminal that is as deaf and as patient as a serial line.

Here: one life of a VM, from its start to its end. Not here: what it runs, and what follows its end
(``pretend_board.py``).
"""

import contextlib
import os
import pty
import re
import shutil
import signal
import sysconfig
import termios
import tty
from dataclasses import dataclass

from firmware.workshop.command import Refused

PIECE = 4096
FRIENDLY, RAW = b'Type "help()" for more information.', b"raw REPL; CTRL-B to exit"
ENTER_RAW, CTRL_C = b"\x01", b"\x03"
# Between a program and the prompt Ctrl-C would be the end of the VM: so often in a row a program
# must be seen before it is told.
LOOKS_MIN = 5
# The terminal means nothing by it without ICANON, and the VM's REPL clears it while it reads:
# whoever sees it sees a program run.
RUNS = termios.ECHOE
# What a paste is answered with, and what the VM says three times after that: when it has all of the
# paste, when the program has printed all, and when it has complained of all.
PASTE, END = b"R\x01", b"\x04"
PASTE_ENDS = 3
FOLLOWED = re.compile(b"|".join(map(re.escape, (FRIENDLY, RAW, PASTE, END))))
# Said by the boot code when it is done, and passed on to nobody.
UP = b"\x16up\x16"


def micropython() -> str:
    """Where the VM stands. Raises ``Refused``."""
    found = shutil.which("micropython", path=sysconfig.get_path("scripts"))
    if found is None:
        raise Refused("the MicroPython VM is not installed; it is there for Linux x86-64 and Macs")
    return found


@dataclass(slots=True)
class Life:
    """The VM from one start to its end, on a terminal of its own."""

    pid: int
    terminal: int
    enters_raw: bool = False
    is_raw: bool = False
    is_up: bool = False
    recent: bytes = b""
    told: bytes = b""
    looks: int = 0
    paste_ends: int = 0

    def tell(self, words: bytes) -> None:
        """Tell it something, when it listens."""
        self.told += words
        self.pass_on()

    def pass_on(self) -> None:
        """Pass on what it has been told, as far as it listens: a serial line keeps what nobody has
        read yet, and a terminal may lose it. A program that runs hears Ctrl-C alone.
        """
        if not self.told or not self.is_up:
            return
        runs = self._runs()
        self.looks = self.looks + 1 if runs else 0
        if not runs:
            passed, self.told = self.told, b""
            with contextlib.suppress(OSError):
                os.write(self.terminal, passed)
        elif CTRL_C in self.told and self.looks >= LOOKS_MIN:
            self.told = self.told.partition(CTRL_C)[2]
            os.kill(self.pid, signal.SIGINT)  # nobody has waited for its end yet

    def _runs(self) -> bool:
        """Whether a program runs. While a pasted one does, the terminal is as the prompt has it; so
        what the VM has said tells.
        """
        if 0 < self.paste_ends < PASTE_ENDS:
            return True
        return bool(termios.tcgetattr(self.terminal)[3] & RUNS)

    def hear(self) -> bytes | None:
        """What it says, as a serial line carries it; None when it has ended."""
        try:
            piece = os.read(self.terminal, PIECE)
        except OSError:
            return None
        # The terminal and the VM each make two characters of a new line's one.
        before = self.recent[-1:]
        piece = re.sub(rb"\r+", rb"\r", before + piece)[len(before) :]
        recent = self.recent + piece
        self._follow_paste(before, piece)
        # A boot that failed ends at the prompt, too.
        self.is_up = self.is_up or UP in recent or FRIENDLY in recent
        if max(recent.rfind(RAW), recent.rfind(FRIENDLY)) >= 0:
            self.is_raw = recent.rfind(RAW) > recent.rfind(FRIENDLY)
        self.recent = recent[-len(FRIENDLY) :]
        if self.enters_raw and FRIENDLY in recent:
            self.enters_raw = False
            self.told = ENTER_RAW + self.told
        return piece.replace(UP, b"")

    def _follow_paste(self, before: bytes, piece: bytes) -> None:
        """Keep how many ends are still to be said of a paste; after any greeting it is none."""
        for said in FOLLOWED.findall(before.strip(END) + piece):
            if said == END:
                self.paste_ends = max(0, self.paste_ends - 1)
            elif said != PASTE:
                self.paste_ends = 0
            elif not self.paste_ends:
                self.paste_ends = PASTE_ENDS

    def end(self) -> int:
        """Wait for its end; return the signal that killed it, or 0."""
        os.close(self.terminal)
        _, status = os.waitpid(self.pid, 0)
        return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def born(code: str, heap: str) -> Life:
    """A VM that runs this code and then has a REPL."""
    program = micropython()
    pid, terminal = pty.fork()
    if pid:
        os.set_inheritable(terminal, False)
        return Life(pid, terminal)
    with contextlib.suppress(OSError):
        _make_serial(0)
        # There it would keep what it was told.
        os.unsetenv("HOME")
        os.execv(program, [program, "-X", f"heapsize={heap}", "-i", "-c", code])  # noqa: S606
    os._exit(127)


def _make_serial(terminal: int) -> None:
    """Nothing means anything to the terminal, and it echoes nothing. Not even Ctrl-C: for a moment
    whenever the REPL changes its mode, a program's settings are in force, and a terminal that takes
    Ctrl-C for itself just then kills the VM and forgets all that came with it.
    """
    tty.setraw(terminal)
    settings = termios.tcgetattr(terminal)
    settings[1] |= termios.OPOST | termios.ONLCR
    settings[3] |= RUNS
    termios.tcsetattr(terminal, termios.TCSANOW, settings)
