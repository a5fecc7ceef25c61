"""What the server says it has done is what was asked for, and it goes on saying so. What a person
asked for by a press, and the pet accepted, reaches the server: once, and nothing else does. By a
key that has done one thing no other is done.

Other judges take the answer at its word; this one holds it against the request.

A reading tells of some moment between its question and its answer: of schedules that were stored
meanwhile, or came to no end (``wishes``), it may tell of any. While words to the pet that came
after the last schedule are open, which may be any schedule, it is not judged.
"""

from collections import defaultdict
from collections.abc import Callable

from simulator.invariants import EVERY, Hears, Judge, Weighs
from simulator.invariants.exchanges import TALK, Exchange
from simulator.invariants.newest import Newest
from simulator.invariants.pet_known import BY_DOCUMENT
from simulator.invariants.presses import ANSWERS, Presses
from simulator.invariants.repeats import Bound, Repeats
from simulator.invariants.wishes import Wishes
from simulator.kernel.trace import Event, Json, number, words

_SCHEDULE = "POST /api/water/schedule"
_PARTS = {
    _SCHEDULE: "schedule",
    "POST /api/stress/session/start": "session",
    "POST /api/breaks/pomodoro/start": "session",
    "POST /api/breaks/preferences/stress-prompts": "",
}
"""Operations that answer with what was asked: in which part of the answer, "" for all of it."""

_UNTOLD = ("watch",)
"""What no answer repeats; ``true_pulse`` judges whether it is done."""


class DoneAsAsked(Judge):
    """The judge."""

    name = "done as asked"

    def __init__(self) -> None:
        super().__init__()
        self._repeats, self._bound = Repeats(), Bound()
        self._wishes = Wishes(_SCHEDULE, *TALK)
        self._schedules: defaultdict[object, Newest[Json]] = defaultdict(Newest)
        self._presses = Presses()
        self._pets: set[str] = set()
        self._cut_until = 0

    @property
    def hears(self) -> Hears:
        """What a person does with a pet, and what becomes of it."""
        hears: dict[str, Callable[[Event], None]] = {
            "boot": self._boot,
            "unplugged": self._unplugged,
            "cut": self._cut,
            "heals": self._heal,
            "fault": self._presses.flashes.befall,
            "press": self._press,
            "screen": self._screen,
        }
        return hears

    @property
    def heeds(self) -> Hears:
        """What is asked."""
        return self._wishes.heeds

    @property
    def weighs(self) -> Weighs:
        """Every answer that repeats what was asked is a case, every reading of a schedule, every
        press, and every key that comes with something else than before.
        """
        return {
            EVERY: self._look_at_key,
            **self._wishes.weighs,
            **dict.fromkeys(_PARTS, self._compare),
            "GET /api/water/schedule": self._read_schedule,
            **dict.fromkeys(ANSWERS.values(), self._hear_press),
            "POST /api/devices/pairing/collect": self._pair,
        }

    def conclude(self, at: int) -> None:
        """What was pressed long ago has been delivered."""
        for who, operation, pressed_at in self._presses.lost(at, self._cut_until):
            words = f"{who} accepted a press and never delivered it: {operation}"
            self.demand(False, pressed_at, words)

    def _boot(self, event: Event) -> None:
        who = words(event, "who")
        if event.get("version") == BY_DOCUMENT:
            return
        self._pets.add(who)
        self._presses.boot(who, number(event, "at"))

    def _unplugged(self, event: Event) -> None:
        self._presses.lose_power(words(event, "who"), number(event, "at"))

    def _heal(self, event: Event) -> None:
        self._cut_until = min(self._cut_until, number(event, "at"))

    def _cut(self, event: Event) -> None:
        self._cut_until = number(event, "until")

    def _press(self, event: Event) -> None:
        if words(event, "who") in self._pets:
            at = number(event, "at")
            self._presses.press(words(event, "who"), words(event, "press"), at)

    def _screen(self, event: Event) -> None:
        scene = event["scene"]
        assert isinstance(scene, list)
        self._presses.show(words(event, "who"), str(scene[0]), number(event, "at"))

    def _hear_press(self, exchange: Exchange) -> None:
        # Who is no pet needs no button.
        if exchange.who in self._pets and not self._repeats.is_repeat(exchange):
            self.demand(
                self._presses.deliver(exchange),
                exchange.at,
                f"request {exchange.id} of {exchange.who}, {exchange.operation}: nobody has "
                f"pressed, or it is delivered a second time with another key, {exchange.key}",
            )

    def _look_at_key(self, exchange: Exchange) -> None:
        if exchange.key is not None and self._bound.is_elsewhere(exchange):
            self.demand(
                not exchange.is_done,
                exchange.at,
                f"request {exchange.id} of {exchange.who}, {exchange.operation}: it was done, "
                f"though its key, {exchange.key}, has done something else before",
            )

    def _pair(self, exchange: Exchange) -> None:
        if exchange.answer["status"] == "paired":
            self._presses.pair(exchange.who, exchange.text("user_id"))

    def _compare(self, exchange: Exchange) -> None:
        part = _PARTS[exchange.operation]
        done = exchange.answer[part] if part else exchange.answer
        assert isinstance(done, dict)
        for name, wish in exchange.asked.items():
            if wish is not None and name not in _UNTOLD:
                self._demand(done.get(name) == wish, exchange, name, wish, done.get(name))
        if exchange.operation == _SCHEDULE and not self._repeats.is_repeat(exchange):
            since = self._wishes.since(exchange)
            self._schedules[done["user_id"]].keep(done, since, exchange.at)

    def _read_schedule(self, exchange: Exchange) -> None:
        user_id, asked_at = str(exchange.asked["user_id"]), exchange.asked_at
        schedules = self._schedules[user_id]
        open_ones = [
            wish
            for wish in self._wishes.open(_SCHEDULE, *TALK)
            if wish.text("user_id") == user_id and not schedules.overwrites(wish.ends_at)
        ]
        held = [each.what for each in schedules.held(asked_at)]
        if not held or any(wish.operation in TALK for wish in open_ones):
            return
        perhaps = [*held[1:], *({**held[0], **wish.asked} for wish in open_ones)]
        if any(self._says(each, exchange) for each in perhaps):
            return
        for name, fact in held[0].items():
            given = exchange.answer.get(name)
            self._demand(given == fact, exchange, name, fact, given)

    @staticmethod
    def _says(schedule: Json, exchange: Exchange) -> bool:
        return all(exchange.answer.get(name) == fact for name, fact in schedule.items())

    def _demand(
        self, kept: bool, exchange: Exchange, name: str, wanted: object, given: object
    ) -> None:
        self.demand(
            kept,
            exchange.at,
            f"request {exchange.id} of {exchange.who}, {exchange.operation}: {name} should be "
            f"{wanted!r}, the server says {given!r}",
        )
