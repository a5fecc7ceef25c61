"""What is compared: each measure as a part of the totals of a world, by hour of study or by day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

_HOUR_MIN = 60

Totals = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Measure:
    """``of`` makes a figure of the totals of a world and its number of days; None says that there
    is nothing to say.
    """

    name: str
    unit: str
    of: Callable[[Totals, float], float | None]


def _per_hour(name: str) -> Callable[[Totals, float], float | None]:
    def of(totals: Totals, _: float) -> float | None:
        studied = totals.get("studied", 0)
        return totals.get(name, 0) * _HOUR_MIN / studied if studied else None

    return of


def _per_day(name: str) -> Callable[[Totals, float], float | None]:
    return lambda totals, days: totals.get(name, 0) / days


MEASURES = (
    Measure("break prompts", "an hour", _per_hour("prompts")),
    Measure("minutes of high stress", "an hour", _per_hour("high")),
    Measure("of them missed (before any prompt)", "an hour", _per_hour("missed")),
    Measure("interruptions of deep focus", "an hour", _per_hour("interruptions")),
    Measure("reminders to drink", "a day", _per_day("reminders")),
    Measure("glasses of water", "a day", _per_day("glasses")),
)
