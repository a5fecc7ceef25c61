"""Worlds to make smaller."""

from simulator.faults.presets import preset
from simulator.scenarios.reading import find
from simulator.scenarios.scenario import Scenario
from simulator.world import World


def rough(**fields: object) -> World:
    """An ordinary day of three students in a storm."""
    told = {"seed": 5, "scenario": find("ordinary"), "pets": 3, "faults": preset("storm", 5)}
    return World.model_validate({**told, **fields})


def short(hours: int = 2) -> World:
    """A calm night, which is lived through at once."""
    scenario = find("ordinary").model_copy(update={"hours": hours})
    assert isinstance(scenario, Scenario)
    return World(seed=1, scenario=scenario, faults=preset("calm", 1))
