# Pomodoro: finds the running session, follows it, starts and stops one at a press.
# The server owns the session. Between two polls the pet counts down by itself.

from firmware.logic.address import query
from firmware.logic.check import AnswerError, flag, identity, part, shown, text, whole
from firmware.logic.poll import Poll

ACTIVE = "/api/breaks/pomodoro/active"
STATUS = "/api/breaks/pomodoro/status"
START = "/api/breaks/pomodoro/start"
STOP = "/api/breaks/pomodoro/stop"
RUNNING = ("focus", "break")
COMPLETED = "completed"
GONE = (404, 410)
TONE = (523, 300)
ROUNDING_MS = 1_000
# No phase is longer: a day fits the ticks.
LEFT_S_MAX = 86_400


class Pomodoro(Poll):
    def __init__(self, parts) -> None:
        super().__init__(parts, "pomodoro", parts.config.pomodoro_poll_s)
        self.followed: str | None = None  # the session that the poll under way asks about

    def path(self) -> str:
        self.followed = self.known.pomodoro[0] if self.known.pomodoro else None
        if self.followed is None:
            return query(ACTIVE, "user_id", self.parts.token.user_id)
        return query(STATUS, "session_id", self.followed)

    def take(self, answer: dict) -> None:
        if self.followed is None and not flag(answer, "active"):
            return
        session_id = identity(answer, "session_id")
        phase = text(answer, "phase")
        if phase in RUNNING:
            self._follow(session_id, phase, whole(answer, "seconds_remaining"))
        elif phase == COMPLETED:
            self._finish(session_id, part(answer, "payload"))
        else:
            raise AnswerError("phase is not known")

    # The server no longer knows the session that we follow: the next poll looks for the active one.
    def refused(self, status: int) -> None:
        super().refused(status)
        if status in GONE:
            self.known.end_count()

    # A phase that ends before the next poll is asked about when it has ended. The server tells
    # whole seconds, so our count may run out up to a second before its own.
    def shorten(self, pause_ms: int) -> int:
        left_ms = self.known.left_ms(self.hal.ticks_ms())
        return min(pause_ms, left_ms + ROUNDING_MS) if left_ms else pause_ms

    # Once is enough: a second press before the first has arrived must not start a second session.
    def start(self) -> None:
        if not self.parts.outbox.holds(START):
            self.parts.outbox.put(START, {"user_id": self.parts.token.user_id}, self.wake)

    def stop(self) -> None:
        session_id = self.known.pomodoro[0]
        if self.parts.outbox.put(STOP, {"session_id": session_id}, self.wake):
            self.known.settle(session_id)
            self.known.end_count()

    def _follow(self, session_id: str, phase: str, seconds_remaining: int) -> None:
        if self.known.is_settled(session_id):
            return
        before = self.known.pomodoro
        left_ms = min(max(0, seconds_remaining), LEFT_S_MAX) * 1000
        self.known.count_down(session_id, phase, left_ms, self.hal.ticks_ms())
        if before is None or before[:2] != (session_id, phase):
            self.hal.tone(*TONE)

    def _finish(self, session_id: str, payload: dict) -> None:
        message = shown(payload, "message")
        if self.known.is_settled(session_id):
            return
        self.known.settle(session_id)
        self.known.end_count()
        self.known.say(message, self.hal.ticks_ms())
        self.hal.tone(*TONE)
