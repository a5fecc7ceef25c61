"""Many days in bad weather: every promise holds in all of them."""

from tempfile import TemporaryFile

import pytest

from simulator.network.weather import Weather
from simulator.scenarios.reading import find, shipped
from simulator.world import World, run

STORM = Weather(delay_ms=(5, 6_000), request_loss=200, answer_loss=200, duplication=100)


@pytest.mark.parametrize("seed", range(100, 110))
@pytest.mark.parametrize("scenario", shipped())
def test_every_day_keeps_its_promises_in_a_storm(seed: int, scenario: str) -> None:
    """Every fifth message is lost each way, and those that arrive are late or come twice."""
    story = find(scenario)
    device = story.device.model_copy(update={"polling": "next"})
    stormy = story.model_copy(update={"network": STORM, "device": device})
    with TemporaryFile() as trace:
        outcome = run(World(seed=seed, scenario=stormy), trace)
    for judge in outcome.court.judges:
        assert judge.objections == [], judge.name
