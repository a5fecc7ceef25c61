"""How things look: one table of words, colours and shapes, for the page and for the picture.

The colours are those of Okabe and Ito, which people who see few colours can tell apart, or tints
of them; and whatever differs in colour differs in shape or bears its name as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    """What a thing is called in a key, its colour on light and on dark, and its shape.

    ``symbol`` is plotly's name of the shape, ``marker`` matplotlib's.
    """

    words: str
    light: str
    dark: str
    symbol: str = "square"
    marker: str = "s"


_BLUE, _GREEN, _ORANGE = ("#0072b2", "#5ab4ef"), ("#00835f", "#3ad0a2"), ("#c77700", "#ffbf47")
_RED, _PURPLE, _GREY = ("#d1480c", "#ff8f5e"), ("#a8497f", "#f0a3cf"), ("#6b7280", "#9aa4b2")
_PALE_BLUE, _PALE_GREEN = ("#9ccbee", "#1c5a8c"), ("#a5dfc9", "#1b6a51")
_PALE_RED, _PALE_PURPLE = ("#f3ad92", "#94421d"), ("#e2bcd6", "#74426a")
_PALE_GREY, _PALE_BROWN = ("#d3d7df", "#323a49"), ("#e2c7a0", "#6d4f25")
_CREAM, _PALE_YELLOW = ("#f4ecd4", "#45402f"), ("#f7dc8f", "#75590f")
_PALE_TEAL = ("#a9d9dd", "#1d5f66")
_WINDOW = ("#e2eff9", "#152c3d")

_DOT, _RING, _DIAMOND = ("circle", "o"), ("circle-open", "o"), ("diamond", "D")
_CROSS, _TRIANGLE, _STAR = ("x", "X"), ("triangle-up", "^"), ("star", "*")
_TICK = ("line-ns-open", "|")

LOOKS: Mapping[str, Look] = {
    "asleep": Look("asleep", *_PALE_GREY),
    "awake": Look("awake", *_CREAM),
    "studying": Look("studying", *_PALE_BLUE),
    "on_break": Look("on a break", *_PALE_GREEN),
    "away": Look("somewhere else", *_PALE_YELLOW),
    "commuting": Look("commuting", *_PALE_BROWN),
    "in_exam": Look("in an exam", *_PALE_RED),
    "travelling": Look("travelling", *_PALE_PURPLE),
    "true_stress": Look("the truth, known to the simulator only", *_GREY),
    "true_focus": Look("the truth, known to the simulator only", *_GREY),
    "posted_stress": Look("what the camera posted", *_RED, *_DOT),
    "posted_focus": Look("what the camera posted", *_BLUE, *_DOT),
    "unsure_stress": Look("posted, but unsure", *_RED, *_RING),
    "unsure_focus": Look("posted, but unsure", *_BLUE, *_RING),
    "high": Look("high, says the server", *_GREY),
    "session": Look("study session", *_PALE_BLUE),
    "pomodoro_focus": Look("focus", *_PALE_BLUE),
    "pomodoro_break": Look("break", *_PALE_GREEN),
    "window": Look("wants to be reminded", *_WINDOW),
    "drank": Look("drank soon", *_GREEN, *_DOT),
    "drank_late": Look("drank late", *_ORANGE, *_DIAMOND),
    "reminder_ignored": Look("ignored", *_RED, *_CROSS),
    "reminder_unseen": Look("nobody there", *_GREY, *_RING),
    "accepted": Look("break accepted", *_GREEN, *_DOT),
    "dismissed": Look("dismissed", *_ORANGE, *_DIAMOND),
    "prompt_ignored": Look("ignored", *_RED, *_CROSS),
    "prompt_unseen": Look("nobody there", *_GREY, *_RING),
    "encouragement": Look("asked for encouragement", *_PURPLE, *_STAR),
    "status_look": Look("looked at its status", *_GREY, *_STAR),
    "change": Look("changed the water schedule", *_BLUE, *_TRIANGLE),
    "talked": Look("talked", *_PURPLE, *_DOT),
    "told_to": Look("told the pet to do something", *_GREEN, *_DIAMOND),
    "not_answered": Look("the pet could not answer", *_RED, *_CROSS),
    "IDLE": Look("idle face", *_CREAM),
    "POMODORO_TIMER": Look("Pomodoro timer", *_PALE_BLUE),
    "WATER_DROP": Look("drink!", *_PALE_GREEN),
    "BREAK_PROMPT": Look("take a break?", *_PALE_RED),
    "MESSAGE": Look("message", *_PALE_PURPLE),
    "PAIRING": Look("pairs", *_PALE_BROWN),
    "STATUS": Look("its status", *_PALE_TEAL),
    "offline": Look("says it is offline", *_PALE_YELLOW),
    "dark": Look("dark", *_PALE_GREY),
    "cut": Look("Wi-Fi gone", *_PALE_RED),
    "unplugged": Look("pet without power", *_PALE_GREY),
    "reboot": Look("pet starts again", *_PURPLE, *_TRIANGLE),
    "lost": Look("a message was lost", *_GREY, *_TICK),
    "something_else": Look("something else", *_PALE_GREY, *_DOT),
}
"""By the keys that spans, marks and curves bear. A key shows them in this order."""


def known(key: str) -> str:
    """``key``, or ``something_else`` if the table does not know it."""
    return key if key in LOOKS else "something_else"


def look_of(key: str) -> Look:
    """The look of ``key``; of something that the table does not know, a grey one."""
    return LOOKS[known(key)]
