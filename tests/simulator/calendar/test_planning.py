"""A timetable of a calendar: what events mean, where and when the student is, what overlaps."""

from datetime import UTC, date, datetime, time
from io import BytesIO
from pathlib import Path

import pytest

from simulator.calendar.meaning import Meaning, meaning_of
from simulator.calendar.planning import Plan, planned_by
from simulator.calendar.reading import BadCalendar, Happening
from simulator.people.habits import Away, Exam, Study, Trip
from simulator.scenarios.reading import find
from simulator.scenarios.scenario import Scenario
from simulator.world import World, run
from tests.simulator.calendar.calendars import CAMPUS, calendar, event

MONDAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def _at(day: int, start: str, end: str) -> tuple[str, str]:
    return f"DTSTART:202603{day:02}T{start}00", f"DTEND:202603{day:02}T{end}00"


def _plan(path: Path, hours: int = 72, **changes: object) -> Plan:
    ordinary = find("ordinary").model_copy(update={"hours": hours, **changes})
    return planned_by(ordinary, path)


@pytest.mark.parametrize(
    ("title", "categories", "location", "meaning"),
    [
        ("Study algebra", (), "", Meaning.STUDY),
        ("HOMEWORK 3", (), "", Meaning.STUDY),
        ("Essay on Rilke", (), "my desk", Meaning.STUDY),
        ("Study algebra", (), "Library", Meaning.AWAY),
        ("Week 3", ("Study",), "", Meaning.STUDY),
        ("Statistics midterm", (), "Hall 2", Meaning.EXAM),
        ("Study for the exam", (), "", Meaning.EXAM),
        ("Commute", (), "", Meaning.COMMUTE),
        ("Linear Algebra", (), "Hall 2", Meaning.AWAY),
        ("Studio tour", (), "", Meaning.AWAY),
        ("", (), "", Meaning.AWAY),
    ],
)
def test_words_decide_what_is_done(
    title: str, categories: tuple[str, ...], location: str, meaning: Meaning
) -> None:
    """Whole words of title and categories; what is not known is no study."""
    assert meaning_of(Happening(title, categories, location, NOON, NOON)) is meaning


def test_what_takes_no_time_is_nothing() -> None:
    """Birthdays, and what is marked as free."""
    assert meaning_of(Happening("Exam", (), "", NOON, NOON, is_whole_day=True)) is Meaning.NOTHING
    assert meaning_of(Happening("Exam", (), "", NOON, NOON, is_free=True)) is Meaning.NOTHING


def test_a_calendar_becomes_dated_entries(tmp_path: Path) -> None:
    """On the wall of the student's home, whatever zone the file tells them in."""
    path = calendar(
        tmp_path,
        CAMPUS,
        event("Study", *_at(3, "1900", "2030")),
        event("Midterm", "DTSTART:20260303T180000Z", "DURATION:PT90M"),
        event("Lecture", "DTSTART;TZID=Campus Time:20260304T100000", "DURATION:PT80M"),
        event("Birthday", "DTSTART;VALUE=DATE:20260303"),
    )
    plan = _plan(path)
    timetable = plan.scenario.timetable
    third, fourth = date(2026, 3, 3), date(2026, 3, 4)
    assert timetable.study == (Study(date=third, label="Study", start=time(19), minutes=90),)
    assert timetable.exam == (Exam(date=third, label="Midterm", start=time(10), minutes=90),)
    assert timetable.away == (Away(date=fourth, label="Lecture", start=time(10), minutes=80),)
    assert not timetable.commute
    assert not timetable.trip
    told = ("1 x exam, 1 x away, 1 x study session", "1 all-day or free events are left out")
    assert plan.notes == told


def test_who_travels_reads_another_clock_from_then_on(tmp_path: Path) -> None:
    """A journey ends in another zone than it begins in. What has no zone is told there, then."""
    path = calendar(
        tmp_path,
        event("Study", *_at(2, "1400", "1500"), "RRULE:FREQ=DAILY"),
        event(
            "Flight",
            "DTSTART;TZID=America/Vancouver:20260303T160000",
            "DTEND;TZID=Europe/Berlin:20260304T113000",
        ),
        event("Call home", "DTSTART;TZID=America/Vancouver:20260304T100000", "DURATION:PT30M"),
    )
    timetable = _plan(path).scenario.timetable
    third = date(2026, 3, 3)
    assert timetable.trip == (Trip(date=third, start=time(16), minutes=630, to="Europe/Berlin"),)
    assert [(each.date, each.start) for each in timetable.study] == [
        (MONDAY, time(14)),
        (third, time(14)),
        (date(2026, 3, 4), time(14)),
    ]
    assert [(each.date, each.start) for each in timetable.away] == [(date(2026, 3, 4), time(19))]


def test_what_overlaps_gives_way(tmp_path: Path) -> None:
    """An exam to nobody, studying to all; what is left of it is lived, and told."""
    path = calendar(
        tmp_path,
        event("Study", *_at(2, "0900", "1200")),
        event("Exam", *_at(2, "1000", "1030")),
        event("Seminar", *_at(2, "1020", "1100")),
        event("Reading", *_at(2, "1010", "1025")),
    )
    plan = _plan(path)
    timetable = plan.scenario.timetable
    assert [(each.start, each.minutes) for each in timetable.exam] == [(time(10), 30)]
    assert [(each.start, each.minutes) for each in timetable.away] == [(time(10, 30), 30)]
    assert [(each.start, each.minutes) for each in timetable.study] == [(time(9), 60)]
    assert [note.partition(" (")[0] for note in plan.notes[1:]] == [
        "'Seminar'",
        "'Study'",
        "'Reading'",
    ]
    assert plan.notes[1].endswith("overlaps; 30 min are left of it")
    assert plan.notes[3].endswith("overlaps, and is left out")


@pytest.mark.parametrize(
    ("start", "end", "wake"),
    [
        ("0600", "0700", time(5, 30)),
        ("0330", "0400", time(3, 15)),
        ("0800", "0900", time(7, 15)),
        ("0100", "0200", time(7, 15)),
    ],
    ids=["early", "very early", "as ever", "in the night before"],
)
def test_who_must_be_up_early_gets_up(tmp_path: Path, start: str, end: str, wake: time) -> None:
    """Half an hour before, but not in the first half of the night, which is the day before's."""
    plan = _plan(calendar(tmp_path, event("Rowing", *_at(3, start, end))))
    assert plan.scenario.timetable.wake == wake
    assert any("gets up at" in note for note in plan.notes) is (wake != time(7, 15))


def test_a_lecture_longer_than_a_day_is_cut(tmp_path: Path) -> None:
    """And told."""
    lines = "DTSTART:20260302T120000", "DTEND:20260304T120000"
    plan = _plan(calendar(tmp_path, event("Retreat", *lines)))
    assert [each.minutes for each in plan.scenario.timetable.away] == [1440]
    assert plan.notes[1].endswith("is cut to a day")


def test_nothing_to_live_by_is_refused(tmp_path: Path) -> None:
    """A calendar of birthdays is no timetable."""
    with pytest.raises(BadCalendar, match="nothing of it can be lived in these days"):
        _plan(calendar(tmp_path, event("Birthday", "DTSTART;VALUE=DATE:20260303")))


def test_a_week_is_lived_by_it_and_told_whole(tmp_path: Path) -> None:
    """Each entry on its day alone; the world needs no file to be lived again."""
    path = calendar(
        tmp_path,
        event("Study one", *_at(2, "0900", "0920")),
        event("Study two", *_at(3, "0900", "0920")),
        event("Lecture", *_at(3, "1000", "1100")),
    )
    scenario = _plan(path, hours=36).scenario
    changed = {"device": scenario.device.model_copy(update={"polling": "next"})}
    world = World(seed=1, scenario=scenario.model_copy(update=changed))
    assert World.model_validate_json(world.model_dump_json()) == world
    file = BytesIO()
    run(world, file)
    did = [line for line in file.getvalue().decode().splitlines() if '"kind":"student"' in line]
    begun = [line for line in did if "starts to study" in line]
    assert [("one" in line, "two" in line) for line in begun] == [(True, False), (False, True)]
    (left,) = [line for line in did if '"leaves"' in line]
    assert f'"at":{(24 + 10) * 3_600_000},' in left
    assert '"label":"Lecture"' in left


def test_a_plain_world_does_not_tell_what_it_has_not() -> None:
    """Neither dates nor absences, so that its trace is what it always was."""
    told = World(seed=1, scenario=find("ordinary")).model_dump_json()
    assert '"away"' not in told
    assert '"recording"' not in told
    assert told.count('"date"') == 1
    again = Scenario.model_validate_json(find("ordinary").model_dump_json())
    assert again == find("ordinary")
