"""What is left of a failure, in words."""

from collections.abc import Iterator

from simulator.report.wall import wall_at
from simulator.shrinking.parts import DEPTHS, Part, parts, value_of
from simulator.shrinking.sighting import Sighting
from simulator.world import World

_HOUR_MS, _MINUTE_MS, _SECOND_MS = 3_600_000, 60_000, 1_000


def in_a_line(world: World, sighting: Sighting) -> str:
    """Such as "2 people, 9 h, 1 misfortune, 3 parts of the world"."""
    counted = (
        (world.pets, "person", "people"),
        (len(sighting.misfortunes), "misfortune", "misfortunes"),
        (len(_left(world)), "thing that is not plain", "things that are not plain"),
    )
    people, misfortunes, things = (f"{n} {one if n == 1 else many}" for n, one, many in counted)
    return f"{people}, {_span(sighting.at)}, {misfortunes}, {things}"


def in_full(world: World, judge: str, sighting: Sighting) -> Iterator[str]:
    """What remains, a line for each thing."""
    wall = wall_at(world.scenario.date.isoformat(), world.scenario.zone)
    yield in_a_line(world, sighting)
    for name in sighting.misfortunes:
        fault, _, who = name.rpartition(":")[0].partition(":")
        yield f"  {fault} befalls {who} ({name})"
    for part in _left(world):
        yield f"  {_named(part)} = {value_of(world, part)}"
    yield f"{wall.clock(sighting.at)} {judge}: {sighting.words}"


def _left(world: World) -> tuple[Part, ...]:
    return parts(world, DEPTHS[-1])


def _named(part: Part) -> str:
    steps = (f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in part)
    return "".join(steps).lstrip(".")


def _span(ms: int) -> str:
    hours, minutes = divmod(ms // _MINUTE_MS, _HOUR_MS // _MINUTE_MS)
    if not ms // _MINUTE_MS:
        return f"{ms // _SECOND_MS} s"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
