"""Nothing that a device or a person does is answered with an error of the server."""

from simulator.invariants import Objection, number
from simulator.kernel.trace import Event

_OUR_FAULT = range(500, 600)


class NoServerError:
    """The judge."""

    name = "no server error"

    def __init__(self) -> None:
        self.objections: list[Objection] = []
        self.cases = 0

    def see(self, event: Event) -> None:
        """Take note of what happened."""
        if event["kind"] != "served":
            return
        self.cases += 1
        status = number(event, "status")
        if status in _OUR_FAULT:
            words = f"request {event['id']} was answered with {status}"
            self.objections.append(Objection(number(event, "at"), words))
