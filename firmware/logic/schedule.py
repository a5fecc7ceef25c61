# The schedule of drinking water: read once an hour, so that the pet reminds by itself while the
# server is out of reach. As long as it is within reach, the server alone decides (water.py).

from firmware.logic.address import query
from firmware.logic.asker import TIME_OUTS
from firmware.logic.check import AnswerError, flag, has, part, text, whole
from firmware.logic.clock import HOUR_MS, MINUTE_MS, read_minute
from firmware.logic.poll import Poll
from firmware.logic.reminding import is_due
from firmware.logic.water import TONE

PATH = "/api/water/schedule"
NONE_SET = 404
INTERVAL_MIN_MAX = 1440
REMINDER = ("Drink water", "Time to hydrate!")


class Schedule(Poll):
    def __init__(self, parts) -> None:
        super().__init__(parts, "schedule", HOUR_MS // 1000)
        self.turn_ms = MINUTE_MS + TIME_OUTS * parts.config.http_timeout_ms
        self.asked_for: str | None = None  # the user that it last asked about
        self.left_ms = 0  # until it asks again
        self.looked_at = parts.hal.ticks_ms()

    # One look a minute: that is how finely a window is set.
    async def turn(self) -> None:
        now = self.hal.ticks_ms()
        self.left_ms -= self.hal.ticks_diff(now, self.looked_at)
        self.looked_at = now
        if self.left_ms <= 0 or self.asked_for != self.parts.token.user_id:
            self.left_ms = await self.ask()
        self.remind(self.hal.ticks_ms())
        await self.hal.sleep_ms(MINUTE_MS)

    def path(self) -> str:
        self.asked_for = self.parts.token.user_id
        return query(PATH, "user_id", self.asked_for)

    def take(self, answer: dict) -> None:
        self.known.schedule = _schedule(answer)

    def refused(self, status: int) -> None:
        super().refused(status)
        if status == NONE_SET:
            self.known.schedule = None

    # A reminder that is open is enough. After it an interval must pass from its acknowledgement on,
    # or from the moment since which nobody else would remind.
    def remind(self, now: int) -> None:
        known = self.known
        self._begin_alone(now)
        if not known.offline or known.code is not None or known.reminder is not None:
            return
        if is_due(known.schedule, known.clock.minute(now), known.quiet_ms(now)):
            self.hal.log("reminds by itself")
            known.is_quiet_alone = False
            known.remind(REMINDER)
            self.hal.tone(*TONE)

    # A pet that has had no reminder yet counts from here, and after the next cut from there, unless
    # one was acknowledged meanwhile.
    def _begin_alone(self, now: int) -> None:
        known = self.known
        if known.offline and known.quiet is None:
            known.begin_quiet(now, alone=True)
        elif not known.offline and known.is_quiet_alone:
            known.end_quiet()

    # Whether the server is within reach say the polls alone.
    def count_failure(self) -> None:
        pass

    def went_well(self) -> None:
        self.backoff.reset()

    def _pause_ms(self, answer: dict) -> int:
        return self.period_ms


# Also as the server gives it after it was set: as the field "schedule" of the answer.
def _schedule(answer: dict) -> tuple | None:
    given = part(answer, "schedule") if has(answer, "schedule") else answer
    start = read_minute(text(given, "start_time"))
    end = read_minute(text(given, "end_time"))
    interval_min = whole(given, "interval_min")
    if not 1 <= interval_min <= INTERVAL_MIN_MAX:
        raise AnswerError("interval_min is out of bounds")
    return (start, end, interval_min) if flag(given, "enabled") else None
