"""What a student's days look like, and how the student reacts: values of a scenario.

Times stand on the clock on the wall of the place where the student is. The day begins with
``wake``; a time before that belongs to the night after it.
"""

from datetime import date as Date  # noqa: N812 -- the field has the file's word
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from petcore.adapters.zones_tzdata import TzdataZones
from petcore.errors import PetcoreError
from simulator.kernel.values import Label, Minutes, Several, Share, Span, Value, WallTime

Count = Annotated[int, Field(ge=0, le=1000)]
Interval = Annotated[int, Field(ge=1, le=1440)]


def _known_zone(name: str) -> str:
    try:
        TzdataZones().zone(name)
    except PetcoreError:
        raise ValueError("must be an IANA time zone such as America/Vancouver") from None
    return name


ZoneName = Annotated[str, AfterValidator(_known_zone)]


def _is_unsaid(value: object) -> bool:
    """What is not said is not told either, so that a trace without it stays as it was."""
    return value is None or value == ()


class Entry(Value):
    """What stands in a timetable."""

    date: Annotated[Date | None, Field(exclude_if=_is_unsaid)] = None
    """On which day, by the calendar of the place where the student is; every day if none is said.
    """


class Study(Entry):
    """A study session in front of the camera."""

    label: Label
    """What is studied; the server gets it as ``study_label``."""
    start: WallTime
    """When the student means to begin."""
    minutes: Minutes
    """How long, breaks included."""
    pressure: Share = 0.2
    """How hard it is felt to be: 0 a pleasure, 1 the night before the exam."""
    hard_from_min: Annotated[int, Field(ge=0, le=1440)] = 0
    """After how many minutes the hard part comes."""
    hard_minutes: Annotated[int, Field(ge=0, le=1440)] = 0
    """How long the hard part is, during which the pressure is 1."""
    pomodoro: bool = True
    """Whether the student starts a Pomodoro on the pet at its beginning."""


class Exam(Entry):
    """An exam somewhere else: it casts its shadow ahead."""

    label: Label
    """Which exam it is."""
    start: WallTime
    """When it begins."""
    minutes: Minutes
    """How long it is."""
    weight: Share = 0.6
    """How much it matters to the student."""


class Away(Entry):
    """Somewhere else, such as in a lecture, without pet and camera."""

    label: Label
    """What for."""
    start: WallTime
    """When the student leaves."""
    minutes: Minutes
    """How long until the student is back."""


class Commute(Entry):
    """On the way to campus, or back, without pet and camera."""

    start: WallTime
    """When the student leaves."""
    minutes: Minutes
    """How long it takes."""


class Trip(Entry):
    """A journey to another time zone, with the pet in the bag; made once."""

    start: WallTime
    """When the student leaves."""
    minutes: Minutes
    """How long it takes from door to door."""
    to: ZoneName
    """The time zone of the place where it ends."""


class Timetable(Value):
    """Every day of the student."""

    wake: WallTime
    """When the student gets up."""
    bed: WallTime
    """When the student goes to bed."""
    study: Several[Study] = ()
    """Study sessions."""
    exam: Several[Exam] = ()
    """Exams."""
    away: Annotated[Several[Away], Field(exclude_if=_is_unsaid)] = ()
    """What keeps the student from home."""
    commute: Several[Commute] = ()
    """Ways to campus and back."""
    trip: Several[Trip] = ()
    """Journeys."""

    @model_validator(mode="after")
    def _sleeps(self) -> Self:
        if self.bed == self.wake:
            raise ValueError("bed must be another time than wake")
        return self


class WaterChange(Value):
    """The student changes the schedule; what is not given stays as it was."""

    at: WallTime
    """When."""
    start_time: WallTime | None = None
    """From when to remind."""
    end_time: WallTime | None = None
    """Until when to remind."""
    interval_min: Interval | None = None
    """How often, in minutes."""
    enabled: bool | None = None
    """Whether to remind at all."""


class WaterWish(Value):
    """The drink-water schedule that the student sets on the first morning."""

    start_time: WallTime
    """From when to remind."""
    end_time: WallTime
    """Until when to remind; before ``start_time`` it means the next morning."""
    interval_min: Interval = 60
    """How often, in minutes."""
    change: Several[WaterChange] = ()
    """Changes in the course of a day."""


class Habits(Value):
    """How the student reacts to the pet.

    Reactions are drawn from a deck without putting back, as people do not do the same thing ten
    times in a row: the counts say how many cards of each kind the deck has. When the pet is out of
    sight nobody reacts.
    """

    drinks_at_once: Count = 8
    """Cards for drinking soon after a reminder."""
    drinks_late: Count = 3
    """Cards for drinking late."""
    ignores_reminder: Count = 2
    """Cards for not drinking."""
    at_once_s: Span = (10, 240)
    """How long after a reminder the student has drunk, in seconds."""
    late_s: Span = (900, 2400)
    """The same when the student forgets first."""
    accepts_prompt: Count = 2
    """Cards for taking the break that the pet asks for."""
    dismisses_prompt: Count = 1
    """Cards for pressing it away."""
    ignores_prompt: Count = 1
    """Cards for not reacting at all."""
    answer_s: Span = (5, 60)
    """How long after a break prompt the student answers it, in seconds."""
    break_min: Span = (5, 12)
    """How long a break is that the pet asked for, in minutes."""
    stops_pomodoro: Count = 1
    """Cards for stopping a Pomodoro before its end."""
    keeps_pomodoro: Count = 2
    """Cards for letting it run."""
    encouragements: Count = 3
    """How often a day the student asks for encouragement."""
    status_looks: Count = 1
    """How often a day the student asks the pet how it fares, which takes its second button."""
    sets_out_late_min: Span = (0, 10)
    """How much later than the timetable says a study session begins, in minutes."""
