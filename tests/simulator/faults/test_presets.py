"""Presets: what goes wrong, and that the same seed is the same swarm."""

import pytest

from simulator.faults.faults import Faults
from simulator.faults.presets import CALM, HOME, NAMES, ROOMS, STORM, preset, swarm

SEEDS = range(200)


def test_home_is_what_the_scenario_tells() -> None:
    """It is what a world has that says nothing."""
    assert Faults() == HOME
    assert HOME.model_copy(update={"as_told": False}) == CALM


def test_a_storm_has_every_fault() -> None:
    """But for those of the calendar, each strength of each room is other than at home."""
    for room in set(ROOMS) - {"calendar"}:
        storm, home = getattr(STORM, room), getattr(HOME, room)
        strengths = {name for name, value in storm if isinstance(value, int)}
        spared = {name for name in strengths if getattr(storm, name) == getattr(home, name)}
        assert spared == set(), room


def test_a_swarm_is_of_its_seed() -> None:
    """The same twice, and hardly ever that of another."""
    assert [swarm(seed) for seed in SEEDS] == [swarm(seed) for seed in SEEDS]
    assert len({swarm(seed).model_dump_json() for seed in SEEDS}) > len(SEEDS) * 0.99


@pytest.mark.parametrize("room", sorted(set(ROOMS) - {"calendar"}))
def test_swarms_spare_and_strike(room: str) -> None:
    """Of each room there are swarms without any fault, and each strength is found more and less
    than in a storm.
    """
    drawn = [getattr(swarm(seed), room) for seed in SEEDS]
    home, storm = getattr(HOME, room), getattr(STORM, room)
    assert home in drawn
    for name, value in storm:
        found = {getattr(one, name) for one in drawn}
        if isinstance(value, bool):
            assert found == {False, True}
        elif isinstance(value, int) and value > 1:
            assert max(found) > value, name
            assert min(found) < value, name
            assert getattr(home, name) in found, name


def test_swarms_are_values_that_check_themselves() -> None:
    """What is drawn is within the bounds of its field."""
    for seed in SEEDS:
        assert Faults.model_validate(swarm(seed).model_dump()) == swarm(seed)


def test_a_storm_in_some_rooms() -> None:
    """What is not named stays at home; the healing follows all the same."""
    faults = preset("storm:network,store", 1)
    assert faults.network == STORM.network
    assert faults.store == STORM.store
    assert faults.server == HOME.server
    assert faults.settle_min == STORM.settle_min


@pytest.mark.parametrize("name", NAMES)
def test_every_preset_has_a_name(name: str) -> None:
    """Those of the documents are there."""
    assert isinstance(preset(name, 3), Faults)
    assert {"calm", "home", "storm", "swarm"} == set(NAMES)


@pytest.mark.parametrize(
    ("text", "words"), [("stor", "'stor' is none of calm"), ("storm:netwrk", "'netwrk' is no room")]
)
def test_a_typing_error_is_told(text: str, words: str) -> None:
    """With what there is."""
    with pytest.raises(ValueError, match=words):
        preset(text, 1)
