"""Rules that can be tried: a file of what is set otherwise, and the same world under them."""

from pathlib import Path

from simulator.kernel.values import Label, Value
from simulator.people.habits import Interval
from simulator.scenarios.reading import NoScenario, parse_as
from simulator.server.policy import HighStress
from simulator.world import World


class WaterRule(Value):
    """How often the student is reminded to drink."""

    interval_min: Interval | None = None
    """In minutes; else as the scenario says."""


class Rules(Value):
    """One set of rules. What is not said is as ever."""

    title: Label = "as it is"
    """What to call them."""
    high_stress: HighStress = HighStress()
    """When the pet asks for a break."""
    water: WaterRule = WaterRule()
    """When it reminds to drink."""

    def ruled(self, world: World) -> World:
        """The same world under these rules."""
        scenario = world.scenario
        if self.water.interval_min is not None:
            water = scenario.water.model_copy(update={"interval_min": self.water.interval_min})
            scenario = scenario.model_copy(update={"water": water})
        return world.model_copy(update={"scenario": scenario, "high_stress": self.high_stress})


def read_rules(path: Path) -> Rules:
    """The rules in a TOML file. Raises ``BadScenario`` with lines and fields, or ``NoScenario`` if
    it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise NoScenario(f"cannot read {path}: {reason}") from None
    return parse_as(Rules, text, path)
