"""What is not believed of an objection: that a server is late, if it may have been this machine.

From the first moment at which things came too late here, nobody knows any more whether what has to
do with time is the fault of a server. What was said before stands, and what has nothing to do with
time stands whenever it was said.
"""

from typing import NamedTuple

from simulator.invariants.court import Court
from simulator.kernel.trace import Event
from simulator.outdoors.judges import TIMELESS
from simulator.outdoors.pace import Pace


class SetAside(NamedTuple):
    """An objection that is not believed: whose, when (milliseconds since the world began), and in
    which words.
    """

    judge: str
    at: int
    words: str


class Doubts:
    """Sits before the ``court`` and remembers what it had said when this machine was first late."""

    def __init__(self, court: Court, pace: Pace) -> None:
        self._court, self._pace = court, pace
        self._believed: dict[str, int] | None = None

    def see(self, event: Event) -> None:
        """Something happened, of which the court has not yet heard."""
        if self._believed is None and self._pace.is_late:
            self._believed = {judge.name: len(judge.objections) for judge in self._court.judges}

    def set_aside(self) -> tuple[SetAside, ...]:
        """Take from the judges what is not believed."""
        aside: list[SetAside] = []
        for judge in self._court.judges:
            if self._believed is not None and judge.name not in TIMELESS:
                believed = self._believed[judge.name]
                doubtful = judge.objections[believed:]
                aside += [SetAside(judge.name, each.at, each.words) for each in doubtful]
                del judge.objections[believed:]
        return tuple(aside)
