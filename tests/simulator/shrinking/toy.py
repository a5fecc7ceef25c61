"""A judge who objects soon, and of whom it is known why."""

from simulator.invariants import Hears, Judge
from simulator.kernel.trace import Event, number


class Toy(Judge):
    """Wants no more than ten requests."""

    name = "toy"

    @property
    def hears(self) -> Hears:
        """Requests."""
        return {"request": self._count}

    def _count(self, event: Event) -> None:
        self.demand(self.cases < 10, number(event, "at"), "too many")
