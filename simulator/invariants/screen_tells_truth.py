"""The screen of a pet shows the most urgent of what it was told, and nothing else.

In this order: the code with which it pairs, while it has to and has no token, or none before the
server gave one; a break prompt that nobody has answered, a reminder that nobody has acknowledged, a
sentence for ten seconds (an encouragement, or the end of a Pomodoro), the Pomodoro, and when there
is none of these, nothing. A press answers what is shown: a short one a prompt, a reminder, a
sentence and a Pomodoro, a long one a prompt only. What was answered does not come back. Between two
answers the minutes of a Pomodoro are counted down by the pet itself.

An answer that arrives, and a press, are seen within a second. A pet without power knows nothing;
its code and whether it is paired it knows again when it has power. A pet that is paired for another
person knows nothing of the former one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.invariants import EVERY, Hears, Judge, Objection, Weighs
from simulator.invariants.arrivals import Arrivals
from simulator.invariants.exchanges import Exchange
from simulator.kernel.trace import Event, Json, number, words

_SEEN_MS = 1_000
_SENTENCE_MS = 10_000
_MINUTE_MS = 60_000
_MINUTES_OFF = 1
_GONE = (404, 410)
_REMEMBERED = 64
"""Prompts and Pomodoros that were answered or are over."""

Shown = tuple[object, ...]
"""Screen, title and detail."""


@dataclass(slots=True)
class _Pet:
    """What the judge knows of one pet since it has power."""

    lives_from: int
    wrong_since: int | None
    shown: Shown = ()
    is_forgiven: bool = False
    code: str | None = None
    user_id: str = ""
    prompt: tuple[str, Shown] | None = None
    reminder: Shown | None = None
    sentence: tuple[str, int] | None = None
    pomodoro: tuple[str, str, int] | None = None
    over: dict[str, None] = field(default_factory=dict)

    def finish(self, id: str) -> None:
        """Write down that a prompt or Pomodoro has been answered or is over."""
        self.over[id] = None
        if len(self.over) > _REMEMBERED:
            del self.over[next(iter(self.over))]

    def forget(self) -> None:
        """Write down that it is another person's now."""
        self.prompt = self.reminder = self.sentence = self.pomodoro = None
        self.over = {}

    def tells_truth(self, at: int) -> bool:
        """Whether what is shown is what should be."""
        if self.code is not None:
            return self.shown == ("PAIRING", self.code, "")
        if self.prompt is not None:
            return self.shown == self.prompt[1]
        if self.reminder is not None:
            return self.shown == self.reminder
        if self.sentence is not None:
            text, said_at = self.sentence
            if self.shown == ("MESSAGE", "", text):
                return at - said_at <= _SENTENCE_MS + _SEEN_MS
            if at - said_at < _SENTENCE_MS:
                return False
        return self._tells_time(at)

    def _tells_time(self, at: int) -> bool:
        if self.pomodoro is None:
            return self.shown == ("IDLE", "", "")
        _, phase, _ = self.pomodoro
        if self.shown[:2] != ("POMODORO_TIMER", phase):
            return False
        minutes = self.shown[2]
        return isinstance(minutes, int) and abs(minutes - self._minutes(at)) <= _MINUTES_OFF

    def _minutes(self, at: int) -> int:
        """Minutes that are left of the phase, a begun one counted."""
        return -(-max(0, self.pomodoro[2] - at) // _MINUTE_MS) if self.pomodoro else 0

    def truth(self, at: int) -> str:
        """What should be shown, for people."""
        if self.code is not None:
            return f"it pairs with the code {self.code!r}"
        if self.prompt is not None:
            return f"break prompt {self.prompt[0]} {self.prompt[1]} is open"
        if self.reminder is not None:
            return f"a reminder {self.reminder} is open"
        if self.sentence is not None and at - self.sentence[1] < _SENTENCE_MS:
            return f"{self.sentence[0]!r} was said {at - self.sentence[1]} ms ago"
        if self.pomodoro is None:
            return "there is nothing to show"
        session_id, phase, _ = self.pomodoro
        return f"Pomodoro {session_id} is in phase {phase} with {self._minutes(at)} minutes left"


class ScreenTellsTruth(Judge):
    """The judge."""

    name = "screen tells truth"

    def __init__(self) -> None:
        super().__init__()
        self._arrivals = Arrivals()
        self._pets: dict[str, _Pet] = {}
        self._code_at_boot: str | None = None
        self._kept: dict[str, tuple[str | None, str]] = {}
        self._takers: dict[str, Callable[[_Pet, Json, int], None]] = {
            "GET /api/water/poll": _take_reminder,
            "GET /api/breaks/prompt/poll": _take_prompt,
            "GET /api/breaks/pomodoro/active": _take_pomodoro,
            "GET /api/breaks/pomodoro/status": _take_pomodoro,
            "POST /api/encouragement/message": _take_sentence,
            "POST /api/devices/pairing": _take_code,
            "POST /api/devices/pairing/collect": _take_token,
        }

    @property
    def hears(self) -> Hears:
        """What a pet lives through."""
        return {
            "world": self._begin,
            "boot": self._boot,
            "unplugged": self._unplugged,
            "answer": self._answer,
            "press": self._press,
            "screen": self._screen,
        }

    @property
    def weighs(self) -> Weighs:
        """What is on its way to a pet."""
        return {EVERY: self._depart}

    def _depart(self, exchange: Exchange) -> None:
        if exchange.operation in self._takers and not exchange.is_strangers:
            self._arrivals.depart(exchange)

    def conclude(self, at: int) -> None:
        """The last look at every screen."""
        for who, pet in self._pets.items():
            self._look(who, pet, at)

    def _begin(self, event: Event) -> None:
        scenario = event["scenario"]
        is_locked = isinstance(scenario, dict) and scenario.get("door") == "locked"
        self._code_at_boot = "" if is_locked else None

    def _boot(self, event: Event) -> None:
        at, who = number(event, "at"), words(event, "who")
        code, user_id = self._kept.get(who, (self._code_at_boot, ""))
        self._pets[who] = _Pet(lives_from=at, wrong_since=at, code=code, user_id=user_id)

    def _unplugged(self, event: Event) -> None:
        pet = self._pets.pop(words(event, "who"), None)
        if pet is not None:
            self._look(words(event, "who"), pet, number(event, "at"))

    def _answer(self, event: Event) -> None:
        exchange = self._arrivals.arrive(event)
        if exchange is None:
            return
        pet, at = self._pets.get(exchange.who), number(event, "at")
        if pet is None or exchange.asked_at < pet.lives_from:
            return
        self._look(exchange.who, pet, at)
        if exchange.is_done:
            self._takers[exchange.operation](pet, exchange.answer, at)
        elif exchange.operation.endswith("/status") and exchange.status in _GONE:
            pet.pomodoro = None
        elif exchange.operation.endswith("/collect") and exchange.status in _GONE:
            pet.code = ""
        self._kept[exchange.who] = (pet.code, pet.user_id)
        _compare(pet, at)

    def _press(self, event: Event) -> None:
        who, at = words(event, "who"), number(event, "at")
        pet = self._pets.get(who)
        if pet is not None:
            self._look(who, pet, at)
            _take_press(pet, words(event, "press"))
            _compare(pet, at)

    def _screen(self, event: Event) -> None:
        who, at, scene = words(event, "who"), number(event, "at"), event["scene"]
        assert isinstance(scene, list)
        pet = self._pets.get(who)
        if pet is None:
            return self.demand(False, at, f"{who} has no power and shows {scene}")
        self._look(who, pet, at)
        pet.shown, pet.wrong_since, pet.is_forgiven = tuple(scene[:3]), None, False
        is_true = pet.tells_truth(at)
        pet.is_forgiven = not is_true
        return self.demand(is_true, at, f"{who} shows {scene[:3]}, but {pet.truth(at)}")

    def _look(self, who: str, pet: _Pet, at: int) -> None:
        """Whether the screen has been right until now. What was objected to once is left alone."""
        if pet.is_forgiven:
            return
        if pet.wrong_since is not None:
            is_wrong, since = at - pet.wrong_since > _SEEN_MS, pet.wrong_since + _SEEN_MS
        else:
            is_wrong, since = not pet.tells_truth(at), at
        if is_wrong:
            pet.is_forgiven = True
            words = f"{who} goes on showing {list(pet.shown)}, but {pet.truth(since)}"
            self.objections.append(Objection(since, words))


def _compare(pet: _Pet, at: int) -> None:
    """Something was learnt: from now on the screen may be wrong for a second."""
    if pet.tells_truth(at):
        pet.wrong_since = None
    elif pet.wrong_since is None:
        pet.wrong_since = at


def _take_reminder(pet: _Pet, answer: Json, at: int) -> None:
    if answer["remind_now"] is True:
        pet.reminder = ("WATER_DROP", *_texts(answer))


def _take_prompt(pet: _Pet, answer: Json, at: int) -> None:
    prompt_id = str(answer["prompt_id"])
    is_open = answer["show_prompt"] is True and prompt_id not in pet.over
    pet.prompt = (prompt_id, ("BREAK_PROMPT", *_texts(answer))) if is_open else None


def _take_pomodoro(pet: _Pet, answer: Json, at: int) -> None:
    session_id, seconds = str(answer["session_id"]), answer["seconds_remaining"]
    if answer.get("active") is False:
        pet.pomodoro = None
    elif session_id in pet.over:
        return
    elif answer["phase"] == "completed":
        pet.finish(session_id)
        pet.pomodoro, pet.sentence = None, (_texts(answer)[1], at)
    else:
        assert isinstance(seconds, int)
        pet.pomodoro = (session_id, str(answer["phase"]), at + seconds * 1000)


def _take_code(pet: _Pet, answer: Json, at: int) -> None:
    pet.code = str(answer["user_code"])


def _take_token(pet: _Pet, answer: Json, at: int) -> None:
    if answer["status"] == "paired":
        if pet.user_id != answer["user_id"]:
            pet.forget()
        pet.code, pet.user_id = None, str(answer["user_id"])


def _take_sentence(pet: _Pet, answer: Json, at: int) -> None:
    pet.sentence = (str(answer["message"]), at)


def _take_press(pet: _Pet, press: str) -> None:
    """Drop what the person has answered."""
    screen, is_short = pet.shown[:1], press == "short"
    if screen == ("BREAK_PROMPT",) and pet.prompt is not None:
        pet.finish(pet.prompt[0])
        pet.prompt = None
    elif screen == ("WATER_DROP",) and is_short:
        pet.reminder = None
    elif screen == ("MESSAGE",) and is_short:
        pet.sentence = None
    elif screen == ("POMODORO_TIMER",) and is_short and pet.pomodoro is not None:
        pet.finish(pet.pomodoro[0])
        pet.pomodoro = None


def _texts(answer: Json) -> tuple[str, str]:
    """Title and message of what an answer wants shown."""
    payload = answer["payload"]
    assert isinstance(payload, dict)
    return payload["title"], payload["message"]
