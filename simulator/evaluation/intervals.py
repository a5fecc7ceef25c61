"""A figure and its 95 % interval, by drawing people anew (bootstrap by seed).

Minutes of one person are not independent, so persons are drawn, with all that is theirs. The same
crowds are drawn for every figure of as many people, so that rules can be compared.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from statistics import median

import numpy as np
import numpy.typing as npt

_DRAWS = 1_000
_SEED = 1
_TAILS = (2.5, 97.5)

Statistic = Callable[[Sequence[float]], float | None]


@dataclass(frozen=True, slots=True)
class Figure:
    """A value and the ends of its interval; None if there is nothing to say it of."""

    value: float | None
    low: float | None = None
    high: float | None = None

    def shown(self, digits: int = 2) -> str:
        """In one short text."""
        if self.value is None:
            return "-"
        middle = f"{self.value:.{digits}f}"
        if self.low is None or self.high is None:
            return middle
        return f"{middle} ({self.low:.{digits}f} to {self.high:.{digits}f})"

    def lies_above(self, other: "Figure") -> bool:
        """Whether even its low end is above the other's value."""
        return None not in (self.low, other.value) and (self.low or 0.0) > (other.value or 0.0)

    @property
    def as_json(self) -> list[float | None]:
        """Value, low, high, with four decimals."""
        parts = (self.value, self.low, self.high)
        return [None if part is None else round(part, 4) for part in parts]


NOTHING = Figure(None)


def of_sums(people: Sequence[Sequence[float]], statistic: Statistic) -> Figure:
    """``statistic`` of the sums over all people of what each of them adds."""
    if not people:
        return NOTHING
    added = np.asarray(people, float)
    value = statistic(added.sum(axis=0).tolist())
    return _with_ends(value, [statistic(crowd) for crowd in _drawn_sums(added).tolist()])


def of_ratios(people: Sequence[tuple[float, float]]) -> Figure:
    """The sum of the first numbers as a part of that of the second."""
    if not people:
        return NOTHING
    added = np.asarray(people, float)
    parts, wholes = _drawn_sums(added).T
    return _with_ends(ratio(added.sum(axis=0).tolist()), parts[wholes > 0] / wholes[wholes > 0])


def of_means(values: Sequence[float | None]) -> Figure:
    """The mean over those people of whom there is a value."""
    return of_ratios([(0, 0) if value is None else (value, 1) for value in values])


def of_medians(people: Sequence[Sequence[float]]) -> Figure:
    """The median of everything that people have."""
    crowds = ([people[place] for place in crowd] for crowd in _crowds(len(people)).tolist())
    return _with_ends(_median(people), [_median(crowd) for crowd in crowds])


def ratio(sums: Sequence[float]) -> float | None:
    """The first sum as a part of the second; None of nothing."""
    part, whole = sums
    return part / whole if whole else None


def mean(values: Sequence[float | None]) -> float | None:
    """Of those that are known."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _median(people: Sequence[Sequence[float]]) -> float | None:
    values = list(chain.from_iterable(people))
    return float(median(values)) if values else None


def _with_ends(value: float | None, drawn: Iterable[float | None]) -> Figure:
    found = [one for one in drawn if one is not None]
    if value is None or not found:
        return NOTHING
    low, high = np.percentile(found, _TAILS)
    return Figure(value, float(low), float(high))


def _drawn_sums(added: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """What each drawn crowd adds up to."""
    sums: npt.NDArray[np.float64] = added[_crowds(len(added))].sum(axis=1)
    return sums


@cache
def _crowds(people: int) -> npt.NDArray[np.int64]:
    """Which people are in each drawn crowd."""
    return np.random.default_rng(_SEED).integers(0, people, (_DRAWS, people))
