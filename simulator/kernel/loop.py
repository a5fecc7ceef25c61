"""Two schedulers on one clock: SimPy owns time, an asyncio loop lives in it.

Time is a whole number of milliseconds since the world began, ``Environment.now``. The asyncio loop
runs the production server; where it would wait for the network it lets SimPy take its next step
instead. So devices, networks and people are SimPy processes, the server is the real one, and
nothing ever waits.

A coroutine object is a SimPy process already: ``environment.process(coroutine)`` needs no driver,
and ``happening(event)`` is how a coroutine waits for a SimPy event.
"""

import asyncio
import math
import selectors
from collections.abc import Coroutine, Generator
from types import coroutine
from typing import Any, TypeVar

from simpy import Environment, Event

T = TypeVar("T")

_ROUNDING = 1e-3
"""A thousandth of a millisecond: what asyncio's seconds in floating point may be off."""


class Stalled(Exception):
    """Nothing is left that could ever happen."""


@coroutine
def happening(event: Event) -> Generator[Event, Any, Any]:
    """Wait, in a coroutine that SimPy runs, for ``event``; return its value."""
    return (yield event)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An asyncio loop in the time of a SimPy environment."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        super().__init__(_SteppingSelector(environment))

    def time(self) -> float:
        """Seconds since the world began."""
        return float(self._environment.now) / 1000

    def serve(self, work: Coroutine[Any, Any, T]) -> Event:
        """Run ``work`` in asyncio; the event happens when it is done and has its result."""
        event = self._environment.event()
        task = self.create_task(work)
        task.add_done_callback(lambda done: _conclude(event, done))
        return event

    def run_for(self, duration_ms: int) -> None:
        """Let the world go on for ``duration_ms`` milliseconds."""
        over = self.create_future()
        end = self._environment.timeout(duration_ms)
        end.callbacks.append(lambda _: over.set_result(None))
        self.run_until_complete(over)


def _conclude(event: Event, done: "asyncio.Task[Any]") -> None:
    failure = done.exception()
    if failure is None:
        event.succeed(done.result())
    else:
        event.fail(failure if isinstance(failure, Exception) else RuntimeError(repr(failure)))


class _SteppingSelector(selectors.SelectSelector):
    """Where asyncio asks for news of its sockets, SimPy takes a step. There are no sockets."""

    def __init__(self, environment: Environment) -> None:
        super().__init__()
        self._environment = environment

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout > 0:
            self._step(math.inf if timeout is None else math.ceil(timeout * 1000 - _ROUNDING))
        return []

    def _step(self, patience_ms: float) -> None:
        """Let the next thing happen, or ``patience_ms`` pass if that comes first."""
        environment = self._environment
        if environment.peek() > environment.now + patience_ms:
            environment.timeout(int(patience_ms))
        elif environment.peek() == math.inf:
            raise Stalled("nothing is left that could ever happen")
        environment.step()
