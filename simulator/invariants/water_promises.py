"""Reminders come inside the window, never closer than the interval, and with the first poll that
may bring them; a repeated poll gets the reminder that its key got before. Every poll tells how far
the wall clock at home is ahead of UTC, as long as there is a schedule.

The window is read off the wall clock of the user's zone to the minute, both ends included; an end
before the start runs over midnight; equal ends mean the whole day.

A poll tells of some moment between its first request and its answer: of schedules that were stored
meanwhile, or came to no end (``wishes``), it may go by any, but by one of them in all that it says.
While words to the pet are open, which may be any schedule, it is not judged by one. A poll that
came to no end may have been the one that reminded; then none is due for an interval. So may one
that is under way although its key was answered before, being asked again or a copy that the network
made: an answer that nothing is due is not kept under a key.

Only the last reminder counts, by the server's clock. When that is set back, one that lies an
interval or more ahead then holds nothing back, and neither do those before it.
"""

from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain

from petcore.ports.zones import Zones
from simulator.invariants import Hears, Judge, Objection, Weighs, every
from simulator.invariants.exchanges import TALK, Exchange, asked_of
from simulator.invariants.newest import Newest
from simulator.invariants.repeats import Repeats
from simulator.invariants.schedules import Schedule, schedule_of, wished
from simulator.invariants.server_clock import ServerClock
from simulator.invariants.wishes import Wish, Wishes
from simulator.kernel.trace import Event, number, words

_SCHEDULE, _POLL = "POST /api/water/schedule", "GET /api/water/poll"
_REMEMBERED = 64
"""Reminders of one user. A poll is not repeated after days."""
_UNDER_WAY = 4_096
"""Polls that are under way, or were dropped and may have been the one that reminded."""
_FAILED = 500


@dataclass(slots=True)
class _Book:
    """What the judge has written down about one user; reminders by the key that got them, with
    what was said of the wall clock then.
    """

    schedules: Newest[Schedule] = field(default_factory=Newest)
    reminded: deque[datetime] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    reminders: dict[str, tuple[datetime, object]] = field(default_factory=dict)

    def why_not(self, schedule: Schedule | None, instant: datetime) -> str:
        """Why there must be no reminder at ``instant``; nothing if there must be one."""
        if schedule is None:
            return "without a schedule"
        if not schedule.enabled:
            return "though the schedule is switched off"
        if not schedule.is_open(instant):
            return "outside the window"
        for each in reversed(self.reminded):
            if each - instant >= schedule.interval:
                break
            if abs(instant - each) < schedule.interval:
                return f"too soon after {each}"
        return ""

    def remind(self, instant: datetime, ahead_min: object, key: str | None) -> None:
        """Write down a reminder. It comes before others only on a clock that was set back."""
        if any(each > instant for each in self.reminded):
            self.reminded.clear()
        self.reminded.append(instant)
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
        self._clock = ServerClock(zones)
        self._repeats = Repeats()
        self._wishes = Wishes(_SCHEDULE, _POLL, *TALK)
        self._books: defaultdict[str, _Book] = defaultdict(_Book)
        self._under_way: dict[object, Event] = {}

    @property
    def hears(self) -> Hears:
        """How the server's clock is set, what does not get there, and who dies of it."""
        return {**self._clock.hears, "lost": self._lose, "dropped": self._drop}

    @property
    def heeds(self) -> Hears:
        """What is asked."""
        return {**self._wishes.heeds, _POLL: self._ask}

    @property
    def weighs(self) -> Weighs:
        """Every poll is a case."""
        return {
            **self._wishes.weighs,
            every(_POLL): self._end,
            _SCHEDULE: self._write_down,
            _POLL: self._weigh_poll,
        }

    def _ask(self, event: Event) -> None:
        self._wishes.ask(event)
        self._under_way[event["id"]] = event
        if len(self._under_way) > _UNDER_WAY:
            del self._under_way[next(iter(self._under_way))]

    def _lose(self, event: Event) -> None:
        if event["leg"] == "request":
            self._under_way.pop(event["id"], None)

    def _drop(self, event: Event) -> None:
        """Of a wish that is open the next answer tells whether this has reminded."""
        asked = self._under_way.get(event["id"])
        if asked is not None and self._wishes.is_open(asked):
            del self._under_way[event["id"]]

    def _end(self, exchange: Exchange) -> None:
        self._wishes.settle(exchange)
        asked = self._under_way.get(exchange.id)
        if asked is not None and (exchange.status < _FAILED or self._wishes.is_open(asked)):
            del self._under_way[exchange.id]

    def _write_down(self, exchange: Exchange) -> None:
        if self._repeats.is_repeat(exchange):
            return
        wish = exchange.answer["schedule"]
        assert isinstance(wish, dict)
        schedules = self._books[wish["user_id"]].schedules
        since = self._wishes.since(exchange)
        schedules.keep(schedule_of(wish, self._zones), since, exchange.at)

    def _weigh_poll(self, exchange: Exchange) -> None:
        self.cases += 1
        user_id = str(exchange.asked["user_id"])
        book = self._books[user_id]
        instant = exchange.instant("server_time_utc")
        reminds, ahead_min = exchange.answer["remind_now"] is True, _ahead_min(exchange)
        before = book.reminders.get(exchange.key) if exchange.key else None
        if before is not None:
            if not reminds or (instant, ahead_min) != before:
                self._object(exchange, f"did not repeat the reminder of {before[0]} for {user_id}")
            return
        faults = [
            self._fault(book, each, exchange, instant)
            for each in self._schedules(book, user_id, exchange)
        ]
        if all(faults):
            self.objections += [
                Objection(exchange.at, f"poll {exchange.id}: the server {fault}")
                for fault in (faults[0] if faults else ())
            ]
        if reminds:
            book.remind(instant, ahead_min, exchange.key)

    def _schedules(self, book: _Book, user_id: str, exchange: Exchange) -> list[Schedule | None]:
        """Those by which it may go, the likeliest first; none if that could be any."""
        since = self._wishes.since(exchange)
        open_ones = [
            wish
            for wish in self._wishes.open(_SCHEDULE, *TALK)
            if wish.text("user_id") == user_id and not book.schedules.overwrites(wish.ends_at)
        ]
        if any(wish.operation in TALK for wish in open_ones):
            return []
        found: list[Schedule | None] = [each.what for each in book.schedules.held(since)]
        found += [None] if book.schedules.had_none(since) else []
        asked = [wished(wish.asked, self._zones) for wish in open_ones]
        return found + [each for each in asked if each is not None]

    def _fault(
        self, book: _Book, schedule: Schedule | None, exchange: Exchange, instant: datetime
    ) -> list[str]:
        """What is wrong with a poll if that is the schedule."""
        user_id, ahead_min = exchange.asked["user_id"], _ahead_min(exchange)
        reminds = exchange.answer["remind_now"] is True
        expected = schedule.ahead_min(instant) if schedule else None
        faults = []
        if ahead_min != expected:
            faults.append(f"said that {user_id} is {ahead_min} min ahead of UTC, not {expected}")
        why_not = book.why_not(schedule, instant)
        if reminds and why_not:
            faults.append(f"reminded {user_id} at {instant} {why_not}")
        elif not (reminds or why_not or self._has_perhaps_reminded(schedule, exchange)):
            faults.append(f"did not remind {user_id} at {instant} although it was due")
        return faults

    def _has_perhaps_reminded(self, schedule: Schedule | None, exchange: Exchange) -> bool:
        """Whether a poll that came to no end, or to none yet, may have been the one, less than an
        interval ago.
        """
        interval = schedule.interval if schedule else timedelta(0)
        earliest = exchange.instant("server_time_utc") - interval
        return any(
            wish.text("user_id") == exchange.asked["user_id"]
            and self._clock.span(wish.since, wish.ends_at)[1] > earliest
            for wish in chain(self._wishes.open(_POLL), map(_alone, self._under_way.values()))
        )

    def _object(self, exchange: Exchange, what: str) -> None:
        self.objections.append(Objection(exchange.at, f"poll {exchange.id}: the server {what}"))


def _alone(asked: Event) -> Wish:
    """What is asked with this request, whatever was answered to others of its key."""
    at = number(asked, "at")
    return Wish(words(asked, "who"), _POLL, asked_of(asked), at, at)


def _ahead_min(exchange: Exchange) -> object:
    return exchange.answer.get("utc_offset_min", "not said how many")
