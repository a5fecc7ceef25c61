# Pairing: gets the pet its token. It asks for a code, shows it, and asks whether somebody has
# confirmed it. The code is kept, so that a pet that loses its power goes on with the same one.

from firmware.logic.asker import Asker, next_poll_ms
from firmware.logic.check import AnswerError, identity, is_plain, text
from firmware.logic.keeping import try_keep
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


class Pairing(Asker):
    def __init__(self, parts) -> None:
        super().__init__(parts, "pairing")
        self.token = parts.token
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
            return self.believe(read, answer)
        if self.device_code and any(says(answer, code) for code in LOST_CODES):
            self.hal.log("the code is not valid any more")
            self._let_go()
            self.known.pair("")
        else:
            self.count_failure()
        return self.backoff.next_ms()

    async def _start(self) -> tuple:
        config = self.parts.config
        wish = {
            "device_name": config.device_id,
            "firmware_version": config.firmware_version,
            "user_id": config.user_id or None,
        }
        return await self.parts.wire.ask(START, wish)

    async def _collect(self) -> tuple:
        return await self.parts.wire.ask(COLLECT, {"device_code": self.device_code})

    # A code that cannot be kept serves as long as the pet has power.
    def _read_code(self, answer: dict) -> int:
        device_code = _secret(answer, "device_code")
        user_code = identity(answer, "user_code")
        pause_ms = next_poll_ms(answer)
        kept = f"{device_code} {user_code}"
        try_keep(self.hal, KEPT, kept)
        self._show(kept)
        return pause_ms

    def _read_token(self, answer: dict) -> int:
        status = text(answer, "status")
        pause_ms = next_poll_ms(answer)
        if status == PAIRED:
            token = _secret(answer, "token")
            user_id = identity(answer, "user_id")
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
        self._show(kept if is_plain(kept.partition(" ")[0]) else "")

    def _show(self, kept: str) -> None:
        self.device_code, _, self.user_code = kept.partition(" ")
        self.known.pair(self.user_code)

    def _let_go(self) -> None:
        self.device_code = ""
        self.user_code = ""
        self.known.pair(None)
        if self.hal.kept(KEPT) is not None:
            try_keep(self.hal, KEPT, None)

    # Whose pet it is now must neither see what the former one was told nor act on it.
    def _forget(self) -> None:
        self.known.forget()
        self.parts.outbox.forget()


# What is sent back in a header.
def _secret(answer: dict, name: str) -> str:
    value = text(answer, name)
    if not is_plain(value):
        raise AnswerError(f"{name} is no secret")
    return value
