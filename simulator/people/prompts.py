"""What a student does about a break prompt on the pet's screen: accepts, dismisses, ignores it.

A prompt ends with its study session at the latest. A pet that lost its power in between shows the
same prompt again, and the student stays with what was decided.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from simulator.people.deck import Deck
from simulator.people.desk import BREAK_PROMPT, DARK, LONG, SHORT, Desk, Wish
from simulator.people.habits import Habits
from simulator.people.mind import Mind

_SECOND_MS = 1_000
_ANSWER = "answer"


class Card(StrEnum):
    """The reactions."""

    ACCEPT = "accept"
    DISMISS = "dismiss"
    IGNORE = "ignore"


@dataclass(slots=True)
class _Prompt:
    is_decided: bool = False


class Prompts:
    """One student's reactions. ``takes_break`` is called with minutes when one is accepted."""

    def __init__(
        self, mind: Mind, desk: Desk, habits: Habits, takes_break: Callable[[int], None]
    ) -> None:
        self._mind, self._stage, self._desk, self._habits = mind, mind.stage, desk, habits
        self._takes_break = takes_break
        self._chance = mind.chance("prompts")
        self._deck = Deck(
            {
                Card.ACCEPT: habits.accepts_prompt,
                Card.DISMISS: habits.dismisses_prompt,
                Card.IGNORE: habits.ignores_prompt,
            },
            self._chance,
        )
        self._prompt: _Prompt | None = None
        self._was_dark = False

    def follow(self, screen: str) -> None:
        """The pet shows something else: a prompt has come or gone."""
        if screen == BREAK_PROMPT:
            self._prompt = self._prompt or _Prompt()
            self._was_dark = False
        elif screen == DARK:
            self._was_dark = True
        elif not self._was_dark:
            self._let_go()

    def session_is_over(self) -> None:
        """A prompt that still comes is another one, or a mistake of the network."""
        if self._desk.screen != BREAK_PROMPT:
            self._let_go()

    def consider(self) -> None:
        """Decide about the prompt, if the student sees one that is not decided yet."""
        is_seen = self._mind.is_present and self._desk.screen == BREAK_PROMPT
        if self._prompt is not None and not self._prompt.is_decided and is_seen:
            self._prompt.is_decided = True
            self._react(self._deck.draw())

    def _react(self, card: Card | None) -> None:
        if card is Card.IGNORE:
            self._mind.does("ignores the prompt")
        elif card is Card.ACCEPT:
            self._answer_by(SHORT, self._accept)
        elif card is Card.DISMISS:
            self._answer_by(LONG, self._dismiss)

    def _answer_by(self, press: str, done: Callable[[], None]) -> None:
        soonest_s, latest_s = self._habits.answer_s
        after_ms = self._chance.randint(soonest_s * _SECOND_MS, latest_s * _SECOND_MS)
        due = self._stage.now + after_ms
        self._desk.want(Wish(_ANSWER, due, press, frozenset({BREAK_PROMPT}), done))

    def _accept(self) -> None:
        self._mind.does("accepts the prompt")
        self._prompt = None
        self._takes_break(self._chance.randint(*self._habits.break_min))

    def _dismiss(self) -> None:
        self._mind.does("dismisses the prompt")
        self._prompt = None

    def _let_go(self) -> None:
        self._prompt = None
        self._desk.forget(_ANSWER)
