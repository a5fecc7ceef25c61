"""Somebody who sits at a terminal and types."""

from io import StringIO


class Terminal(StringIO):
    """What is typed, line by line."""

    def isatty(self) -> bool:
        """It is one."""
        return True
