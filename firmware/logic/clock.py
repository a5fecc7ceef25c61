# The time of day: what the server last said, and our own count since. Belongs here: reading an
# instant, and the wall clock that follows from it. Does not: the count-down of a Pomodoro, which
# never asks what time it is.
#
# A day of milliseconds fits a small int of a board; milliseconds since 1970 would not.

from firmware.logic.check import AnswerError

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
OFFSET_MIN_MAX = 1080
WALL_LEN = 5  # of 09:00
DIGITS = "0123456789"
# What stands where in 2026-02-28T18:00:00, and the least and the most of each number.
MARKS = ((4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"))
NUMBERS = ((0, 4, 0, 9999), (5, 7, 1, 12), (8, 10, 1, 31))
SECONDS_END = 19
UTC = ("Z", "+00:00")


class Clock:
    def __init__(self, ticks_diff) -> None:
        self.ticks_diff = ticks_diff
        self.told: tuple | None = None  # (milliseconds of the day, when it was so)

    def set(self, day_ms: int, now: int) -> None:
        self.told = (day_ms % DAY_MS, now)

    def forget(self) -> None:
        self.told = None

    # It goes on as long as the pet has power, however long the server is silent: a crystal loses
    # seconds a day. Only a change of the clocks stays unknown meanwhile.
    def day_ms(self, now: int) -> int | None:
        if self.told is None:
            return None
        return (self.told[0] + self.ticks_diff(now, self.told[1])) % DAY_MS

    def minute(self, now: int) -> int | None:
        day_ms = self.day_ms(now)
        return None if day_ms is None else day_ms // MINUTE_MS

    # Ticks compare only within half a wrap. Called at least once in an hour or so.
    def renew(self, now: int) -> None:
        if self.told is not None and self.ticks_diff(now, self.told[1]) >= HOUR_MS:
            day_ms, at = self.told
            self.set(day_ms + self.ticks_diff(now, at), now)


# Milliseconds of the day in UTC of "2026-02-28T18:00:00+00:00", with or without a fraction of a
# second, which is left out.
def read_instant(text: str) -> int:
    if any(text[place : place + 1] != mark for place, mark in MARKS):
        raise AnswerError("an instant is not one")
    for start, end, least, most in NUMBERS:
        _number(text, start, end, least, most)
    if _zone(text[SECONDS_END:]) not in UTC:
        raise AnswerError("an instant is not in UTC")
    minute = read_minute(text[11:16])
    return minute * MINUTE_MS + _number(text, 17, 19, 0, 59) * 1000


# The minute of the day of "09:00".
def read_minute(text: str) -> int:
    if len(text) != WALL_LEN or text[2] != ":":
        raise AnswerError("a time of day is not one")
    return _number(text, 0, 2, 0, 23) * 60 + _number(text, 3, 5, 0, 59)


# "14:05"; "--:--" before the server has told the time.
def wall(minute: int | None) -> str:
    return "--:--" if minute is None else f"{minute // 60:02d}:{minute % 60:02d}"


def _number(text: str, start: int, end: int, least: int, most: int) -> int:
    digits = text[start:end]
    if len(digits) != end - start or not _is_number(digits):
        raise AnswerError("a number of a time is not one")
    if not least <= int(digits) <= most:
        raise AnswerError("a number of a time is out of bounds")
    return int(digits)


def _is_number(digits: str) -> bool:
    return digits != "" and not digits.strip(DIGITS)


# What stands behind the seconds and their fraction.
def _zone(rest: str) -> str:
    if not rest.startswith("."):
        return rest
    for zone in UTC:
        if rest.endswith(zone) and _is_number(rest[1 : -len(zone)]):
            return zone
    return rest
