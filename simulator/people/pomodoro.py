"""When a student starts a Pomodoro on the pet, and when the student stops it."""

from enum import StrEnum
from functools import partial

from simulator.people.deck import Deck
from simulator.people.desk import IDLE, POMODORO_TIMER, SHORT, Desk, Wish
from simulator.people.habits import Habits
from simulator.people.mind import Mind

_HAND_MS = (2_000, 20_000)
"""How long it takes to reach for the pet, in milliseconds."""

_START, _STOP = "start Pomodoro", "stop Pomodoro"


class Card(StrEnum):
    """What to do with a Pomodoro that outlives its session."""

    STOP = "stop"
    KEEP = "keep"


class Pomodoros:
    """One student's."""

    def __init__(self, mind: Mind, desk: Desk, habits: Habits) -> None:
        self._mind, self._desk = mind, desk
        self._chance = mind.chance("pomodoro")
        self._deck = Deck(
            {Card.STOP: habits.stops_pomodoro, Card.KEEP: habits.keeps_pomodoro}, self._chance
        )

    def session_begins(self) -> None:
        """Start one as soon as the pet has nothing else to show, unless one runs."""
        self._desk.forget(_STOP)
        self._want(_START, IDLE, "starts a Pomodoro")

    def session_is_over(self) -> None:
        """Stop the one that runs, or let it run."""
        self._desk.forget(_START)
        if self._desk.has_timer and self._deck.draw() is Card.STOP:
            self._want(_STOP, POMODORO_TIMER, "stops the Pomodoro")

    def day_is_over(self) -> None:
        """Leave the pet alone."""
        self._desk.forget(_START, _STOP)

    def _want(self, name: str, screen: str, words: str) -> None:
        due = self._mind.stage.now + self._chance.randint(*_HAND_MS)
        done = partial(self._mind.does, words)
        self._desk.want(Wish(name, due, SHORT, frozenset({screen}), done))
