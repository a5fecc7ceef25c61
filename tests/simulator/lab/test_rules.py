"""Rules from a file: what may stand there, and what is told of what may not."""

from pathlib import Path

import pytest

from petcore.settings import default_settings
from simulator.lab.rules import Rules, read_rules
from simulator.scenarios.reading import BadScenario, NoScenario, find
from simulator.server.policy import HighStress
from simulator.world import World

WORLD = World(seed=1, scenario=find("ordinary"))


def test_the_defaults_are_the_servers() -> None:
    """Each field stands for the setting of its name."""
    settings = default_settings()
    for name, value in HighStress().settings.items():
        assert getattr(settings, name) == value


def test_a_file_says_what_is_otherwise(tmp_path: Path) -> None:
    """And leaves the rest as it is."""
    path = tmp_path / "rules.toml"
    path.write_text('title = "early"\n[high_stress]\nheld_s = 300\n[water]\ninterval_min = 45\n')
    ruled = read_rules(path).ruled(WORLD)
    assert ruled.high_stress == HighStress(held_s=300)
    assert ruled.scenario.water.interval_min == 45
    assert ruled.told["high_stress"] == {"held_s": 300}
    assert World.model_validate_json(ruled.model_dump_json()) == ruled


def test_rules_that_say_nothing_change_nothing() -> None:
    """Not a byte of the trace."""
    assert Rules().ruled(WORLD) == WORLD
    assert "high_stress" not in WORLD.told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[high_stress]\nthreshhold = 0.5\n", "2: high_stress.threshhold: .*mean threshold"),
        ("[high_stress]\nthreshold = 75\n", "2: high_stress.threshold: must be at most 1"),
        ("[water]\ninterval_min = 0\n", "2: water.interval_min: must be at least 1"),
        ("[high_stress\n", "1: TOML"),
    ],
)
def test_what_is_wrong_is_told_by_line_and_field(tmp_path: Path, text: str, words: str) -> None:
    """As of a scenario."""
    path = tmp_path / "rules.toml"
    path.write_text(text)
    with pytest.raises(BadScenario, match=words):
        read_rules(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """Is named."""
    with pytest.raises(NoScenario, match=r"none\.toml"):
        read_rules(tmp_path / "none.toml")
