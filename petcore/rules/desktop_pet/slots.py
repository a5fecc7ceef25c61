"""What a phrase may hold beside its words: durations, counts, times of day and subjects.

Each slot says how it is written in a transcript whose numbers are digits and whose durations are
minutes (``plain`` sees to both), how it is spoken, and what it is as an argument of a tool.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from petcore.rules.desktop_pet.zones import ZONES

_DURATION = r"[0-9]{1,5} minutes"
_TIME = (
    r"(?:[0-9]{1,2}(?:[: ][0-9]{2})?(?: o'clock)?"
    r"(?: am| pm| in the morning| in the afternoon| in the evening| at night)?"
    r"|noon|midday|midnight)"
)
_NO_SUBJECT = (
    r"about|after|alone|anybody|anyone|as|at|because|before|bit|brother|but|cancel|colleague|dad"
    r"|daughter|delete|drop|end|everybody|everyone|father|for|friend|friends|from|he|her|him|his"
    r"|husband|if|ignore|in|instead|later|minutes|mom|mother|never|no|nobody|not|on|or|quickly|remind|say"
    r"|she|sister|set|somebody|someone|son|soon|start|stop|tell|their|them|then|they|together"
    r"|tomorrow|tonight|unless|until|user|users|when|whenever|while|wife|with|without|yet"
)
_HOWEVER = r"alone|bit|fast|hard|harder|little|lot|more|quickly|some|together|well"
_COURSES = (
    *("math", "maths", "physics", "chemistry", "biology", "history", "geography", "english"),
    *("french", "german", "spanish", "latin", "music", "art", "economics", "philosophy"),
    *("statistics", "algebra", "programming", "reading", "writing", "homework"),
)
_MORE_COURSES = (
    *("calculus", "geometry", "linear algebra", "mathematics", "computer science", "science"),
    *("law", "medicine", "anatomy", "psychology", "sociology", "literature", "accounting"),
    *("engineering", "italian", "chinese", "japanese", "politics", "work", "school", "university"),
)
_WORD = rf"(?!(?:{_NO_SUBJECT})\b)[^\W_](?:[^\W_]|[+#&])*"
_SUBJECT = rf"(?!(?:a )?(?:{_HOWEVER})\b){_WORD}(?: {_WORD}){{0,5}}"
_OF_COURSE = "exam|exams|test|class|homework|essay|paper|thesis|project|finals"
COURSE = "|".join((*_COURSES, *_MORE_COURSES))
"""What is learned, as a regular expression: nobody is called so."""
_EXAM = rf"(?:(?:{COURSE})(?: (?:{_OF_COURSE}))?|(?:{_OF_COURSE}))"

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


def _zone(place: str) -> str:
    return ZONES[place]


SLOTS: Mapping[str, Slot] = {
    "focus": Slot(_DURATION, "<duration>", "focus_minutes", _count),
    "focus_long": Slot(_DURATION, "<long>", "focus_minutes", _count),
    "focus_bare": Slot("[0-9]{1,3}", "<minutes_count>", "focus_minutes", _count),
    "pause_bare": Slot("[0-9]{1,3}", "<minutes_count>", "break_minutes", _count),
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
    "exam": Slot(_EXAM, "<label>", "study_label"),
    "timezone": Slot("|".join(map(re.escape, ZONES)), "<label>", "timezone", _zone),
    "place": Slot(r"[^\W\d_][\w /+]{1,40}", "<label>"),
    "errand": Slot(r"(?!drink|hydrate|water)[^\W\d_][\w ']{1,80}", "<label>"),
    "exam_of": Slot(rf"(?:my |the |an )?{_EXAM}", "<label>"),
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
    "label": " | ".join(course for course in _COURSES if course != "maths"),
}
"""The slots as they are spoken: few enough to be told apart by ear."""


def read(slots: Mapping[str, str]) -> dict[str, object] | None:
    """The arguments that filled slots say; None if one of them cannot be, like 25 o'clock."""
    arguments = {
        SLOTS[name].argument: SLOTS[name].read(text)
        for name, text in slots.items()
        if SLOTS[name].argument
    }
    times = _told(slots.get("start_time"), slots.get("end_time"))
    return None if None in times.values() else {**arguments, **times}


def _told(start: str | None, end: str | None) -> dict[str, str | None]:
    """The times that were told; None for those that there are not."""
    if start and end:
        return dict(
            zip(("start_time", "end_time"), _times(start, end) or (None, None), strict=True)
        )
    if start:
        begin = _time(start)
        return {"start_time": None if begin is None else _clock(begin)}
    return {"end_time": _end(end)} if end else {}


def _end(text: str) -> str | None:
    """An end alone: "until six" is six in the evening."""
    over = _time(text)
    if over is None:
        return None
    is_open = text not in _NAMED and ":" not in text and not text.endswith(_MORNING)
    return _clock(over + _NOON if is_open and 0 < over < _NOON else over)


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
