"""Chance that a seed decides: the twin of the operating system's."""

from random import Random
from uuid import UUID

from petcore.ports.entropy import SECRET_BYTES


class SeededEntropy:
    """An ``Entropy`` that draws from ``stream``: the same stream, the same ids."""

    def __init__(self, stream: Random) -> None:
        self._stream = stream

    def new_id(self) -> str:
        """A UUID of version 4 made of the next 128 bits of the stream."""
        return str(UUID(int=self._stream.getrandbits(128), version=4))

    def new_secret(self) -> bytes:
        """The next bytes of the stream. Whoever knows the seed knows them."""
        return self._stream.randbytes(SECRET_BYTES)
