"""Nothing that a device or a person does is answered with an error of the server. That the services
by which it talks have failed (502), or take too long (503), is none; ``chat_turns`` knows whether.
"""

from simulator.invariants import EVERY, Judge, Objection, Weighs
from simulator.invariants.exchanges import Exchange

_OUR_FAULT = range(500, 600)
_THEIR_FAULT = (502, 503)
_TALK = ("POST /api/chat/message", "POST /api/chat/stream")


class NoServerError(Judge):
    """The judge."""

    name = "no server error"

    @property
    def weighs(self) -> Weighs:
        """Every answer is a case."""
        return {EVERY: self._look}

    def _look(self, exchange: Exchange) -> None:
        self.cases += 1
        if exchange.status in _THEIR_FAULT and exchange.operation in _TALK:
            return
        if exchange.status in _OUR_FAULT:
            words = f"request {exchange.id}, {exchange.operation}, was answered {exchange.status}"
            self.objections.append(Objection(exchange.at, words))
