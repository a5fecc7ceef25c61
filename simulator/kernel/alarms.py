"""Alarms that hardly ever ring: time-outs of what mostly comes in time.

Each of them as a timeout of SimPy would stay among the events to come until its time, and be a step
then, to no end. Those that are set for the same span ring in the order in which they were set, so
only the first one of a span stands among the events; whoever is turned off before is never seen
there. An alarm rings where a timeout made in its place would have: it takes that one's number.
"""

from collections import deque
from collections.abc import Callable
from functools import partial
from heapq import heappush

from simpy import Environment, Event
from simpy.events import NORMAL


class Alarm:
    """One of them."""

    __slots__ = ("at", "number", "ring")

    def __init__(self, at: int, number: int, ring: Callable[[], object]) -> None:
        self.at = at
        self.number = number
        self.ring: Callable[[], object] | None = ring

    def turn_off(self) -> None:
        """It does not ring any more."""
        self.ring = None


class Alarms:
    """Those that somebody sets in the time of ``environment``."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._rows: dict[int, deque[Alarm]] = {}

    def set(self, ms: int, ring: Callable[[], object]) -> Alarm:
        """Call ``ring`` in so many milliseconds, 0 or more, unless the alarm is turned off."""
        environment = self._environment
        number = next(environment._eid)  # noqa: SLF001 -- the place that a timeout would have
        alarm = Alarm(int(environment.now) + ms, number, ring)
        row = self._rows.get(ms)
        if row is None:
            row = self._rows[ms] = deque()
            self._expect(ms, alarm)
        row.append(alarm)
        return alarm

    def _expect(self, ms: int, alarm: Alarm) -> None:
        """Let SimPy come to the first one of its row."""
        event = Event(self._environment)
        event._ok, event._value = True, None  # noqa: SLF001 -- as a timeout does it
        event.callbacks.append(partial(self._come, ms))
        place = (alarm.at, NORMAL, alarm.number, event)
        heappush(self._environment._queue, place)  # noqa: SLF001 -- schedule() gives a new number

    def _come(self, ms: int, _: Event) -> None:
        """The time of the first one of those for ``ms`` has come."""
        row = self._rows[ms]
        ring = row.popleft().ring
        while row and row[0].ring is None:
            row.popleft()
        if row:
            self._expect(ms, row[0])
        else:
            del self._rows[ms]
        if ring is not None:
            ring()
