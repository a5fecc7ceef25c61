"""How somebody in front of a camera is. No picture yet: whoever only says so needs no OpenCV."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Vital:
    """Heart beats and breaths a minute, and whether there is anybody at all. ``motion`` is how
    lively the head is, 1 for somebody who sits and reads.
    """

    bpm: float
    breaths_min: float = 14.0
    is_there: bool = True
    motion: float = 1.0


Vitals = Callable[[int], Vital]
"""How somebody is at an instant in milliseconds; asked in the order of time."""
