"""What one world came to for the people in it, seen in the truth about them and on their screens.

High stress is 0.75 and more, deep focus 0.75 and more, whatever the rules call high: a rule is not
measured by its own words. What counts is the time at the desk.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from simulator.kernel.trace import Event, number, words

_HIGH = _DEEP = 750
"""In thousandths."""
_CALM_AGAIN_MIN = 5
"""Stress has to stay low for so many minutes before it can rise anew."""
_PROMPT, _WATER = "BREAK_PROMPT", "WATER_DROP"
_STUDYING = "studying"

Minutes = int


@dataclass(slots=True)
class _Person:
    """How somebody is now."""

    is_studying: bool = False
    is_deep: bool = False
    shown: str = ""
    low_for: Minutes = 0
    was_asked: bool = False
    counts: Counter[str] = field(default_factory=Counter)


class Observer:
    """Listens to the trace of one world."""

    def __init__(self) -> None:
        self._people: dict[str, _Person] = {}
        self._hears: Mapping[str, Callable[[Event], None]] = {
            "truth": self._truth,
            "screen": self._screen,
            "student": self._student,
        }

    def see(self, event: Event) -> None:
        """Something happened."""
        hear = self._hears.get(str(event["kind"]))
        if hear is not None:
            hear(event)

    @property
    def totals(self) -> Counter[str]:
        """Of all people together: minutes of study, minutes of high stress and of those the missed
        ones, prompts, interruptions of deep focus, glasses of water, reminders.
        """
        return sum((person.counts for person in self._people.values()), Counter())

    def _person(self, user_id: str) -> _Person:
        return self._people.setdefault(user_id, _Person())

    def _truth(self, event: Event) -> None:
        """Another minute; at night five, which are none of study."""
        person = self._person(words(event, "who"))
        person.is_studying = event["activity"] == _STUDYING
        person.is_deep = person.is_studying and number(event, "focus") >= _DEEP
        if not person.is_studying:
            person.low_for, person.was_asked = _CALM_AGAIN_MIN, False
            return
        person.counts["studied"] += 1
        if number(event, "stress") >= _HIGH:
            person.low_for = 0
            person.counts["high"] += 1
            person.counts["missed"] += not person.was_asked
        else:
            person.low_for += 1
            person.was_asked = person.was_asked and person.low_for < _CALM_AGAIN_MIN

    def _screen(self, event: Event) -> None:
        """A pet shows something else than before."""
        person = self._person(words(event, "who").partition("/")[2])
        scene = cast("Sequence[str]", event["scene"])
        before, person.shown = person.shown, scene[0]
        if person.shown == before or person.shown not in (_PROMPT, _WATER):
            return
        is_prompt = person.shown == _PROMPT
        person.counts["prompts" if is_prompt else "reminders"] += 1
        person.counts["interruptions"] += person.is_deep
        person.was_asked = person.was_asked or is_prompt

    def _student(self, event: Event) -> None:
        if event["does"] == "drinks":
            self._person(words(event, "who")).counts["glasses"] += 1
