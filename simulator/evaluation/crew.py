"""Many lives at once: each in a process of its own, as many as there are cores."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from simulator.crew import Failure, cores, done_by_all
from simulator.evaluation.living import live
from simulator.evaluation.record import Life

J = TypeVar("J")
R = TypeVar("R")

Progress = Callable[[int], None]
"""Is told how many are done."""


class NotDone(Exception):
    """One of the jobs came to nothing; the message says why."""


def live_all(
    seeds: Sequence[int], sittings: int, progress: Progress = lambda _: None
) -> tuple[Life, ...]:
    """The lives of ``seeds``, in their order, whoever was done first."""
    return all_done(partial(live, sittings=sittings), seeds, progress)


def all_done(
    work: Callable[[J], R], jobs: Sequence[J], progress: Progress = lambda _: None
) -> tuple[R, ...]:
    """What ``work`` makes of ``jobs``, in their order. Both have to be picklable. Raises
    ``NotDone`` if it cannot be had of one of them.
    """
    if min(cores(), len(jobs)) <= 1:
        return tuple(_done_in_turn(work, jobs, progress))
    done: dict[int, R] = {}
    for place, result in done_by_all(work, jobs, min(cores(), len(jobs))):
        if isinstance(result, Failure):
            raise NotDone(f"job {place + 1} of {len(jobs)}: {result.words}")
        done[place] = result
        progress(len(done))
    return tuple(done[place] for place in range(len(jobs)))


def _done_in_turn(work: Callable[[J], R], jobs: Sequence[J], progress: Progress) -> Iterator[R]:
    for done, job in enumerate(jobs, start=1):
        yield work(job)
        progress(done)
