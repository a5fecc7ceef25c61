# One poll: ask, believe what is well formed, wait, ask again. The three roles that poll stand on
# it; each gives the path it asks, the key it asks with, and what it takes from an answer.

from firmware.logic.backoff import Backoff
from firmware.logic.check import AnswerError, whole
from firmware.logic.wire import is_good, is_refusal

OFFLINE_FAILURES = 3
NEXT_POLL_S_MIN = 1
NEXT_POLL_S_MAX = 300


class Poll:
    def __init__(self, parts, name: str, period_s: int) -> None:
        self.parts = parts
        self.hal = parts.hal
        self.known = parts.known
        self.name = name
        self.period_ms = period_s * 1000
        self.backoff = Backoff(parts.hal)
        self.wake = parts.hal.event()
        self.failures = 0

    # What a role gives. take() changes nothing before every field has been checked.
    def path(self) -> str:
        raise NotImplementedError

    def key(self) -> str | None:
        return None

    def take(self, answer: dict) -> None:
        raise NotImplementedError

    # A role that knows of an earlier moment worth asking at makes the pause end there.
    def shorten(self, pause_ms: int) -> int:
        return pause_ms

    # What a role does besides when the server refuses.
    def refused(self, status: int) -> None:
        self.hal.log(f"{self.name} poll refused: {status}")

    async def turn(self) -> None:
        pause_ms = self.shorten(await self.ask())
        await self.hal.wait(self.wake, pause_ms)
        self.wake.clear()

    # Asks once; the answer is how long to wait before the next time.
    async def ask(self) -> int:
        # Whose pet it is may not be known before that.
        await self.parts.token.ready()
        status, answer = await self.parts.wire.get(self.path(), self.key())
        if is_good(status):
            return self._read(answer)
        self._count_failure()
        if is_refusal(status):
            self.refused(status)
            return self.period_ms
        return self.backoff.next_ms()

    def _read(self, answer: dict) -> int:
        try:
            pause_ms = self._pause_ms(answer)
            self.take(answer)
        except AnswerError as failure:
            self.hal.log(f"{self.name} poll answered garbage: {failure}")
            self._count_failure()
            return self.backoff.next_ms()
        self.failures = 0
        self.backoff.reset()
        self.known.mark_offline(False)
        return pause_ms

    def _pause_ms(self, answer: dict) -> int:
        if not self.parts.config.use_next_poll:
            return self.period_ms
        return next_poll_ms(answer)

    # Only the third failure in a row raises the flag: one path that goes on failing
    # does not make it flicker while the other polls get good answers.
    def _count_failure(self) -> None:
        self.failures += 1
        if self.failures == OFFLINE_FAILURES:
            self.known.mark_offline(True)


# How long to wait until the server has something new to say; within bounds, whatever it says.
def next_poll_ms(answer: dict) -> int:
    next_poll_s = whole(answer, "next_poll_s")
    return min(max(next_poll_s, NEXT_POLL_S_MIN), NEXT_POLL_S_MAX) * 1000
