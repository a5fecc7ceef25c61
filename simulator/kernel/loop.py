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
from functools import partial
from heapq import heappop
from types import coroutine
from typing import Any, Protocol, TypeVarTuple, cast

from simpy import Environment, Event

from simulator.kernel.alarms import Alarm, Alarms

Ts = TypeVarTuple("Ts")

_NOBODY = ()
_OVER = cast("list[Callable[[Event], None]]", None)
"""The callbacks of what has happened, as SimPy has it; it says so itself, but for its types."""
_ROUNDING = 1e-3
"""A thousandth of a millisecond: what asyncio's seconds in floating point may be off."""


class Stalled(Exception):
    """Nothing is left that could ever happen."""


@coroutine
def happening(event: Event) -> Generator[Event, Any, Any]:
    """Wait, in a coroutine that SimPy runs, for ``event``; return its value."""
    return (yield event)


def happen(event: Event, value: object = None) -> None:
    """Let ``event`` happen with ``value``, as the last thing that a callback of another one does.

    It is as ``succeed``; but if nothing else is to come at this moment, it would be the next step
    anyway, and then it is none of its own.
    """
    environment = event.env
    coming = environment._queue  # noqa: SLF001 -- what step() takes its events from
    if coming and coming[0][0] <= environment._now:  # noqa: SLF001 -- a property without a call
        event.succeed(value)
        return
    callbacks, event.callbacks = event.callbacks, _OVER
    event._ok, event._value = True, value  # noqa: SLF001 -- as succeed() does it
    for callback in callbacks:
        callback(event)


class _Timer(asyncio.TimerHandle):
    """Turns its alarm off when it is cancelled."""

    alarm: Alarm

    def cancel(self) -> None:
        """Do not call back."""
        self.alarm.turn_off()
        super().cancel()


class VirtualLoop(asyncio.SelectorEventLoop):
    """An asyncio loop in the time of a SimPy environment. Its timers are timeouts of that."""

    def __init__(
        self, environment: Environment, selector: "SteppingSelector | None" = None
    ) -> None:
        self._environment = environment
        self._alarms = Alarms(environment)
        self._selector_of_time = selector or SteppingSelector(environment)
        self._serving: set[asyncio.Task[None]] = set()
        self._first_step: Callable[[], object] | None = None
        self._is_beginning = False
        super().__init__(self._selector_of_time)
        self._unused = asyncio.Handle(int, (), self)

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
        if self._is_beginning and context is not None:
            self._is_beginning = False
            self._first_step = partial(context.run, callback, *args)
            return self._unused  # a task does not keep it
        self._selector_of_time.is_over = True
        return super().call_soon(callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Call back when it is ``when``, in seconds as ``time`` has them, unless cancelled."""
        timer = _Timer(when, callback, args, self, context)
        delay_ms = math.ceil(when * 1000 - self._environment.now - _ROUNDING)
        ring = partial(self.call_soon, callback, *args, context=context)
        timer.alarm = self._alarms.set(max(0, delay_ms), ring)
        return timer

    def serve(self, work: Coroutine[object, None, object]) -> Event:
        """Run ``work`` in asyncio; the event happens when it is done and has its result.

        It is a task from its first step on: what limits its own time has to know its task.
        """
        event = self._environment.event()
        self._hold(self._begun(_conclude(event, work)))
        return event

    def let(self, work: Coroutine[object, None, None]) -> None:
        """Run ``work`` in asyncio as ``serve`` does, for nobody who waits. What it raises ends the
        world.
        """
        self._hold(self._begun(self._unheard(work)))

    async def _unheard(self, work: Awaitable[None]) -> None:
        try:
            await work
        except (Exception, asyncio.CancelledError) as failure:  # noqa: BLE001 -- SimPy raises it
            self._environment.event().fail(_told(failure))

    def _hold(self, task: asyncio.Task[None]) -> None:
        """Asyncio itself forgets a task that waits for something nobody holds."""
        if not task.done():
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)

    def _begun(self, work: Coroutine[object, None, None]) -> asyncio.Task[None]:
        """A task of ``work``, which has taken its first step. Most have no need for another one,
        and then asyncio has not had a turn. While another task is at its step it cannot be.
        """
        selector = self._selector_of_time
        if not selector.is_stepping:
            return self.create_task(work)
        self._is_beginning = True
        task = self.create_task(work)
        first_step, self._first_step = self._first_step, None
        if first_step is not None:
            selector.is_stepping = False
            first_step()
            selector.is_stepping = True
        return task

    def close(self) -> None:
        """Cancel what is still being done, also what somebody began who is served, and close."""
        undone = asyncio.all_tasks(self)
        for task in undone:
            task.cancel()
        if undone:
            self.run_until_complete(asyncio.wait(undone))
        super().close()

    def run_for(self, duration_ms: int) -> None:
        """Let the world go on for ``duration_ms`` milliseconds."""
        over = self.create_future()
        end = self._environment.timeout(duration_ms)
        end.callbacks.append(lambda _: over.set_result(None))
        self.run_until_complete(over)


async def _conclude(event: Event, work: Awaitable[object]) -> None:
    """Do ``work`` and tell; within its own task, so that telling takes no further turn."""
    try:
        event.succeed(await work)
    except (Exception, asyncio.CancelledError) as failure:  # noqa: BLE001 -- for who waits
        event.fail(_told(failure))


def _told(failure: BaseException) -> Exception:
    """SimPy passes on exceptions, but not what asyncio means by cancellation."""
    return failure if isinstance(failure, Exception) else RuntimeError("the work was cancelled")


class _Happening(Protocol):
    """What a step needs of an event of SimPy; it says itself that its callbacks may be None."""

    callbacks: list[Callable[["_Happening"], None]] | None
    _ok: bool

    @property
    def defused(self) -> bool: ...

    @property
    def value(self) -> object: ...


class SteppingSelector(selectors.SelectSelector):
    """Where asyncio asks for news of its sockets, SimPy takes its steps. There are no sockets."""

    def __init__(self, environment: Environment) -> None:
        super().__init__()
        self._environment = environment
        self.is_over = False
        self.is_stepping = False

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Let things happen until asyncio has something to do, if it has nothing now."""
        if timeout is None:
            self.is_stepping = True
            try:
                self._step()
            finally:
                self.is_stepping = False
        return []

    def _step(self) -> None:
        """Take steps until ``is_over``, as ``Environment.step`` does, but without a call for each:
        there are very many.
        """
        environment = self._environment
        coming = environment._queue  # noqa: SLF001 -- what step() takes its events from
        queue = cast("list[tuple[int, int, int, _Happening]]", coming)
        self.is_over = False
        while not self.is_over:
            if not queue:
                raise Stalled("nothing is left that could ever happen")
            environment._now, _, _, event = heappop(queue)  # noqa: SLF001 -- as step() does
            callbacks, event.callbacks = event.callbacks, None
            for callback in callbacks or _NOBODY:
                callback(event)
            if not event._ok and not event.defused:  # noqa: SLF001 -- nobody has heard of it
                raise cast("Exception", event.value)
