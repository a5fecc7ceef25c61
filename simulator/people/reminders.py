"""What a student does about a drop of water on the pet's screen: drinks, sooner or later, or not.

The same drop can be hidden by a break prompt and come back: it is one reminder all the same, and
gets one reaction. A drop that is left alone stays until the button is pressed, and the reminders
after it look the same; so after the time between two reminders the student decides anew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from simulator.people.deck import Deck
from simulator.people.desk import BREAK_PROMPT, SHORT, WATER_DROP, Desk, Wish
from simulator.people.habits import Habits
from simulator.people.mind import Mind

_SECOND_MS, _MINUTE_MS = 1_000, 60_000
_UNTIL_SHOWN_MS = 120_000
"""How much later than due a reminder may well be on the screen."""

_DRINK, _ACK = "drink", "ack"


class Card(StrEnum):
    """The reactions."""

    AT_ONCE = "at once"
    LATE = "late"
    IGNORE = "ignore"


@dataclass(slots=True)
class _Drop:
    is_decided: bool = False


class Reminders:
    """One student's reactions. ``interval_min`` tells how often the student wants to drink."""

    def __init__(
        self, mind: Mind, desk: Desk, habits: Habits, interval_min: Callable[[], int]
    ) -> None:
        self._mind, self._stage, self._desk = mind, mind.stage, desk
        self._interval_min = interval_min
        self._chance = mind.chance("reminders")
        self._spans_s = {Card.AT_ONCE: habits.at_once_s, Card.LATE: habits.late_s}
        self._deck = Deck(
            {
                Card.AT_ONCE: habits.drinks_at_once,
                Card.LATE: habits.drinks_late,
                Card.IGNORE: habits.ignores_reminder,
            },
            self._chance,
        )
        self._drop: _Drop | None = None

    def follow(self, screen: str) -> None:
        """The pet shows something else: a drop has come, is hidden, or has gone."""
        if screen == WATER_DROP:
            self._drop = self._drop or _Drop()
        elif screen != BREAK_PROMPT:
            self._drop = None
            self._desk.forget(_ACK)

    def consider(self) -> None:
        """Decide about the drop, if the student sees one that is not decided yet."""
        drop = self._drop
        is_seen = self._mind.is_present and self._desk.screen == WATER_DROP
        if drop is None or drop.is_decided or not is_seen or self._desk.wants(_DRINK, _ACK):
            return
        drop.is_decided = True
        after_ms = self._react()
        again_ms = after_ms + self._interval_min() * _MINUTE_MS + _UNTIL_SHOWN_MS
        self._stage.after(again_ms, lambda: self._reconsider(drop))

    def _react(self) -> int:
        """Draw a card; say in how many milliseconds it comes to something."""
        card = self._deck.draw()
        if card is None:
            return 0
        if card is Card.IGNORE:
            self._mind.does("ignores the reminder")
            return 0
        soonest_s, latest_s = self._spans_s[card]
        after_ms = self._chance.randint(soonest_s * _SECOND_MS, latest_s * _SECOND_MS)
        seen_at = self._stage.now
        self._desk.want(Wish(_DRINK, seen_at + after_ms, done=lambda: self._drink(card, seen_at)))
        return after_ms

    def _drink(self, card: Card, seen_at: int) -> None:
        after_s = (self._stage.now - seen_at) // _SECOND_MS
        # Who wants to drink at once and is called away drinks late, too.
        is_late = card is Card.LATE or after_s > self._spans_s[Card.AT_ONCE][1]
        self._mind.does("drinks", after_s=after_s, late=is_late)
        if self._drop is not None:
            self._desk.want(Wish(_ACK, self._stage.now, SHORT, frozenset({WATER_DROP})))

    def _reconsider(self, drop: _Drop) -> None:
        if drop is self._drop:
            drop.is_decided = False
            self.consider()
