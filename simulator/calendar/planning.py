"""A timetable of dated entries, made of what happens in a calendar; nothing overlaps in it.

Of two that overlap, the one of the earlier meaning in ``Meaning`` keeps its time, or the earlier
one. The other keeps the longest part that is left, or goes. What became of each is told.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.calendar.meaning import Meaning, meaning_of
from simulator.calendar.reading import BadCalendar, Happening, read_calendar
from simulator.people.habits import Away, Commute, Exam, Study, Timetable, Trip
from simulator.people.walltime import instant
from simulator.scenarios.scenario import Scenario

SHORTEST = timedelta(minutes=5)
"""What is left of an event must not be shorter."""

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_DAY_MIN, _EARLIER_MIN = 1440, 30
_ORDER = tuple(Meaning)


@dataclass(frozen=True, slots=True)
class Planned:
    """What the student does, between two instants in UTC; a journey leads ``to`` a zone."""

    meaning: Meaning
    label: str
    begin: datetime
    end: datetime
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A scenario with a calendar's timetable, and what people should know of how it came about."""

    scenario: Scenario
    notes: tuple[str, ...]


def planned_by(scenario: Scenario, path: Path) -> Plan:
    """``scenario`` with a timetable from the calendar at ``path`` in place of its own; who gets up
    and goes to bed when stays, but for who has to be up earlier. Raises ``BadCalendar``.
    """
    home = TzdataZones().zone(scenario.zone)
    begin = instant(scenario.date, time(), home)
    end = begin + timedelta(hours=scenario.hours)
    happenings = read_calendar(path, home, begin, end)
    wishes = _settled(happenings, scenario.zone)
    up = instant(scenario.date, scenario.timetable.wake, home)
    kept, notes = _apart(_within(wishes, begin, end, up))
    if not kept:
        raise BadCalendar(f"{path}: nothing of it can be lived in these days")
    timetable = _timetable(kept, scenario)
    if timetable.wake != scenario.timetable.wake:
        notes.append(f"gets up at {timetable.wake:%H:%M}, since something begins early")
    counts = Counter(planned.meaning for planned in kept)
    told = ", ".join(f"{counts[meaning]} x {meaning}" for meaning in _ORDER if counts[meaning])
    unused = sum(meaning_of(each) is Meaning.NOTHING for each in happenings)
    more = [f"{unused} all-day or free events are left out"] if unused else []
    changed = scenario.model_copy(update={"timetable": timetable})
    return Plan(Scenario.model_validate(dict(changed)), (told, *more, *notes))


def _settled(happenings: Iterable[Happening], zone: str) -> Iterator[Planned]:
    """What they mean, at instants. What has no zone is told by the clock where the student is."""
    zones = _Whereabouts(zone)
    ordered = sorted(happenings, key=lambda each: zones.instant(each.begin))
    for happening in ordered:
        meaning = meaning_of(happening)
        begin, end = zones.instant(happening.begin), zones.instant(happening.end)
        if meaning is Meaning.TRIP and happening.zone_end is not None:
            zones.move(end, happening.zone_end)
        if meaning is not Meaning.NOTHING:
            yield Planned(meaning, happening.title, begin, end, happening.zone_end)


class _Whereabouts:
    """In which zone the student is when."""

    def __init__(self, home: str) -> None:
        self._home = home
        self._moves: list[tuple[datetime, str]] = []

    def move(self, then: datetime, zone: str) -> None:
        """From ``then`` on in ``zone``."""
        self._moves.append((then, zone))

    def at(self, then: datetime) -> str:
        """The name of the zone."""
        zones = [zone for since, zone in self._moves if since <= then]
        return zones[-1] if zones else self._home

    def instant(self, then: datetime) -> datetime:
        """In UTC; without a zone, by the clock of the place."""
        if then.tzinfo is not None:
            return then.astimezone(UTC)
        here = self._home
        for since, zone in self._moves:
            if _read(then, here) >= since:
                here = zone
        return _read(then, here)


def _read(wall: datetime, zone: str) -> datetime:
    return instant(wall.date(), wall.time(), TzdataZones().zone(zone))


def _within(
    wishes: Iterable[Planned], begin: datetime, end: datetime, up: datetime
) -> list[tuple[Planned, str]]:
    """Those of the world's time, in whole minutes and at most a day, each with what to call it.
    What has begun before the world goes on from when the student is ``up``.
    """
    found = []
    for wish in wishes:
        began = wish.begin if wish.begin >= begin else up
        cut = replace(wish, begin=_whole(began), end=_whole(wish.end))
        lasts = cut.end - cut.begin
        if wish.end <= begin or wish.begin >= end:
            continue
        said = f"{wish.label!r} ({wish.begin:%d %b %H:%M} UTC)"
        if lasts > _DAY:
            cut = replace(cut, end=cut.begin + _DAY)
            found.append((cut, f"{said} is cut to a day"))
        elif lasts >= _MINUTE:
            found.append((cut, said))
    return found


def _whole(then: datetime) -> datetime:
    return then.replace(second=0, microsecond=0)


def _apart(wishes: Sequence[tuple[Planned, str]]) -> tuple[list[Planned], list[str]]:
    """What there is time for, in its order; and what was changed for that."""
    kept: list[Planned] = []
    notes = [said for _, said in wishes if said.endswith("is cut to a day")]
    for wish, said in sorted(
        wishes, key=lambda each: (_ORDER.index(each[0].meaning), each[0].begin, each[0].label)
    ):
        begin, end = max(_free(wish, kept), key=lambda part: part[1] - part[0])
        if (begin, end) == (wish.begin, wish.end):
            kept.append(wish)
        elif end - begin >= SHORTEST and wish.to is None:
            kept.append(replace(wish, begin=begin, end=end))
            notes.append(f"{said} overlaps; {(end - begin) // _MINUTE} min are left of it")
        else:
            notes.append(f"{said} overlaps, and is left out")
    return sorted(kept, key=lambda each: each.begin), notes


def _free(wish: Planned, kept: Iterable[Planned]) -> list[tuple[datetime, datetime]]:
    """The parts of its time in which nothing is yet; an empty one if there is none."""
    parts = [(wish.begin, wish.end)]
    for other in kept:
        parts = [
            piece
            for begin, end in parts
            for piece in ((begin, min(end, other.begin)), (max(begin, other.end), end))
            if piece[0] < piece[1]
        ]
    return parts or [(wish.begin, wish.begin)]


def _timetable(kept: Sequence[Planned], scenario: Scenario) -> Timetable:
    zones = _Whereabouts(scenario.zone)
    entries: dict[Meaning, list[Study | Exam | Away | Commute | Trip]] = {}
    for planned in kept:
        local = planned.begin.astimezone(TzdataZones().zone(zones.at(planned.begin)))
        if planned.to is not None:
            zones.move(planned.end, planned.to)
        entries.setdefault(planned.meaning, []).append(_entry(planned, local))
    starts = [entry.start for several in entries.values() for entry in several]
    own = scenario.timetable
    return Timetable.model_validate(
        {
            "wake": _up_in_time(own, starts),
            "bed": own.bed,
            "study": entries.get(Meaning.STUDY, ()),
            "exam": entries.get(Meaning.EXAM, ()),
            "away": entries.get(Meaning.AWAY, ()),
            "commute": entries.get(Meaning.COMMUTE, ()),
            "trip": entries.get(Meaning.TRIP, ()),
        }
    )


def _entry(planned: Planned, local: datetime) -> Study | Exam | Away | Commute | Trip:
    day, start = local.date(), local.time()
    minutes = (planned.end - planned.begin) // _MINUTE
    match planned.meaning:
        case Meaning.TRIP:
            return Trip(date=day, start=start, minutes=minutes, to=str(planned.to))
        case Meaning.EXAM:
            return Exam(date=day, label=planned.label, start=start, minutes=minutes)
        case Meaning.COMMUTE:
            return Commute(date=day, start=start, minutes=minutes)
        case Meaning.STUDY:
            return Study(date=day, label=planned.label, start=start, minutes=minutes)
        case _:
            return Away(date=day, label=planned.label, start=start, minutes=minutes)


def _up_in_time(own: Timetable, starts: Iterable[time]) -> time:
    """When to get up every day. What begins in the first half of the night's sleep belongs to the
    day before; for what begins in the second half one gets up half an hour before it.
    """
    bed, wake = _minute(own.bed), _minute(own.wake)
    sleeps = (wake - bed) % _DAY_MIN
    slept = [(_minute(start) - bed) % _DAY_MIN for start in starts]
    early = [at for at in slept if sleeps // 2 <= at < sleeps]
    if not early:
        return own.wake
    up = (bed + max(min(early) - _EARLIER_MIN, sleeps // 2)) % _DAY_MIN
    return time(up // 60, up % 60)


def _minute(wall: time) -> int:
    return wall.hour * 60 + wall.minute
