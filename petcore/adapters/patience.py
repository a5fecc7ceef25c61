"""How long, and how often, a service on the network is asked before it counts as failed.

Shared by the adapters of all services on the network, because the retries of their SDKs are hidden,
unbounded or broken. Not here: which failures are worth another attempt; each adapter knows that.
"""

from asyncio import get_running_loop, timeout
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from petcore.ports.clock import Pause

T = TypeVar("T")


class TryAgain(Exception):
    """An attempt failed, the next one may not. ``after_s`` is what the service asks to wait."""

    def __init__(self, why: str, after_s: float = 0.0) -> None:
        super().__init__(why)
        self.why = why
        self.after_s = after_s


class GivenUp(Exception):
    """Nothing came of it in time, or after the last attempt."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Patience:
    """At most ``attempts``, with pauses of ``pause_s`` that double, and ``deadline_s`` for all of
    it; an attempt of which nothing came for ``silence_s`` has failed. All in seconds.
    """

    attempts: int = 3
    pause_s: float = 0.5
    deadline_s: float = 15.0
    silence_s: float | None = None


class Deadline:
    """The end of all patience, ``seconds`` after it was set. What is awaited piece by piece is held
    to it by whoever awaits a piece: what he does between two of them must not be cut off.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = get_running_loop().time() + seconds

    @property
    def left_s(self) -> float:
        """How many seconds there are until then; not less than 0."""
        return max(0.0, self._end - get_running_loop().time())

    async def before(self, awaited: Awaitable[T], silence_s: float | None = None) -> T:
        """What comes of it. Raises ``GivenUp`` if that takes until then, or ``silence_s``."""
        if silence_s is not None and silence_s < self.left_s:
            return await _within(awaited, silence_s, GivenUp(_silent(silence_s)))
        late = GivenUp(f"no answer within {self._seconds:g} s")
        return await _within(awaited, self.left_s, late)


async def insist(
    attempt: Callable[[], Awaitable[T]],
    patience: Patience,
    pause: Pause,
    deadline: Deadline | None = None,
) -> T:
    """What comes of ``attempt``, which says by ``TryAgain`` that it should be made again. Raises
    ``GivenUp``; anything else that an attempt raises goes through. ``deadline`` is that of a longer
    undertaking, where this is a part of one.
    """
    end = deadline or Deadline(patience.deadline_s)
    return await end.before(_insist(attempt, patience, pause, end))


async def _insist(
    attempt: Callable[[], Awaitable[T]], patience: Patience, pause: Pause, end: Deadline
) -> T:
    wait_s = patience.pause_s
    for left in range(patience.attempts - 1, -1, -1):
        try:
            late = TryAgain(_silent(patience.silence_s))
            return await _within(attempt(), patience.silence_s, late)
        except TryAgain as failed:
            if not left or failed.after_s > end.left_s:
                raise GivenUp(failed.why) from failed
            await pause(max(wait_s, failed.after_s))
            wait_s *= 2
    raise AssertionError("patience has at least one attempt")


async def _within(awaited: Awaitable[T], seconds: float | None, late: Exception) -> T:
    limit = timeout(seconds)
    try:
        async with limit:
            return await awaited
    except TimeoutError:
        if not limit.expired():
            raise  # it is another one, which was run into on the way
        raise late from None


def _silent(seconds: float | None) -> str:
    return f"not a word for {seconds} s"
