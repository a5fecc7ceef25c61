# What the person decided, on its way to the server: delivered at least once, oldest first.
# Every message gets its key once, so that the server can tell a repeated message from a new one.
# The messages outlast the power, keys and all; what was accepted once is sent, however often.

import json

from firmware.logic.asker import TIME_OUTS
from firmware.logic.backoff import LAST_MS, Backoff
from firmware.logic.check import is_plain
from firmware.logic.keeping import try_keep
from firmware.logic.wire import is_good, is_refusal

KEPT = "outbox"
LEN_MAX = 16
# An empty outbox looks this often whether the flash still holds what it could not let go of.
IDLE_MS = 300_000
# The names by which a message says what it is about.
SUBJECTS = ("prompt_id", "session_id")


class Outbox:
    def __init__(self, hal, wire, keys, http_timeout_ms: int) -> None:
        self.hal = hal
        self.wire = wire
        self.keys = keys
        self.backoff = Backoff(hal)
        self.filled = hal.event()
        self.turn_ms = max(IDLE_MS, LAST_MS) + TIME_OUTS * http_timeout_ms
        self.messages: list = self._read_kept()  # (path, body, key, settled)
        self.is_kept = True

    # False when there is no room: the press then has no effect, and the screen says so by not
    # changing. The event `settled` is set when the message has left the outbox, delivered or
    # dropped; a message of an earlier life has none.
    def put(self, path: str, body: dict, settled=None) -> bool:
        if len(self.messages) >= LEN_MAX:
            self.hal.log(f"no room for {path}")
            return False
        self.messages.append((path, body, self.keys.next(), settled))
        self._keep()
        self.filled.set()
        return True

    def holds(self, path: str) -> bool:
        return any(message[0] == path for message in self.messages)

    # The ids of what the person has dealt with and the server may not know of yet.
    def subjects(self) -> list:
        return [body[name] for _, body, _, _ in self.messages for name in SUBJECTS if name in body]

    # Drops all: what one user decided is not sent in another's name.
    def forget(self) -> None:
        dropped, self.messages = self.messages, []
        self._keep()
        for message in dropped:
            self._end("dropped", message)

    async def turn(self) -> None:
        if not self.is_kept:
            self._keep()
        if self.messages:
            await self._deliver(self.messages[0])
        else:
            self.filled.clear()
            await self.hal.wait(self.filled, IDLE_MS)

    async def _deliver(self, message: tuple) -> None:
        status, answer = await self.wire.post(*message[:3])
        if is_good(status):
            self._leave("delivered", message)
        elif is_refusal(status, answer):
            self._leave(f"dropped after {status}", message)
        else:
            await self.hal.sleep_ms(self.backoff.next_ms())

    def _leave(self, end: str, message: tuple) -> None:
        self.messages.remove(message)
        self._keep()
        self._end(end, message)

    def _end(self, end: str, message: tuple) -> None:
        path, _, key, settled = message
        self.backoff.reset()
        self.hal.log(f"{end}: {path} {key}")
        if settled:
            settled.set()

    # Whoever finds no memory for it now tries again at the next turn.
    def _keep(self) -> None:
        self.is_kept = False
        try:
            kept = self._written()
        except MemoryError:
            return
        self.is_kept = try_keep(self.hal, KEPT, kept)

    # As lists, in order: a dict has no order on a board.
    def _written(self) -> str | None:
        kept = [[path, _pairs(body), key] for path, body, key, _ in self.messages]
        return json.dumps(kept) if kept else None

    def _read_kept(self) -> list:
        try:
            kept = self.hal.kept(KEPT)
            return [] if kept is None else _messages(kept)
        except Exception as failure:
            self.hal.log(f"the kept outbox is garbage: {type(failure).__name__}")
            return []


def _pairs(body: dict) -> list:
    names, pairs = list(body), []
    while names:
        name = min(names)
        names.remove(name)
        pairs.append([name, body[name]])
    return pairs


def _messages(kept: str) -> list:
    return [_message(*message) for message in json.loads(kept)][:LEN_MAX]


def _message(path, pairs, key) -> tuple:
    if type(pairs) is not list or not (is_plain(path) and is_plain(key)):
        raise ValueError
    body = {}
    for name, value in pairs:
        if type(name) is not str or type(value) not in (str, bool):
            raise ValueError
        body[name] = value
    return path, body, key, None
