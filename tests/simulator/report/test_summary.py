"""What is told of a world when it is over."""

from io import BytesIO, StringIO

import pytest
from rich.console import Console

from simulator.report.summary import shown
from simulator.scenarios.reading import find
from simulator.world import World, run


@pytest.mark.parametrize(("from_outside", "is_told"), [(False, True), (True, False)])
def test_what_a_server_holds_is_told_of_ones_own_alone(
    *, from_outside: bool, is_told: bool
) -> None:
    """Nobody can see how many samples another has stored, and none is not how many there are."""
    scenario = find("ordinary").model_copy(update={"hours": 1})
    world = World(scenario=scenario, seed=1)
    outcome = run(world, BytesIO())
    page = StringIO()
    Console(file=page, width=100).print(shown(world, outcome, from_outside=from_outside))
    assert ("samples stored" in page.getvalue()) == is_told
    assert "requests sent" in page.getvalue()
