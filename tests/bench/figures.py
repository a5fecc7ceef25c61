"""What a bench has to say: figures with aims, and lines for people."""

from collections.abc import Sequence
from dataclasses import dataclass

Spread = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Aim:
    """What a figure should be: at most ``bound``, or at least."""

    bound: float
    is_floor: bool = False

    def is_met(self, value: float) -> bool:
        """Whether ``value`` is as it should be."""
        return value >= self.bound if self.is_floor else value <= self.bound


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number. ``unit`` is "times" for a ratio; ``absolute`` says what it is made of.

    ``spread`` is where the middle half of the rounds lies.
    """

    what: str
    value: float
    absolute: str
    aim: Aim | None = None
    unit: str = "times"
    spread: Spread | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What a bench found."""

    figures: Sequence[Figure]
    lines: Sequence[str] = ()
