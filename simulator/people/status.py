"""When a student wants to know how the pet fares: what its status screen says.

The pet goes on to something else by itself after a while. Who has read enough before that presses a
button, whichever.
"""

from simulator.people.desk import (
    IDLE,
    LONG,
    PAIRING,
    POMODORO_TIMER,
    SECOND,
    SHORT,
    STATUS,
    Desk,
    Wish,
)
from simulator.people.habits import Habits
from simulator.people.mind import Mind

_ASK, _PUT_AWAY = "ask for the status", "put the status away"
_SCREENS = frozenset({IDLE, POMODORO_TIMER, PAIRING})
_READS_MS = (3_000, 15_000)
"""How long it takes to read, in milliseconds: less than the pet shows it."""
_HANDS = (None, None, SHORT, LONG, SECOND)
"""What is pressed then, if anything."""


class StatusLooks:
    """One student's curiosity."""

    def __init__(self, mind: Mind, desk: Desk, habits: Habits) -> None:
        self._mind, self._stage, self._desk = mind, mind.stage, desk
        self._often = habits.status_looks
        self._chance = mind.chance("status")

    def day_begins(self, bed: int) -> None:
        """Draw the moments of a day that ends at ``bed``; what is missed is done when possible."""
        now = self._stage.now
        for _ in range(self._often):
            due = self._chance.randint(now, max(now, bed))
            self._desk.want(Wish(_ASK, due, SECOND, _SCREENS, self._ask))

    def day_is_over(self) -> None:
        """Ask no more."""
        self._desk.forget(_ASK, _PUT_AWAY)

    def follow(self, screen: str) -> None:
        """The pet shows something else: the status has gone."""
        if screen != STATUS:
            self._desk.forget(_PUT_AWAY)

    def _ask(self) -> None:
        self._mind.does("looks at the status")
        # Both are drawn always, so that no draw depends on the outcome of another.
        due = self._stage.now + self._chance.randint(*_READS_MS)
        press = self._chance.choice(_HANDS)
        if press is not None:
            self._desk.want(Wish(_PUT_AWAY, due, press, frozenset({STATUS})))
