"""Looks for the smallest world in which the same judge still objects.

Step by step, and over again until a whole round finds nothing: end soon after the objection; do
without parts of the world; do without single misfortunes; halve numbers. What is kept is always a
world in which the judge was seen to object, so the search may be broken off at any time.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from simulator.faults.presets import CALM
from simulator.scenarios.scenario import Scenario
from simulator.shrinking.ddmin import ddmin
from simulator.shrinking.parts import DEPTHS, Part, halved, parts, without
from simulator.shrinking.sighting import Sighting
from simulator.world import World

_HOUR_MS = 3_600_000
_LENGTHS_H = (1, 2, 4, 8, 12, 16, 20, 24, 48, 96, 168, 336)


class TimeIsOver(Exception):
    """Nobody wants to wait any longer."""


FirstBroken = Callable[[Sequence[World]], tuple[int, Sighting] | None]
"""The place of the first of these worlds in which the judge objects, and how; None if in none of
them. Raises ``TimeIsOver``."""


@dataclass(frozen=True, slots=True)
class Smaller:
    """What was reached: the world, how its promise is broken, and whether all was tried."""

    world: World
    sighting: Sighting
    is_least: bool = False


def shrink(
    world: World,
    sighting: Sighting,
    first_broken: FirstBroken,
    progress: Callable[[Smaller], None] = lambda _: None,
) -> Smaller:
    """The smallest world that is found. ``progress`` is told of each that is smaller than all
    before. The result depends on nothing but the world, unless the time is over before.
    """
    search = _Search(Smaller(world, sighting), first_broken, progress)
    try:
        while search.is_smaller_after_a_round():
            pass
    except TimeIsOver:
        return search.best
    return Smaller(search.best.world, search.best.sighting, is_least=True)


class _Search:
    def __init__(
        self, best: Smaller, first_broken: FirstBroken, progress: Callable[[Smaller], None]
    ) -> None:
        self.best = best
        self._first_broken = first_broken
        self._progress = progress
        self._passed: set[str] = set()

    def is_smaller_after_a_round(self) -> bool:
        """Take all steps once."""
        before = self.best.world
        self._end_sooner()
        for depth in DEPTHS:
            self._do_without_parts(depth)
            self._end_sooner()
        self._do_without_misfortunes()
        self._end_sooner()
        while self._first(halved(self.best.world)) is not None:
            pass
        return self.best.world != before

    def _end_sooner(self) -> None:
        """As soon as the judge has objected; one that knows only in the end is tried with less."""
        scenario, at = self.best.world.scenario, self.best.sighting.at
        enough = max(1, -(-at // _HOUR_MS))
        lengths = [enough] if at < self.best.world.lasts_ms else _LENGTHS_H
        self._first(
            _lasting(self.best.world, scenario, hours)
            for hours in lengths
            if hours < scenario.hours
        )

    def _do_without_parts(self, depth: int) -> None:
        base = self.best.world
        found = parts(base, depth)

        def first_failing(kept: Sequence[tuple[Part, ...]]) -> int | None:
            return self._first(without(base, {*found} - {*each}) for each in kept)

        ddmin(found, first_failing)

    def _do_without_misfortunes(self) -> None:
        base, names = self.best.world, self.best.sighting.misfortunes
        if base.only is None and not names:
            return
        if base.faults.model_copy(update={"as_told": False}) == CALM:
            self._first([base.model_copy(update={"only": None})])
            return

        def first_failing(kept: Sequence[tuple[str, ...]]) -> int | None:
            return self._first(base.model_copy(update={"only": each}) for each in kept)

        if base.only == names or first_failing([names]) is not None:
            ddmin(names, first_failing)

    def _first(self, candidates: Iterable[World | None]) -> int | None:
        """The place of the first candidate in which the judge objects; it is the best now."""
        known = [(place, each) for place, each in enumerate(candidates) if each is not None]
        fresh = [(place, each) for place, each in known if self._is_fresh(each)]
        found = self._first_broken([world for _, world in fresh])
        tried = fresh if found is None else fresh[: found[0]]
        self._passed.update(world.model_dump_json() for _, world in tried)
        if found is None:
            return None
        place, world = fresh[found[0]]
        self.best = Smaller(world, found[1])
        self._progress(self.best)
        return place

    def _is_fresh(self, world: World) -> bool:
        return world != self.best.world and world.model_dump_json() not in self._passed


def _lasting(world: World, scenario: Scenario, hours: int) -> World:
    return world.model_copy(update={"scenario": scenario.model_copy(update={"hours": hours})})
