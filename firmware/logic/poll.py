# One poll: ask, believe what is well formed, wait, ask again. The roles that poll stand on it; each
# gives the path it asks, the key it asks with, and what it takes from an answer.

from firmware.logic.asker import Asker, next_poll_ms
from firmware.logic.wire import is_good, is_refusal


class Poll(Asker):
    def __init__(self, parts, name: str, period_s: int) -> None:
        self.period_ms = period_s * 1000
        super().__init__(parts, f"{name} poll", self.period_ms)
        self.wake = parts.hal.event()

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
        self.hal.log(f"{self.name} refused: {status}")

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
            return self.believe(self._read, answer)
        self.count_failure()
        if is_refusal(status, answer):
            self.refused(status)
            return self.period_ms
        return self.backoff.next_ms()

    def _read(self, answer: dict) -> int:
        pause_ms = self._pause_ms(answer)
        self.take(answer)
        return pause_ms

    def _pause_ms(self, answer: dict) -> int:
        if not self.parts.config.use_next_poll:
            return self.period_ms
        return next_poll_ms(answer)

    def went_well(self) -> None:
        super().went_well()
        self.backoff.reset()
