# Water: asks whether to drink now, shows the reminder until it is acknowledged.
# A reminder is given once. So a poll keeps its key until it is answered: when the answer was lost,
# the same key makes the server give the same answer again.

from firmware.logic.address import query
from firmware.logic.check import flag, part, text
from firmware.logic.poll import Poll

POLL = "/api/water/poll"
ACK = "/api/water/ack"
TONE = (880, 200)


class Water(Poll):
    def __init__(self, parts) -> None:
        super().__init__(parts, "water", parts.config.water_poll_s)
        self.open_key: str | None = None

    def path(self) -> str:
        return query(POLL, "user_id", self.parts.token.user_id)

    def key(self) -> str:
        if self.open_key is None:
            self.open_key = self.parts.keys.next()
        return self.open_key

    def take(self, answer: dict) -> None:
        reminder = _reminder(answer)
        self.open_key = None
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


def _reminder(answer: dict) -> tuple | None:
    if not flag(answer, "remind_now"):
        return None
    payload = part(answer, "payload")
    return text(payload, "title"), text(payload, "message")
