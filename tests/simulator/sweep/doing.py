"""Jobs for a crew: they succeed, raise, take their process with them, or never end."""

import os
import signal
import time
from math import inf
from pathlib import Path
from typing import NamedTuple

RAISES, DIES, HANGS = 13, 17, 23


def patience(number: int) -> float:
    """For the one that never ends nobody waits; for the others, everybody."""
    return 0.01 if number == HANGS else inf


def doubled(number: int) -> int:
    """Twice the number, unless it is an unlucky one."""
    if number == RAISES:
        raise ValueError("thirteen")
    if number == DIES:
        os.kill(os.getpid(), signal.SIGKILL)
    while number == HANGS:
        signal.pause()
    return 2 * number


def named(number: int) -> int:
    """The id of the process that does it, unless it never ends."""
    doubled(number)
    return os.getpid()


class Gated(NamedTuple):
    """A job that is not done before ``gate`` is there; then ``opens`` is."""

    number: int
    gate: Path | None = None
    opens: Path | None = None


def doubled_in_time(job: Gated) -> tuple[int, int]:
    """Twice the number, and the id of the process."""
    while job.gate is not None and not job.gate.exists():
        time.sleep(0.001)
    if job.opens is not None:
        job.opens.touch()
    return 2 * job.number, os.getpid()
