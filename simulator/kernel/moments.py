"""Moments to come, for those who wait for very many of them."""

from collections.abc import Callable
from heapq import heappush
from typing import Generic, TypeVar

from simpy import Environment, Event
from simpy.events import NORMAL

T = TypeVar("T")


class Moment(Event, Generic[T]):
    """The moment in ``ms`` milliseconds, with ``value``: a timeout of SimPy that asks nothing when
    it is made, and whose value can be read without a call. ``then`` is what follows.
    """

    __slots__ = ("value",)
    value: T

    def __init__(
        self,
        environment: Environment,
        ms: int,
        value: T,
        then: "Callable[[Moment[T]], None] | None" = None,
    ) -> None:
        if ms < 0:
            raise ValueError(f"{ms} ms from now is over")
        self.env = environment
        self.callbacks = [] if then is None else [then]
        self.value = self._value = value
        self._ok = True
        place = (environment._now + ms, NORMAL, next(environment._eid), self)  # noqa: SLF001 -- schedule()
        heappush(environment._queue, place)  # noqa: SLF001 -- as schedule() does it
