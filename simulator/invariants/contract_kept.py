"""Whatever is asked and answered conforms to ``contracts/desktop_pet.openapi.yaml``, or
``contracts/platform.openapi.yaml``.

Path, query, headers and body of every request; status, content type, headers and body of every
answer. Of the refusals only these may be met by somebody who keeps to the contract: what was asked
for is not there (404), or does not fit its state any more (409), or too many behind one address
pair (429). A stranger keeps to nothing; what he is answered is judged by ``nothing_for_strangers``.
"""

from simulator.invariants import EVERY, Judge, Objection, Weighs
from simulator.invariants.contract import operation
from simulator.invariants.exchanges import Exchange


class ContractKept(Judge):
    """The judge."""

    name = "contract kept"

    @property
    def weighs(self) -> Weighs:
        """Every request and its answer are a case."""
        return {EVERY: self._conforms}

    def _conforms(self, exchange: Exchange) -> None:
        if exchange.is_strangers:
            return None
        self.cases += 1
        promised = operation(exchange.operation)
        if promised is None:
            return self._object(exchange, "is not in the contract")
        fault = promised.fault_of_request(exchange)
        if fault:
            return self._object(exchange, f"asks against the contract: {fault}")
        fault = promised.fault_of_answer(exchange)
        if fault:
            self._object(exchange, f"was answered against the contract: {fault}")
        return None

    def _object(self, exchange: Exchange, what: str) -> None:
        words = f"request {exchange.id} of {exchange.who}, {exchange.operation}, {what}"
        self.objections.append(Objection(exchange.at, words))
