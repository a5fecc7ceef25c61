# Encouragement: one kind sentence when the person asks for it. It is worth a few tries, not an
# outbox: a sentence that comes an hour later answers nobody.

from firmware.logic.asker import TIME_OUTS
from firmware.logic.backoff import LAST_MS, Backoff
from firmware.logic.check import AnswerError, shown
from firmware.logic.wire import is_good, is_refusal

MESSAGE = "/api/encouragement/message"
TRIES = 3
# Also when nobody asks it wakes this often: the watch waits for it (watch.py).
IDLE_MS = 300_000


class Encouragement:
    def __init__(self, parts) -> None:
        tries_ms = TRIES * (LAST_MS + TIME_OUTS * parts.config.http_timeout_ms)
        self.turn_ms = max(IDLE_MS, tries_ms)
        self.parts = parts
        self.hal = parts.hal
        self.wanted = parts.hal.event()

    def ask(self) -> None:
        self.wanted.set()

    # Presses while an answer is under way ask for that same answer.
    async def turn(self) -> None:
        if await self.hal.wait(self.wanted, IDLE_MS):
            self.parts.marks.begin("encouragement")
            await self._fetch(self.parts.keys.next())
            self.wanted.clear()

    async def _fetch(self, key: str) -> None:
        backoff = Backoff(self.hal)
        for _ in range(TRIES):
            status, answer = await self._post(key)
            if is_good(status) and self._say(answer):
                return
            if is_refusal(status, answer):
                break
            await self.hal.sleep_ms(backoff.next_ms())
        self.hal.log("no encouragement")

    async def _post(self, key: str) -> tuple:
        return await self.parts.wire.post(MESSAGE, {"user_id": self.parts.token.user_id}, key)

    def _say(self, answer: dict) -> bool:
        try:
            self.parts.known.say(shown(answer, "message"), self.hal.ticks_ms())
        except AnswerError as failure:
            self.hal.log(f"encouragement answered garbage: {failure}")
            return False
        return True
