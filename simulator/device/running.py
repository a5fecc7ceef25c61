"""What runs on a simulated board: a coroutine that waits for events of SimPy.

A process of SimPy around it would do the same, in three calls for each step instead of one, and a
pet does little else than wait.
"""

from collections.abc import Callable, Coroutine

from simpy import Environment, Event
from simpy.events import URGENT

from simulator.device.flash import PowerLost

Life = Coroutine[Event, object, None]


class Running:
    """Lets ``life`` run until it ends or is closed. ``lose_power`` is called if it raises
    ``PowerLost``.
    """

    __slots__ = ("_is_closed", "_life", "_lose_power", "_wake")

    def __init__(
        self, environment: Environment, life: Life, lose_power: Callable[[], None]
    ) -> None:
        self._life = life
        self._lose_power = lose_power
        self._is_closed = False
        self._wake = self._go_on
        beginning = Event(environment)
        beginning._ok, beginning._value = True, None  # noqa: SLF001 -- as a process of SimPy begins
        beginning.callbacks.append(self._wake)
        environment.schedule(beginning, URGENT)

    def close(self) -> None:
        """End it where it stands. What it waits for may happen after that, and wakes nobody."""
        self._is_closed = True
        self._life.close()

    def _go_on(self, event: Event) -> None:
        """``event`` has happened. If it went wrong, SimPy raises that, since nobody defuses it."""
        while event._ok and not self._is_closed:  # noqa: SLF001 -- properties take a call
            try:
                event = self._life.send(event._value)  # noqa: SLF001 -- as above
            except StopIteration:
                return
            except PowerLost:
                self._lose_power()
                return
            if event.callbacks is not None:
                event.callbacks.append(self._wake)
                return
