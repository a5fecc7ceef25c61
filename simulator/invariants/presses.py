"""What a person answered by a press, and whether the server heard of it: each thing once.

A press counts when the screen has gone on to something else: then the pet has accepted it, and
delivers it under one key, however often it must try, also when it loses its power meanwhile. One
that has no room for it does not go on. Only what was pressed while its flash was full may be gone
with the power (``flashes.py``). What was pressed is known by how many there were, since a press
says neither a key nor an id.

A pet that knows the API document alone is not judged: it has no keys, so what it says again may be
heard twice, and the document wants it to try no longer than it likes.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from simulator.invariants.exchanges import Exchange
from simulator.invariants.flashes import Flashes

_ACCEPTED_MS = 1_000
_DELIVERED_MS = 900_000
"""How long after a press it must have been delivered, if nothing is in the way."""

ANSWERS: Mapping[tuple[str, str], str] = {
    ("WATER_DROP", "short"): "POST /api/water/ack",
    ("BREAK_PROMPT", "short"): "POST /api/breaks/prompt/ack",
    ("BREAK_PROMPT", "long"): "POST /api/breaks/prompt/ack",
    ("BREAK_PROMPT", "second"): "POST /api/breaks/prompt/ack",
    ("POMODORO_TIMER", "short"): "POST /api/breaks/pomodoro/stop",
}
"""What the server is to hear of a press of a button while a screen is shown."""


@dataclass(slots=True)
class _Hand:
    """What is known of the presses on one pet. ``owed`` are those to be delivered, by operation."""

    screen: str = ""
    pressed: tuple[str, int] | None = None
    owed: dict[str, list[int]] = field(default_factory=dict)
    unsure: Counter[str] = field(default_factory=Counter)
    """Presses that the pet may not have felt, since its power went in the same moment."""
    user_id: str = ""
    free_from: int = 0
    """Since when nothing has been in the way of what it delivers; -1 while something is."""


class Presses:
    """All pets of a world."""

    def __init__(self) -> None:
        self.flashes = Flashes()
        self._hands: dict[str, _Hand] = {}

    def show(self, who: str, screen: str, at: int) -> None:
        """The pet shows this screen."""
        hand = self._hand(who)
        if hand.pressed is not None and screen != hand.screen:
            operation, pressed_at = hand.pressed
            if at - pressed_at <= _ACCEPTED_MS:
                hand.owed.setdefault(operation, []).append(pressed_at)
            hand.pressed = None
        hand.screen = screen

    def press(self, who: str, kind: str, at: int) -> None:
        """A person presses."""
        hand = self._hand(who)
        operation = ANSWERS.get((hand.screen, kind))
        hand.pressed = (operation, at) if operation is not None else None

    def lose_power(self, who: str, at: int) -> None:
        """The pet is unplugged."""
        hand = self._hand(who)
        for operation, presses in hand.owed.items():
            doubted = [each for each in presses if self.flashes.is_in_doubt(who, each, at)]
            hand.owed[operation] = [each for each in presses if each not in doubted]
            hand.unsure[operation] += len(doubted)
        if hand.pressed is not None:
            hand.unsure[hand.pressed[0]] += 1
        hand.screen, hand.pressed, hand.free_from = "", None, -1

    def boot(self, who: str, at: int) -> None:
        """The pet has power."""
        self._hand(who).free_from = at

    def pair(self, who: str, user_id: str) -> None:
        """The pet acts for this user from now on; what another one decided is dropped."""
        hand = self._hand(who)
        if hand.user_id != user_id:
            hand.user_id, hand.owed = user_id, {}

    def deliver(self, exchange: Exchange) -> bool:
        """The server has heard of a press for the first time; whether there was one."""
        hand = self._hand(exchange.who)
        owed = hand.owed.get(exchange.operation)
        if owed:
            owed.pop(0)
            return True
        hand.unsure[exchange.operation] -= 1
        return hand.unsure[exchange.operation] >= 0

    def lost(self, at: int, cut_until: int) -> Iterator[tuple[str, str, int]]:
        """Who accepted what when, and has not delivered it though there was time enough."""
        for who, hand in self._hands.items():
            is_free = hand.free_from >= 0 and at - max(hand.free_from, cut_until) >= _DELIVERED_MS
            for operation, presses in hand.owed.items():
                for pressed_at in presses:
                    if is_free and at - pressed_at >= _DELIVERED_MS:
                        yield who, operation, pressed_at

    def _hand(self, who: str) -> _Hand:
        return self._hands.setdefault(who, _Hand())
