"""Encouragement: what the pet says for a focus and a stress score (section "Encouragement").

Each score falls into one of three bands, each pair of bands has its own messages, and of these the
one is said that the user has not heard for the longest time. No chance is involved.
"""

from collections.abc import Sequence
from enum import StrEnum

REMEMBERED = 32
"""How many of a user's latest messages are worth knowing when the next is chosen."""

MIDDLE = 0.5
"""The score that stands in where nothing is known."""


class Band(StrEnum):
    """A third of the scale, by what it means and not by equal width."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


_FOCUS_EDGES = (0.4, 0.7)
_STRESS_EDGES = (0.4, 0.75)

_LOW, _MEDIUM, _HIGH = Band.LOW, Band.MEDIUM, Band.HIGH

MESSAGES: dict[tuple[Band, Band], tuple[str, ...]] = {  # (focus, stress)
    (_LOW, _LOW): (
        "Pick one small thing and give it five minutes.",
        "A fresh start costs nothing. What is the very next step?",
        "Put the phone out of reach; I will keep watch.",
        "Write down what distracts you, then come back to the page.",
    ),
    (_LOW, _MEDIUM): (
        "Your thoughts wander. Name one goal for the next ten minutes.",
        "Stand up, stretch once, sit down, begin.",
        "Half a page counts. Start with the easy half.",
        "Let us try a short Pomodoro together.",
    ),
    (_LOW, _HIGH): (
        "This is a lot right now. Breathe out slowly, three times.",
        "Step away for five minutes; the work will wait.",
        "You do not have to do it all today. What is the smallest piece?",
        "Drink some water and look out of the window for a moment.",
    ),
    (_MEDIUM, _LOW): (
        "Calm and on the way. Keep going.",
        "Good rhythm. One more block like this.",
        "You are settling in nicely.",
        "Steady steps get you there.",
    ),
    (_MEDIUM, _MEDIUM): (
        "You are doing all right. One thing at a time.",
        "Drop your shoulders and carry on.",
        "Half of it is behind you already.",
        "Slow is fine. Stopping is fine, too. You choose.",
    ),
    (_MEDIUM, _HIGH): (
        "You hold on well under pressure. A short break will help.",
        "Breathe in for four, out for six, then go on.",
        "Loosen your jaw and your hands. Better?",
        "Finish this sentence, then take two minutes for yourself.",
    ),
    (_HIGH, _LOW): (
        "You are in the flow. I will be quiet.",
        "Wonderful focus. Enjoy it.",
        "Look how far you have come in this session.",
        "This is what a good hour feels like.",
    ),
    (_HIGH, _MEDIUM): (
        "Strong focus. Remember to blink and sip some water.",
        "You are getting a lot done. Keep your breath easy.",
        "Great concentration; plan a pause soon.",
        "Well done so far. Lean back for one breath.",
    ),
    (_HIGH, _HIGH): (
        "You push hard. A break now saves your focus for later.",
        "Impressive effort. Let us lower the tension a little.",
        "You have earned a pause; the thread will not be lost.",
        "Write down where you are, then rest your eyes.",
    ),
}


def bands(focus_score: float, stress_score: float) -> tuple[Band, Band]:
    """The bands of focus and stress that the scores (0..1) fall into."""
    return _band(focus_score, _FOCUS_EDGES), _band(stress_score, _STRESS_EDGES)


def choose(focus_score: float, stress_score: float, heard: Sequence[str]) -> str:
    """The message to say next; ``heard`` are the user's latest messages, newest first."""
    messages = MESSAGES[bands(focus_score, stress_score)]
    last_heard = {message: age for age, message in reversed(list(enumerate(heard)))}
    return max(messages, key=lambda message: last_heard.get(message, len(heard)))


def _band(score: float, edges: tuple[float, float]) -> Band:
    low, high = edges
    if score < low:
        return Band.LOW
    return Band.HIGH if score >= high else Band.MEDIUM
