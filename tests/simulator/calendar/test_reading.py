"""Reading a calendar file: what happens when, and what is wrong with a file that is none."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.calendar import reading
from simulator.calendar.reading import BadCalendar, Happening, read_calendar
from tests.simulator.calendar.calendars import CAMPUS, calendar, event

HOME = TzdataZones().zone("America/Vancouver")
BEGIN = datetime(2026, 3, 6, tzinfo=HOME)
SPRING = "DTSTART;TZID=America/Vancouver:20260306T090000", "DURATION:PT1H"


def _read(path: Path, days: int = 4) -> tuple[Happening, ...]:
    """What happens from the Friday before the clocks go forward."""
    return read_calendar(path, HOME, BEGIN, BEGIN + timedelta(days=days))


def _begins(path: Path) -> list[str]:
    """When, in UTC, but for the days around."""
    read = [each.begin for each in _read(path)]
    aware = [then if then.tzinfo else then.replace(tzinfo=HOME) for then in read]
    end = BEGIN + timedelta(days=4)
    return [f"{then.astimezone(UTC):%d %H:%M}" for then in aware if BEGIN <= then < end]


@pytest.mark.parametrize(
    ("lines", "begins"),
    [
        (("RRULE:FREQ=DAILY",), ["06 17:00", "07 17:00", "08 16:00", "09 16:00"]),
        (("RRULE:FREQ=DAILY;COUNT=2",), ["06 17:00", "07 17:00"]),
        (("RRULE:FREQ=WEEKLY;BYDAY=FR,MO",), ["06 17:00", "09 16:00"]),
        (
            ("RRULE:FREQ=DAILY", "EXDATE;TZID=America/Vancouver:20260308T090000"),
            ["06 17:00", "07 17:00", "09 16:00"],
        ),
        (("RDATE;TZID=America/Vancouver:20260308T200000",), ["06 17:00", "09 03:00"]),
    ],
    ids=["every day over the change of clocks", "twice", "on days of the week", "but", "and"],
)
def test_what_recurs_keeps_its_time_on_the_wall(
    tmp_path: Path, lines: tuple[str, ...], begins: list[str]
) -> None:
    """Rules, exceptions and further dates, by the clock of the zone that is named."""
    assert _begins(calendar(tmp_path, event("Study", *SPRING, *lines))) == begins


def test_one_of_a_series_can_be_moved_and_another_cancelled(tmp_path: Path) -> None:
    """An event of the same UID takes the place of the one that it names."""
    zone = ";TZID=America/Vancouver:"
    path = calendar(
        tmp_path,
        event("Study", *SPRING, "RRULE:FREQ=DAILY"),
        event(
            "Study",
            f"RECURRENCE-ID{zone}20260307T090000",
            f"DTSTART{zone}20260307T190000",
            "DURATION:PT2H",
        ),
        event(
            "Study",
            f"RECURRENCE-ID{zone}20260308T090000",
            f"DTSTART{zone}20260308T090000",
            "DURATION:PT1H",
            "STATUS:CANCELLED",
        ),
    )
    assert _begins(path) == ["06 17:00", "08 03:00", "09 16:00"]


def test_a_zone_may_be_described_and_need_not_be_known(tmp_path: Path) -> None:
    """Its own rules tell when its clocks go forward."""
    lines = "DTSTART;TZID=Campus Time:20260306T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY"
    path = calendar(tmp_path, CAMPUS, event("Study", *lines))
    assert _begins(path) == ["06 17:00", "07 17:00", "08 16:00", "09 16:00"]


def test_times_without_a_zone_stay_without_one(tmp_path: Path) -> None:
    """They mean the clock of the place where the student is; so do days without a time."""
    path = calendar(
        tmp_path,
        event("Study", "DTSTART:20260307T090000", "DTEND:20260307T100000"),
        event("Holiday", "DTSTART;VALUE=DATE:20260308"),
    )
    study, holiday = _read(path)
    assert (study.begin, study.is_whole_day) == (datetime(2026, 3, 7, 9), False)
    assert (holiday.begin, holiday.end) == (datetime(2026, 3, 8), datetime(2026, 3, 9))
    assert holiday.is_whole_day


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ((), "mine.ics: there are no events in this calendar"),
        (
            (event("Study", "DTSTART;TZID=Nowhere/Land:20260306T090000", "DURATION:PT1H"),),
            "mine.ics:4: event Study: its zone is no IANA zone, and the file does not describe it",
        ),
        (
            (event("Fine", *SPRING), event("Bad", "DURATION:PT1H")),
            "mine.ics:11: event Bad: DTSTART",
        ),
        (
            (event("Study", "DTSTART:20260306T090000", "DTEND:20260306T080000"),),
            "mine.ics:4: event Study: it ends before it begins",
        ),
        (
            (event("Tick", *SPRING, "RRULE:FREQ=SECONDLY"),),
            "mine.ics:4: event Tick: RRULE: SECONDLY is more often than anybody's timetable",
        ),
        ((event("Odd", *SPRING, "RRULE:FREQ=OFTEN"),), "mine.ics:4: event Odd: "),
        ((event("Odd", *SPRING, "no colon"),), "mine.ics:4: event Odd: it is not written as"),
        (
            (event("Past", "DTSTART:20250306T090000", "DURATION:PT1H"),),
            "mine.ics: nothing happens from 2026-03-06 to 2026-03-10",
        ),
        (
            (event("Soon", "DTSTART:20260406T090000", "DURATION:PT1H"),),
            "2026-03-10; the next one is on 2026-04-06, see --date",
        ),
        (("BEGIN:VEVENT\nUID:1\n",), "mine.ics:4: VEVENT has no beginning or no end"),
    ],
    ids=[
        *("empty", "unknown zone", "no beginning", "backwards", "endless", "no rule", "no line"),
        *("long ago", "later", "never ends"),
    ],
)
def test_what_is_wrong_is_told_by_line_and_event(
    tmp_path: Path, parts: tuple[str, ...], said: str
) -> None:
    """So that it can be found and set right."""
    path = calendar(tmp_path, *parts)
    with pytest.raises(BadCalendar) as refusal:
        _read(path)
    assert said in str(refusal.value)
    assert str(refusal.value).startswith(str(tmp_path))
    assert "\n" not in str(refusal.value)


def test_what_is_no_calendar_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else it is, and if it is not there."""
    path = tmp_path / "other.ics"
    cases = {b"": "no iCalendar file", b"a,b\n": "no iCalendar file", b"\xff\xfe": "not UTF-8"}
    for content, said in cases.items():
        path.write_bytes(content)
        with pytest.raises(BadCalendar, match=said):
            _read(path)
    with pytest.raises(BadCalendar, match="cannot be read: No such file"):
        _read(tmp_path / "gone.ics")
    monkeypatch.setattr(reading, "BYTES_MAX", 2**20)
    path.write_bytes(b"BEGIN:VCALENDAR" + b" " * 2**20)
    with pytest.raises(BadCalendar, match="larger than 1 MiB"):
        _read(path)


def test_more_than_anybody_does_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A world is not made of thousands of events."""
    monkeypatch.setattr(reading, "HAPPENINGS_MAX", 3)
    with pytest.raises(BadCalendar, match="more than 3 events in these days"):
        _read(calendar(tmp_path, event("Study", *SPRING, "RRULE:FREQ=DAILY")))
