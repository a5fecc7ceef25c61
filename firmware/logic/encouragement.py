# Encouragement: one kind sentence when the person asks for it. It is worth a few tries, not an
# outbox: a sentence that comes an hour later answers nobody.

from firmware.logic.backoff import Backoff
from firmware.logic.check import AnswerError, text
from firmware.logic.wire import is_good, is_refusal

MESSAGE = "/api/encouragement/message"
TRIES = 3


class Encouragement:
    def __init__(self, parts) -> None:
        self.parts = parts
        self.hal = parts.hal
        self.wanted = parts.hal.event()

    def ask(self) -> None:
        self.wanted.set()

    # Presses while an answer is under way ask for that same answer.
    async def turn(self) -> None:
        await self.hal.wait(self.wanted)
        await self._fetch(self.parts.keys.next())
        self.wanted.clear()

    async def _fetch(self, key: str) -> None:
        backoff = Backoff(self.hal)
        for _ in range(TRIES):
            status, answer = await self._post(key)
            if is_good(status) and self._say(answer):
                return
            if is_refusal(status):
                break
            await self.hal.sleep_ms(backoff.next_ms())
        self.hal.log("no encouragement")

    async def _post(self, key: str) -> tuple:
        return await self.parts.wire.post(MESSAGE, {"user_id": self.parts.token.user_id}, key)

    def _say(self, answer: dict) -> bool:
        try:
            self.parts.known.say(text(answer, "message"), self.hal.ticks_ms())
        except AnswerError as failure:
            self.hal.log(f"encouragement answered garbage: {failure}")
            return False
        return True
