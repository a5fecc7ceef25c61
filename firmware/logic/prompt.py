# Break prompts: shows the open one, and carries the person's answer to the server.
# Polling does not consume a prompt: it stays open until the answer has arrived.

from firmware.logic.address import query
from firmware.logic.check import flag, identity, part, shown
from firmware.logic.poll import Poll

POLL = "/api/breaks/prompt/poll"
ACK = "/api/breaks/prompt/ack"
TONE = (660, 400)


class Prompt(Poll):
    def __init__(self, parts) -> None:
        super().__init__(parts, "prompt", parts.config.prompt_poll_s)

    def path(self) -> str:
        return query(POLL, "user_id", self.parts.token.user_id)

    def take(self, answer: dict) -> None:
        prompt = _open_prompt(answer)
        if prompt is None or self.known.is_settled(prompt[0]):
            self.known.open(None)
            return
        if self.known.prompt is None or self.known.prompt[0] != prompt[0]:
            self.hal.tone(*TONE)
        self.known.open(prompt)

    def accept(self) -> None:
        self._answer(True)

    def dismiss(self) -> None:
        self._answer(False)

    def _answer(self, acknowledged: bool) -> None:
        prompt_id = self.known.prompt[0]
        if self.parts.outbox.put(ACK, {"prompt_id": prompt_id, "acknowledged": acknowledged}):
            self.known.settle(prompt_id)
            self.known.open(None)


def _open_prompt(answer: dict) -> tuple | None:
    if not flag(answer, "show_prompt"):
        return None
    payload = part(answer, "payload")
    return identity(answer, "prompt_id"), shown(payload, "title"), shown(payload, "message")
