"""How well one series of numbers follows another; None where that cannot be said."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

_LEAST = 10
"""Pairs below which nothing is said. Our choice."""


def pearson(said: Sequence[float], true: Sequence[float]) -> float | None:
    """The linear correlation, -1..1."""
    return _correlation(np.asarray(said, float), np.asarray(true, float))


def spearman(said: Sequence[float], true: Sequence[float]) -> float | None:
    """The correlation of ranks, -1..1; equals share their mean rank."""
    return _correlation(_ranks(said), _ranks(true))


def mean_error(said: Sequence[float], true: Sequence[float]) -> float | None:
    """The mean absolute difference."""
    if not said:
        return None
    return float(np.mean(np.abs(np.asarray(said) - np.asarray(true))))


def bias(said: Sequence[float], true: Sequence[float]) -> float | None:
    """By how much too much is said, on average."""
    if not said:
        return None
    return float(np.mean(np.asarray(said) - np.asarray(true)))


def _correlation(said: Numbers, true: Numbers) -> float | None:
    if len(said) < _LEAST or min(np.ptp(said), np.ptp(true)) == 0:
        return None
    return float(np.corrcoef(said, true)[0, 1])


def _ranks(values: Sequence[float]) -> Numbers:
    _, places, counts = np.unique(
        np.asarray(values, float), return_inverse=True, return_counts=True
    )
    ends = np.cumsum(counts)
    means: Numbers = ends - (counts - 1) / 2
    ranks: Numbers = means[places]
    return ranks
