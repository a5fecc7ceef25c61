"""What is drawn here is what the board shows: the same calls and frames in a MicroPython VM."""

from pathlib import Path

import pytest

from tests.firmware.vm import said_by

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.mark.parametrize(("name", "heap"), [("calls", "128k"), ("frames", "384k")])
def test_micropythons_own_framebuf_draws_the_same(name: str, heap: str) -> None:
    """Ten thousand calls, most of them over an edge, and every screen: not a point differs."""
    said = said_by(f"tests.firmware.golden.{name}", heap=heap)
    assert said == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
