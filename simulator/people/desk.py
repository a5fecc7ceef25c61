"""The pet on a student's desk: what it shows, and what the student means to do with it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from simulator.people.mind import Mind

BREAK_PROMPT = "BREAK_PROMPT"
WATER_DROP = "WATER_DROP"
POMODORO_TIMER = "POMODORO_TIMER"
IDLE = "IDLE"
PAIRING = "PAIRING"
STATUS = "STATUS"
DARK = ""
"""A screen without power."""

SHORT, LONG, SECOND = "short", "long", "second"
"""A short and a long press of the first button, and one of the second."""

_BETWEEN_PRESSES_MS = 2_000


class Pet(Protocol):
    """What a student can do with a pet."""

    def press(self, kind: str) -> None:
        """Press a button: "short" or "long" the first one, "second" the other."""

    def unplug(self) -> None:
        """Take its power away."""

    def plug_in(self) -> None:
        """Give it power again."""


def _nothing() -> None:
    """What a wish brings about besides its press."""


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """What the student means to do, not before ``due`` (milliseconds since the world began).

    Then ``done`` is called and the button pressed, as soon as the student is there and the pet
    shows one of ``screens``. Without a ``press`` the screen does not matter.
    """

    name: str
    due: int
    press: str | None = None
    screens: frozenset[str] = frozenset()
    done: Callable[[], None] = field(default=_nothing)


class Desk:
    """One student's. The student presses one thing at a time, and looks before each press."""

    def __init__(self, mind: Mind) -> None:
        self._mind = mind
        self._stage = mind.stage
        self._wishes: list[Wish] = []
        self._pet: Pet | None = None
        self._free_at = 0
        self.screen = DARK
        self.has_timer = False
        """Whether a Pomodoro ran when the screen last showed whether one does."""

    def place(self, pet: Pet) -> None:
        """Put this pet here."""
        self._pet = pet

    def shows(self, screen: str) -> None:
        """The pet shows something else."""
        self.screen = screen
        if screen in (IDLE, POMODORO_TIMER):
            self.has_timer = screen == POMODORO_TIMER

    def pack(self) -> None:
        """Take the pet along."""
        if self._pet is not None:
            self._pet.unplug()

    def unpack(self) -> None:
        """Put it here again."""
        if self._pet is not None:
            self._pet.plug_in()

    def want(self, wish: Wish) -> None:
        """Do this as soon as possible."""
        self._wishes.append(wish)
        self._stage.after(max(0, wish.due - self._stage.now), self.act)

    def wants(self, *names: str) -> bool:
        """Whether something of one of these names is still to be done."""
        return any(wish.name in names for wish in self._wishes)

    def forget(self, *names: str) -> None:
        """Do nothing of these names any more."""
        self._wishes = [wish for wish in self._wishes if wish.name not in names]

    def act(self) -> None:
        """Do what can be done now."""
        if self._mind.is_present:
            for wish in list(self._wishes):
                if wish in self._wishes and self._is_possible(wish):
                    self._wishes.remove(wish)
                    self._fulfil(wish)

    def _is_possible(self, wish: Wish) -> bool:
        if self._stage.now < wish.due:
            return False
        is_at_hand = self._pet is not None and self._stage.now >= self._free_at
        return wish.press is None or (is_at_hand and self.screen in wish.screens)

    def _fulfil(self, wish: Wish) -> None:
        wish.done()
        if self._pet is not None and wish.press is not None:
            self._free_at = self._stage.now + _BETWEEN_PRESSES_MS
            self._stage.after(_BETWEEN_PRESSES_MS, self.act)
            self._pet.press(wish.press)
