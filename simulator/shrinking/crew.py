"""Lives through several candidates at once, each in a process of its own, as many as there are
cores. Which of them counts does not depend on how many those are, nor on who was done first.
"""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import TimeoutError as TookTooLong
from multiprocessing import get_context
from multiprocessing.pool import AsyncResult

from simulator.kernel.stopwatch import Stopwatch
from simulator.shrinking.search import FirstBroken, TimeIsOver
from simulator.shrinking.sighting import See, Sighting, sight
from simulator.world import World

Ask = Callable[[Sequence[World]], Iterator[Sighting | None]]
"""What comes of each of so many worlds, in their order."""


@contextmanager
def crew(
    judge: str, budget_s: float, told: Callable[[int], None] = lambda _: None
) -> Iterator[FirstBroken]:
    """Who lives through worlds for ``budget_s`` seconds from now on. ``told`` is how many were
    lived through so far.
    """
    hands, watch = os.cpu_count() or 1, Stopwatch()
    # Started anew: what a fork would take over of loops and locks, nobody knows.
    with get_context("spawn").Pool(hands, _begin) as pool:

        def ask(worlds: Sequence[World]) -> Iterator[Sighting | None]:
            works = [pool.apply_async(sight, (world, judge)) for world in worlds]
            for work in works:
                yield _result(work, budget_s - watch.seconds)

        yield in_order(ask, hands, told)


def alone(see: See, judge: str, runs_max: int | None = None) -> FirstBroken:
    """One after another, in this process, at most so many."""
    left = [] if runs_max is None else [runs_max]

    def ask(worlds: Sequence[World]) -> Iterator[Sighting | None]:
        for world in worlds:
            if left and not left[0]:
                raise TimeIsOver
            left[:] = [number - 1 for number in left]
            yield see(world, judge)

    return in_order(ask, 1)


def in_order(ask: Ask, hands: int, told: Callable[[int], None] = lambda _: None) -> FirstBroken:
    """Ask for ``hands`` worlds at once; the first in their order counts."""
    runs = 0

    def first_broken(worlds: Sequence[World]) -> tuple[int, Sighting] | None:
        nonlocal runs
        for start in range(0, len(worlds), hands):
            for place, seen in enumerate(ask(worlds[start : start + hands]), start):
                runs += 1
                told(runs)
                if seen is not None:
                    return place, seen
        return None

    return first_broken


def _begin() -> None:
    """In each process: what Ctrl-C means is for the first one to say."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _result(work: "AsyncResult[Sighting | None]", left_s: float) -> Sighting | None:
    if left_s <= 0:
        raise TimeIsOver
    try:
        return work.get(left_s)
    except TookTooLong:
        raise TimeIsOver from None
