"""What ``petsim`` can do, one file each: add its arguments, run, return an exit code."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of all commands; those above 128 are what a shell says of a signal's victim."""

    KEPT = 0
    BROKEN = 1
    MISUSED = 2
    UNTESTED = 3
    STOPPED = 130
    UNHEARD = 141


class Misuse(Exception):
    """What was asked for cannot be done; the message says what would do."""
