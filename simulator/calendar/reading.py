"""Reads an iCalendar file: what happens within some days. What is wrong is told by line and event.

``ical`` knows the format: recurrences, their exceptions, zones that the file describes. All that an
event says but when, where and what is left unread.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import islice
from pathlib import Path
from typing import NoReturn

from ical.calendar import Calendar
from ical.calendar_stream import CalendarStream
from ical.event import Event, EventStatus
from ical.exceptions import CalendarError, CalendarParseError
from ical.types.recur import Frequency

from petcore.adapters.zones_tzdata import TzdataZones
from petcore.errors import BadInput
from simulator.calendar.lines import Block, blocks, events, with_zones

BYTES_MAX = 8 * 2**20
"""The longest file that is read. A calendar of ten years has some two megabytes."""
HAPPENINGS_MAX = 2_000
"""The most that may happen in the days of a world."""

_START = "BEGIN:VCALENDAR"
_DAY = timedelta(days=1)
_FREE = "TRANSPARENT"
_TOO_OFTEN = frozenset({Frequency.HOURLY, Frequency.MINUTELY, Frequency.SECONDLY})


class BadCalendar(Exception):
    """A file is no calendar that can be lived by. The message names file, line, event and cause."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One occurrence of an event. Instants without a zone mean the clock where the student is.

    ``zone_end`` is the IANA name of the zone in which it ends, if that is another than the one in
    which it begins.
    """

    title: str
    categories: tuple[str, ...]
    location: str
    begin: datetime
    end: datetime
    is_whole_day: bool = False
    is_free: bool = False
    zone_end: str | None = None


def read_calendar(
    path: Path, home: tzinfo, begin: datetime, end: datetime
) -> tuple[Happening, ...]:
    """What happens between two instants to somebody at ``home``, and perhaps a day around, in
    order of time; nothing that was cancelled. Raises ``BadCalendar``.
    """
    text = _text(path)
    found = _framed(text, path)
    calendars = _parsed(text, found, path)
    for event in (event for calendar in calendars for event in calendar.events):
        _check(event, found, path)
        _begin_with_itself(event)
    try:
        occurrences = [
            occurrence
            for calendar in calendars
            for occurrence in _expanded(calendar, home, begin - _DAY, end + _DAY)
        ]
    except (CalendarError, ArithmeticError, ValueError, TypeError) as error:
        raise BadCalendar(f"{path}: a recurrence cannot be followed: {_brief(error)}") from None
    if len(occurrences) > HAPPENINGS_MAX:
        raise BadCalendar(f"{path}: more than {HAPPENINGS_MAX:,} events in these days")
    if not occurrences:
        raise BadCalendar(f"{path}: {_nothing(calendars, home, begin, end)}")
    return tuple(_happening(event) for event in occurrences)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > BYTES_MAX:
            raise BadCalendar(f"{path}: is larger than {BYTES_MAX // 2**20} MiB")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadCalendar(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadCalendar(f"{path}: is not UTF-8") from None


def _framed(text: str, path: Path) -> list[Block]:
    """The events and zones of the file."""
    if not text.lstrip().upper().startswith(_START):
        raise BadCalendar(f"{path}:1: is no iCalendar file: it does not begin with {_START}")
    found, unended = blocks(text)
    if unended is not None:
        raise BadCalendar(f"{path}:{unended.line}: {unended.name} has no beginning or no end")
    if not events(found):
        raise BadCalendar(f"{path}: there are no events in this calendar")
    return found


def _parsed(text: str, found: Sequence[Block], path: Path) -> list[Calendar]:
    try:
        return CalendarStream.from_ics(text).calendars
    except (CalendarError, ValueError) as error:
        for block in events(found):
            _try(block, found, path)
        raise BadCalendar(f"{path}: {_brief(error)}") from None


def _try(block: Block, found: Sequence[Block], path: Path) -> None:
    """Read this event alone."""
    try:
        CalendarStream.from_ics(with_zones(block, found))
    except (CalendarError, ValueError) as error:
        _refuse(block, path, _brief(error))


def _check(event: Event, found: Sequence[Block], path: Path) -> None:
    """Refuse what the library lets pass and nobody can live by."""
    reason = _fault(event)
    if reason:
        same = [block for block in events(found) if block.uid == event.uid]
        _refuse((same or events(found))[0], path, reason)


def _begin_with_itself(event: Event) -> None:
    """Of an event with further dates and no rule the library forgets the first one."""
    if event.rdate and event.rrule is None and event.dtstart is not None:
        event.rdate = [event.dtstart, *event.rdate]


def _fault(event: Event) -> str:
    if event.dtstart is None:
        return "DTSTART is missing"
    if isinstance(event.dtend, datetime) != isinstance(event.dtstart, datetime) and event.dtend:
        return "DTSTART and DTEND must both have a time, or both none"
    if _instant(event.end, UTC) < _instant(event.dtstart, UTC):
        return "it ends before it begins"
    if event.rrule is not None and event.rrule.freq in _TOO_OFTEN:
        return f"RRULE: {event.rrule.freq.value} is more often than anybody's timetable; DAILY is"
    return ""


def _refuse(block: Block, path: Path, reason: str) -> NoReturn:
    raise BadCalendar(f"{path}:{block.line}: event {block.uid or '(no UID)'}: {reason}") from None


def _expanded(calendar: Calendar, home: tzinfo, begin: datetime, end: datetime) -> Iterator[Event]:
    timeline = calendar.timeline_tz(home).overlapping(begin.astimezone(home), end.astimezone(home))
    for event in islice(timeline, HAPPENINGS_MAX + 1):
        if event.status != EventStatus.CANCELLED:
            yield event


def _nothing(calendars: Iterable[Calendar], home: tzinfo, begin: datetime, end: datetime) -> str:
    first, last = (then.astimezone(home).date() for then in (begin, end))
    later = [
        _instant(event.start, home)
        for calendar in calendars
        for event in islice(calendar.timeline_tz(home).active_after(end.astimezone(home)), 1)
    ]
    hint = f"; the next one is on {min(later).astimezone(home).date()}, see --date" if later else ""
    return f"nothing happens from {first} to {last}{hint}"


def _happening(event: Event) -> Happening:
    begin, end = event.start, event.end
    if not isinstance(begin, datetime) or not isinstance(end, datetime):
        return Happening(
            _one_line(event.summary), (), "", _instant(begin), _instant(end), is_whole_day=True
        )
    zones = [_zone_name(begin), _zone_name(end)]
    return Happening(
        title=_one_line(event.summary),
        categories=tuple(event.categories),
        location=_one_line(event.location, ""),
        begin=_in_pinned_zone(begin),
        end=_in_pinned_zone(end),
        is_free=event.transparency == _FREE,
        zone_end=zones[1] if all(zones) and zones[0] != zones[1] else None,
    )


def _instant(then: date | datetime, zone: tzinfo | None = None) -> datetime:
    """The beginning of a day, or the instant; in ``zone`` if it has none."""
    if not isinstance(then, datetime):
        then = datetime(then.year, then.month, then.day)
    return then if then.tzinfo or zone is None else then.replace(tzinfo=zone)


def _zone_name(then: datetime) -> str | None:
    """The IANA name of the zone it is told in, if it has one and is a place's."""
    name = getattr(then.tzinfo, "key", None)
    return name if isinstance(name, str) and "/" in name else None


def _in_pinned_zone(then: datetime) -> datetime:
    """The same wall clock, but not by what the machine knows of the zone."""
    name = _zone_name(then)
    try:
        return then.replace(tzinfo=TzdataZones().zone(name)) if name else then
    except BadInput:
        return then


def _one_line(text: str | None, without: str = "untitled") -> str:
    words = "".join(char if char.isprintable() else " " for char in text or "").split()
    return " ".join(words)[:200] or without


_CAUSES = (
    ("to be valid timezone", "its zone is no IANA zone, and the file does not describe it"),
    ("detailed_error", "it is not written as iCalendar wants it"),
)
"""What the library says, and what is meant."""


def _brief(error: Exception) -> str:
    text = error.message if isinstance(error, CalendarParseError) else str(error)
    for words, cause in _CAUSES:
        if words in text:
            return cause
    line = text.strip().splitlines()[0] if text.strip() else type(error).__name__
    return line.rpartition("component: ")[2].removeprefix("Value error, ")
