"""How values are spread: counted by fixed steps, so that spreads of many worlds become one."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from simulator.kernel.values import Several, Value

_SECOND, _MINUTE, _HOUR = 1_000, 60_000, 3_600_000
STEPS: tuple[tuple[int, str], ...] = (
    (0, "0"),
    (100, "0.1 s"),
    (200, "0.2 s"),
    (500, "0.5 s"),
    *((count * _SECOND, f"{count} s") for count in (1, 2, 5, 10, 20, 30)),
    *((count * _MINUTE, f"{count} min") for count in (1, 2, 5, 10, 20, 30)),
    *((count * _HOUR, f"{count} h") for count in (1, 2, 5, 12, 24)),
)
"""Milliseconds, and what to call them: a value is counted at the first that is no smaller."""

_EDGES = [edge for edge, _ in STEPS]
MORE = "more"


class Spread(Value):
    """Durations in milliseconds: how many were at most so long, and the longest."""

    counts: Several[int] = (0,) * (len(STEPS) + 1)
    longest: int = 0

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(self.counts)

    def within(self, permille: int) -> int:
        """So many thousandths are at most so long: a step, or the longest if that is shorter."""
        wanted, seen = -(-self.total * permille // 1000), 0
        for edge, count in zip(_EDGES, self.counts, strict=False):
            seen += count
            if seen >= wanted:
                return min(edge, self.longest)
        return self.longest

    @property
    def columns(self) -> Iterator[tuple[str, int]]:
        """What to draw: each step with its count, without the empty ones at both ends."""
        names = [*(name for _, name in STEPS), MORE]
        filled = [place for place, count in enumerate(self.counts) if count]
        for place in range(filled[0], filled[-1] + 1) if filled else ():
            yield names[place], self.counts[place]


def spread_of(values: Iterable[int]) -> Spread:
    """The spread of durations; one that is less than none counts as none."""
    counts, longest = [0] * (len(STEPS) + 1), 0
    for value in values:
        counts[bisect_left(_EDGES, value)] += 1
        longest = max(longest, value)
    return Spread(counts=tuple(counts), longest=longest)


def together(spreads: Iterable[Spread]) -> Spread:
    """All of them as one."""
    all_of_them = tuple(spreads)
    if not all_of_them:
        return Spread()
    columns = zip(*(spread.counts for spread in all_of_them), strict=True)
    return Spread(
        counts=tuple(map(sum, columns)), longest=max(spread.longest for spread in all_of_them)
    )
