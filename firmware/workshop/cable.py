"""The cable to a board: mpremote as a child process, and sentences for what can be wrong with it.

Here: one call of mpremote, with progress, an end, and its complaints in words that say the cure.
Not here: what is done over the cable.
"""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from subprocess import PIPE, Popen, TimeoutExpired

from firmware.workshop.command import Failed, Refused, started

# How often progress is looked at.
LOOK_S = 0.2
# A whole pet over 115,200 baud takes about ten seconds, and a slow flash three times as long.
TIMEOUT_S = 180.0
# mpremote leaves a board that it has told to start anew 0.1 s before that does: whoever came in
# between, as the next command of a script does, would interrupt the wait for it.
RESET = ("reset", "sleep", "0.3")
NOT_SPOKEN = (
    "could not enter raw repl",
    "timeout waiting for",
    "could not exec command",
    "unexpected read during raw paste",
)
GONE = (
    "device reports readiness to read but returned no data",
    "Input/output error",
    "write failed",
)


def call(
    port: str, *steps: str, seen: Callable[[str], None] | None = None, timeout_s: float = TIMEOUT_S
) -> str:
    """Let mpremote do the steps on the board at ``port``; return what was printed. ``seen`` is
    called with all that was printed so far, a few times a second. Raises ``Refused`` if the port
    cannot be used, ``Failed`` for all else.
    """
    require_usable(port)
    # Unbuffered: what mpremote says of its steps would come at its end, after what a board said.
    command = [sys.executable, "-u", "-m", "mpremote", "connect", port, *steps]
    with started(lambda: Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE)) as child:
        printed, complained = _heard(child, seen, timeout_s)
    if child.returncode:
        raise _why(port, printed + complained)
    return printed


def _heard(
    child: Popen[bytes], seen: Callable[[str], None] | None, timeout_s: float
) -> tuple[str, str]:
    """What the child printed, and what it complained of. Raises ``Failed`` if it never ends."""
    for _ in range(int(timeout_s / LOOK_S)):
        try:
            printed, complained = child.communicate(timeout=LOOK_S)
        except TimeoutExpired as running:
            if seen and running.output:
                seen(_text(running.output))
        else:
            return _text(printed), _text(complained)
    raise Failed(f"the board said nothing for {timeout_s:g} s; press its reset button, try again")


def _text(printed: bytes) -> str:
    return printed.decode("utf-8", "replace").replace("\r\n", "\n")


def require_usable(port: str) -> None:
    """Raise ``Refused`` if there is no such port, or none that may be used."""
    if not port:
        raise Refused(f"say at which port the board is, as in PORT=/dev/ttyUSB0; {_ports_there()}")
    path = Path(port)
    if not port.startswith("/"):
        return  # COM3, or a name of mpremote's
    if not path.exists():
        raise Refused(f"there is no port {port}; {_ports_there()}")
    if not os.access(path, os.R_OK | os.W_OK):
        raise Refused(
            f"{port} may not be used by you; join its group "
            f"(sudo usermod -aG {_group(path)} $USER), then log in again"
        )


def _group(path: Path) -> str:
    try:
        return path.group()
    except KeyError:  # it has no name
        return str(path.stat().st_gid)


def _ports_there() -> str:
    """Which ports a board could be at."""
    found = sorted(
        str(path) for kind in ("ttyUSB*", "ttyACM*", "cu.*") for path in Path("/dev").glob(kind)
    )
    if not found:
        return "no board is connected: check the cable, many carry no data"
    return f"there is {', '.join(found)}"


def _why(port: str, said: str) -> Exception:
    """What mpremote's complaint means."""
    if "failed to access" in said:
        return Refused(
            f"{port} is no serial port, or in use by another program; end it (task firmware:logs, "
            "a serial monitor)"
        )
    if any(words in said for words in NOT_SPOKEN):
        return Failed(
            f"no MicroPython answers at {port}; press the board's reset button and try again, "
            "or flash it first (task firmware:flash)"
        )
    if any(words in said for words in GONE):
        return Failed(f"the board at {port} went away; plug it in and do the same again")
    return Failed(f"the board at {port} said: {_last_line(said)}")


def _last_line(said: str) -> str:
    """What a board answers us is JSON, which may hold a password, and no complaint."""
    lines: Sequence[str] = [line for line in said.strip().splitlines() if "{" not in line]
    return lines[-1] if lines else "nothing"


def no_answer(port: str, said: str) -> Failed:
    """How many lines came that nobody understands, and never which: a password may be in them."""
    count = len(said.strip().splitlines())
    lines = "1 line" if count == 1 else f"{count} lines"
    return Failed(
        f"the board at {port} answers what no MicroPython does, in {lines}; flash it anew"
    )
