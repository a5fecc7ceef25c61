"""The clock of who stands before a board: the only file of the workshop that reads one.

Not here: the board's own time, nor anybody else's.
"""

import time


def stamp() -> str:
    """The wall clock's time of day, as a log wants it."""
    return time.strftime("%H:%M:%S")


def seconds() -> float:
    """Seconds since some moment."""
    return time.monotonic()


def rest(seconds: float) -> None:
    """Do nothing for so long."""
    time.sleep(seconds)
