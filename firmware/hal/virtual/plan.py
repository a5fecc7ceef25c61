# What the server of virtual lives goes by: hours, intervals, and its clock. Pure: moments in,
# moments out. Moments are milliseconds since the first midnight on the person's wall clock.

SECOND_MS = 1_000
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
DAY_MIN = 24 * 60
MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
YEAR_FIRST = 2026


def at(minute: int, second: int = 0) -> int:
    return minute * MINUTE_MS + second * SECOND_MS


# Prompts are (from_ms, until_ms) of every day; `steps` are (from_ms, until_ms, by_ms) of every day,
# in which the server's clock is wrong; `skipped` are minutes of every day at which nobody is
# reminded, the server having its reasons.
class Plan:
    def __init__(
        self,
        *,
        start_min: int,
        end_min: int,
        interval_min: int,
        prompts,
        focus_ms: int,
        break_ms: int,
        cycles: int,
        utc_offset_min: int = 0,
        steps=(),
        skipped=(),
    ) -> None:
        self.start_min = start_min
        self.end_min = end_min
        self.interval_min = interval_min
        self.prompts = prompts
        self.focus_ms = focus_ms
        self.break_ms = break_ms
        self.cycles = cycles
        self.utc_offset_min = utc_offset_min
        self.steps = steps
        self.skipped = skipped

    def schedule(self) -> dict:
        return {
            "user_id": "audrey öz",
            "timezone": "America/Vancouver",
            "start_time": _wall(self.start_min),
            "end_time": _wall(self.end_min),
            "interval_min": self.interval_min,
            "enabled": True,
        }

    # The latest minute at which a reminder was due; None outside the window, whose ends belong to
    # it.
    def due_min(self, now_ms: int) -> int | None:
        day, minute = divmod(now_ms // MINUTE_MS, DAY_MIN)
        if not self.start_min <= minute <= self.end_min:
            return None
        since = minute - self.start_min
        return day * DAY_MIN + minute - since % self.interval_min

    def is_skipped(self, due_min: int) -> bool:
        return due_min % DAY_MIN in self.skipped

    def next_due_ms(self, now_ms: int) -> int:
        due = self.due_min(now_ms)
        if due is not None:
            return (due + self.interval_min) * MINUTE_MS
        day, minute = divmod(now_ms // MINUTE_MS, DAY_MIN)
        opens = self.start_min if minute < self.start_min else self.start_min + DAY_MIN
        return (day * DAY_MIN + opens) * MINUTE_MS

    # A session's phase, and how long until that ends.
    def phase(self, passed_ms: int) -> tuple:
        cycle_ms = self.focus_ms + self.break_ms
        if passed_ms >= self.cycles * cycle_ms:
            return "completed", 0
        within_ms = passed_ms % cycle_ms
        if within_ms < self.focus_ms:
            return "focus", self.focus_ms - within_ms
        return "break", cycle_ms - within_ms

    # What the server takes for the time, in milliseconds since the first midnight of UTC.
    def utc_ms(self, now_ms: int) -> int:
        within_ms = now_ms % DAY_MS
        for from_ms, until_ms, by_ms in self.steps:
            if from_ms <= within_ms < until_ms:
                now_ms += by_ms
        return now_ms - self.utc_offset_min * MINUTE_MS


HOUR = Plan(
    start_min=0,
    end_min=DAY_MIN - 1,
    interval_min=10,
    prompts=((20 * MINUTE_MS, DAY_MS), (40 * MINUTE_MS, DAY_MS)),
    focus_ms=3 * MINUTE_MS,
    break_ms=MINUTE_MS,
    cycles=2,
)


# As the server writes an instant; the first midnight of UTC begins a year.
def stamp(utc_ms: int) -> str:
    day, ms = divmod(utc_ms, DAY_MS)
    year, month, date = _date(day)
    minute, ms = divmod(ms, MINUTE_MS)
    second, ms = divmod(ms, SECOND_MS)
    fraction = f".{ms:03d}000" if ms else ""
    return f"{year}-{month:02d}-{date:02d}T{_wall(minute)}:{second:02d}{fraction}+00:00"


def _wall(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _date(day: int) -> tuple:
    year, month = YEAR_FIRST, 0
    while day >= _days(year, month):
        day -= _days(year, month)
        month += 1
        if month == len(MONTHS):
            year, month = year + 1, 0
    return year, month + 1, day + 1


def _days(year: int, month: int) -> int:
    return MONTHS[month] + (month == 1 and year % 4 == 0)
