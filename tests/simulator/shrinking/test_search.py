"""The smallest world in which a judge objects, for judges whose reasons are known."""

from simulator.faults.presets import CALM
from simulator.shrinking.crew import alone
from simulator.shrinking.parts import parts
from simulator.shrinking.search import Smaller, shrink
from simulator.shrinking.sighting import Sighting
from simulator.world import World
from tests.simulator.shrinking.worlds import rough

HOUR = 3_600_000
NAMES = tuple(f"lost answer:pet/{who}:{n}" for who in ("ada", "audrey") for n in range(1, 21))
CULPRITS = {"lost answer:pet/audrey:3", "lost answer:pet/audrey:17"}


def see(world: World, judge: str = "toy") -> Sighting | None:
    """Objects at 09:30 if there is an essay, answers get lost, and both culprits are allowed."""
    labels = [study.label for study in world.scenario.timetable.study]
    strength = world.faults.network.answer_loss
    befell = tuple(n for n in NAMES if strength and (world.only is None or n in world.only))
    is_broken = "Essay" in labels and {*befell} >= CULPRITS and world.scenario.hours >= 10
    return Sighting(9 * HOUR + HOUR // 2, "oh", befell) if is_broken else None


def shrunk(world: World) -> Smaller:
    """By one who looks."""
    seen = see(world)
    assert seen is not None
    return shrink(world, seen, alone(see, "toy"))


def test_only_what_is_needed_remains() -> None:
    """One session, one fault, two misfortunes, ten hours; the rest is plain."""
    found = shrunk(rough())
    assert found.is_least
    assert set(parts(found.world, 4)) == {
        ("scenario", "timetable", "study", 0),
        ("faults", "network", "answer_loss"),
    }
    assert {*(found.world.only or ())} == {*found.sighting.misfortunes} == CULPRITS
    assert found.world.scenario.hours == 10
    assert found.world.scenario.timetable.study[0].label == "Essay"


def test_what_was_found_is_always_broken_and_ever_smaller() -> None:
    """The search may be broken off after any run."""
    world = rough()
    seen = see(world)
    assert seen is not None
    whole: list[Smaller] = []
    shrink(world, seen, alone(see, "toy"), whole.append)
    sizes = [(len(parts(each.world, 4)), len(each.sighting.misfortunes)) for each in whole]
    assert sizes == sorted(sizes, reverse=True)
    assert all(see(each.world) == each.sighting for each in whole)
    for runs in (1, 5, 20):
        found = shrink(world, seen, alone(see, "toy", runs))
        assert not found.is_least
        assert see(found.world) == found.sighting


def test_no_world_is_lived_through_twice() -> None:
    """Each run costs seconds."""
    asked: list[str] = []

    def remember(world: World, judge: str) -> Sighting | None:
        asked.append(world.model_dump_json())
        return see(world, judge)

    seen = see(rough())
    assert seen is not None
    shrink(rough(), seen, alone(remember, "toy"))
    assert len(asked) == len({*asked}) < 120


def test_a_judge_that_knows_only_in_the_end_gets_a_shorter_world() -> None:
    """As short as it still takes."""

    def late(world: World, judge: str = "") -> Sighting | None:
        return Sighting(world.lasts_ms, "oh") if world.scenario.hours >= 5 else None

    world = rough(only=("lost answer:pet/audrey:3",))
    seen = late(world)
    assert seen is not None
    found = shrink(world, seen, alone(late, "toy"))
    assert 5 <= found.world.scenario.hours < 10
    assert (found.world.faults, found.world.only) == (CALM, None)
