"""Reminders come inside the window, never closer than the interval, and with the first poll that
may bring them; a repeated poll gets the reminder that its key got before. Every poll tells how far
the wall clock at home is ahead of UTC, as long as there is a schedule.

The window is read off the wall clock of the user's zone to the minute, both ends included; an end
before the start runs over midnight; equal ends mean the whole day.
"""

from dataclasses import dataclass, field
from datetime import datetime

from petcore.ports.zones import Zones
from simulator.invariants import Judge, Objection, Weighs
from simulator.invariants.exchanges import Exchange
from simulator.invariants.repeats import Repeats
from simulator.invariants.schedules import Schedule, schedule_of

_REMEMBERED = 64
"""Reminders of one user. A poll is not repeated after days."""


@dataclass(slots=True)
class _Book:
    """What the judge has written down about one user; reminders by the key that got them, with
    what was said of the wall clock then.
    """

    schedule: Schedule | None = None
    reminded_at: datetime | None = None
    reminders: dict[str, tuple[datetime, object]] = field(default_factory=dict)

    def why_not(self, instant: datetime) -> str:
        """Why there must be no reminder at ``instant``; nothing if there must be one."""
        if self.schedule is None:
            return "without a schedule"
        if not self.schedule.enabled:
            return "though the schedule is switched off"
        if not self.schedule.is_open(instant):
            return "outside the window"
        if self.reminded_at is not None and instant - self.reminded_at < self.schedule.interval:
            return f"too soon after {self.reminded_at}"
        return ""

    def remind(self, instant: datetime, ahead_min: object, key: str | None) -> None:
        """Write down a reminder."""
        self.reminded_at = instant
        if key is not None:
            self.reminders[key] = instant, ahead_min
        if len(self.reminders) > _REMEMBERED:
            del self.reminders[next(iter(self.reminders))]


class WaterPromises(Judge):
    """The judge."""

    name = "water promises"

    def __init__(self, zones: Zones) -> None:
        super().__init__()
        self._zones = zones
        self._repeats = Repeats()
        self._books: dict[str, _Book] = {}

    @property
    def weighs(self) -> Weighs:
        """Every poll is a case."""
        return {
            "POST /api/water/schedule": self._write_down,
            "GET /api/water/poll": self._weigh_poll,
        }

    def _write_down(self, exchange: Exchange) -> None:
        if self._repeats.is_repeat(exchange):
            return
        wish = exchange.answer["schedule"]
        assert isinstance(wish, dict)
        schedule = schedule_of(wish, self._zones)
        self._books.setdefault(wish["user_id"], _Book()).schedule = schedule

    def _weigh_poll(self, exchange: Exchange) -> None:
        self.cases += 1
        user_id = str(exchange.asked["user_id"])
        book = self._books.setdefault(user_id, _Book())
        instant = exchange.instant("server_time_utc")
        reminds, ahead_min = exchange.answer["remind_now"] is True, _ahead_min(exchange)
        before = book.reminders.get(exchange.key) if exchange.key else None
        if before is not None:
            if not reminds or (instant, ahead_min) != before:
                self._object(exchange, f"did not repeat the reminder of {before[0]} for {user_id}")
            return
        expected = book.schedule.ahead_min(instant) if book.schedule else None
        if ahead_min != expected:
            words = f"said that {user_id} is {ahead_min} min ahead of UTC, not {expected}"
            self._object(exchange, words)
        why_not = book.why_not(instant)
        if reminds and why_not:
            self._object(exchange, f"reminded {user_id} at {instant} {why_not}")
        elif not reminds and not why_not:
            self._object(exchange, f"did not remind {user_id} at {instant} although it was due")
        if reminds:
            book.remind(instant, ahead_min, exchange.key)

    def _object(self, exchange: Exchange, what: str) -> None:
        self.objections.append(Objection(exchange.at, f"poll {exchange.id}: the server {what}"))


def _ahead_min(exchange: Exchange) -> object:
    return exchange.answer.get("utc_offset_min", "not said how many")
