"""The screen of a pet shows the most urgent of what it was told, and nothing else.

What that is stands in ``pet_known.py``. A press answers what is shown: a short one of the first
button a prompt, a reminder, a sentence and a Pomodoro, a long one a prompt; one of the second
button a prompt and a sentence, and where there is nothing to answer it asks for the status, which
any press puts away. What was answered does not come back, not even to a pet that lost its power
meanwhile. Between two answers the minutes of a Pomodoro are counted down by the pet itself. What
the status says is true (``status_lines.py``). A pet that is offline reminds by itself, when it may
and when it must (``alone.py``).

An answer that arrives, and a press, are seen within a second. A pet without power knows nothing;
its code, whether it is paired and what was answered it knows again when it has power. A pet that is
paired for another person knows nothing of the former one. Some things may be gone with the power:
what was pressed while the flash was full (``flashes.py``), and what was pressed in the very moment
when the power went; a code that came, or went, in that moment may be gone, or there, too. A pet
that knows the API document alone knows nothing again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from petcore.ports.zones import Zones
from simulator.invariants import Hears, Judge, Objection, Receives
from simulator.invariants.alone import OWN, Alone
from simulator.invariants.exchanges import Exchange
from simulator.invariants.flashes import Flashes
from simulator.invariants.pet_known import (
    BY_DOCUMENT,
    SEEN_MS,
    Pet,
    take_code,
    take_pomodoro,
    take_prompt,
    take_reminder,
    take_sentence,
    take_token,
)
from simulator.invariants.schedules import schedule_of
from simulator.invariants.status_lines import Facts, fault
from simulator.kernel.trace import Event, Json, number, words

_GONE = (404, 410)
_SCHEDULE, _POLL = "GET /api/water/schedule", "GET /api/water/poll"
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class _Kept:
    """What a pet knows again when it has power: its code, whose it is, what was answered."""

    code: str | None
    user_id: str = ""
    over: dict[str, int] = field(default_factory=dict)
    doubted: dict[str, None] = field(default_factory=dict)
    doubted_code: str | None = None


class ScreenTellsTruth(Judge):
    """The judge."""

    name = "screen tells truth"

    def __init__(self, zones: Zones) -> None:
        super().__init__()
        self._zones = zones
        self._began = _LONG_AGO
        self._pets: dict[str, Pet] = {}
        self._made: dict[str, tuple[str, str]] = {}
        """Address of the server and version of each pet."""
        self._code_at_boot: str | None = None
        self._kept: dict[str, _Kept] = {}
        self._cut_until = 0
        self._drift_ppm = 0
        self._flashes = Flashes()
        self._takers: dict[str, Callable[[Pet, Json, int], None]] = {
            _POLL: take_reminder,
            _SCHEDULE: self._take_schedule,
            "GET /api/breaks/prompt/poll": take_prompt,
            "GET /api/breaks/pomodoro/active": take_pomodoro,
            "GET /api/breaks/pomodoro/status": take_pomodoro,
            "POST /api/encouragement/message": take_sentence,
            "POST /api/devices/pairing": take_code,
            "POST /api/devices/pairing/collect": take_token,
        }

    @property
    def hears(self) -> Hears:
        """What a pet lives through."""
        return {
            "world": self._begin,
            "boot": self._boot,
            "unplugged": self._unplugged,
            "cut": self._cut,
            "heals": self._heal,
            "fault": self._flashes.befall,
            "press": self._press,
            "screen": self._screen,
        }

    @property
    def heeds(self) -> Hears:
        """With which key it polls."""
        return {_POLL: self._ask}

    @property
    def receives(self) -> Receives:
        """What it is told."""
        return dict.fromkeys(self._takers, self._answer)

    def conclude(self, at: int) -> None:
        """The last look at every screen."""
        for who, pet in self._pets.items():
            self._look(who, pet, at)

    def _begin(self, event: Event) -> None:
        scenario = event["scenario"]
        assert isinstance(scenario, dict)
        self._drift_ppm = _drift_ppm(event)
        self._code_at_boot = "" if scenario.get("door") == "locked" else None
        if "date" in scenario:
            zone = self._zones.zone(scenario["zone"])
            midnight = datetime.combine(date.fromisoformat(scenario["date"]), time(), zone)
            self._began = midnight.astimezone(UTC)

    def _boot(self, event: Event) -> None:
        at, who = number(event, "at"), words(event, "who")
        kept = self._kept.setdefault(who, _Kept(self._code_at_boot))
        self._made[who] = str(event.get("address")), str(event.get("version"))
        self._pets[who] = Pet(
            lives_from=at,
            wrong_since=at,
            alone=Alone(self._began, drift_ppm=self._drift_ppm),
            code=kept.code,
            user_id=kept.user_id,
            over=dict(kept.over),
            doubted=dict.fromkeys(kept.doubted),
            doubted_code=kept.doubted_code,
            by_document=event.get("version") == BY_DOCUMENT,
        )

    def _unplugged(self, event: Event) -> None:
        who = words(event, "who")
        pet = self._pets.pop(who, None)
        if pet is not None:
            self._look(who, pet, number(event, "at"))
            self._kept[who] = self._kept_by(who, pet, number(event, "at"))

    def _kept_by(self, who: str, pet: Pet, dark_at: int) -> _Kept:
        if pet.by_document:
            return _Kept(pet.code, pet.user_id)
        # Of a press just before that nobody knows whether the pet has felt it.
        doubted = dict.fromkeys(
            id
            for id, at in pet.over.items()
            if id == pet.pressed or self._flashes.is_in_doubt(who, at, dark_at)
        )
        answered = {id: at for id, at in pet.over.items() if id not in doubted}
        code, heard_at = pet.code_before or (None, -1)
        doubted_code = code if heard_at == dark_at else None
        doubted = dict.fromkeys([*pet.doubted, *doubted])
        return _Kept(pet.code, pet.user_id, answered, doubted, doubted_code)

    def _heal(self, event: Event) -> None:
        self._cut_until = min(self._cut_until, number(event, "at"))
        self._flashes.heal(number(event, "at"))

    def _cut(self, event: Event) -> None:
        self._cut_until = number(event, "until")

    def _ask(self, event: Event) -> None:
        pet = self._pets.get(words(event, "who"))
        if pet is not None and "copy_of" not in event:
            headers = event["headers"]
            assert isinstance(headers, dict)
            pet.poll(headers.get("idempotency-key"), number(event, "at"))

    def _answer(self, exchange: Exchange, at: int) -> None:
        pet = self._pets.get(exchange.who)
        if pet is None or exchange.asked_at < pet.lives_from:
            return
        self._look(exchange.who, pet, at)
        pet.has_room = not self._flashes.is_full(exchange.who, at)
        if exchange.is_done:
            self._takers[exchange.operation](pet, exchange.answer, at)
        elif exchange.status in _GONE:
            _take_refusal(pet, exchange.operation, at)
        _compare(pet, at)

    def _take_schedule(self, pet: Pet, answer: Json, at: int) -> None:
        pet.alone.learn(schedule_of(answer, self._zones), at)

    def _press(self, event: Event) -> None:
        who, at = words(event, "who"), number(event, "at")
        pet = self._pets.get(who)
        if pet is not None:
            self._look(who, pet, at)
            pet.press(words(event, "press"), at, has_link=at >= self._cut_until)
            _compare(pet, at)

    def _screen(self, event: Event) -> None:
        who, at, scene = words(event, "who"), number(event, "at"), event["scene"]
        assert isinstance(scene, list)
        pet = self._pets.get(who)
        if pet is None:
            return self.demand(False, at, f"{who} has no power and shows {scene}")
        self._look(who, pet, at)
        pet.see(tuple(scene[:3]))
        pet.wrong_since, pet.is_forgiven = None, False
        pet.pressed = None
        pet.alone.say(at, is_offline=scene[3] is True)
        if pet.shown == OWN and pet.code is None and pet.reminder is None:
            self._remind_alone(who, pet, at)
        pet.alone.hide(at, is_hidden=scene[0] == "BREAK_PROMPT")
        is_true = pet.tells_truth(at)
        pet.is_forgiven = not is_true
        self.demand(is_true, at, f"{who} shows {scene[:3]}, but {pet.truth(at)}")
        if is_true and scene[0] == "STATUS":
            self._read_status(who, pet, at)
        return None

    def _remind_alone(self, who: str, pet: Pet, at: int) -> None:
        why_not = pet.alone.why_not(at)
        self.demand(not why_not, at, f"{who} reminds by itself, {why_not}")
        pet.reminder = OWN
        pet.alone.remind(at)

    def _read_status(self, who: str, pet: Pet, at: int) -> None:
        assert pet.status is not None
        address, version = self._made[who]
        facts = Facts(
            has_link=pet.status[1],
            address=address,
            version=version,
            minutes=pet.alone.minutes(at),
            knows_time=pet.alone.knows_time,
            code=pet.code,
        )
        wrong = fault(pet.shown[2], facts)
        self.demand(not wrong, at, f"the status of {who} is wrong: {wrong}")

    def _look(self, who: str, pet: Pet, at: int) -> None:
        """Whether the screen has been right until now. What was objected to once is left alone."""
        if pet.is_forgiven:
            return
        if pet.wrong_since is not None:
            is_wrong, since = at - pet.wrong_since > SEEN_MS, pet.wrong_since + SEEN_MS
        else:
            is_wrong, since = not pet.tells_truth(at), at
        if is_wrong:
            pet.is_forgiven = True
            words = f"{who} goes on showing {list(pet.shown)}, but {pet.truth(since)}"
            self.objections.append(Objection(since, words))
        elif pet.reminder is None and pet.code is None and pet.alone.must_by(at):
            pet.alone.acknowledge(at)  # once in an interval is enough to be said
            self.objections.append(Objection(at, f"{who} is offline and does not remind"))


def _drift_ppm(world: Event) -> int:
    """By how many millionths a pet's clock may be wrong in this world."""
    faults = world.get("faults")
    device = faults.get("device") if isinstance(faults, dict) else None
    drift_ppm = device.get("drift_ppm", 0) if isinstance(device, dict) else 0
    return drift_ppm if isinstance(drift_ppm, int) else 0


def _take_refusal(pet: Pet, operation: str, at: int) -> None:
    if operation.endswith("/status"):
        pet.pomodoro = pet.doubted_timer = None
    elif operation.endswith("/collect"):
        pet.code_before, pet.doubted_code = (pet.code, at), None
        pet.code = ""
    elif operation == _SCHEDULE:
        pet.alone.learn(None, at)


def _compare(pet: Pet, at: int) -> None:
    """Something was learnt: from now on the screen may be wrong for a second."""
    if pet.tells_truth(at):
        pet.wrong_since = None
    elif pet.wrong_since is None:
        pet.wrong_since = at
