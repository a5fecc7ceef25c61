"""Many days: every promise holds in all of them."""

from pathlib import Path

import pytest

from simulator.network.link import Weather
from simulator.world import Options, run

STORM = Weather(
    delay_ms_min=5, delay_ms_max=6_000, request_loss_permille=200, answer_loss_permille=200
)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("weather", [Weather(), STORM])
def test_every_day_keeps_its_promises(seed: int, weather: Weather, tmp_path: Path) -> None:
    """Whatever the seed and the weather, no judge objects."""
    options = Options(polling="next", weather=weather)
    with (tmp_path / "trace.jsonl").open("wb") as trace:
        outcome = run(seed, options, trace)
    assert [judge.objections for judge in outcome.judges] == [[], []]
