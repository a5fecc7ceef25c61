"""Storms that are told within hours: short, full, each with something left out."""

from collections import Counter
from itertools import pairwise

from simulator.faults.faults import Faults
from simulator.faults.presets import HOME, ROOMS, STORM
from simulator.kernel.streams import Streams
from simulator.people.habits import Study
from simulator.scenarios.reading import find
from simulator.scenarios.scenario import Scenario
from simulator.sweep.plan import Ticket, tickets, world_of
from simulator.sweep.squall import gusts, told_in_hours
from simulator.world import World

SEEDS = range(1, 121)


def squall(seed: int, hours: int | None = None, *, journey: bool = False) -> Scenario:
    """An ordinary day, told within hours."""
    chance = Streams(seed).stream("squall")
    return told_in_hours(find("ordinary"), chance, hours, journey=journey)


def storms() -> list[World]:
    """Worlds of a sweep."""
    return [world_of(ticket) for ticket in tickets("storm", SEEDS)]


def minute(study: Study) -> int:
    """When it begins."""
    return study.start.hour * 60 + study.start.minute


def test_most_storms_are_short() -> None:
    """Some last as long as their stories, and so does all that is no storm."""
    lasts = Counter(world.scenario.hours < 6 for world in storms())
    assert lasts[True] > 0.9 * len(SEEDS)
    assert lasts[False]
    calm = [world_of(ticket) for ticket in tickets("calm", range(1, 13))]
    assert all(world.scenario.hours >= 24 for world in calm)


def test_it_lasts_as_long_as_it_is_told_to() -> None:
    """Longer than a day, too."""
    assert squall(1, 7).hours == 7
    assert world_of(Ticket("storm", 1, 48)).scenario.hours == 48


def test_the_day_is_full() -> None:
    """It begins at midnight with getting up, and one session follows the other till it is over."""
    for seed in SEEDS:
        story = squall(seed)
        study = story.timetable.study
        assert story.timetable.wake.hour == 0
        assert minute(study[0]) < 60
        assert all(minute(one) + one.minutes < minute(other) for one, other in pairwise(study))
        assert story.hours * 60 - minute(study[-1]) - study[-1].minutes < 60


def test_what_is_drawn_is_of_many_kinds() -> None:
    """Zones, doors, windows of water over midnight and of the whole day, journeys."""
    stories = [squall(seed) for seed in SEEDS]
    assert {story.door for story in stories} == {"open", "locked"}
    assert len({story.zone for story in stories}) > 4
    water = [story.water for story in stories]
    assert any(wish.start_time > wish.end_time for wish in water)
    assert any(wish.start_time == wish.end_time for wish in water)
    assert any(wish.change for wish in water)
    far = squall(1, journey=True)
    assert far.timetable.trip[0].to != far.zone
    assert squall(1).timetable.trip == ()


def test_a_gust_leaves_something_out() -> None:
    """And has much of something else; what there was none of there is none of."""
    drawn = [gusts(STORM, Streams(seed).stream("gusts")) for seed in SEEDS]
    for faults in drawn:
        assert Faults.model_validate(faults.model_dump()) == faults
    errands = {faults.people.errands for faults in drawn}
    assert 0 in errands
    assert max(errands) > 10 * STORM.people.errands
    assert {faults.store.slow == 0 for faults in drawn} == {True, False}
    still = gusts(HOME, Streams(1).stream("gusts"))
    assert all(getattr(still, room) == getattr(HOME, room) for room in ROOMS)
