"""What a pet says of presses is what was pressed there, in that order, and not again once heard.

A break prompt is answered by a press while it is the one that the pet was told of last: a short
one of the first button accepts it, all others dismiss it. A Pomodoro is begun by a short press; who
presses again before the server has heard of it has begun one and no more. A pet that has something
to say goes on saying it until it is answered, before it says anything else; and what was answered
it does not say again, not even when it loses its power.

Two things are excused: the power may go in the very moment of the answer, and what was pressed
while the flash was full is kept, or let go of, later (``flashes.py``). A pet that knows the API
document alone has no keys by which to tell what it says again.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import orjson

from simulator.invariants import Hears, Judge, Weighs
from simulator.invariants.exchanges import Exchange
from simulator.invariants.flashes import Flashes
from simulator.invariants.pet_known import BY_DOCUMENT
from simulator.kernel.trace import Event, number, words

_POLL = "GET /api/breaks/prompt/poll"
_COLLECT = "POST /api/devices/pairing/collect"
_ACK = "/api/breaks/prompt/ack"
_START = "/api/breaks/pomodoro/start"
_SAYS = frozenset(("/api/water/ack", _ACK, _START, "/api/breaks/pomodoro/stop"))
_ACCEPTS = "short"

_GOOD, _REFUSED, _HUNDRED = 2, 4, 100
_NO_REFUSAL = (401, 408, 429)
"""What asks to come again, with another token or later."""
_REMEMBERED = 64


@dataclass(slots=True)
class _Hand:
    """What was pressed on one pet, and what it has said of that, in all its lives.

    ``told`` is the prompt that it heard of last, ``insists_on`` the key of what it is saying.
    """

    lives: int = 0
    """How often it has lost its power."""
    told: str | None = None
    pressed: tuple[int, bool] = (-1, False)
    """When somebody pressed last, and whether that accepts."""
    answers: defaultdict[str, set[bool]] = field(default_factory=lambda: defaultdict(set))
    """How each prompt was answered."""
    insists_on: str | None = None
    heard: dict[str, int] = field(default_factory=dict)
    """When the server's answer to a key arrived."""
    begins: set[str] = field(default_factory=set)
    """Keys under which it begins Pomodoros."""
    may_begin: bool = False


class AsPressed(Judge):
    """The judge."""

    name = "as pressed"

    def __init__(self) -> None:
        super().__init__()
        self._flashes = Flashes()
        self._hands: dict[object, _Hand] = {}
        self._told: dict[object, tuple[str | None, int]] = {}
        """By request, which prompt the answer tells of, and in which life."""
        self._said: dict[object, tuple[str, str, int]] = {}
        """By request, where it says what under which key, and in which life."""

    @property
    def hears(self) -> Hears:
        """What is pressed, and what the pet hears."""
        hears: dict[str, Callable[[Event], None]] = {
            "fault": self._flashes.befall,
            "boot": self._boot,
            "unplugged": self._lose_power,
            "press": self._press,
            "answer": self._hear,
            "timeout": self._forget,
            "broken": self._forget,
        }
        return hears

    @property
    def heeds(self) -> Hears:
        """What a pet says."""
        return {f"POST {path}": self._say for path in _SAYS}

    @property
    def weighs(self) -> Weighs:
        """Which prompt is open, and whose the pet is."""
        return {_POLL: self._tell, _COLLECT: self._pair}

    def _boot(self, event: Event) -> None:
        if event.get("version") != BY_DOCUMENT:
            self._hands.setdefault(words(event, "who"), _Hand())

    def _lose_power(self, event: Event) -> None:
        who, at = words(event, "who"), number(event, "at")
        hand = self._hands.get(who)
        if hand is None:
            return
        hand.lives += 1
        hand.told, hand.insists_on = None, None
        hand.heard = {
            key: heard_at
            for key, heard_at in hand.heard.items()
            if heard_at != at and not self._flashes.is_in_doubt(who, heard_at, at)
        }

    def _tell(self, exchange: Exchange) -> None:
        hand = self._hands.get(exchange.who)
        if hand is None:
            return
        prompt_id = exchange.answer["prompt_id"]
        if prompt_id is not None or hand.told is not None:
            which = prompt_id if isinstance(prompt_id, str) else None
            self._told[exchange.id] = which, hand.lives
            if len(self._told) > _REMEMBERED:
                del self._told[next(iter(self._told))]

    def _pair(self, exchange: Exchange) -> None:
        """Whose it becomes has decided nothing yet."""
        hand = self._hands.get(exchange.who)
        if hand is not None and exchange.answer["status"] == "paired":
            hand.insists_on = None

    def _press(self, event: Event) -> None:
        hand = self._hands.get(event["who"])
        if hand is None:
            return
        kind = words(event, "press")
        hand.pressed = number(event, "at"), kind == _ACCEPTS
        if hand.told is not None:
            hand.answers[hand.told].add(kind == _ACCEPTS)
        if kind == _ACCEPTS:
            hand.may_begin = True

    def _hear(self, event: Event) -> None:
        # There are many answers, and of most there is nothing to be learnt.
        if not (self._told or self._said):
            return
        hand = self._hands.get(event["who"])
        if hand is None:
            return
        id, at = event["id"], number(event, "at")
        told = self._told.pop(id, None)
        if told is not None and told[1] == hand.lives:
            self._learn(hand, told[0], at)
        said = self._said.pop(id, None)
        if said is not None and said[2] == hand.lives and _settles(event):
            self._settle(hand, said[0], said[1], at)

    def _forget(self, event: Event) -> None:
        """No answer arrives."""
        self._told.pop(event["id"], None)
        self._said.pop(event["id"], None)

    def _learn(self, hand: _Hand, prompt_id: str | None, at: int) -> None:
        hand.told = prompt_id
        pressed_at, accepts = hand.pressed
        if prompt_id is not None and pressed_at == at:
            # Nobody knows which came first.
            hand.answers[prompt_id].add(accepts)

    def _settle(self, hand: _Hand, path: str, key: str, at: int) -> None:
        hand.heard[key] = at
        if len(hand.heard) > _REMEMBERED:
            del hand.heard[next(iter(hand.heard))]
        if hand.insists_on == key:
            hand.insists_on = None
        if path == _START and hand.pressed[0] < at:
            hand.may_begin = False

    def _say(self, event: Event) -> None:
        hand = self._hands.get(event["who"])
        if hand is None or "copy_of" in event:
            return
        headers, path, at = event["headers"], words(event, "path"), number(event, "at")
        assert isinstance(headers, dict)
        key = str(headers.get("idempotency-key", ""))
        said = f"{event['who']} says {path} under key {key}"
        self.demand(
            key not in hand.heard,
            at,
            f"{said}, which was answered at {hand.heard.get(key)} ms",
        )
        before = hand.insists_on
        self.demand(before in (None, key), at, f"{said}, and {before} is not answered yet")
        hand.insists_on = key
        self._said[event["id"]] = path, key, hand.lives
        if path == _ACK:
            self._compare(hand, event, said)
        elif path == _START and key not in hand.begins:
            hand.begins.add(key)
            self.demand(hand.may_begin, at, f"{said}, and nobody has pressed since the last one")

    def _compare(self, hand: _Hand, event: Event, said: str) -> None:
        """Whether the prompt was answered so."""
        body = orjson.loads(words(event, "body"))
        prompt_id, accepts = body["prompt_id"], body["acknowledged"]
        pressed = hand.answers.get(prompt_id, set())
        how = "somebody answered otherwise" if pressed else "nobody answered there"
        answer = "accepts" if accepts else "dismisses"
        self.demand(
            accepts in pressed,
            number(event, "at"),
            f"{said}: it {answer} prompt {prompt_id}, which {how}",
        )


def _settles(event: Event) -> bool:
    """Whether the server, and not something in between, has said yes or no: then it is done."""
    status = number(event, "status")
    if "by" in event:
        return False
    if status // _HUNDRED == _GOOD:
        return True
    return status // _HUNDRED == _REFUSED and status not in _NO_REFUSAL
