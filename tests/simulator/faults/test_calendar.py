"""A scenario is moved to a day on which clocks do what programs do not expect."""

import io
import json
from datetime import date, time

import pytest

from simulator.device.options import DeviceOptions
from simulator.faults.calendar import moved
from simulator.faults.faults import CalendarFaults
from simulator.people.habits import Habits, Study, Timetable, Trip, WaterWish
from simulator.scenarios.scenario import Scenario
from simulator.world import World, run

STUDY = (
    Study(label="Short", start=time(8), minutes=60),
    Study(label="Long", start=time(10), minutes=120),
)


def scenario(
    zone: str = "America/Vancouver",
    first: date = date(2026, 3, 2),
    study: tuple[Study, ...] = STUDY,
) -> Scenario:
    """A plain day."""
    return Scenario(
        title="A day",
        date=first,
        zone=zone,
        hours=22,
        timetable=Timetable(wake=time(7), bed=time(23), study=study),
        habits=Habits(sets_out_late_min=(0, 0)),
        water=WaterWish(start_time=time(8), end_time=time(22)),
    )


@pytest.mark.parametrize(
    ("day", "zone", "first", "expected"),
    [
        ("own", "America/Vancouver", date(2026, 3, 2), date(2026, 3, 2)),
        ("spring", "America/Vancouver", date(2026, 3, 2), date(2026, 3, 8)),
        ("spring", "America/Vancouver", date(2026, 3, 8), date(2026, 3, 8)),
        ("spring", "Europe/Berlin", date(2026, 3, 30), date(2027, 3, 28)),
        ("autumn", "Europe/Berlin", date(2026, 3, 2), date(2026, 10, 25)),
        ("autumn", "Australia/Lord_Howe", date(2026, 3, 2), date(2026, 4, 5)),
        ("spring", "Asia/Tokyo", date(2026, 3, 2), date(2026, 3, 2)),
        ("leap_day", "Asia/Tokyo", date(2026, 3, 2), date(2028, 2, 29)),
        ("leap_day", "Asia/Tokyo", date(2028, 2, 29), date(2028, 2, 29)),
        ("leap_day", "Asia/Tokyo", date(2098, 3, 1), date(2098, 3, 1)),
    ],
)
def test_the_first_such_day(day: str, zone: str, first: date, expected: date) -> None:
    """From its own date on; where there is none it stays."""
    faults = CalendarFaults.model_validate({"day": day})
    assert moved(scenario(zone, first), faults).date == expected


def test_a_journey_in_the_middle_of_the_longest_session() -> None:
    """To where clocks show something quite different."""
    trip = moved(scenario(), CalendarFaults(journey=True)).timetable.trip
    assert [(each.start, each.minutes, each.to) for each in trip] == [
        (time(11), 180, "Pacific/Auckland")
    ]


def test_who_studies_nothing_travels_nowhere() -> None:
    """There is no session to leave."""
    assert moved(scenario(study=()), CalendarFaults(journey=True)).timetable.trip == ()


def test_who_travels_anyway_makes_no_other_journey() -> None:
    """The scenario's own is enough."""
    trip = Trip(start=time(20), minutes=60, to="Asia/Tokyo")
    own = scenario().timetable.model_copy(update={"trip": (trip,)})
    travels = scenario().model_copy(update={"timetable": own})
    assert moved(travels, CalendarFaults(journey=True)).timetable.trip == (trip,)


def test_what_was_moved_stays() -> None:
    """Told again, a story is the same."""
    faults = CalendarFaults(day="autumn", journey=True)
    once = moved(scenario(), faults)
    assert moved(once, faults) == once != scenario()


def test_a_session_that_is_left_goes_on_until_the_journey_is_over() -> None:
    """Nothing is measured meanwhile, and it ends at another hour of another zone. What comes later
    that day is not looked at.
    """
    trace = io.BytesIO()
    short = scenario().model_copy(update={"hours": 16, "device": DeviceOptions(polling="next")})
    there = moved(short, CalendarFaults(journey=True))
    outcome = run(World(seed=1, scenario=there), trace)
    assert outcome.court.is_content
    events = [json.loads(line) for line in trace.getvalue().splitlines()]
    did = [(e["does"], e["at"] // 60_000) for e in events if e["kind"] == "student"]
    asked = ("leaves", "arrives", "ends the session")
    minutes = [(does, at) for does, at in did if does in asked]
    assert minutes[:4] == [
        ("ends the session", 9 * 60),
        ("leaves", 11 * 60),
        ("arrives", 14 * 60),
        ("ends the session", 14 * 60),
    ]
    samples = [
        e["at"] // 3_600_000
        for e in events
        if e["kind"] == "request" and e["path"] == "/api/stress/sample" and "copy_of" not in e
    ]
    assert {8, 10} <= set(samples)
    assert not {9, 11, 12, 13} & set(samples)
