"""What is told of a world when it is over."""

from io import BytesIO, StringIO

from rich.console import Console

from simulator.report.summary import shown
from simulator.scenarios.reading import find
from simulator.world import World, run


def test_what_a_server_holds_is_told_of_ones_own_alone() -> None:
    """Nobody can see how many samples another has stored, and none is not how many there are."""
    world = World(scenario=find("ordinary").model_copy(update={"hours": 1}), seed=1)
    outcome = run(world, BytesIO())
    for from_outside in (False, True):
        page = StringIO()
        Console(file=page, width=100).print(shown(world, outcome, from_outside=from_outside))
        assert ("samples stored" in page.getvalue()) is not from_outside
        assert "requests sent" in page.getvalue()
