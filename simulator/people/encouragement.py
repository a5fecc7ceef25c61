"""When a student wants to hear a kind word."""

from simulator.people.desk import IDLE, LONG, POMODORO_TIMER, Desk, Wish
from simulator.people.habits import Habits
from simulator.people.mind import Mind

_ASK = "ask for encouragement"
_SCREENS = frozenset({IDLE, POMODORO_TIMER})
_APART_MS = 300_000
"""A word needs some time to work."""


class Encouragement:
    """One student's need of it."""

    def __init__(self, mind: Mind, desk: Desk, habits: Habits) -> None:
        self._mind, self._desk = mind, desk
        self._often = habits.encouragements
        self._chance = mind.chance("encouragement")
        self._moments: list[int] = []

    def day_begins(self, bed: int) -> None:
        """Draw the moments of a day that ends at ``bed``; what is missed is done when possible."""
        now = self._mind.stage.now
        moments = (self._chance.randint(now, max(now, bed)) for _ in range(self._often))
        self._moments = sorted(moments)
        self._await_next()

    def day_is_over(self) -> None:
        """Ask no more."""
        self._moments = []
        self._desk.forget(_ASK)

    def _await_next(self) -> None:
        if self._moments:
            due = max(self._moments.pop(0), self._mind.stage.now + _APART_MS)
            self._desk.want(Wish(_ASK, due, LONG, _SCREENS, self._ask))

    def _ask(self) -> None:
        self._mind.does("asks for encouragement")
        self._await_next()
