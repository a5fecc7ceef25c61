"""A request that the network does not lose is answered, and soon.

Without this judge a server that fell silent would break no other promise. The time that a sender
takes for a body is not the server's, nor is what its store takes (``patience``). Who hears that the
server has died has an answer; that it has died, or nobody was there, must be true.
"""

from collections.abc import Mapping

from simulator.invariants import EVERY, Hears, Judge, Objection, Weighs
from simulator.invariants.exchanges import TALK, Exchange
from simulator.invariants.patience import store_ms, way_ms
from simulator.kernel.trace import Event, number, words

_ANSWER_MS = 1_000
"""How long the server may take, on top of what the network does."""
_TALK_MS: Mapping[str, int] = dict.fromkeys(TALK, 61_000)
"""The same where it hears, writes and speaks."""


class EveryRequestAnswered(Judge):
    """The judge."""

    name = "every request answered"

    def __init__(self) -> None:
        super().__init__()
        self._delay_ms = 0
        self._there: set[str] = set()
        self._died_at = -1

    @property
    def hears(self) -> Hears:
        """How long an answer may take, who is there to give it, and who dropped what."""
        return {"world": self._begin, "worker": self._change, "dropped": self._drop}

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
        self._delay_ms = way_ms(event) + store_ms(event)

    def _change(self, event: Event) -> None:
        """Workers start, die or leave; one that leaves may still cut off who takes too long."""
        who, does = words(event, "who"), words(event, "does")
        if does == "starts":
            self._there.add(who)
            return
        self._there.discard(who)
        self._died_at = number(event, "at")

    def _drop(self, event: Event) -> None:
        """Whoever was to answer died in this moment, or none of them is there."""
        at, has_died = number(event, "at"), event["why"] == "died"
        said = f"request {event['id']} was dropped, and nobody of the server has died"
        self.demand(self._died_at == at if has_died else not self._there, at, said)

    def _time(self, exchange: Exchange) -> None:
        who, what, asked_at = exchange.who, exchange.operation, exchange.asked_at
        took_ms = exchange.at - asked_at
        self.cases += 1
        if not self._is_in_time(what, took_ms - exchange.body_ms):
            said = f"request {exchange.id} of {who}, {what}, was answered after {took_ms} ms"
            self.objections.append(Objection(asked_at, said))

    def _is_in_time(self, operation: str, ms: int) -> bool:
        return ms <= self._delay_ms + _TALK_MS.get(operation, _ANSWER_MS)
