"""A squall: a story of a storm told within a few hours, so that each of them holds much.

Most of a day nothing happens: somebody sleeps, pets ask and hear that there is nothing. Here the
day begins when the student gets up and ends when the world does, one session follows the other, and
what goes wrong now and then in a day goes wrong within hours. Each world leaves something out and
has much of something else, for what is spared leaves room for what hides behind it.

Here: the student's day, and how often misfortune comes. Not here: which story it is, who lives in
it, and which worlds are squalls (``plan``).
"""

from collections.abc import Mapping
from datetime import time

from simulator.device.options import DeviceOptions, Unplugged
from simulator.faults.faults import Faults
from simulator.kernel.streams import Chance
from simulator.kernel.values import Value
from simulator.network.weather import Cut, Weather
from simulator.people.habits import Away, Study, Timetable, Trip, WaterChange, WaterWish
from simulator.scenarios.scenario import Scenario

_HOURS = (2, 3, 3, 4, 5)
_SETTLE_MIN = (20, 25, 40)
"""The judge of settling wants a quarter of an hour without a fault."""

_ZONES = (
    "America/St_Johns",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/London",
    "Pacific/Chatham",
)
"""Beside those of the stories: halves and quarters of hours, and clocks that are set by a half."""
_ABROAD = ("America/Los_Angeles", "Asia/Tokyo", "Europe/Berlin")

_INTERVALS_MIN = (5, 10, 15, 20, 30, 45, 60)
_LABELS = ("Math Revision", "Physics Problems", "Essay", "Latin", "Chemistry")
_DAY_MIN, _HOUR_MIN = 24 * 60, 60
_LAST_HOUR = 22
"""When a squall that lasts for days is over on each of them."""

_MOST_A_DAY: Mapping[str, int] = {
    "cuts": 24,
    "half_open": 16,
    "crashes": 240,
    "rolling": 24,
    "clock_steps": 24,
    "outages": 48,
    "full": 12,
    "reboots": 72,
    "full_flash": 12,
    "diversions": 24,
    "crowds": 12,
    "erasures": 48,
    "schedule_changes": 72,
    "errands": 960,
    "turns": 240,
}
"""How often a day a spell comes at most: some as often in two hours as in a storm in a day."""
_STRENGTHS: Mapping[str, tuple[int, ...]] = {
    "request_loss": (0, 20, 30, 60),
    "answer_loss": (0, 20, 30, 60),
    "tail": (0, 15, 40),
    "duplication": (0, 20, 40),
    "reset": (0, 10, 20),
    "slow": (0, 10, 20),
    "lost_answer": (0, 5, 15),
    "double_clicks": (0, 100, 300),
    "language": (0, 50, 100),
    "voice": (0, 50, 100),
    "hearing": (0, 50, 100),
    "hangs": (0, 20, 60),
    "silent": (0, 200, 400),
    "shaken": (0, 300, 600),
    "looks": (0, 500, 800),
    "stuck": (0, 1, 4),
}
"""In how many of a thousand cases it goes wrong."""
_ONE_SPARED_IN = 4
_LESS = (1, 2, 4, 8)
"""A spell comes as often as that, or half as often, and so on."""


def told_in_hours(story: Scenario, chance: Chance, hours: int | None, *, journey: bool) -> Scenario:
    """The story's people and their network on short days, for so many ``hours`` or as many as are
    drawn; with a ``journey`` if there shall be one.
    """
    drawn = chance.choice(_HOURS)
    hours = drawn if hours is None else hours
    zone = chance.choice((story.zone, story.zone, chance.choice(_ZONES)))
    day = _Day(chance, min(hours, _LAST_HOUR) * _HOUR_MIN)
    timetable = day.timetable()
    if journey and timetable.study:
        to = chance.choice([place for place in _ABROAD if place != zone])
        leaves = _minute(timetable.study[-1].start) + chance.randint(5, 30)
        trip = Trip(start=_wall(leaves), minutes=chance.randint(10, 30), to=to)
        timetable = timetable.model_copy(update={"trip": (trip,)})
    fields = {
        **dict(story),
        "zone": zone,
        "hours": hours,
        "timetable": timetable,
        "water": day.water(),
        "network": Weather(**{**dict(story.network), "cuts": day.cuts()}),
        "device": DeviceOptions(**{**dict(story.device), "unplugged": day.unplugged()}),
        "door": "locked" if chance.randrange(4) == 0 else "open",
    }
    # A new one, not a copy: what is changed is checked.
    return Scenario(**fields)


def gusts(faults: Faults, chance: Chance) -> Faults:
    """The same faults, in gusts: spells come much more often or not at all. What there is none of
    before there is none of after.
    """
    parts = {name: _gusty(part, chance) for name, part in faults if isinstance(part, Value)}
    return faults.model_copy(update={**parts, "settle_min": chance.choice(_SETTLE_MIN)})


def _gusty(part: Value, chance: Chance) -> Value:
    # All is drawn always, so that no draw depends on the outcome of another.
    drawn = {name: _drawn(name, chance) for name, _ in part}
    there = {name for name, value in part if value}
    return part.model_copy(update={name: drawn[name] for name in there if drawn[name] is not None})


def _drawn(name: str, chance: Chance) -> int | None:
    """How often; None of what is not drawn."""
    if name in _MOST_A_DAY:
        is_spared, less = chance.randrange(_ONE_SPARED_IN) == 0, chance.choice(_LESS)
        return 0 if is_spared else _MOST_A_DAY[name] // less
    return chance.choice(_STRENGTHS[name]) if name in _STRENGTHS else None


class _Day:
    """Draws what happens from getting up, soon after midnight, until minute ``last``."""

    def __init__(self, chance: Chance, last: int) -> None:
        self._chance = chance
        self._last = last
        self._wakes = chance.randint(1, 15)

    def timetable(self) -> Timetable:
        """One session after the other, with pauses, some of them elsewhere."""
        study, away = [], []
        minute = self._wakes + self._chance.randint(1, 20)
        while minute < self._last - _HOUR_MIN // 3:
            session = self._study(minute)
            study.append(session)
            minute += session.minutes + self._chance.randint(11, 25)
            if self._chance.randrange(4) == 0:
                away.append(Away(label="Lecture", start=_wall(minute), minutes=10))
                minute += 11
        return Timetable(
            wake=_wall(self._wakes),
            bed=_wall(self._last + self._chance.randint(0, 40)),
            study=tuple(study),
            away=tuple(away),
        )

    def _study(self, minute: int) -> Study:
        chance = self._chance
        minutes = chance.randint(25, 80)
        return Study(
            label=chance.choice(_LABELS),
            start=_wall(minute),
            minutes=minutes,
            pressure=chance.choice((0.1, 0.3, 0.6, 0.9)),
            hard_from_min=chance.randint(0, minutes // 2),
            hard_minutes=chance.randint(10, 45),
            pomodoro=chance.randrange(4) > 0,
        )

    def water(self) -> WaterWish:
        """A window that opens or closes in the course of the day, or never."""
        begins, ends = self._window()
        changes = sorted(self._moment() for _ in range(self._chance.randrange(4)))
        return WaterWish(
            start_time=_wall(begins),
            end_time=_wall(ends),
            interval_min=self._chance.choice(_INTERVALS_MIN),
            change=tuple(map(self._change, changes)),
        )

    def _window(self) -> tuple[int, int]:
        early, late = self._chance.randint(0, _HOUR_MIN), self._last - self._chance.randint(20, 60)
        evening = _DAY_MIN - self._chance.randint(1, 120)
        return self._chance.choice(
            ((0, 0), (early, max(late, early + 5)), (evening, max(late, 5)), (early, evening))
        )

    def _change(self, minute: int) -> WaterChange:
        begins, ends = self._window()
        at, interval_min = _wall(minute), self._chance.choice(_INTERVALS_MIN)
        changes = (
            WaterChange(at=at, interval_min=interval_min),
            WaterChange(at=at, start_time=_wall(begins), end_time=_wall(ends)),
            WaterChange(at=at, enabled=False),
            WaterChange(at=at, enabled=True),
        )
        return self._chance.choice(changes)

    def cuts(self) -> tuple[Cut, ...]:
        """When the Wi-Fi goes, if it does."""
        return tuple(
            Cut(at=_wall(self._moment()), minutes=self._chance.randint(1, 12))
            for _ in range(self._chance.randrange(2))
        )

    def unplugged(self) -> tuple[Unplugged, ...]:
        """When somebody needs the socket, if somebody does."""
        return tuple(
            Unplugged(at=_wall(self._moment()), minutes=self._chance.randint(1, 10))
            for _ in range(self._chance.randrange(2))
        )

    def _moment(self) -> int:
        return self._chance.randint(self._wakes + 1, self._last - 15)


def _wall(minute: int) -> time:
    return time(minute % _DAY_MIN // _HOUR_MIN, minute % _HOUR_MIN)


def _minute(wall: time) -> int:
    return wall.hour * _HOUR_MIN + wall.minute
