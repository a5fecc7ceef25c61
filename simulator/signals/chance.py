"""Draws that every machine makes alike: no logarithm and no sine, which differ in the last bit."""

from random import Random

_UNIT = 1.7320508075688772
"""The sum of four uniform draws has a variance of 1/3; this makes it 1."""


def bell(chance: Random) -> float:
    """Four draws: bell-shaped around 0 with standard deviation 1, never beyond 3.5."""
    draw = chance.random
    return (draw() + draw() + draw() + draw() - 2) * _UNIT


def around(chance: Random, middle: float, spread: float, bounds: tuple[float, float]) -> float:
    """A bell around ``middle`` with standard deviation ``spread``, held within ``bounds``."""
    return min(max(middle + spread * bell(chance), bounds[0]), bounds[1])


def between(chance: Random, least: int, most: int) -> int:
    """One draw: a whole number from ``least`` to ``most``, both included."""
    return least + int((most - least + 1) * chance.random())
