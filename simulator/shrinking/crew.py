"""Lives through several candidates at once, each in a process of its own, as many as there are
cores. Which of them counts does not depend on how many those are, nor on who was done first.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from simulator.crew import Crew, Failure
from simulator.kernel.stopwatch import Stopwatch
from simulator.shrinking.search import FirstBroken, TimeIsOver
from simulator.shrinking.sighting import See, Sighting, sight
from simulator.sweep.plan import patience_with
from simulator.world import World

Ask = Callable[[Sequence[World]], Iterator[Sighting | None]]
"""What comes of each of so many worlds, in their order."""


@contextmanager
def crew(
    judge: str,
    budget_s: float,
    told: Callable[[int], None] = lambda _: None,
    failed: Callable[[str], None] = lambda _: None,
) -> Iterator[FirstBroken]:
    """Who lives through worlds for ``budget_s`` seconds from now on. ``told`` is how many were
    lived through so far; ``failed`` is told of each of which nobody knows how it ends, in words.
    """
    watch = Stopwatch()
    with Crew(partial(sight, judge=judge), patience=patience_with) as hands:

        def ask(worlds: Sequence[World]) -> Iterator[Sighting | None]:
            lived = 0
            for seen in hands.done_in_order(worlds, budget_s - watch.seconds):
                lived += 1
                if isinstance(seen, Failure):
                    failed(seen.words)
                yield None if isinstance(seen, Failure) else seen
            if lived < len(worlds):
                raise TimeIsOver

        yield first_of(ask, told)


def alone(see: See, judge: str, runs_max: int | None = None) -> FirstBroken:
    """One after another, in this process, at most so many."""
    left = [] if runs_max is None else [runs_max]

    def ask(worlds: Sequence[World]) -> Iterator[Sighting | None]:
        for world in worlds:
            if left and not left[0]:
                raise TimeIsOver
            left[:] = [number - 1 for number in left]
            yield see(world, judge)

    return first_of(ask)


def first_of(ask: Ask, told: Callable[[int], None] = lambda _: None) -> FirstBroken:
    """Ask for them all; the first in their order counts, and nobody asks what comes of the rest."""
    runs = 0

    def first_broken(worlds: Sequence[World]) -> tuple[int, Sighting] | None:
        nonlocal runs
        for place, seen in enumerate(ask(worlds)):
            runs += 1
            told(runs)
            if seen is not None:
                return place, seen
        return None

    return first_broken
