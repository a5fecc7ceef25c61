"""A request that the network does not lose is answered, and soon.

Without this judge a server that fell silent would break no other promise. The time that a sender
takes for a body is not the server's.
"""

from collections.abc import Mapping

from simulator.invariants import EVERY, Hears, Judge, Weighs
from simulator.invariants.exchanges import Exchange
from simulator.kernel.trace import Event, number, words

_ANSWER_MS = 1_000
"""How long the server may take, on top of what the network does."""
_TALK_MS: Mapping[str, int] = dict.fromkeys(
    ("POST /api/chat/message", "POST /api/chat/stream"), 61_000
)
"""The same where it hears, writes and speaks."""


class EveryRequestAnswered(Judge):
    """The judge."""

    name = "every request answered"

    def __init__(self) -> None:
        super().__init__()
        self._delay_ms = 0

    @property
    def hears(self) -> Hears:
        """How long a message may be under way."""
        return {"world": self._begin}

    @property
    def weighs(self) -> Weighs:
        """Every answer is a case."""
        return {EVERY: self._time}

    def miss(self, asked: Event, at: int) -> None:
        """What was asked long enough ago and has no answer is an objection."""
        body_ms = number(asked, "body_ms") if "body_ms" in asked else 0
        operation = f"{words(asked, 'method')} {words(asked, 'path')}"
        if not self._is_in_time(operation, at - number(asked, "at") - body_ms):
            said = f"request {asked['id']} of {asked['who']}, {operation}, was never answered"
            self.demand(False, number(asked, "at"), said)

    def _begin(self, event: Event) -> None:
        scenario = event["scenario"]
        assert isinstance(scenario, dict)
        self._delay_ms = scenario["network"]["delay_ms"][1]

    def _time(self, exchange: Exchange) -> None:
        took_ms = exchange.at - exchange.asked_at
        what = f"{exchange.operation}, was answered after {took_ms} ms"
        said = f"request {exchange.id} of {exchange.who}, {what}"
        is_in_time = self._is_in_time(exchange.operation, took_ms - exchange.body_ms)
        self.demand(is_in_time, exchange.asked_at, said)

    def _is_in_time(self, operation: str, ms: int) -> bool:
        return ms <= self._delay_ms + _TALK_MS.get(operation, _ANSWER_MS)
