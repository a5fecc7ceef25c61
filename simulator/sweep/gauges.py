"""Measures how well a world was served: how late reminders and prompts came, how soon all settled.

It listens to the trace, as judges do, and objects to nothing. What it needs of the server's answers
it reads itself, and only the few that matter: it must not slow a sweep down.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qs

import orjson

from petcore.ports.zones import Zones
from simulator.invariants.schedules import Schedule, schedule_of
from simulator.kernel.trace import Event, number, words

_WATER, _PROMPT = "/api/water/poll", "/api/breaks/prompt/poll"
_SCHEDULE = "/api/water/schedule"
_HEARD = frozenset((_WATER, _PROMPT, _SCHEDULE))
_REMINDS, _PROMPTS = '"remind_now":true', '"show_prompt":true'
_MINUTE_MS, _DAY_MIN = 60_000, 1_440
_FAILED = 500
_EARLY_MS = 60_000
"""A pet that is cut off reminds by its own clock, which may be so much ahead."""


class Gauges:
    """Listens by ``see``. ``began`` is when the world began, in UTC."""

    def __init__(self, zones: Zones, began: datetime) -> None:
        self.late: list[int] = []
        """How late reminders were on a screen, in milliseconds after they were due."""
        self.delays: list[int] = []
        """How late prompts were on a screen, in milliseconds after stress had been high enough."""
        self.unseen = 0
        """Reminders and prompts that the server told of and no screen showed."""
        self._water = _Water(zones, self.late)
        self._began, self._prompts, self._seen = began, dict[str, int](), set[str]()
        self._asked: dict[int, Event] = {}
        self._users: dict[str, str] = {}
        self._healed_at: int | None = None
        self._settled_at = 0
        self._offline: set[str] = set()
        self._hears: Mapping[str, Callable[[Event], None]] = {
            "request": self._request,
            "lost": self._lost,
            "served": self._served,
            "acted": self._acted,
            "screen": self._screen,
            "heals": self._heals,
            "answer": self._answer,
            "timeout": self._trouble,
        }

    def see(self, event: Event) -> None:
        """Something happened."""
        hear = self._hears.get(str(event["kind"]))
        if hear is not None:
            hear(event)

    def conclude(self, at: int) -> None:
        """The world is over."""
        if self._offline:
            self._settled_at = at
        self.unseen += self._water.unseen + len(self._prompts)

    @property
    def settle_ms(self) -> int | None:
        """How long after it had healed the last thing went wrong; None if it does not heal."""
        return None if self._healed_at is None else max(0, self._settled_at - self._healed_at)

    def _request(self, event: Event) -> None:
        if event["path"] in _HEARD:
            self._asked[number(event, "id")] = event

    def _lost(self, event: Event) -> None:
        if event["leg"] == "request":
            self._asked.pop(number(event, "id"), None)

    def _served(self, event: Event) -> None:
        asked = self._asked.pop(number(event, "id"), None)
        if asked is None or event["status"] != 200:  # noqa: PLR2004 -- done as asked
            return
        body, at = words(event, "body"), number(event, "at")
        if asked["path"] == _SCHEDULE:
            self._water.wishes(_schedule(body), at)
        elif asked["path"] == _WATER and _REMINDS in body:
            self._water.decide(self._user(asked), orjson.loads(body), at)
        elif _PROMPTS in body:
            self._prompt(self._user(asked), orjson.loads(body))

    def _acted(self, event: Event) -> None:
        if event["tool"] == "set_water_schedule":
            self._water.wishes(_schedule(words(event, "result")), number(event, "at"))

    def _user(self, asked: Event) -> str:
        user_id = parse_qs(words(asked, "query"))["user_id"][0]
        self._users[words(asked, "who")] = user_id
        return user_id

    def _prompt(self, user_id: str, said: Mapping[str, str]) -> None:
        if said["prompt_id"] in self._seen:
            return
        self._seen.add(said["prompt_id"])
        self.unseen += user_id in self._prompts
        created = datetime.fromisoformat(said["created_at"])
        self._prompts[user_id] = (created - self._began) // timedelta(milliseconds=1)

    def _screen(self, event: Event) -> None:
        who, scene, at = words(event, "who"), event["scene"], number(event, "at")
        assert isinstance(scene, list | tuple)  # noqa: S101 -- so it is written
        self._look(who, is_offline=scene[3] is True, at=at)
        user_id = self._users.get(who, who.partition("/")[2])
        if scene[0] == "WATER_DROP":
            self._water.show(user_id, at)
        elif scene[0] == "BREAK_PROMPT" and user_id in self._prompts:
            self.delays.append(max(0, at - self._prompts.pop(user_id)))

    def _look(self, who: str, *, is_offline: bool, at: int) -> None:
        if is_offline:
            self._offline.add(who)
        elif who in self._offline:
            self._offline.discard(who)
            self._settled_at = at

    def _heals(self, event: Event) -> None:
        self._healed_at = number(event, "at")

    def _answer(self, event: Event) -> None:
        if number(event, "status") >= _FAILED:
            self._trouble(event)

    def _trouble(self, event: Event) -> None:
        self._settled_at = number(event, "at")


class _Water:
    """Reminders: when the server decided on one, since when it was due, and who saw it."""

    def __init__(self, zones: Zones, late: list[int]) -> None:
        self._zones, self._late = zones, late
        self._wishes: dict[str, tuple[Schedule, int]] = {}
        self._reminded: dict[str, tuple[str, int]] = {}
        self._due: dict[str, int] = {}
        self._shown: dict[str, int] = {}
        self._overtaken = 0

    @property
    def unseen(self) -> int:
        """Reminders that nobody has seen."""
        return len(self._due) + self._overtaken

    def wishes(self, said: Mapping[str, str] | None, at: int) -> None:
        """A schedule was set, or read."""
        if said is None:
            return
        schedule, before = schedule_of(said, self._zones), self._wishes.get(said["user_id"])
        if before is None or before[0] != schedule:
            self._wishes[said["user_id"]] = schedule, at

    def decide(self, user_id: str, said: Mapping[str, str], at: int) -> None:
        """The server reminds; it may have said so before."""
        instant = said["server_time_utc"]
        before, reminded_at = self._reminded.get(user_id, ("", None))
        if instant == before or user_id not in self._wishes:
            return
        schedule, since = self._wishes[user_id]
        if reminded_at is not None:
            since = max(since, reminded_at + schedule.interval // timedelta(milliseconds=1))
        self._reminded[user_id] = instant, at
        self._owe(user_id, _due(schedule, datetime.fromisoformat(instant), since, at))

    def _owe(self, user_id: str, due: int) -> None:
        """Unless the pet, cut off, has reminded by itself."""
        self._overtaken += self._due.pop(user_id, None) is not None
        shown = self._shown.pop(user_id, None)
        if shown is not None and shown >= due - _EARLY_MS:
            self._late.append(max(0, shown - due))
        else:
            self._due[user_id] = due

    def show(self, user_id: str, at: int) -> None:
        """It is on a screen."""
        due = self._due.pop(user_id, None)
        if due is None:
            self._shown[user_id] = at
        else:
            self._late.append(max(0, at - due))


def _due(schedule: Schedule, instant: datetime, since: int, at: int) -> int:
    """Since when the window has been open before ``at``, which the server calls ``instant``, but
    not before ``since``.
    """
    wall = instant.astimezone(schedule.zone)
    into_minute = wall.second * 1_000 + wall.microsecond // 1_000
    opened = at - into_minute
    for back in range(1, _DAY_MIN):
        if opened <= since or not schedule.holds(wall.hour * 60 + wall.minute - back):
            break
        opened -= _MINUTE_MS
    return min(at, max(since, opened))


def _schedule(body: str) -> Mapping[str, str] | None:
    """The schedule in an answer, if there is one."""
    said = orjson.loads(body)
    found = said.get("schedule") if isinstance(said, dict) else None
    return found if isinstance(found, dict) and "interval_min" in found else None
