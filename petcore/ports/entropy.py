"""The port of chance and identity."""

from typing import Protocol

SECRET_BYTES = 32
"""So many that nobody guesses them."""


class Entropy(Protocol):
    """Draws what must be unpredictable or unique."""

    def new_id(self) -> str:
        """A fresh UUID in lower case, hyphenated."""
        ...

    def new_secret(self) -> bytes:
        """``SECRET_BYTES`` that nobody can foresee."""
        ...
