"""When nothing goes wrong any more, everything settles: liveness, after all the safety.

Only a world that heals is judged so, and only when for a quarter of an hour nothing was in the way:
neither a fault nor a cut that the scenario tells, nor, of a pet, that it had no power. That is
three times the longest pause that anybody makes: a pet asks at least every five minutes, which is
as long as the server may bid it wait, and tries again a minute after a failure at the latest; a
phone or an edge agent does so after forty seconds; no answer takes longer than a minute and a half.
What a press is owed ``done_as_asked`` knows, what was acknowledged ``acknowledged_writes``. Here,
in the end:

* Nobody still asks for what was first asked for before that quarter of an hour.
* A pet with power goes on asking, is answered, and does not say that it is offline.
* No screen shows a break prompt or a Pomodoro that the server knows to be over, and each shows the
  break prompt that waits for its user, if it is not a moment old and the pet does not pair.
* A session that somebody has ended is completed, has its report, and asks nobody for a break.
* After one more start of a server no document has writes in its outbox: each start delivers them.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from urllib.parse import parse_qsl

import orjson

from petcore.ports.zones import Zones
from simulator.invariants import Hears, Judge, Weighs
from simulator.invariants.exchanges import Exchange
from simulator.kernel.trace import Event, Json, number, words

_SETTLES_MS = 900_000
"""How long nothing must have been in the way before anything is demanded."""
_PAUSE_MS = 330_000
"""A pet that is well asks again within this time, and shows within it what is new."""
_INSISTS_MS = 150_000
"""Who wants an answer asks again within this time: a phone's longest time-out and pause."""

_STRANGERS = "stranger/"
_END = "POST /api/stress/session/end"
_PROMPT, _POMODORO = "BREAK_PROMPT", "POMODORO_TIMER"
_BEFORE_ALL = (_PROMPT, "PAIRING", "TALK")
"""What is shown although a break prompt waits."""
_SERVER_FAILED = 500

Asked = tuple[str, str, str]
"""Who asks, for what, and the key, or what of the query there is."""


@dataclass(slots=True)
class _Wanted:
    """Something that was asked for and not answered yet: since when, and when most lately."""

    since: int
    latest: int


@dataclass(slots=True)
class _Pet:
    """What is known of one that has power."""

    powered_from: int
    offline_from: int | None = None
    screen: str = ""
    shown_from: int = 0
    asked_at: int = 0
    answered_at: int = 0
    user_id: str = ""

    def goes_on_showing(self, screen: str, at: int) -> bool:
        """Whether it has shown just that for some time."""
        return self.screen == screen and at - self.shown_from > _PAUSE_MS


class Settled(Judge):
    """The judge."""

    name = "settled"

    def __init__(self, zones: Zones) -> None:
        super().__init__()
        self._zones = zones
        self._quiet_from: int | None = None
        self._cut_until = 0
        self._began_ms = 0
        self._reopened = False
        self._wanted: dict[Asked, _Wanted] = {}
        self._asked: dict[int, Asked] = {}
        self._pets: dict[str, _Pet] = {}
        self._ended: dict[str, int] = {}
        self._stored: dict[str, list[Json]] = defaultdict(list)
        self._full: list[str] = []

    @property
    def hears(self) -> Hears:
        """The healing, what pets do, what is asked and answered, what is stored in the end."""
        hears: dict[str, Callable[[Event], None]] = {
            "world": self._begin,
            "heals": self._heal,
            "cut": self._cut,
            "reopens": self._reopen,
            "request": self._ask,
            "answer": self._hear_answer,
            "timeout": self._give_up,
            "boot": self._boot,
            "unplugged": self._lose_power,
            "screen": self._show,
            "stored": self._store,
        }
        return hears

    @property
    def weighs(self) -> Weighs:
        """Who has ended a session."""
        return {_END: self._end}

    def conclude(self, at: int) -> None:
        """All that went wrong is long over."""
        if self._quiet_from is None or not self._is_long(self._quiet_from, at):
            return
        self._demand_answers(at)
        for who, pet in sorted(self._pets.items()):
            if self._is_long(pet.powered_from, at):
                self._demand_of_pet(who, pet, at)
                self._demand_of_screen(who, pet, at)
        self._demand_of_sessions(at)
        for full in self._full:
            self.demand(False, at, f"{full} has writes in its outbox that nobody delivers")

    # What happens.

    def _begin(self, event: Event) -> None:
        scenario = event["scenario"]
        assert isinstance(scenario, dict)
        zone = self._zones.zone(scenario["zone"])
        midnight = datetime.combine(date.fromisoformat(scenario["date"]), time(), zone)
        self._began_ms = round(midnight.astimezone(UTC).timestamp() * 1000)

    def _heal(self, event: Event) -> None:
        self._quiet_from = max(number(event, "at"), self._cut_until)

    def _cut(self, event: Event) -> None:
        self._cut_until = max(self._cut_until, number(event, "until"))
        if self._quiet_from is not None:
            self._quiet_from = max(self._quiet_from, self._cut_until)

    def _reopen(self, _: Event) -> None:
        self._reopened = True

    def _ask(self, event: Event) -> None:
        who, at = words(event, "who"), number(event, "at")
        if who.startswith(_STRANGERS) or "copy_of" in event:
            return
        headers = event["headers"]
        assert isinstance(headers, dict)
        what = headers.get("idempotency-key", event["query"])
        asked = who, f"{event['method']} {event['path']}", str(what)
        self._asked[number(event, "id")] = asked
        self._wanted.setdefault(asked, _Wanted(at, at)).latest = at
        pet = self._pets.get(who)
        if pet is not None:
            pet.asked_at = at
            pet.user_id = dict(parse_qsl(words(event, "query"))).get("user_id", pet.user_id)

    def _hear_answer(self, event: Event) -> None:
        asked = self._asked.pop(number(event, "id"), None)
        if asked is None or number(event, "status") >= _SERVER_FAILED:
            return
        self._wanted.pop(asked, None)
        pet = self._pets.get(words(event, "who"))
        if pet is not None:
            pet.answered_at = number(event, "at")

    def _give_up(self, event: Event) -> None:
        self._asked.pop(number(event, "id"), None)

    def _boot(self, event: Event) -> None:
        at = number(event, "at")
        self._pets[words(event, "who")] = _Pet(at, shown_from=at, asked_at=at, answered_at=at)

    def _lose_power(self, event: Event) -> None:
        who = words(event, "who")
        self._pets.pop(who, None)
        # What it had asked it knows no more, but for what it keeps and asks again.
        self._wanted = {asked: wanted for asked, wanted in self._wanted.items() if asked[0] != who}

    def _show(self, event: Event) -> None:
        pet, at, scene = self._pets.get(words(event, "who")), number(event, "at"), event["scene"]
        assert isinstance(scene, list)
        if pet is None:
            return
        if scene[0] != pet.screen:
            pet.screen, pet.shown_from = str(scene[0]), at
        if scene[3] is not True:
            pet.offline_from = None
        elif pet.offline_from is None:
            pet.offline_from = at

    def _end(self, exchange: Exchange) -> None:
        self._ended.setdefault(exchange.text("session_id"), exchange.at)

    def _store(self, event: Event) -> None:
        if self._quiet_from is None:
            return
        collection = words(event, "collection")
        document = orjson.loads(words(event, "document"))
        if self._reopened:
            self.cases += 1
            if document.get("outbox_len"):
                self._full.append(f"{collection} {document['_id']}")
        if collection in _LOOKED_AT:
            self._stored[collection].append(
                {name: document.get(name) for name in _LOOKED_AT[collection]}
            )

    # What must be so in the end.

    def _demand_answers(self, at: int) -> None:
        for (who, operation, _), wanted in self._wanted.items():
            insists = wanted.latest >= at - _INSISTS_MS
            since = wanted.since
            is_old = self._is_long(since, at)
            self.demand(
                not (insists and is_old),
                at,
                f"{who} still asks for {operation}, as since {since} ms",
            )

    def _demand_of_pet(self, who: str, pet: _Pet, at: int) -> None:
        since = pet.offline_from
        is_offline = since is not None and at - since > _PAUSE_MS
        self.demand(not is_offline, at, f"{who} is offline, as since {since} ms")
        asks = at - pet.asked_at <= _PAUSE_MS
        self.demand(asks, at, f"{who} asks nothing any more, since {pet.asked_at} ms")
        is_answered = at - pet.answered_at <= 2 * _PAUSE_MS
        said = f"{who} has had no answer since {pet.answered_at} ms"
        self.demand(is_answered or not asks, at, said)

    def _demand_of_screen(self, who: str, pet: _Pet, at: int) -> None:
        """It shows what waits, and nothing that is over."""
        prompts, pomodoros = (
            [each for each in self._stored[name] if each["user_id"] == pet.user_id]
            for name in ("break_prompts", "pomodoro_sessions")
        )
        waiting = [each for each in prompts if each["resolved_at"] is None]
        was_told = [each for each in prompts if self._is_just_over(each["resolved_at"], at)]
        is_told = waiting or was_told or not pet.goes_on_showing(_PROMPT, at)
        self.demand(bool(is_told), at, f"{who} shows a break prompt, and none is open")
        runs = any(
            each["ended_at"] is None or self._is_just_over(each["ended_at"], at)
            for each in pomodoros
        )
        is_told = runs or not pet.goes_on_showing(_POMODORO, at)
        self.demand(bool(is_told), at, f"{who} shows a Pomodoro, and none is running")
        old = [each for each in waiting if self._is_old(each, at)]
        shows_other = pet.screen not in _BEFORE_ALL and pet.goes_on_showing(pet.screen, at)
        said = f"{who} shows {pet.screen}, and a break prompt is open"
        self.demand(not (old and shows_other), at, said)

    def _is_just_over(self, ended_at: object, at: int) -> bool:
        """Whether a pet need not have heard of its end."""
        if ended_at is None:
            return False
        ended_ms = datetime.fromisoformat(str(ended_at)).timestamp() * 1_000
        return self._began_ms + at - ended_ms <= _PAUSE_MS

    def _is_old(self, prompt: Json, at: int) -> bool:
        """Whether a pet must have heard of it."""
        return self._began_ms + at - number(prompt, "created_at_ms") > _PAUSE_MS

    def _demand_of_sessions(self, at: int) -> None:
        reported = {document["session_id"] for document in self._stored["focus_reports"]}
        asking = {
            document["session_id"]
            for document in self._stored["break_prompts"]
            if document["resolved_at"] is None
        }
        for document in self._stored["focus_sessions"]:
            id, is_over = document["session_id"], document["status"] == "completed"
            if is_over:
                self.demand(id in reported, at, f"session {id} is over and has no report")
                said = f"session {id} is over, and its break prompt is open"
                self.demand(id not in asking, at, said)
            elif id in self._ended:
                said = f"session {id} was ended at {self._ended[str(id)]} ms, and is not completed"
                self.demand(False, at, said)

    @staticmethod
    def _is_long(since: int, at: int) -> bool:
        return at - since >= _SETTLES_MS


_LOOKED_AT: Mapping[str, tuple[str, ...]] = {
    "focus_sessions": ("session_id", "status"),
    "focus_reports": ("session_id",),
    "break_prompts": ("session_id", "user_id", "resolved_at", "created_at_ms"),
    "pomodoro_sessions": ("user_id", "ended_at"),
}
"""What of a stored document is looked at, by collection."""
