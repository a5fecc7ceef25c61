"""A request that the network does not lose is answered, and soon.

Without this judge a server that fell silent would break no other promise.
"""

from simulator.invariants import Hears, Judge, Objection
from simulator.kernel.trace import Event, number, words

_ANSWER_MS = 1_000
"""How long the server may take, on top of what the network does."""


class EveryRequestAnswered(Judge):
    """The judge."""

    name = "every request answered"

    def __init__(self) -> None:
        super().__init__()
        self._delay_ms = 0
        self._asked: dict[int, Event] = {}

    @property
    def hears(self) -> Hears:
        """What was asked, and whether it was lost or answered."""
        return {
            "world": self._begin,
            "request": self._ask,
            "lost": self._lose,
            "served": self._serve,
        }

    def conclude(self, at: int) -> None:
        """What was asked long enough ago and has no answer is an objection."""
        for asked in self._asked.values():
            if at - number(asked, "at") > self._delay_ms + _ANSWER_MS:
                self._object(asked, "was never answered")

    def _begin(self, event: Event) -> None:
        scenario = event["scenario"]
        assert isinstance(scenario, dict)
        self._delay_ms = scenario["network"]["delay_ms"][1]

    def _ask(self, event: Event) -> None:
        self._asked[number(event, "id")] = event

    def _lose(self, event: Event) -> None:
        if event["leg"] == "request":
            del self._asked[number(event, "id")]

    def _serve(self, event: Event) -> None:
        asked = self._asked.pop(number(event, "id"))
        took_ms = number(event, "at") - number(asked, "at")
        if took_ms > self._delay_ms + _ANSWER_MS:
            return self._object(asked, f"was answered after {took_ms} ms")
        self.cases += 1
        return None

    def _object(self, asked: Event, what: str) -> None:
        self.cases += 1
        operation = f"{words(asked, 'method')} {words(asked, 'path')}"
        said = f"request {asked['id']} of {asked['who']}, {operation}, {what}"
        self.objections.append(Objection(number(asked, "at"), said))
