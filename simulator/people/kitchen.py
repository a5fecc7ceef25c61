"""A second pet of the same student, on a shelf in the kitchen.

Whoever passes it does what it asks for, or presses a button for no reason. The student's mind is at
the desk: a break that is accepted here is not taken, and a drop that is put away was not drunk.
"""

from collections.abc import Mapping

from simulator.device.board import Scene
from simulator.people.codes import Codes
from simulator.people.desk import (
    BREAK_PROMPT,
    IDLE,
    LONG,
    POMODORO_TIMER,
    SECOND,
    SHORT,
    WATER_DROP,
    Desk,
    Pet,
    Wish,
)
from simulator.people.mind import Mind
from simulator.people.owner import Owner

_WISH = "press in passing"
_PASSES_MS = (5_000, 900_000)
"""How long after the pet shows something else somebody passes it, in milliseconds."""

_PRESSES: Mapping[str, tuple[str | None, ...]] = {
    WATER_DROP: (SHORT, SHORT, None),
    BREAK_PROMPT: (SHORT, LONG, None),
    IDLE: (SHORT, LONG, SECOND, None, None, None),
    POMODORO_TIMER: (SHORT, LONG, None, None, None),
}
"""What is pressed when it shows this, if anything."""


class Kitchen:
    """One student's."""

    def __init__(self, mind: Mind, owner: Owner | None) -> None:
        self._mind, self._stage = mind, mind.stage
        self._chance = mind.chance("kitchen")
        self._desk = Desk(mind)
        self._codes = Codes(mind, self._desk, owner, "kitchen") if owner else None

    def place(self, pet: Pet) -> None:
        """Put this pet here."""
        self._desk.place(pet)

    def sees(self, scene: Scene) -> None:
        """Follow what the pet shows, whether or not somebody is there."""
        screen, title = scene[:2]
        has_changed = screen != self._desk.screen
        self._desk.shows(screen)
        if self._codes is not None:
            self._codes.follow(screen, title)
        if has_changed:
            self._desk.forget(_WISH)
            self._pass(screen)
        self._desk.act()

    def _pass(self, screen: str) -> None:
        press = self._chance.choice(_PRESSES.get(screen, (None,)))
        due = self._stage.now + self._chance.randint(*_PASSES_MS)
        if press is not None:
            self._desk.want(Wish(_WISH, due, press, frozenset({screen})))
