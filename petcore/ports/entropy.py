"""The port of chance and identity."""

from typing import Protocol


class Entropy(Protocol):
    """Draws what must be unpredictable or unique."""

    def new_id(self) -> str:
        """A fresh UUID in lower case, hyphenated."""
        ...
