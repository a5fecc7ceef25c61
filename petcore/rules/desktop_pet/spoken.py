"""Numbers, durations and times of day in words that can be spoken."""

from datetime import time

_HOUR = 60
_DAY = 24 * _HOUR
_NAMED = {time(0): "midnight", time(12): "noon"}


def duration(seconds: float) -> str:
    """How long it is in whole minutes, rounded up: "1 hour and 5 minutes"; at least a minute."""
    hours, minutes = divmod(max(-(-seconds // 60), 1), _HOUR)
    parts = (_count(hours, "hour"), _count(minutes, "minute"))
    return " and ".join(part for part in parts if part)


def waiting(seconds: float) -> str:
    """When something comes: "in 12 minutes", "in less than a minute", "right now"."""
    if seconds <= 0:
        return "right now"
    return "in less than a minute" if seconds < _HOUR else f"in {duration(seconds)}"


def every(minutes: int) -> str:
    """How often: "every hour", "every 45 minutes", "once a day"."""
    if minutes == _DAY:
        return "once a day"
    hours, rest = divmod(minutes, _HOUR)
    number, unit = (minutes, "minute") if rest else (hours, "hour")
    return f"every {unit}" if number == 1 else f"every {number} {unit}s"


def times(number: int) -> str:
    """How many times: "once", "4 times"."""
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def percent(score: float) -> str:
    """A score of 0..1: "81 percent"."""
    return f"{round(score * 100)} percent"


def clock_time(text: str) -> str:
    """A time of day, ``HH:MM``: "9 am", "10:30 pm", "noon". Anything else stays as it is."""
    try:
        at = time.fromisoformat(text)
    except ValueError:
        return text
    half = "am" if at.hour < 12 else "pm"  # noqa: PLR2004  the clock's
    minutes = f":{at.minute:02}" if at.minute else ""
    return _NAMED.get(at) or f"{at.hour % 12 or 12}{minutes} {half}"


def _count(number: float, unit: str) -> str:
    if not number:
        return ""
    return f"{number:.0f} {unit}" + "s" * (number != 1)
