"""What a world can do without."""

from simulator.faults.faults import Faults
from simulator.faults.presets import CALM
from simulator.scenarios.reading import find
from simulator.shrinking.parts import halved, parts, plainest, value_of, without
from simulator.world import World
from tests.simulator.shrinking.worlds import rough

ESSAY = ("scenario", "timetable", "study", 2)


def test_the_plainest_world_has_no_parts() -> None:
    """However closely it is looked at; and it is of the same day."""
    world = plainest(rough())
    assert parts(world, 4) == ()
    assert (world.seed, world.scenario.date, world.pets) == (5, rough().scenario.date, 1)
    assert world.faults == CALM


def test_without_any_part_a_world_is_the_plainest() -> None:
    """At every depth the parts make up all that is not plain."""
    for depth in (2, 3, 4):
        world = rough()
        assert without(world, parts(world, depth)) == plainest(world)


def test_without_no_part_a_world_is_what_it_is() -> None:
    """To the last field."""
    assert without(rough(), ()) == rough()


def test_parts_become_smaller_with_depth() -> None:
    """Rooms, then fields, then entries of lists."""
    at = {depth: parts(rough(), depth) for depth in (2, 3, 4)}
    assert ("faults", "network") in at[2]
    assert ("faults", "network", "request_loss") in at[3]
    assert ESSAY in at[4]
    assert ESSAY[:3] in at[3]


def test_of_a_list_the_entries_that_were_meant_go() -> None:
    """Also when there are more than ten of them, and several go at once."""
    scenario = find("ordinary")
    cut = scenario.network.cuts[0]
    cuts = tuple(cut.model_copy(update={"minutes": n}) for n in range(1, 13))
    network = scenario.network.model_copy(update={"cuts": cuts})
    world = World(seed=1, scenario=scenario.model_copy(update={"network": network}))
    smaller = without(world, [("scenario", "network", "cuts", n) for n in (0, 1, 9, 11)])
    assert smaller is not None
    assert [each.minutes for each in smaller.scenario.network.cuts] == [*range(3, 10), 11]
    assert value_of(smaller, ("scenario", "network", "cuts", 1, "minutes")) == 4


def test_a_world_that_cannot_be_is_none() -> None:
    """Such as one without a seed."""
    assert without(rough(), [("scenario", "title", "x"), ("scenario",)]) is not None
    broken = rough().model_copy(update={"faults": Faults.model_construct(settle_min=-1)})
    assert without(broken, ()) is None


def test_numbers_are_halved_one_at_a_time() -> None:
    """Each gives a world of its own that differs in it alone."""
    world = rough()
    found = list(halved(world))
    assert world.model_copy(update={"pets": 1}) in found
    assert len({each.model_dump_json() for each in found}) == len(found) > 3
