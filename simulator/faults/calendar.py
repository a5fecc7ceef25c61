"""Moves a scenario to a day on which clocks do what programs do not expect, or its student abroad.

What comes of it is a scenario like any other, and moved again it stays as it is: so it does not
matter whether a story that is told again was moved before.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.faults.faults import CalendarFaults
from simulator.people.habits import Study, Timetable, Trip
from simulator.scenarios.scenario import LAST_DATE, Scenario

_DAY = timedelta(days=1)
_WITHIN = 9 * 366
"""So many days hold a leap day, even across 2100."""

_ABROAD = ("America/Los_Angeles", "Asia/Tokyo", "Europe/Berlin", "Pacific/Auckland")
_LASTS_MIN = 180
"""How long a journey is."""

Fits = Callable[[date, tzinfo], bool]


def moved(scenario: Scenario, faults: CalendarFaults) -> Scenario:
    """The scenario on the first such day from its own date on, and with such a journey. It stays on
    its own day if there is none, as in a zone whose clocks are never changed.
    """
    first = next(_days(scenario, _FITS[faults.day]), scenario.date)
    timetable = _with_journey(scenario) if faults.journey else scenario.timetable
    return scenario.model_copy(update={"date": first, "timetable": timetable})


def _days(scenario: Scenario, fits: Fits) -> Iterator[date]:
    zone = TzdataZones().zone(scenario.zone)
    last = LAST_DATE - timedelta(hours=scenario.hours)
    for number in range(_WITHIN):
        day = scenario.date + number * _DAY
        if day <= last and fits(day, zone):
            yield day


def _length(day: date, zone: tzinfo) -> timedelta:
    """How long a day is by a clock that nobody sets."""
    begins, ends = (
        datetime.combine(each, time(), zone).astimezone(UTC) for each in (day, day + _DAY)
    )
    return ends - begins


_FITS: Mapping[str, Fits] = {
    "own": lambda _, __: True,
    "spring": lambda day, zone: _length(day, zone) < _DAY,
    "autumn": lambda day, zone: _length(day, zone) > _DAY,
    "leap_day": lambda day, _: (day.month, day.day) == (2, 29),
}


def _with_journey(scenario: Scenario) -> Timetable:
    """The student leaves in the middle of the longest session."""
    timetable = scenario.timetable
    if not timetable.study or timetable.trip:
        return timetable
    longest = max(timetable.study, key=lambda study: study.minutes)
    trip = Trip(start=_middle(longest), minutes=_LASTS_MIN, to=_far_from(scenario))
    return timetable.model_copy(update={"trip": (trip,)})


def _middle(study: Study) -> time:
    """Half past what is studied; a scenario's times know no date."""
    begins = datetime.combine(date(2000, 1, 1), study.start)
    return (begins + timedelta(minutes=study.minutes // 2)).time()


def _far_from(scenario: Scenario) -> str:
    """The place abroad whose clocks show what is most different from those at home."""

    def apart(name: str) -> timedelta:
        home, there = (
            datetime.combine(scenario.date, time(12), TzdataZones().zone(zone)).utcoffset()
            for zone in (scenario.zone, name)
        )
        return abs((home or timedelta()) - (there or timedelta()))

    return max(_ABROAD, key=apart)
