"""Many seeds at once: each is lived in a process of its own, as many as there are cores."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

from simulator.evaluation.living import live
from simulator.evaluation.record import Life


def live_all(
    seeds: Sequence[int], sittings: int, progress: Callable[[int], None] = lambda _: None
) -> tuple[Life, ...]:
    """The lives of ``seeds``, in their order, whoever was done first. ``progress`` is told how many
    are done.
    """
    hands = min(os.cpu_count() or 1, len(seeds))
    if hands == 1:
        return tuple(_live_in_turn(seeds, sittings, progress))
    # Started anew: what a fork would take over of loops and locks, nobody knows.
    with ProcessPoolExecutor(hands, mp_context=get_context("spawn")) as crew:
        works = [crew.submit(live, seed, sittings) for seed in seeds]
        for done, _ in enumerate(as_completed(works), start=1):
            progress(done)
        return tuple(work.result() for work in works)


def _live_in_turn(
    seeds: Sequence[int], sittings: int, progress: Callable[[int], None]
) -> Iterator[Life]:
    for done, seed in enumerate(seeds, start=1):
        yield live(seed, sittings)
        progress(done)
