"""A week of one life: the same on every VM, and nothing grows."""

import re

from firmware.hal.virtual.week import run
from tests.firmware.vm import said_by

# From source, with the compiler in it; what a board needs, test_heap asks.
HEAP = "320k"
# Lists that are bounded and not yet full; from then on nothing.
FILLING_BYTES = 2_048
TOLERANCE_BYTES = 256


def test_a_week_leaves_nothing_behind() -> None:
    """Day by day the same as here, and at the end of each as much heap lives as after the first."""
    here: list[str] = []
    run(here.append)
    there = said_by("firmware.hal.virtual.week", heap=HEAP).splitlines()
    assert [line for line in there if line.startswith("day ")] == here
    heap = [int(said) for line in there for said in re.findall(r"^heap (\d+)$", line)]
    assert len(heap) == len(here) == 7
    assert max(heap) - heap[0] <= FILLING_BYTES
    assert abs(heap[6] - heap[5]) <= TOLERANCE_BYTES
