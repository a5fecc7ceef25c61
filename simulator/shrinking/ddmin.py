"""Delta debugging: of many things that fail together, few that fail still.

After ddmin of Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input" (IEEE
Transactions on Software Engineering 28, 2002): leave out large pieces, then smaller ones, and in
the end single things until none can be left out any more. Two things differ. Nothing is tried at
all first, for that is what most things are worth; and after a piece could be left out the sweep
goes on behind it, since those before it have just been found to be needed.

Nothing here knows what a world is.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

Thing = TypeVar("Thing")

FirstFailing = Callable[[Sequence[tuple[Thing, ...]]], int | None]
"""Given several lists, the place of the first that fails; None if all of them pass."""


def ddmin(things: Sequence[Thing], first_failing: FirstFailing[Thing]) -> tuple[Thing, ...]:
    """Of ``things``, which fail together, a list in the same order that fails and of which no
    single one can be left out.
    """
    kept = tuple(things)
    if not kept or first_failing([()]) is not None:
        return ()
    size = len(kept)
    while size > 1:
        size = (size + 1) // 2
        kept = _swept(kept, size, first_failing)
    return _without_singles(kept, first_failing)


def _without_singles(
    kept: tuple[Thing, ...], first_failing: FirstFailing[Thing]
) -> tuple[Thing, ...]:
    """Sweep until a whole sweep finds nothing."""
    fewer = _swept(kept, 1, first_failing)
    while fewer != kept:
        kept, fewer = fewer, _swept(fewer, 1, first_failing)
    return kept


def _swept(
    kept: tuple[Thing, ...], size: int, first_failing: FirstFailing[Thing]
) -> tuple[Thing, ...]:
    """Without all pieces of that size that can be left out one after another."""
    start = 0
    while len(kept) > size and start < len(kept):
        starts = range(start, len(kept), size)
        rests = [kept[:at] + kept[at + size :] for at in starts]
        found = first_failing(rests)
        if found is None:
            break
        start, kept = starts[found], rests[found]
    return kept
