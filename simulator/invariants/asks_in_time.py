"""A pet asks when it was bidden to, and leaves a server alone that does not answer.

After a good answer it asks for the same again when ``next_poll_s`` has passed, or its own period if
it is of the older kind; for a Pomodoro also when the phase ends, or when the server has heard of a
press that begins or ends one. After a failure it waits one to two seconds, and twice as long after
each further one, up to a minute; the first good answer makes it as quick as before. When nothing
good has been heard for five minutes, and something was asked in vain, it makes its link anew. When
it hangs, its watchdog starts it anew within some eight minutes: after its longest pause and a
minute more it is not fed, and bites a minute later. When it has asked for the same three times in
vain, and heard nothing good since, it says that it is offline.

A pet that is refused in so many words asks again in its own period. One whose token was refused
pairs first. One that knows the API document alone has a pace of its own.
"""

from collections.abc import Callable
from typing import cast

from simulator.invariants import Hears, Judge, Objection, Weighs
from simulator.invariants.asking import PACED, ROLES, Asking, Role
from simulator.invariants.exchanges import Exchange
from simulator.invariants.pet_known import BY_DOCUMENT
from simulator.kernel.trace import Event, number, words

_FIRST_MS, _LAST_MS = 2_000, 60_000
"""How long it waits at most after a failure, and after many."""
_LEAST_S, _MOST_S = 1, 300
"""What it believes of ``next_poll_s``."""
_COUNT_OFF_MS = 3_000
"""A reading of the count-down that is nearer to its own count changes nothing."""
_ROUNDING_MS = 2
_SILENT_MS, _MISSED_MS = 345_000, 45_000
"""It looks three times a minute whether it has heard anything in five."""

_BITES_MS = 500_000
_OFFLINE_TRIES, _SEEN_MS = 3, 1_000
_HANGING = ("water", "prompt")
_WAKES = ("/api/breaks/pomodoro/start", "/api/breaks/pomodoro/stop")
_POLLS = tuple(f"GET {path}" for path, role in ROLES.items() if role in PACED)

_GOOD, _REFUSED, _HUNDRED = 2, 4, 100
_UNAUTHORIZED, _TRY_AGAIN = 401, (408, 429)


class AsksInTime(Judge):
    """The judge."""

    name = "asks in time"

    def __init__(self) -> None:
        super().__init__()
        self._is_bidden = False
        self._periods_ms: dict[str, int] = {}
        self._drift_ppm = 0
        self._older: set[str] = set()
        self._pets: dict[str, Asking] = {}
        self._roles: dict[tuple[object, object], Role] = {}
        """By who asks, and where."""
        self._asked: dict[object, Role] = {}
        self._wakes: dict[object, Asking] = {}

    @property
    def hears(self) -> Hears:
        """What a pet asks, and what it hears."""
        hears: dict[str, Callable[[Event], None]] = {
            "world": self._begin,
            "fault": self._befall,
            "boot": self._boot,
            "unplugged": self._unplugged,
            "request": self._ask,
            "answer": self._hear,
            "timeout": self._miss,
            "broken": self._miss,
            "renew_link": self._renew,
            "screen": self._see,
        }
        return hears

    @property
    def weighs(self) -> Weighs:
        """What the server says of the next poll."""
        return dict.fromkeys(_POLLS, self._bid)

    def conclude(self, at: int) -> None:
        """Nobody has fallen silent."""
        for who in list(self._pets):
            self._leave(who, at)

    def _begin(self, event: Event) -> None:
        scenario, faults = event["scenario"], event.get("faults")
        assert isinstance(scenario, dict)
        device = scenario.get("device", {})
        self._is_bidden = device.get("polling") == "next"
        self._periods_ms = {role: device.get(f"{role}_poll_s", 0) * 1000 for role in PACED}
        wrong = faults.get("device", {}) if isinstance(faults, dict) else {}
        self._drift_ppm = wrong.get("drift_ppm", 0)

    def _befall(self, event: Event) -> None:
        if event["fault"] == "older":
            self._older.add(words(event, "who"))
        pet = self._pets.get(words(event, "who")) if event["fault"] == "stuck" else None
        if pet is not None:
            if pet.hung_at is None:
                pet.hung_at = number(event, "at")
            for role in pet.roles.values():
                if role.name in _HANGING:
                    role.heard_at = None

    def _boot(self, event: Event) -> None:
        if event.get("version") == BY_DOCUMENT:
            return
        who, at = words(event, "who"), number(event, "at")
        pet = self._pets[who] = Asking(who, at)
        is_bidden = self._is_bidden and who not in self._older
        for path, name in ROLES.items():
            role = Role(pet, name, self._periods_ms.get(name, 0), is_bidden)
            self._roles[who, path] = pet.roles.setdefault(name, role)

    def _unplugged(self, event: Event) -> None:
        self._leave(words(event, "who"), number(event, "at"))

    def _leave(self, who: str, at: int) -> None:
        pet = self._pets.pop(who, None)
        if pet is None:
            return
        self._demand_link(pet, at)
        self._demand_sign(pet, at)
        if pet.hung_at is not None:
            said = f"{who} hangs since {pet.hung_at} ms, and is not started anew"
            self.demand(at - pet.hung_at <= _BITES_MS, at, said)
        for role in pet.roles.values():
            self._demand_no_silence(role, at)
            role.under_way = None
        for path in ROLES:
            self._roles.pop((who, path), None)

    def _ask(self, event: Event) -> None:
        role = self._roles.get((event["who"], event["path"]))
        if role is None:
            if event["path"] in _WAKES:
                self._ask_for_timer(event)
            return
        if "copy_of" in event:
            return
        # There are too many to ask each field what it is.
        at, heard_at = cast("int", event["at"]), role.heard_at
        if heard_at is not None:
            self.cases += 1
            waited_ms = at - heard_at
            if not role.least_ms <= waited_ms <= role.most_ms:
                self._judge(role, at, waited_ms)
            role.heard_at = None
        role.under_way = id = event["id"]
        role.asked_at = at
        if not role.pet.is_paired and role.name in PACED:
            role.pet.is_paired = True
        self._asked[id] = role

    def _ask_for_timer(self, event: Event) -> None:
        pet = self._pets.get(words(event, "who"))
        if pet is not None and "copy_of" not in event:
            self._wakes[event["id"]] = pet

    def _judge(self, role: Role, at: int, waited_ms: int) -> None:
        slack_ms = self._slack_ms(waited_ms)
        is_early = waited_ms < role.least_ms - slack_ms and not self._may_hurry(role, at)
        if is_early or waited_ms > role.most_ms + slack_ms:
            self._object(role, at, f"after {waited_ms} ms")

    @staticmethod
    def _may_hurry(role: Role, at: int) -> bool:
        """Whether there is another reason to ask again: a press was heard of, a phase ends."""
        if role.name != "pomodoro":
            return False
        has_ended = role.ends_at is not None and at >= role.ends_at - _COUNT_OFF_MS
        return has_ended or role.pet.woken_at >= role.asked_at

    def _demand_no_silence(self, role: Role, at: int) -> None:
        if role.heard_at is None:
            return
        waited_ms = at - role.heard_at
        if waited_ms > role.most_ms + self._slack_ms(waited_ms):
            self._object(role, at, f"not for {waited_ms} ms")

    def _object(self, role: Role, at: int, how: str) -> None:
        tried = f" when {role.tries} tries were in vain" if role.tries else ""
        should = f"{role.least_ms} to {role.most_ms} ms" if tried else f"{role.most_ms} ms"
        said = f"{role.pet.who} asks for its {role.name} again {how}, and should after {should}"
        self.objections.append(Objection(at, said + tried))

    def _slack_ms(self, span_ms: int) -> int:
        """By how much a pet's clock may be wrong after so long."""
        return _ROUNDING_MS - (-span_ms * self._drift_ppm // 1_000_000)

    def _bid(self, exchange: Exchange) -> None:
        role = self._asked.get(exchange.id)
        if role is not None:
            role.answer = exchange.answer

    def _hear(self, event: Event) -> None:
        id = event["id"]
        role = self._asked.pop(id, None)
        if role is None:
            if id in self._wakes:
                self._wakes.pop(id).woken_at = number(event, "at")
            return
        if role.under_way != id:
            return
        role.under_way = None
        at, status = cast("int", event["at"]), cast("int", event["status"])
        if status // _HUNDRED == _GOOD:
            self._hear_good(role, at)
        elif status == _UNAUTHORIZED:
            self._lose_token(role.pet)
        elif status // _HUNDRED == _REFUSED and status not in _TRY_AGAIN and "by" not in event:
            self._be_refused(role, at)
        else:
            self._fail(role, at)

    def _hear_good(self, role: Role, at: int) -> None:
        pet = role.pet
        if pet.missed_at is not None:
            self._demand_link(pet, at)
            self._demand_sign(pet, at)
            pet.missed_at = None
        pet.heard_at = at
        role.tries = 0
        if role.name not in PACED or not pet.is_paired:
            return
        ms = role.period_ms
        if role.is_bidden:
            bidden = cast("int", role.answer["next_poll_s"])
            ms = min(max(bidden, _LEAST_S), _MOST_S) * 1000
        role.heard_at, role.least_ms, role.most_ms = at, ms, ms
        if role.name == "pomodoro":
            left = role.answer.get("seconds_remaining")
            role.ends_at = at + left * 1000 if isinstance(left, int) else None

    def _be_refused(self, role: Role, at: int) -> None:
        if role.name == "pairing":
            return
        self._count_miss(role, at)
        if role.pet.is_paired:
            role.heard_at, role.most_ms = at, max(role.period_ms, _LAST_MS)
            role.least_ms = min(role.period_ms, _FIRST_MS // 2)
            role.tries = None

    def _miss(self, event: Event) -> None:
        id = event["id"]
        self._wakes.pop(id, None)
        role = self._asked.pop(id, None)
        if role is not None and role.under_way == id:
            role.under_way = None
            self._fail(role, number(event, "at"))

    def _fail(self, role: Role, at: int) -> None:
        self._count_miss(role, at)
        if role.name in PACED and role.tries is not None and role.pet.is_paired:
            most_ms = min(_FIRST_MS << role.tries, _LAST_MS)
            role.heard_at, role.least_ms, role.most_ms = at, most_ms // 2, most_ms
            role.tries += 1
            if role.tries == _OFFLINE_TRIES and role.pet.alone_since is None:
                role.pet.alone_since = at

    def _see(self, event: Event) -> None:
        pet, scene = self._pets.get(words(event, "who")), event["scene"]
        if pet is not None:
            assert isinstance(scene, list)
            pet.says_offline = pet.says_offline or scene[3] is True

    def _demand_sign(self, pet: Asking, at: int) -> None:
        """It has said that it is offline if it was so for a second until now."""
        since = pet.alone_since
        if since is not None and at > since + _SEEN_MS:
            said = f"{pet.who} has asked three times in vain by {since} ms, and does not say so"
            self.demand(pet.says_offline, at, said)
        pet.alone_since, pet.says_offline = None, False

    def _lose_token(self, pet: Asking) -> None:
        pet.is_paired, pet.hung_at = False, None
        for role in pet.roles.values():
            role.heard_at, role.tries = None, None

    def _count_miss(self, role: Role, at: int) -> None:
        if role.pet.missed_at is None:
            role.pet.missed_at = at

    def _renew(self, event: Event) -> None:
        pet = self._pets.get(words(event, "who"))
        if pet is not None:
            pet.renewed_at = number(event, "at")

    def _demand_link(self, pet: Asking, at: int) -> None:
        """The link was made anew if nothing good was heard for long until now."""
        heard_at, missed_at, renewed_at = pet.heard_at, pet.missed_at, pet.renewed_at
        if missed_at is None or at < max(heard_at + _SILENT_MS, missed_at + _MISSED_MS):
            return
        is_renewed = renewed_at is not None and renewed_at > heard_at
        said = f"{pet.who} has heard nothing good since {heard_at} ms, and keeps its link"
        self.demand(is_renewed, at, said)
