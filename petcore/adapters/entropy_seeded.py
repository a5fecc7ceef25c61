"""Chance that a seed decides: the twin of the operating system's."""

from random import Random
from uuid import UUID


class SeededEntropy:
    """An ``Entropy`` that draws from ``stream``: the same stream, the same ids."""

    def __init__(self, stream: Random) -> None:
        self._stream = stream

    def new_id(self) -> str:
        """A UUID of version 4 made of the next 128 bits of the stream."""
        return str(UUID(int=self._stream.getrandbits(128), version=4))
