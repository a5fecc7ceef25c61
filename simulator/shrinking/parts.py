"""What a world can do without: its parts, and the world without some of them.

A part is a place at which a world differs from the plainest one of the same seed, day and hours:
one person, a timetable that knows only when to get up, nobody who reacts, a perfect network, no
faults. Without the part it is there as in the plainest world; entries of lists are gone. Large
parts such as all faults of the network are tried before small ones, as hierarchical delta debugging
does (Misherghi and Su, ICSE 2006).
"""

from collections.abc import Collection, Iterable, Iterator
from copy import deepcopy

import orjson
from pydantic import ValidationError

from simulator.device.options import DeviceOptions
from simulator.faults.presets import CALM
from simulator.kernel.trace import Json
from simulator.network.weather import FAIR
from simulator.people.habits import Habits, Timetable, WaterWish
from simulator.scenarios.scenario import Scenario
from simulator.world import World

Part = tuple[str | int, ...]
"""The way to it, such as ("scenario", "timetable", "study", 0)."""

DEPTHS = (2, 3, 4)
"""From tables and rooms over fields to the entries of lists."""

_NOBODY_REACTS = Habits.model_validate(
    {name: 0 for name, field in Habits.model_fields.items() if isinstance(field.default, int)}
)
_HALVED = ("pets", "workers", "minutes", "settle_min", "hours")


def plainest(world: World) -> World:
    """The plainest world of the same seed, day and hours."""
    told = world.scenario
    scenario = Scenario(
        title=told.title,
        story=told.story,
        date=told.date,
        zone=told.zone,
        hours=told.hours,
        timetable=Timetable(wake=told.timetable.wake, bed=told.timetable.bed),
        habits=_NOBODY_REACTS,
        water=WaterWish(
            start_time=told.water.start_time,
            end_time=told.water.end_time,
            interval_min=told.water.interval_min,
        ),
        network=FAIR,
        device=DeviceOptions(polling="next"),
    )
    return World(seed=world.seed, scenario=scenario, faults=CALM, only=world.only)


def parts(world: World, depth: int) -> tuple[Part, ...]:
    """Its parts, none of which is reached by more than ``depth`` steps."""
    return tuple(_differences(_whole(world), _whole(plainest(world)), (), depth))


def without(world: World, dropped: Collection[Part]) -> World | None:
    """The world without these parts; None if there is no such world."""
    plain = _whole(plainest(world))
    whole = deepcopy(_whole(world))
    for part in sorted(dropped, key=_place, reverse=True):  # of a list the last entry first
        _drop(whole, plain, part)
    return _world(whole)


def value_of(world: World, part: Part) -> object:
    """What is there, as JSON."""
    return _follow(_whole(world), part)


def halved(world: World) -> Iterator[World]:
    """Worlds in which one number is half of what it is: how many, or how long."""
    whole = _whole(world)
    for place in _numbers(whole, ()):
        smaller = deepcopy(whole)
        holder = _follow(smaller, place[:-1])
        if isinstance(holder, dict):
            holder[place[-1]] //= 2
        found = _world(smaller)
        if found is not None:
            yield found


def _whole(world: World) -> Json:
    whole: Json = orjson.loads(world.model_dump_json())
    return whole


def _world(whole: object) -> World | None:
    try:
        return World.model_validate_json(orjson.dumps(whole))
    except ValidationError:
        return None


def _differences(here: object, plain: object, part: Part, depth: int) -> Iterator[Part]:
    if here == plain:
        return
    steps: Iterable[str | int] = ()
    if isinstance(here, dict) and isinstance(plain, dict):
        steps = here
    elif isinstance(here, list) and plain == []:
        steps = range(len(here))
    if not steps or len(part) == depth:
        yield part
        return
    for step in steps:
        yield from _differences(_at(here, step), _at(plain, step), (*part, step), depth)


def _at(holder: object, step: str | int) -> object:
    """What is there; None where a plain world has nothing."""
    if isinstance(holder, dict):
        return holder.get(step)
    if isinstance(holder, list) and isinstance(step, int) and step < len(holder):
        return holder[step]
    return None


def _follow(holder: object, part: Part) -> object:
    for step in part:
        holder = _at(holder, step)
    return holder


def _drop(whole: Json, plain: Json, part: Part) -> None:
    holder, step = _follow(whole, part[:-1]), part[-1]
    if isinstance(holder, list) and isinstance(step, int):
        del holder[step]
    elif isinstance(holder, dict):
        holder[step] = _follow(plain, part)


def _place(part: Part) -> int:
    return part[-1] if isinstance(part[-1], int) else -1


def _numbers(here: object, part: Part) -> Iterator[Part]:
    """Where the numbers stand that mean how many or how long."""
    if isinstance(here, dict):
        for name, value in here.items():
            if name in _HALVED and isinstance(value, int) and value > 1:
                yield (*part, name)
            yield from _numbers(value, (*part, name))
    elif isinstance(here, list):
        for place, value in enumerate(here):
            yield from _numbers(value, (*part, place))
