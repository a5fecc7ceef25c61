"""A pretend board: MicroPython's VM behind a port, with a file as its flash.

``python -m firmware.workshop.pretend_board --flash FILE --body FOLDER`` prints the port and runs
until its standard input ends. To mpremote it is a board: it starts ``main.py``, stops it for
Ctrl-C, has the raw REPL, and starts anew when it is told to or dies. What an ESP32 has beyond a
computer is modelled in ``models/``, from where the firmware imports ``machine`` and ``network``.

Here: the port, and how a board boots and ends. Not here: the VM (``vm.py``); the models; who looks
at the panel and presses the buttons (``person.py``).
"""

import contextlib
import os
import pty
import select
import signal
import sys
import tty
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from firmware.workshop import command
from firmware.workshop.vm import CTRL_C, PIECE, UP, Life, born

MODELS = Path(__file__).with_name("models")
# Twice that of a board, since words are twice as long here.
HEAP = "256k"
# The flash that MicroPython leaves to files on a board with 4 MB.
BLOCK, BLOCKS = 4096, 512
# How often it is looked whether somebody listens.
LOOK_S = 0.01
# What a board that nobody reads from fast enough would have lost.
UNSAID_MAX = 1 << 18
SOFT_REBOOT = b"MPY: soft reboot\r\n"
RESET = b"\r\nrst: the chip starts anew\r\n"
# Before anything else the computer's files go: whoever works on a board deletes what does not
# belong there. What is mounted then is all that the VM reaches; no failure brings the rest back.
# The flash has the file system that an ESP32 has, which a power cut leaves as the last write did.
BOOT = """
import os, sys, vfs
try:
    image = open({flash!r}, "r+b")
finally:
    vfs.umount("/")

class Blocks:
    def readblocks(self, block, data, offset=0):
        image.seek(block * {block} + offset)
        image.readinto(data)

    def writeblocks(self, block, data, offset=0):
        image.seek(block * {block} + offset)
        image.write(data)

    def ioctl(self, asked, argument):
        return {{4: {blocks}, 5: {block}}}.get(asked, 0)

try:
    flash = vfs.VfsLfs2(Blocks())
except OSError:
    vfs.VfsLfs2.mkfs(Blocks())
    flash = vfs.VfsLfs2(Blocks())
vfs.mount(flash, "/")
vfs.mount(vfs.VfsPosix({body!r}), "/body")
vfs.mount(vfs.VfsPosix({models!r}), "/models")
os.chdir("/")
sys.path[:] = ["/models"]
import machine, network, panel
machine.CAUSE = {cause}
machine.PANEL = panel.Panel()
vfs.umount("/models")
sys.path[:] = ["", ".frozen", "/lib"]
sys.stdout.write({up!r})
"""
MAIN = """
try:
    with open("/main.py") as file:
        main = file.read()
except OSError:
    main = ""
exec(compile(main, "main.py", "exec"))
"""
# Of the ESP32's machine module: why it started.
POWER_ON, HARD, SOFT = 1, 2, 5


class PretendBoard:
    """A board whose flash is a file; ``body`` is the folder of what people see and press."""

    def __init__(self, flash: Path, body: Path, heap: str = HEAP) -> None:
        self._flash, self._body, self._heap = flash.resolve(), body.resolve(), heap
        self._outside, inside = pty.openpty()
        tty.setraw(inside)
        self.port = os.ttyname(inside)
        # Whoever holds it open cannot tell whether anybody else does.
        os.close(inside)
        os.set_blocking(self._outside, False)
        self._unsaid = b""
        if not flash.exists():
            flash.write_bytes(b"\xff" * BLOCK * BLOCKS)
        self._life = self._born(POWER_ON, MAIN)

    def _born(self, cause: int, then: str = "") -> Life:
        places = {"models": str(MODELS), "flash": str(self._flash), "body": str(self._body)}
        code = BOOT.format(cause=cause, block=BLOCK, blocks=BLOCKS, up=UP.decode(), **places)
        return born(code + then, self._heap)

    def turn(self, lifeline: int) -> bool:
        """Wait until something happens and pass it on; False when the lifeline has ended."""
        listened = self._is_listened_to()
        if not listened:
            self._unsaid = b""
        outside = [self._outside] if listened else []
        ready, free, _ = select.select(
            [lifeline, self._life.terminal, *outside],
            outside if self._unsaid else [],
            [],
            None if listened and not self._life.told else LOOK_S,
        )
        self._life.pass_on()
        if self._life.terminal in ready:
            self._hear()
        if self._outside in ready:
            with contextlib.suppress(OSError):
                self._life.tell(os.read(self._outside, PIECE))
        if self._outside in free:
            with contextlib.suppress(OSError):
                self._unsaid = self._unsaid[os.write(self._outside, self._unsaid) :]
        return lifeline not in ready or self._obey(os.read(lifeline, PIECE))

    def _is_listened_to(self) -> bool:
        poll = select.poll()
        poll.register(self._outside, select.POLLIN)
        seen = dict(poll.poll(0)).get(self._outside, 0)
        return not seen & select.POLLHUP or bool(seen & select.POLLIN)

    def _hear(self) -> None:
        said = self._life.hear()
        if said is None:
            self._start_anew()
        else:
            self._unsaid = (self._unsaid + said)[-UNSAID_MAX:]
            with (self._body / "said").open("ab") as file:
                file.write(said)

    def _start_anew(self) -> None:
        """A VM that ended by itself was reset softly: in the raw REPL without ``main.py``."""
        was_raw, told, killed = self._life.is_raw, self._life.told, self._life.end()
        self._unsaid += RESET if killed else SOFT_REBOOT
        if was_raw and not killed:
            self._life = self._born(SOFT)
            self._life.enters_raw = True
        else:
            self._life = self._born(HARD if killed else SOFT, MAIN)
        self._life.told = (CTRL_C if killed == signal.SIGINT else b"") + told

    def _obey(self, told: bytes) -> bool:
        """``power`` takes the power away and gives it again."""
        if b"power" in told:
            self.end()
            self._life = self._born(POWER_ON, MAIN)
        return bool(told)

    def end(self) -> None:
        """Take the power away."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._life.pid, signal.SIGKILL)
        self._life.end()


def _execute(asked: Namespace) -> None:
    asked.body.mkdir(parents=True, exist_ok=True)
    board = PretendBoard(asked.flash, asked.body, asked.heap)
    print(f"port {board.port}", flush=True)
    try:
        while board.turn(sys.stdin.fileno()):
            pass
    finally:
        board.end()


def main(arguments: Sequence[str] | None = None) -> int:
    """Stand there until standard input ends, and return the exit code."""
    parser = command.command_line("pretend_board", "Stand in for a board, behind a port.")
    parser.add_argument("--flash", type=Path, required=True, metavar="FILE")
    parser.add_argument("--body", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--heap", default=HEAP, metavar="BYTES", help=f"(default {HEAP})")
    command.heed_sigterm()
    return command.run(parser, _execute, arguments)


if __name__ == "__main__":
    sys.exit(main())
