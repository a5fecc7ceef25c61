"""Named streams of chance. Whoever draws has a stream of its own, so nobody disturbs another."""

from hashlib import sha256
from random import Random

Chance = Random
"""What a stream is, for who is handed one."""


def below(chance: Random, bound: int) -> int:
    """What ``chance.randrange(bound)`` draws, for those who draw very often: without the questions
    that it asks of its arguments first. ``bound`` must be 1 or more.
    """
    bits = bound.bit_length()
    drawn = chance.getrandbits(bits)
    while drawn >= bound:
        drawn = chance.getrandbits(bits)
    return drawn


class Streams:
    """All chance of one world, from one seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def stream(self, name: str) -> Random:
        """A fresh stream that depends on the seed and ``name`` alone."""
        return Random(  # noqa: S311 -- a simulated world needs chance that can be repeated
            int.from_bytes(sha256(f"{self._seed}/{name}".encode()).digest())
        )
