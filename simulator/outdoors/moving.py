"""A scenario moved to where a server's clock stands: so that it is morning there, at once.

The student lives in a zone of whole hours in which it is at most an hour before the time to get up.
All times of the story are moved by so much that the student gets up at once, and all dates by the
same number of days. User ids are new ones, so that nothing that the
server holds is of these students.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.kernel.values import Value
from simulator.scenarios.scenario import Scenario

_HOURS, _HOUR_MIN, _DAY_MIN = 24, 60, 1440
_EASTMOST = 12
_UP_AFTER, _UP_AFTER_REAL = timedelta(minutes=1), timedelta(seconds=3)
"""When the student gets up: the world has to begin before that, which takes real time."""
_ANY_DAY = datetime(2000, 1, 2, tzinfo=UTC)

V = TypeVar("V", bound=Value)


def moved_to(scenario: Scenario, now: datetime, user_id: str, scale: int) -> Scenario:
    """``scenario`` for a student called ``user_id`` whose day begins ``now``, where
    time runs ``scale`` times as fast as here.
    """
    zone = _zone_of(scenario.timetable.wake, now)
    local = now.astimezone(TzdataZones().zone(zone))
    wake = scenario.timetable.wake
    up = local + _UP_AFTER + _UP_AFTER_REAL * scale
    by = _clock(up.time()) - _clock(wake)
    days = local.date() - scenario.date
    person = scenario.person.model_copy(update={"user_id": user_id})
    return Scenario.model_validate(
        {
            **dict(scenario),
            "date": local.date(),
            "zone": zone,
            "timetable": _moved(scenario.timetable, by, days),
            "water": _moved(scenario.water, by, days),
            "person": person,
        }
    )


def _moved(value: V, by: timedelta, days: timedelta) -> V:
    """The value with all its times and dates moved, those of what it holds, too."""
    moved: dict[str, object] = {}
    for name, inner in value:
        if isinstance(inner, time):
            moved[name] = (_ANY_DAY + _clock(inner) + by).time()
        elif isinstance(inner, tuple):
            moved[name] = tuple(_moved(entry, by, days) for entry in inner)
    on = getattr(value, "date", None)
    if isinstance(on, date):
        start = _clock(getattr(value, "start", time()))
        moved["date"] = (datetime.combine(on, time(), UTC) + start + by).date() + days
    return value.model_copy(update=moved)


def _clock(wall: time) -> timedelta:
    return timedelta(hours=wall.hour, minutes=wall.minute)


def name_of_run(user_id: str, now: datetime) -> str:
    """A user id that nobody had before, as long as no two runs begin in one millisecond."""
    return f"{user_id[:40]}-{int(now.timestamp() * 1000):x}"


def _zone_of(wake: time, now: datetime) -> str:
    """The zone in which it is at most an hour before ``wake``."""
    utc = now.utctimetuple()
    ahead_min = wake.hour * 60 + wake.minute - utc.tm_hour * 60 - utc.tm_min
    hours = ahead_min % _DAY_MIN // _HOUR_MIN
    hours -= _HOURS if hours > _EASTMOST else 0
    # The names have the sign of their own: Etc/GMT-2 is ahead of UTC.
    return f"Etc/GMT{-hours:+d}" if hours else "Etc/GMT"
