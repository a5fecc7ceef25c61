"""Jobs for a crew: they succeed, raise, take their process with them, or never end."""

import os
import signal
from math import inf

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
