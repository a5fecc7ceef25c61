"""Which worlds a sweep lives through. A preset and a seed name one: ``storm/17``.

The seed decides all else that there is: the story, of those that are shipped, how many students,
whether they talk, who makes the scores, how the pets poll, and in a storm what the calendar does.
Most storms are told in a few hours in which much happens (``squall``), the others as they are.
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from simulator.faults.calendar import moved
from simulator.faults.faults import CalendarFaults, Faults
from simulator.faults.presets import preset
from simulator.kernel.streams import Chance, Streams
from simulator.scenarios.reading import find, shipped
from simulator.scenarios.scenario import Scenario
from simulator.sweep.squall import gusts, told_in_hours
from simulator.world import SEED_MAX, World

_HOUR_MS = 3_600_000
_LONGEST_H = 48
"""Stories that take longer are for who has the time."""

_WITH_A_CAMERA = ("camera",)
"""Stories that are seen through pictures, which take a minute and more."""

_PATIENCE_S, _PATIENCE_S_PER_HOUR = 60, 20
"""A world may take so long, and so much more for each hour of each pet: some hundred times of what
it takes.
"""

_DAYS = ("own", "own", "own", "spring", "autumn", "leap_day")
_PETS = (1, 1, 2, 3)

_STORMY = ("storm", "swarm")
_ONE_AS_TOLD_IN = 20
"""One storm in so many lasts as long as its story."""


class Ticket(NamedTuple):
    """A world that is to be lived through. ``hours`` stand in place of the story's own."""

    preset: str
    seed: int
    hours: int | None = None

    @property
    def name(self) -> str:
        """What to call it."""
        return f"{self.preset}/{self.seed}"

    @property
    def again(self) -> str:
        """The line that lives through it again."""
        hours = "" if self.hours is None else f" --hours {self.hours}"
        return f"petsim day --world {self.name}{hours}"


def tickets(preset: str, seeds: Sequence[int], hours: int | None = None) -> tuple[Ticket, ...]:
    """One for each seed, each once, in their order. Raises ``ValueError`` if there is no such
    preset, or a seed is too large.
    """
    planned = tuple(Ticket(preset, seed, hours) for seed in dict.fromkeys(seeds))
    for ticket in planned[:1]:
        world_of(ticket)
    for ticket in planned:
        _require(ticket)
    return planned


def ticket_called(name: str, hours: int | None = None) -> Ticket:
    """The ticket of this name, such as ``storm/17``. Raises ``ValueError``."""
    preset, slash, seed = name.rpartition("/")
    if not slash or not seed.isdecimal() or not seed.isascii():
        raise ValueError("a world is called by preset and seed, such as storm/17")
    ticket = Ticket(preset, int(seed), hours)
    _require(ticket)
    return ticket


def world_of(ticket: Ticket) -> World:
    """The world. Raises ``ValueError`` if there is no such preset, or it cannot last so long."""
    _require(ticket)
    chance = Streams(ticket.seed).stream("plan")
    faults = _faults(ticket, chance)
    scenario = _story(ticket, chance)
    pets, talks, measures = chance.choice(_PETS), chance.randrange(3), chance.randrange(12)
    squall = Streams(ticket.seed).stream("squall")
    is_stormy = _is_stormy(ticket)
    if is_stormy and squall.randrange(_ONE_AS_TOLD_IN):
        scenario = told_in_hours(scenario, squall, ticket.hours, journey=faults.calendar.journey)
        faults = gusts(faults, squall)
    return World(
        seed=ticket.seed,
        scenario=moved(scenario, faults.calendar),
        pets=pets,
        # Where much goes wrong there is much to talk of, and to measure.
        talkative=talks < 1 + is_stormy,
        metrics=measures < 3 + is_stormy,
        faults=faults,
    )


def patience(ticket: Ticket) -> float:
    """After how many seconds nobody believes any more that this world comes to an end."""
    return patience_with(world_of(ticket))


def patience_with(world: World) -> float:
    """The same for any world."""
    return _PATIENCE_S + _PATIENCE_S_PER_HOUR * world.pets * world.lasts_ms / _HOUR_MS


def _is_stormy(ticket: Ticket) -> bool:
    return ticket.preset.partition(":")[0] in _STORMY


def _require(ticket: Ticket) -> None:
    if not 0 <= ticket.seed <= SEED_MAX:
        raise ValueError(f"a seed is 0 to {SEED_MAX}")
    preset(ticket.preset, ticket.seed)


def _faults(ticket: Ticket, chance: Chance) -> Faults:
    """Those of the preset. A storm has a calendar of its own in each world."""
    faults = preset(ticket.preset, ticket.seed)
    day, is_far = chance.choice(_DAYS), chance.randrange(4) == 0
    name, colon, rooms = ticket.preset.partition(":")
    if name != "storm" or (colon and "calendar" not in rooms.split(",")):
        return faults
    calendar = CalendarFaults.model_validate({"day": day, "journey": is_far})
    return faults.model_copy(update={"calendar": calendar})


def _story(ticket: Ticket, chance: Chance) -> Scenario:
    stories = _stories()
    scenario = stories[ticket.seed % len(stories)]
    polling = "fixed" if chance.randrange(16) == 0 else "next"
    device = {**dict(scenario.device), "polling": polling}
    hours = scenario.hours if ticket.hours is None else ticket.hours
    # A new one, not a copy: what is changed is checked.
    fields = {**dict(scenario), "hours": hours}
    return Scenario(**{**fields, "device": type(scenario.device)(**device)})


@cache
def _stories() -> tuple[Scenario, ...]:
    found = (find(name) for name in shipped() if name not in _WITH_A_CAMERA)
    return tuple(story for story in found if story.hours <= _LONGEST_H)
