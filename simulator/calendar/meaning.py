"""What an event of a calendar means for a student: a table of words, and few rules.

Rules come first. What the table does not know is no study: the student is away.
"""

import re
from enum import StrEnum

from simulator.calendar.reading import Happening


class Meaning(StrEnum):
    """What the student does. What comes first goes before what comes later, if both overlap."""

    TRIP = "journey"
    EXAM = "exam"
    AWAY = "away"
    COMMUTE = "commute"
    STUDY = "study session"
    NOTHING = "nothing"


WORDS: tuple[tuple[Meaning, frozenset[str]], ...] = (
    (
        Meaning.EXAM,
        frozenset({"exam", "exams", "examination", "midterm", "midterms", "finals", "quiz"}),
    ),
    (Meaning.COMMUTE, frozenset({"commute", "commuting"})),
    (
        Meaning.STUDY,
        frozenset(
            {
                *("study", "studying", "studies", "revise", "revision", "reading", "focus"),
                *("homework", "assignment", "assignments", "coursework", "problems", "essay"),
                *("thesis", "dissertation", "pomodoro"),
            }
        ),
    ),
)
"""Whole words, in any spelling of capitals, of categories and title. The first row that has one
decides."""

AT_HOME = frozenset(
    {"home", "desk", "dorm", "bedroom", "residence", "flat", "apartment", "online", "zoom"}
)
"""Where a study session is in front of the pet: a location with one of these words, or none."""

_WORD = re.compile(r"[^\W\d_]+")


def meaning_of(happening: Happening) -> Meaning:
    """What the student does then."""
    if happening.is_whole_day or happening.is_free:
        return Meaning.NOTHING
    if happening.zone_end is not None:
        return Meaning.TRIP
    said = _words(*happening.categories, happening.title)
    meaning = next((meaning for meaning, words in WORDS if words & said), Meaning.AWAY)
    is_elsewhere = happening.location and not _words(happening.location) & AT_HOME
    if meaning is Meaning.STUDY and is_elsewhere:
        return Meaning.AWAY
    return meaning


def _words(*texts: str) -> set[str]:
    return {word for text in texts for word in _WORD.findall(text.casefold())}
