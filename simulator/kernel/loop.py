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
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextvars import Context
from types import coroutine
from typing import Any, TypeVarTuple

from simpy import Environment, Event

Ts = TypeVarTuple("Ts")

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
        self._selector_of_time = _SteppingSelector(environment)
        self._serving: set[asyncio.Task[None]] = set()
        super().__init__(self._selector_of_time)

    def time(self) -> float:
        """Seconds since the world began."""
        return float(self._environment.now) / 1000

    def call_soon(
        self,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.Handle:
        """Let the selector know that asyncio has something to do before time goes on."""
        self._selector_of_time.is_over = True
        return super().call_soon(callback, *args, context=context)

    def serve(self, work: Coroutine[object, None, object]) -> Event:
        """Run ``work`` in asyncio; the event happens when it is done and has its result.

        It is a task from its first step on: what limits its own time has to know its task.
        """
        event = self._environment.event()
        # Held, for asyncio itself forgets a task that waits for something nobody holds.
        self._serving.add(self.create_task(self._conclude(event, work)))
        return event

    async def _conclude(self, event: Event, work: Awaitable[object]) -> None:
        """Do ``work`` and tell; within its own task, so that telling takes no further turn."""
        try:
            event.succeed(await work)
        except (Exception, asyncio.CancelledError) as failure:  # noqa: BLE001 -- for who waits
            event.fail(_told(failure))
        task = asyncio.current_task()
        if task is not None:
            self._serving.discard(task)

    def close(self) -> None:
        """Cancel what is still being served, and close."""
        serving = list(self._serving)
        for task in serving:
            task.cancel()
        if serving:
            self.run_until_complete(asyncio.wait(serving))
        super().close()

    def run_for(self, duration_ms: int) -> None:
        """Let the world go on for ``duration_ms`` milliseconds."""
        over = self.create_future()
        end = self._environment.timeout(duration_ms)
        end.callbacks.append(lambda _: over.set_result(None))
        self.run_until_complete(over)


def _told(failure: BaseException) -> Exception:
    """SimPy passes on exceptions, but not what asyncio means by cancellation."""
    return failure if isinstance(failure, Exception) else RuntimeError("the work was cancelled")


class _SteppingSelector(selectors.SelectSelector):
    """Where asyncio asks for news of its sockets, SimPy takes its steps. There are no sockets."""

    def __init__(self, environment: Environment) -> None:
        super().__init__()
        self._environment = environment
        self.is_over = False

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Let things happen until asyncio has something to do, at most for ``timeout`` seconds."""
        if timeout is None:
            self._step_until(math.inf)
        elif timeout > 0:
            self._step_until(self._environment.now + math.ceil(timeout * 1000 - _ROUNDING))
        return []

    def _step_until(self, end: float) -> None:
        """Take steps until ``is_over``, or until ``end``, in milliseconds of the environment."""
        environment = self._environment
        self.is_over = False
        while not self.is_over:
            following = environment.peek()
            if following > end:
                environment.timeout(int(end - environment.now))
                self.is_over = True
            elif following == math.inf:
                raise Stalled("nothing is left that could ever happen")
            environment.step()
