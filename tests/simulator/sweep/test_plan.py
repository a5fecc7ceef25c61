"""Which worlds a sweep lives through."""

import pytest

from simulator.faults.presets import NAMES, STORM
from simulator.sweep.plan import Ticket, ticket_called, tickets, world_of
from simulator.world import SEED_MAX


def test_a_name_is_a_world() -> None:
    """The same one each time, and replayable by its line."""
    ticket = Ticket("storm", 17)
    assert ticket.name == "storm/17"
    assert ticket.again == "petsim day --world storm/17"
    assert Ticket("home", 3, 6).again == "petsim day --world home/3 --hours 6"
    assert ticket_called("storm/17") == ticket
    assert ticket_called("storm:network,store/3", 6) == Ticket("storm:network,store", 3, 6)
    assert world_of(ticket) == world_of(ticket)
    assert world_of(ticket).seed == 17
    assert world_of(ticket._replace(hours=6)).scenario.hours == 6


@pytest.mark.parametrize("preset", NAMES)
def test_worlds_differ_in_all_that_there_is(preset: str) -> None:
    """Sixty of them have each story but the camera's, some pets, some talk, two ways to poll."""
    worlds = [world_of(ticket) for ticket in tickets(preset, range(1, 61))]
    assert len({world.scenario.title for world in worlds}) > 5
    assert {world.pets for world in worlds} == {1, 2, 3}
    assert {world.talkative for world in worlds} == {True, False}
    assert {world.metrics for world in worlds} == {True, False}
    polling = [world.scenario.device.polling for world in worlds]
    assert 0 < polling.count("fixed") < 20
    assert not any(world.camera for world in worlds)
    assert {world.faults.as_told for world in worlds} == {preset != "calm"}


def test_a_storm_moves_the_calendar_too() -> None:
    """Each world has its own day; where the calendar is spared, it stays."""
    worlds = [world_of(ticket) for ticket in tickets("storm", range(1, 121))]
    days = {world.faults.calendar.day for world in worlds}
    assert days == {"own", "spring", "autumn", "leap_day"}
    assert any(world.faults.calendar.journey for world in worlds)
    leap = next(world for world in worlds if world.faults.calendar.day == "leap_day")
    assert (leap.scenario.date.month, leap.scenario.date.day) == (2, 29)
    still = [world_of(ticket) for ticket in tickets("storm:store", range(1, 21))]
    assert {world.faults.calendar for world in still} == {STORM.calendar}


def test_the_calendar_reshuffles_nothing_else() -> None:
    """The storm in one room is lived by the same people as the whole storm."""
    whole, part = world_of(Ticket("storm", 5)), world_of(Ticket("storm:store", 5))
    for name in ("pets", "talkative", "metrics", "seed"):
        assert getattr(whole, name) == getattr(part, name)


def test_a_seed_is_lived_once() -> None:
    """Also if it is named twice."""
    assert [ticket.seed for ticket in tickets("home", [3, 1, 3])] == [3, 1]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("storm", "such as storm/17"),
        ("storm/", "such as storm/17"),
        ("storm/x", "such as storm/17"),
        ("storm/-1", "such as storm/17"),
        ("gale/1", "'gale' is none of"),
        ("storm:roof/1", "'roof' is no room"),
        (f"storm/{SEED_MAX + 1}", "a seed is 0 to"),
    ],
)
def test_what_is_no_name(name: str, words: str) -> None:
    """It is said what would be one."""
    with pytest.raises(ValueError, match=words):
        ticket_called(name)
