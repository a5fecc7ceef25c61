"""A thread that works through what gathered while it was busy, a group at a time.

Here: the way from the event loop to a thread and back: one queue, one hand-over for each group.
Not here: what the work is. The thread never ends before it is asked to, and everybody who asked
gets an answer; whoever stopped waiting (a cancelled caller) is passed over. Whether what they had
asked for is still done depends on what it is: what only reads need not be.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import Any, Generic, TypeVar

C = TypeVar("C")
T = TypeVar("T")

# Keeps one slow group from holding all the others up.
_LARGEST_GROUP = 256


@dataclass(frozen=True, slots=True)
class _Order(Generic[C]):
    work: Callable[[C], Any]
    done: asyncio.Future[Any]

    def unless_done(self, connection: C) -> object:
        """Work, unless whoever asked for it stopped waiting before its turn came."""
        return None if self.done.done() else self.work(connection)


class Crew(Generic[C]):
    """Performs work on a connection ``C`` in its own thread.

    ``perform`` gets the works of one group and returns, in order, what each came to: a result, or
    an exception for the caller to see. ``is_reading`` says that work for which nobody waits any
    more changes nothing and is not worth doing; all other work is done in any case.
    """

    def __init__(
        self,
        name: str,
        perform: Callable[[Sequence[Callable[[C], Any]]], Sequence[object]],
        *,
        is_reading: bool = False,
    ) -> None:
        self._perform = perform
        self._is_reading = is_reading
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[_Order[C] | None] = SimpleQueue()
        # A daemon: a program that ends without closing must not hang, and may as well be killed.
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def ask(self, work: Callable[[C], T]) -> asyncio.Future[T]:
        """Have the work done; the future gets its outcome."""
        done: asyncio.Future[T] = self._loop.create_future()
        self._queue.put(_Order(work, done))
        return done

    async def leave(self) -> None:
        """Finish what was asked for so far and end the thread."""
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        going = True
        while going:
            group = self._gather()
            orders = [order for order in group if order is not None]
            going = len(orders) == len(group)
            outcomes = self._outcomes(orders)
            # The loop may be gone, and with it everybody who waited.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(_settle, orders, outcomes)

    def _gather(self) -> list[_Order[C] | None]:
        group = [self._queue.get()]
        while len(group) < _LARGEST_GROUP and not self._queue.empty():
            group.append(self._queue.get())
        return group

    def _outcomes(self, orders: Sequence[_Order[C]]) -> Sequence[object]:
        try:
            return self._perform([self._work(order) for order in orders]) if orders else ()
        except BaseException as error:  # noqa: BLE001
            # Without an answer the callers would wait for ever, and so would all after them.
            return [error] * len(orders)

    def _work(self, order: _Order[C]) -> Callable[[C], object]:
        # Asked anew for each when its turn comes: a group of long reads takes its time.
        return order.unless_done if self._is_reading else order.work


def _settle(orders: Sequence[_Order[C]], outcomes: Sequence[object]) -> None:
    for order, outcome in zip(orders, outcomes, strict=True):
        if order.done.done():
            continue
        if isinstance(outcome, BaseException):
            order.done.set_exception(outcome)
        else:
            order.done.set_result(outcome)
