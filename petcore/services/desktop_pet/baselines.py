"""What is usual for one person: the readings of his earlier samples, for the estimator to begin by.

Here: which samples are asked, and what of them is believed. Not here: what is made of them
(``rules.vitals``).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from math import isfinite
from typing import TypedDict

from petcore.ports import Ports
from petcore.ports.store import Query
from petcore.rules import vitals
from petcore.rules.instant import to_ms
from petcore.services.desktop_pet.collections import FOCUS_SAMPLES

ESTIMATOR, READINGS = "estimator", "readings"
"""Where a sample's ``raw_metrics`` say which estimator made its scores, and of what."""

_SAMPLES_MAX = 600
# Who sends scores of his own may send much with them, so not all are held at a time.
_PAGE = 100
_MINUTE_MS = 60_000


class _Sampled(TypedDict):
    """What is looked at."""

    captured_at_ms: int
    raw_metrics: Mapping[str, object]


class Baselines:
    """What is usual for each person, from the newest samples that this estimator made."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def begin(self, user_id: str, before: datetime | None = None) -> vitals.Vitals:
        """The estimator as it is when a session of this person begins: it knows of his newest
        samples, of one a minute; ``before`` leaves out those captured then or later.
        """
        newest: Query[_Sampled] = Query(
            FOCUS_SAMPLES,
            {"user_id": user_id},
            "captured_at_ms",
            below=None if before is None else to_ms(before),
            descending=True,
            limit=_PAGE,
        )
        history: dict[int, Mapping[str, float]] = {}
        for _ in range(_SAMPLES_MAX // _PAGE):
            found = await self._ports.store.find(newest)
            for sample in found:
                if readings := dict(_readings(sample["raw_metrics"])):
                    history.setdefault(sample["captured_at_ms"] // _MINUTE_MS, readings)
            if len(found) < _PAGE:
                break
            # Of samples of one millisecond some may be passed over: one a minute is enough.
            newest = replace(newest, below=found[-1]["captured_at_ms"])
        return vitals.begin(history.values())


def shown_as(readings: Mapping[str, float]) -> dict[str, object]:
    """Readings as a sample keeps them, under names without dots."""
    return {_kept_as(name): value for name, value in readings.items()}


def _kept_as(name: str) -> str:
    return name.replace(".", "_")


_NAMES = {_kept_as(name): name for name in vitals.TERMS}


def _readings(raw_metrics: Mapping[str, object]) -> Iterator[tuple[str, float]]:
    """What this estimator kept there; anybody else may have sent anything."""
    kept = raw_metrics.get(READINGS)
    if raw_metrics.get(ESTIMATOR) != vitals.VERSION or not isinstance(kept, Mapping):
        return
    for name, value in _items(kept):
        if name in _NAMES and isinstance(value, float | int) and isfinite(value):
            yield _NAMES[name], float(value)


def _items(kept: Mapping[object, object]) -> Iterable[tuple[str, object]]:
    return ((name, value) for name, value in kept.items() if isinstance(name, str))
