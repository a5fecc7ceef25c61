# Pairing: gets the pet its token. It asks for a code, shows it, and asks whether somebody has
# confirmed it. The code is kept, so that a pet that loses its power goes on with the same one.

from firmware.logic.backoff import Backoff
from firmware.logic.check import AnswerError, text
from firmware.logic.poll import OFFLINE_FAILURES, next_poll_ms
from firmware.logic.token import says
from firmware.logic.wire import is_good

START = "/api/devices/pairing"
COLLECT = "/api/devices/pairing/collect"
KEPT = "pairing"
PAIRED = "paired"
PENDING = "pending"
TONE = (784, 200)
# A code that the server does not know, or could never have given, leads nowhere.
LOST_CODES = ("not_found", "validation_failed")


class Pairing:
    def __init__(self, parts) -> None:
        self.parts = parts
        self.hal = parts.hal
        self.known = parts.known
        self.token = parts.token
        self.backoff = Backoff(parts.hal)
        self.failures = 0
        # The secret that the token is collected with, and what is shown meanwhile; "" without.
        self.device_code = ""
        self.user_code = ""
        if self.token.is_needed and not self.token.text:
            self._go_on()

    async def turn(self) -> None:
        if self.token.text:
            self._let_go()
            await self.hal.wait(self.token.lost)
            self._go_on()
            return
        await self.hal.sleep_ms(await self.ask())

    # Asks once; the answer is how long to wait before the next time.
    async def ask(self) -> int:
        if self.device_code:
            status, answer = await self._collect()
            read = self._read_token
        else:
            status, answer = await self._start()
            read = self._read_code
        if is_good(status):
            return self._believe(read, answer)
        if self.device_code and any(says(answer, code) for code in LOST_CODES):
            self.hal.log("the code is not valid any more")
            self._let_go()
            self.known.pair("")
        else:
            self._count_failure()
        return self.backoff.next_ms()

    async def _start(self) -> tuple:
        config = self.parts.config
        wish = {
            "device_name": config.device_id,
            "firmware_version": config.firmware_version,
            "user_id": config.user_id,
        }
        return await self.parts.wire.ask(START, wish)

    async def _collect(self) -> tuple:
        return await self.parts.wire.ask(COLLECT, {"device_code": self.device_code})

    def _believe(self, read, answer: dict) -> int:
        try:
            pause_ms = read(answer)
        except AnswerError as failure:
            self.hal.log(f"pairing answered garbage: {failure}")
            self._count_failure()
            return self.backoff.next_ms()
        self.failures = 0
        self.known.mark_offline(False)
        return pause_ms

    def _read_code(self, answer: dict) -> int:
        device_code = text(answer, "device_code")
        user_code = text(answer, "user_code")
        pause_ms = next_poll_ms(answer)
        if not device_code or " " in device_code or not user_code:
            raise AnswerError("a code is empty or no code")
        self.hal.keep(KEPT, f"{device_code} {user_code}")
        self._go_on()
        return pause_ms

    def _read_token(self, answer: dict) -> int:
        status = text(answer, "status")
        pause_ms = next_poll_ms(answer)
        if status == PAIRED:
            token = text(answer, "token")
            user_id = text(answer, "user_id")
            if not token or " " in token or not user_id:
                raise AnswerError("token or user_id is empty")
            if user_id != self.token.user_id:
                self._forget()
            self.token.take(token, user_id)
            self._let_go()
            self.hal.tone(*TONE)
        elif status != PENDING:
            raise AnswerError("status is not known")
        self.backoff.reset()
        return pause_ms

    # With the code that is kept, if there is one.
    def _go_on(self) -> None:
        kept = self.hal.kept(KEPT) or ""
        self.device_code, _, self.user_code = kept.partition(" ")
        self.known.pair(self.user_code)

    def _let_go(self) -> None:
        if self.hal.kept(KEPT) is not None:
            self.hal.keep(KEPT, None)
        self.device_code = ""
        self.user_code = ""
        self.known.pair(None)

    # Whose pet it is now must neither see what the former one was told nor act on it.
    def _forget(self) -> None:
        self.known.forget()
        self.parts.outbox.forget()

    def _count_failure(self) -> None:
        self.failures += 1
        if self.failures == OFFLINE_FAILURES:
            self.known.mark_offline(True)
