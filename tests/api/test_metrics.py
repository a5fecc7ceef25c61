"""What is kept of metrics as they came."""

import pytest

from petcore.api.desktop_pet.metrics import SmartSpectraMetrics


@pytest.mark.parametrize(("plain", "camel"), [(3, 1), (1, 3)])
@pytest.mark.parametrize("camel_first", [False, True])
def test_the_newest_is_that_of_both_spellings(plain: int, camel: int, camel_first: bool) -> None:
    """Whichever of them is written last, and wherever in a list it stands."""
    stamps = {"pulse_rate": plain, "pulseRate": camel}
    cardio = {
        name: [
            {"timestamp": f"17000000000000{at:02}", "value": 60 + at}
            for at in (stamps[name], stamps[name] - 1)
        ]
        for name in sorted(stamps, reverse=camel_first)
    }
    metrics = SmartSpectraMetrics.model_validate({"cardio": cardio, "breathing": {"rate": []}})
    assert metrics.newest() == {
        "cardio": {"pulse_rate": {"timestamp": "1700000000000003", "value": 63.0}}
    }
