"""Lives through a world until a certain judge objects, and not a moment longer.

A candidate for a smaller world is worth a run each, and most of a run lies behind the objection. So
the witness puts every event before the judge in question, and stops the world's loop at the first
objection. Nothing is thrown into the world for that: what serves a request would take an exception
for one of its own.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from os import devnull
from pathlib import Path

from simulator.invariants.court import Court
from simulator.kernel.trace import Event, number
from simulator.world import World, judges_in, run

BREAKS_OFF = "breaks off: "
"""How a judge is called that is none: what the world ends with in the middle, such as
``breaks off: TypeError``."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A promise is broken: when (milliseconds since the world began), in the judge's words, and
    which misfortunes there were before, by the names that ``World.only`` takes, in their order.
    """

    at: int
    words: str
    misfortunes: tuple[str, ...] = ()


See = Callable[[World, str], Sighting | None]


def sight(world: World, judge: str, trace: Path | None = None) -> Sighting | None:
    """The first objection of the judge of that name in ``world``; None if it has none. The trace of
    what was lived is left in ``trace``.
    """
    witness = Witness(world, judge)
    with (trace or Path(devnull)).open("wb") as file:
        try:
            run(world, file, court=witness)
        except Exception as error:  # noqa: BLE001 -- whatever a world breaks off with
            return witness.seen or _broken_off(error, judge, witness)
    # Some judges know only in the end what should have been.
    return witness.seen or witness.objection


def first_objecting(world: World) -> str | None:
    """The name of the judge who objects first in ``world``, or what it breaks off with."""
    with Path(devnull).open("wb") as file:
        try:
            court = run(world, file).court
        except Exception as error:  # noqa: BLE001 -- whatever a world breaks off with
            return f"{BREAKS_OFF}{type(error).__name__}"
    objections = [(each.objections[0].at, each.name) for each in court.judges if each.objections]
    return min(objections)[1] if objections else None


def _broken_off(error: Exception, judge: str, witness: "Witness") -> Sighting | None:
    name = type(error).__name__
    if judge != f"{BREAKS_OFF}{name}":
        return None
    return Sighting(witness.now, f"{name}: {error}", tuple(witness.misfortunes))


class Witness(Court):
    """Of all judges the one in question; it ends the world when that one objects. A world may break
    off because one of them stumbles, so whoever looks for that needs them all.
    """

    def __init__(self, world: World, judge: str) -> None:
        is_wanted = judge.startswith(BREAKS_OFF)
        super().__init__([each for each in judges_in(world) if is_wanted or each.name == judge])
        self._name = judge
        self._is_stopped = False
        self.seen: Sighting | None = None
        self.misfortunes: list[str] = []
        self.now = 0

    def see(self, event: Event) -> None:
        """Something happened."""
        if self.seen is None:
            self._weigh_and_note(event)
        if self.seen is not None and not self._is_stopped:
            self._stop()

    @property
    def objection(self) -> Sighting | None:
        """The first so far."""
        for judge in self.judges:
            if judge.name == self._name and judge.objections:
                first = judge.objections[0]
                return Sighting(first.at, first.words, tuple(self.misfortunes))
        return None

    def _weigh_and_note(self, event: Event) -> None:
        self.now = number(event, "at")
        if event["kind"] == "fault":
            self.misfortunes.append(f"{event['fault']}:{event['who']}:{event['number']}")
        super().see(event)
        self.seen = self.objection

    def _stop(self) -> None:
        """End the world, unless it ends already."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return  # The next event is heard while the loop runs, or there is none.
        self._is_stopped = True
        loop.call_soon(loop.stop)
