"""Reminders come inside the window, never closer than the interval, and as soon as a poll may
bring them; what the server said stands on the screen.

The window is read off the wall clock of the user's zone to the minute, both ends included; an end
before the start runs over midnight; equal ends mean the whole day.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Protocol

from simulator.invariants import Objection, number
from simulator.invariants.exchanges import Exchange, Exchanges
from simulator.kernel.trace import Event

_SCREEN_MS = 1_000
_URGENT = ("WATER_DROP", "BREAK_PROMPT")


class Zones(Protocol):
    """Knows time zones by name."""

    def zone(self, name: str) -> tzinfo:
        """The zone called ``name``."""
        ...


@dataclass(slots=True)
class _Book:
    """What the judge has written down about one user."""

    zone: tzinfo
    start: int
    end: int
    interval: timedelta
    enabled: bool
    reminded: list[datetime] = field(default_factory=list)

    def is_open(self, instant: datetime) -> bool:
        wall = instant.astimezone(self.zone)
        minute = wall.hour * 60 + wall.minute
        if self.start == self.end:
            return True
        is_between = min(self.start, self.end) <= minute <= max(self.start, self.end)
        if self.start < self.end:
            return is_between
        return not is_between or minute in (self.start, self.end)

    def may_remind(self, instant: datetime) -> bool:
        rested = not self.reminded or instant - self.reminded[-1] >= self.interval
        return self.enabled and self.is_open(instant) and rested


class WaterPromises:
    """The judge."""

    name = "water promises"

    def __init__(self, zones: Zones) -> None:
        self.objections: list[Objection] = []
        self.cases = 0
        self._zones = zones
        self._exchanges = Exchanges()
        self._books: dict[str, _Book] = {}
        self._reminding: dict[int, str] = {}
        self._awaited: dict[str, int] = {}
        self._screens: dict[str, str] = {}

    def see(self, event: Event) -> None:
        """Take note of what happened."""
        self._expect_screens(number(event, "at"))
        exchange = self._exchanges.complete(event)
        if exchange is not None and exchange.is_done:
            self._judge(exchange)
        elif event["kind"] == "answer":
            self._arrived(event)
        elif event["kind"] == "screen":
            self._shown(event)

    def _judge(self, exchange: Exchange) -> None:
        if exchange.operation == "POST /api/water/schedule":
            self._write_down(exchange)
        elif exchange.operation == "GET /api/water/poll":
            self._judge_poll(exchange)

    def _write_down(self, exchange: Exchange) -> None:
        wish = exchange.answer["schedule"]
        assert isinstance(wish, dict)
        before = self._books.get(wish["user_id"])
        self._books[wish["user_id"]] = _Book(
            zone=self._zones.zone(wish["timezone"]),
            start=_minute(wish["start_time"]),
            end=_minute(wish["end_time"]),
            interval=timedelta(minutes=wish["interval_min"]),
            enabled=wish["enabled"],
            reminded=before.reminded if before else [],
        )

    def _judge_poll(self, exchange: Exchange) -> None:
        book = self._books.get(str(exchange.asked["user_id"]))
        instant = exchange.instant("server_time_utc")
        said = exchange.answer["remind_now"] is True
        if said:
            self._reminding[exchange.id] = exchange.who
        if book is None:
            return self._demand(not said, exchange, "reminded a user without a schedule")
        if instant in book.reminded:
            return None  # the same answer once more, to the same idempotency key
        may = book.may_remind(instant)
        self._demand(may or not said, exchange, "reminded outside the window or too soon")
        self._demand(said or not may, exchange, "did not remind although it was due")
        if said:
            book.reminded.append(instant)
        return None

    def _demand(self, kept: bool, exchange: Exchange, complaint: str) -> None:
        self.cases += 1
        if not kept:
            self.objections.append(Objection(exchange.at, f"the server {complaint}"))

    def _arrived(self, event: Event) -> None:
        who = self._reminding.pop(number(event, "id"), None)
        if who is not None and self._screens.get(who) not in _URGENT:
            self._awaited[who] = number(event, "at") + _SCREEN_MS

    def _shown(self, event: Event) -> None:
        scene = event["scene"]
        assert isinstance(scene, list)
        who = str(event["who"])
        self._screens[who] = scene[0]
        if scene[0] in _URGENT and self._awaited.pop(who, None) is not None:
            self.cases += 1

    def _expect_screens(self, at: int) -> None:
        for who, latest in list(self._awaited.items()):
            if at > latest:
                del self._awaited[who]
                self.objections.append(
                    Objection(latest, f"{who} was told to remind but its screen did not show it")
                )


def _minute(wall: str) -> int:
    hour, _, minute = wall.partition(":")
    return int(hour) * 60 + int(minute)
