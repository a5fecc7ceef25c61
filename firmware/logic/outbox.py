# What the person decided, on its way to the server: delivered at least once, oldest first.
# Every message gets its key once, so that the server can tell a repeated message from a new one.

from firmware.logic.backoff import Backoff
from firmware.logic.wire import is_good, is_refusal

LEN_MAX = 16


class Outbox:
    def __init__(self, hal, wire, keys) -> None:
        self.hal = hal
        self.wire = wire
        self.keys = keys
        self.backoff = Backoff(hal)
        self.filled = hal.event()
        self.messages: list = []

    # False when there is no room: the press then has no effect, and the screen says so by not
    # changing. The event `settled` is set when the message has left the outbox, delivered or
    # dropped.
    def put(self, path: str, body: dict, settled=None) -> bool:
        if len(self.messages) >= LEN_MAX:
            self.hal.log(f"no room for {path}")
            return False
        self.messages.append((path, body, self.keys.next(), settled))
        self.filled.set()
        return True

    def holds(self, path: str) -> bool:
        return any(message[0] == path for message in self.messages)

    # Drops all: what one user decided is not sent in another's name.
    def forget(self) -> None:
        while self.messages:
            path, _, key, settled = self.messages[0]
            self._leave("dropped", path, key, settled)

    async def turn(self) -> None:
        if self.messages:
            await self._deliver(self.messages[0])
        else:
            self.filled.clear()
            await self.hal.wait(self.filled)

    async def _deliver(self, message: tuple) -> None:
        path, body, key, settled = message
        status, _ = await self.wire.post(path, body, key)
        if is_good(status):
            self._leave("delivered", path, key, settled)
        elif is_refusal(status):
            self._leave(f"dropped after {status}", path, key, settled)
        else:
            await self.hal.sleep_ms(self.backoff.next_ms())

    def _leave(self, end: str, path: str, key: str, settled) -> None:
        self.messages.pop(0)
        self.backoff.reset()
        self.hal.log(f"{end}: {path} {key}")
        if settled:
            settled.set()
