"""What people do to a system that nobody asked them to do."""

from typing import Annotated

from pydantic import Field

from simulator.kernel.values import Permille, Value

PerDay = Annotated[int, Field(ge=0, le=1000)]


class PeopleFaults(Value):
    """Faults of people."""

    double_clicks: Permille = 0
    """Thousandths of all that is tapped on a phone that is tapped twice: two requests at once, with
    keys of their own."""
    second_pet: Permille = 0
    """Thousandths of all students who have a second pet of their own on another shelf."""
    second_phone: Permille = 0
    """Thousandths of all students whose second phone does the same as the first, unasked."""
    erasures: PerDay = 0
    """How often a day a student has everything erased that was said to the pet, even in the middle
    of a talk."""
    schedule_changes: PerDay = 0
    """How often a day a student changes the water schedule just when a reminder is due."""
    turns: PerDay = 0
    """How often a day a student who talks to the pet says something beside what is usual, and now
    and then several wishes in a sentence."""
    errands: PerDay = 0
    """How often a day a student's programs ask for something else that the API document has, each
    operation by its weight."""
