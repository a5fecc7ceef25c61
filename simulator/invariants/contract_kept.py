"""Whatever is asked and answered conforms to ``contracts/desktop_pet.openapi.yaml``, or
``contracts/platform.openapi.yaml``.

Path, query, headers and body of every request; status, content type, headers and body of every
answer. Of the refusals only these may be met by somebody who keeps to the contract: what was asked
for is not there (404), or does not fit its state any more (409), or too many behind one address
pair (429). And that no words were heard (400), for who speaks while the pet's ears, as the trace
has it, give nothing. A stranger keeps to nothing; what he is answered is judged by
``nothing_for_strangers``.

A clumsy program asks for what the contract forbids, or for what it does not know. Each time it is
refused, as the contract has it. A server that cannot do anything at the moment need not look so
closely (503); where nothing is known of an operation there is nothing (404) or another method
(405).
"""

from typing import cast

from simulator.invariants import EVERY, Hears, Judge, Objection, Weighs
from simulator.invariants.contract import Operation, operation
from simulator.invariants.exchanges import Exchange
from simulator.kernel.trace import Event, Json, number

CLUMSY = "clumsy/"
"""How those are called who ask for what the contract forbids."""

THROWN_AWAY = "old pet/"
"""How those are called whose token was taken back: a late copy of what they asked is refused."""

_UNKNOWN = (404, 405)
_UNAUTHORIZED = 401
_UNAVAILABLE = 503
_BAD = 400
_SPEECH = "audio_base64"


class ContractKept(Judge):
    """The judge."""

    name = "contract kept"

    def __init__(self) -> None:
        super().__init__()
        self._unheard: set[int] = set()

    @property
    def hears(self) -> Hears:
        """When the pet's ears fail."""
        return {"failed": self._fail}

    def _fail(self, event: Event) -> None:
        if event["what"] == "hearing":
            self._unheard.add(number(event, "id"))

    @property
    def weighs(self) -> Weighs:
        """Every request and its answer are a case."""
        return {EVERY: self._conforms}

    def _conforms(self, exchange: Exchange) -> None:
        if exchange.is_strangers or _is_thrown_away(exchange):
            return None
        self.cases += 1
        promised = operation(exchange.operation)
        if exchange.who.startswith(CLUMSY):
            return self._is_refused(promised, exchange)
        if promised is None:
            return self._object(exchange, "is not in the contract")
        fault = promised.fault_of_request(exchange)
        if fault:
            return self._object(exchange, f"asks against the contract: {fault}")
        is_unheard = exchange.id in self._unheard and _speaks_of_speech(exchange)
        judged = promised.fault_of_refusal if is_unheard else promised.fault_of_answer
        fault = judged(exchange)
        if fault:
            self._object(exchange, f"was answered against the contract: {fault}")
        return None

    def _is_refused(self, promised: Operation | None, exchange: Exchange) -> None:
        if promised is not None and exchange.status != _UNAVAILABLE:
            fault = promised.fault_of_refusal(exchange)
        else:
            is_so = exchange.status in (*_UNKNOWN, _UNAVAILABLE)
            fault = "" if is_so else f"it was answered {exchange.status}"
        if fault:
            self._object(exchange, f"makes no sense: {fault}")

    def _object(self, exchange: Exchange, what: str) -> None:
        words = f"request {exchange.id} of {exchange.who}, {exchange.operation}, {what}"
        self.objections.append(Objection(exchange.at, words))


def _is_thrown_away(exchange: Exchange) -> bool:
    return exchange.status == _UNAUTHORIZED and exchange.who.startswith(THROWN_AWAY)


def _speaks_of_speech(exchange: Exchange) -> bool:
    """Whether somebody spoke, and was answered that it is his speech which cannot be used."""
    if exchange.status != _BAD or exchange.asked.get(_SPEECH) is None:
        return False
    details = cast("list[Json]", exchange.answer.get("details", []))
    return [cast("list[object]", each["loc"])[-1:] for each in details] == [[_SPEECH]]
