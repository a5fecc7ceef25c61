"""What the pet says by itself: a short friendly answer to everything it understands.

Answers are spoken, so numbers, times and durations are words that can be said (``spoken``), and
they are the same each time. What a tool answered is looked at with care: whatever is missing is not
spoken of.
"""

import re
from collections.abc import Callable, Mapping

from petcore.rules.desktop_pet.answers import FAILED, FIRST, NOT_UNDERSTOOD, REFUSED, TALK, UNKNOWN
from petcore.rules.desktop_pet.small_talk import UNCLEAR
from petcore.rules.desktop_pet.spoken import (
    clock_time,
    duration,
    every,
    percent,
    times,
    waiting,
)
from petcore.rules.desktop_pet.understanding import Intent
from petcore.rules.desktop_pet.zones import UNIVERSAL, city

Result = Mapping[str, object]

_NAMELESS = "your desktop pet, and I have no name yet"
_HOW_ELSE = " If your clock shows another time, say, my time zone is Berlin."
_LOOKED_AT = 4000
_NO_RESULT: Result = {"ok": False}


def reply(intent: Intent | None, result: Result | None, pet_name: str | None) -> str:
    """The answer to what was understood, None for nothing. ``result`` is what came of its tool,
    None without one.
    """
    if intent is None or intent.name == UNCLEAR:
        length = _number(intent.arguments, "length") if intent else None
        return NOT_UNDERSTOOD[int(length or 0) % len(NOT_UNDERSTOOD)]
    if intent.tool is not None:
        told = said(intent.tool, intent.arguments, _NO_RESULT if result is None else result)
        return f"{FIRST[intent.name]} {told}" if intent.name in FIRST else told
    return TALK[intent.name].format(name=pet_name or _NAMELESS)


def said(tool: str, arguments: Mapping[str, object], result: Result) -> str:
    """What came of a tool, in a sentence or two. It has done what it does unless ``result`` says
    otherwise (``ok`` false, and perhaps an ``error``).
    """
    if result.get("ok", True) is not True:
        return REFUSED.get(str(result.get("error"))) or FAILED.get(tool, UNKNOWN)
    if tool == "set_water_schedule":
        return _set_water(arguments, result)
    return _SAID[tool](result) if tool in _SAID else "Done."


def mentions(text: str, tool: str) -> bool:
    """Whether an answer says that the tool has done what it does: in one of its sentences, which
    neither asks nor doubts.
    """
    if tool not in _MENTIONED:
        return False
    about, done = _MENTIONED[tool]
    return any(
        about.search(sentence) and done.search(sentence) and not _DOUBT.search(sentence)
        for sentence in re.findall(r"[^.!?\n]+[.!?\n]*", text[:_LOOKED_AT].lower())
    )


def _started_pomodoro(result: Result) -> str:
    session = _inner(result, "session")
    focus, pause = _number(session, "focus_minutes"), _number(session, "break_minutes")
    if focus is None or pause is None:
        return "I started a Pomodoro."
    cycles = _number(session, "cycles")
    rounds = "" if cycles is None else f", {times(int(cycles))}"
    beside = " Another one still runs beside it." if result.get("already_running") is True else ""
    return (
        f"I started a Pomodoro: {duration(focus * 60)} of focus and {duration(pause * 60)} of"
        f" break{rounds}.{beside} Off we go!"
    )


def _stopped_pomodoro(result: Result) -> str:
    stopped = _number(result, "stopped") or 1
    return f"I stopped all {stopped:.0f} Pomodoros." if stopped > 1 else "I stopped the Pomodoro."


def _started_study(result: Result) -> str:
    return f"I started a study session{_about(_inner(result, 'session'))}. I am with you!"


def _ended_study(result: Result) -> str:
    ended = _number(result, "ended") or 1
    which = f"all {ended:.0f} of your study sessions" if ended > 1 else "your study session"
    return f"I ended {which}. {_of_report(result, 'was')}"


def _set_water(arguments: Result, result: Result) -> str:
    schedule, moved = _inner(result, "schedule"), _text(arguments, "timezone")
    to_zone = f" to the time of {city(moved)}" if moved and moved not in UNIVERSAL else ""
    if schedule.get("enabled") is False:
        set_to = f"I set your water reminders{to_zone}. They are still off."
        return set_to if moved else "I turned your water reminders off."
    how_else = "" if moved or not _is_universal(schedule) else _HOW_ELSE
    return f"I set your water reminders{to_zone}. I will remind you{_rhythm(schedule)}.{how_else}"


def _water(result: Result) -> str:
    schedule, left = _inner(result, "schedule"), _number(result, "next_reminder_in_s")
    if not schedule:
        return "You have no water reminders yet. Say, remind me to drink every hour."
    if schedule.get("enabled") is False:
        return "Your water reminders are off. A glass of water is a good idea anyway."
    if left is None:
        coming = ""
    else:
        coming = " One is due now." if left <= 0 else f" The next reminder comes {waiting(left)}."
    return f"I remind you{_rhythm(schedule)}.{coming}"


def _pomodoro(result: Result) -> str:
    left, cycle = _number(result, "seconds_remaining"), _number(result, "cycle_index")
    if result.get("active") is not True or left is None:
        return "No Pomodoro is running right now."
    phase = "break" if result.get("phase") == "break" else "focus"
    number = "" if cycle is None else f" in round {cycle:.0f}"
    return f"You have {duration(left)} of {phase} left{number}."


def _break(result: Result) -> str:
    left = _number(result, "next_break_in_s")
    if prompt := _inner(result, "prompt"):
        return f"Yes, you should take a break now. {_text(prompt, 'message')}".rstrip()
    if result.get("on_break") is True:
        return "You are on a break right now. Enjoy it."
    if left is None:
        return "No break is planned. You may take one whenever you need it."
    return f"Your next break begins {waiting(left)}."


def _report(result: Result) -> str:
    if result.get("status") == "active":
        return f"You are in a study session{_about(result)}. {_of_report(result, 'is')}"
    return f"Your last study session{_about(result)} is over. {_of_report(result, 'was')}"


def _of_report(result: Result, verb: str) -> str:
    report = _inner(result, "report")
    focus, stress = _number(report, "average_focus"), _number(report, "average_stress")
    if not _number(report, "sample_count") or focus is None or stress is None:
        return "Nothing has been measured yet." if verb == "is" else "Nothing was measured in it."
    return f"Your focus {verb} {percent(focus)} and your stress {percent(stress)} on average."


def _about(session: Result) -> str:
    label = _text(session, "study_label")
    return f" on {label}" if label else ""


def _rhythm(schedule: Result) -> str:
    interval = _number(schedule, "interval_min")
    start, end = _text(schedule, "start_time"), _text(schedule, "end_time")
    often = "" if interval is None else f" {every(int(interval))}"
    if not start or not end:
        return often
    hours = " all day" if start == end else f" from {clock_time(start)} to {clock_time(end)}"
    return often + hours + (" in universal time" if _is_universal(schedule) else "")


def _is_universal(schedule: Result) -> bool:
    """Whether its times are told in a time that is nobody's own."""
    start, end = _text(schedule, "start_time"), _text(schedule, "end_time")
    return start != end and _text(schedule, "timezone") in UNIVERSAL


def _inner(result: Result, name: str) -> Result:
    value = result.get(name)
    return value if isinstance(value, Mapping) else {}


def _number(result: Result, name: str) -> float | None:
    value = result.get(name)
    return value if isinstance(value, int | float) else None


def _text(result: Result, name: str) -> str:
    value = result.get(name)
    return value.strip() if isinstance(value, str) else ""


_SAID: Mapping[str, Callable[[Result], str]] = {
    "start_pomodoro": _started_pomodoro,
    "stop_pomodoro": _stopped_pomodoro,
    "start_study_session": _started_study,
    "end_study_session": _ended_study,
    "read_water": _water,
    "read_pomodoro": _pomodoro,
    "read_break": _break,
    "read_focus_report": _report,
}


def _words(*stems: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(stems)})")


_TIMER = _words("pomodoro", "timer", "focus block")
_STUDY = _words("session", "study", "report")
_WATER = _words("water", "drink", "hydrat", "remind")
_ON = _words(
    "start(?:ed|ing)", "set\\b", "running", "begun", "began", "begins", "is on\\b", "underway"
)
_OFF = _words("stopped", "ended", "cancel", "finished", "is off", "is over", "done", "turned off")
_SET = _words(
    *("set\\b", "changed", "updated", "turned", "stopped", "off\\b", "on now"),
    *("(?:will|i'll) (?:now )?(?:remind|nudge)", "i (?:now )?remind you", "reminding you"),
    "reminders? (?:is|are|will)",
)
_MENTIONED = {
    "start_pomodoro": (_TIMER, _ON),
    "stop_pomodoro": (_TIMER, _OFF),
    "start_study_session": (_STUDY, _ON),
    "end_study_session": (_STUDY, _OFF),
    "set_water_schedule": (_WATER, _SET),
}
"""Words for what each tool is about and for its having been done."""
_DOUBT = re.compile(
    r"\?|\bi (?:can|could|would)\b|\bif you (?:want|like|wish)\b|\bno (?:[a-z]+ )?(?:pomodoro"
    r"|timer|session|study|reminder|water)s?\b|\b(?:cannot|can't|couldn't|could not|unable|failed"
    r"|unfortunately|haven't|have not|hasn't|has not|did not|didn't|was not|wasn't|were not|weren't"
    r"|is not|isn't|aren't|are not|never|none|nothing|already|ago|yesterday|should|must|might"
    r"|going to)\b"
)
