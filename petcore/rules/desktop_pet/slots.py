"""What a phrase may hold beside its words: durations, counts, times of day and subjects.

Each slot says how it is written in a transcript whose numbers are digits and whose durations are
minutes (``plain`` sees to both), how it is spoken, and what it is as an argument of a tool.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

_DURATION = r"[0-9]{1,5} minutes"
_TIME = (
    r"(?:[0-9]{1,2}(?:[: ][0-9]{2})?(?: o'clock)?"
    r"(?: am| pm| in the morning| in the afternoon| in the evening| at night)?"
    r"|noon|midday|midnight)"
)
_NO_SUBJECT = (
    r"about|after|anybody|anyone|as|at|because|before|brother|but|cancel|colleague|dad"
    r"|daughter|delete|drop|end|everybody|everyone|father|for|friend|friends|from|he|her|him|his"
    r"|husband|if|ignore|in|instead|later|minutes|mom|mother|never|no|nobody|not|on|or|remind|say"
    r"|she|sister|set|somebody|someone|son|soon|start|stop|tell|their|them|then|they|tomorrow"
    r"|tonight|unless|until|user|users|when|whenever|while|wife|with|without|yet"
)
_WORD = rf"(?!(?:{_NO_SUBJECT})\b)[^\W_](?:[^\W_]|[+#&])*"
_SUBJECT = rf"{_WORD}(?: {_WORD}){{0,5}}"

_HOUR = 60
_NOON = 12 * _HOUR
_DAY = 24 * _HOUR
_NAMED = {"noon": _NOON, "midday": _NOON, "midnight": 0}
_SMALL_HOURS = (12, 1, 2, 3, 4, 5)
_MORNING = (" am", " in the morning")
_EVENING = (" pm", " in the afternoon", " in the evening", " at night")


@dataclass(frozen=True, slots=True)
class Slot:
    """``written`` is a regular expression, ``spoken`` an expansion of JSGF; ``argument`` is what it
    is called for a tool, "" if it says nothing to one.
    """

    written: str
    spoken: str
    argument: str = ""
    read: Callable[[str], object] = str


def _count(text: str) -> int:
    return int(text.split(" ", 1)[0])


SLOTS: Mapping[str, Slot] = {
    "focus": Slot(_DURATION, "<duration>", "focus_minutes", _count),
    "focus_long": Slot(_DURATION, "<long>", "focus_minutes", _count),
    "pause": Slot(_DURATION, "<duration>", "break_minutes", _count),
    "pause_long": Slot(_DURATION, "<long>", "break_minutes", _count),
    "cycles": Slot(
        r"[0-9]{1,3} (?:cycles?|rounds?|pomodoros?)", "<few> (cycles | rounds)", "cycles", _count
    ),
    "interval": Slot(_DURATION, "(hour | half hour | <duration>)", "interval_min", _count),
    "time_span": Slot(_DURATION, "(hour | <duration>)"),
    "start_time": Slot(_TIME, "<time>", "start_time"),
    "end_time": Slot(_TIME, "<time>", "end_time"),
    "study_label": Slot(_SUBJECT, "<label>", "study_label"),
    "subject": Slot(_SUBJECT, "<label>"),
    "called": Slot(_WORD, "<label>"),
}

SPOKEN: Mapping[str, str] = {
    "few": "two | three | four | five | six | eight",
    "minutes_count": "one | two | three | five | ten | twelve | fifteen | twenty | twenty five"
    " | thirty | thirty five | forty | forty five | fifty | fifty five | sixty | ninety",
    "duration": "<minutes_count> minutes | half an hour | an hour | one hour | two hours"
    " | an hour and a half",
    "long": "<minutes_count> minute | one hour | two hour",
    "hour": "one | two | three | four | five | six | seven | eight | nine | ten | eleven | twelve",
    "time": "<hour> [am | pm | o'clock | in the morning | in the evening | at night] | noon"
    " | midnight",
    "label": "math | physics | chemistry | biology | history | geography | english | french"
    " | german | spanish | latin | music | art | economics | philosophy | statistics | algebra"
    " | programming | reading | writing | homework",
}
"""The slots as they are spoken: few enough to be told apart by ear."""


def read(slots: Mapping[str, str]) -> dict[str, object] | None:
    """The arguments that filled slots say; None if one of them cannot be, like 25 o'clock."""
    arguments = {
        SLOTS[name].argument: SLOTS[name].read(text)
        for name, text in slots.items()
        if SLOTS[name].argument
    }
    if "start_time" not in slots:
        return arguments
    times = _times(slots["start_time"], slots["end_time"])
    return None if times is None else {**arguments, "start_time": times[0], "end_time": times[1]}


def _times(start: str, end: str) -> tuple[str, str] | None:
    """Both as HH:MM. "From nine to five" ends in the afternoon: an end without morning or evening
    is the first one that comes after the start.
    """
    begin, over = _time(start), _time(end)
    if begin is None or over is None:
        return None
    if over <= begin < over + _NOON < _DAY and not end.endswith(_MORNING) and end not in _NAMED:
        over += _NOON
    return _clock(begin), _clock(over)


def _time(text: str) -> int | None:
    """Minutes since midnight; None if there is no such time."""
    if text in _NAMED:
        return _NAMED[text]
    hour, _, minute = text.split(" o'", 1)[0].replace(":", " ").partition(" ")
    digits = minute[:2] if minute[:2].isdigit() else "0"
    return _of_day(int(hour), int(digits), text)


def _of_day(hour: int, minute: int, text: str) -> int | None:
    is_half = text.endswith((*_MORNING, *_EVENING))
    if minute >= _HOUR or not is_half <= hour <= (12 if is_half else 23):
        return None
    if not is_half:
        return hour * _HOUR + minute
    begin = _NOON if text.endswith(_EVENING) else 0
    if text.endswith(" at night") and hour in _SMALL_HOURS:
        begin = 0
    return begin + hour % 12 * _HOUR + minute


def _clock(minutes: int) -> str:
    return f"{minutes // _HOUR:02}:{minutes % _HOUR:02}"
