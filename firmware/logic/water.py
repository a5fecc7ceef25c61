# Water: asks whether to drink now, shows the reminder until it is acknowledged.
# A reminder is given once. So a poll keeps its key until it is answered: when the answer was lost,
# the same key makes the server give the same answer again.

from firmware.logic.address import query
from firmware.logic.check import AnswerError, flag, has, part, shown, text, whole
from firmware.logic.clock import MINUTE_MS, OFFSET_MIN_MAX, read_instant
from firmware.logic.poll import Poll

POLL = "/api/water/poll"
ACK = "/api/water/ack"
TONE = (880, 200)
# An answer to a key older than this may have been given long ago, and tells no time any more.
FRESH_MS = 30_000


class Water(Poll):
    def __init__(self, parts) -> None:
        super().__init__(parts, "water", parts.config.water_poll_s)
        self.open_key: str | None = None
        self.keyed_at: int | None = None  # when the key was new; None when that is too long ago

    def path(self) -> str:
        return query(POLL, "user_id", self.parts.token.user_id)

    def key(self) -> str:
        now = self.hal.ticks_ms()
        if self.open_key is None:
            self.open_key = self.parts.keys.next()
            self.keyed_at = now
        elif self.keyed_at is not None and self.hal.ticks_diff(now, self.keyed_at) >= FRESH_MS:
            self.keyed_at = None
        return self.open_key

    def take(self, answer: dict) -> None:
        reminder = _reminder(answer)
        day_ms = _day_ms(answer)
        self.open_key = None
        if day_ms is not None and self.keyed_at is not None:
            self.known.tell_time(day_ms, self.hal.ticks_ms())
        if reminder is not None:
            self.known.remind(reminder)
            self.hal.tone(*TONE)

    # A refusal is an answer too: the next poll is a new one.
    def refused(self, status: int) -> None:
        super().refused(status)
        self.open_key = None

    def acknowledge(self) -> None:
        if self.parts.outbox.put(ACK, {"user_id": self.parts.token.user_id}):
            self.known.remind(None)
            self.known.begin_quiet(self.hal.ticks_ms())


def _reminder(answer: dict) -> tuple | None:
    if not flag(answer, "remind_now"):
        return None
    payload = part(answer, "payload")
    return shown(payload, "title"), shown(payload, "message")


# What the wall clock of the user shows; None when the server does not say. Without an offset it is
# the time in UTC.
def _day_ms(answer: dict) -> int | None:
    offset_min = whole(answer, "utc_offset_min") if has(answer, "utc_offset_min") else 0
    if not -OFFSET_MIN_MAX <= offset_min <= OFFSET_MIN_MAX:
        raise AnswerError("utc_offset_min is out of bounds")
    if not has(answer, "server_time_utc"):
        return None
    return read_instant(text(answer, "server_time_utc")) + offset_min * MINUTE_MS
