"""A year of one life of a pet: the same on every VM, and nothing grows."""

import re

from firmware.hal.virtual.week import run
from tests.firmware.vm import said_by

DAYS = 365
HEAP = "320k"
TOLERANCE_BYTES = 512
# Until then lists that are bounded fill.
FULL_AFTER_DAYS = 7


def test_a_year_leaves_nothing_behind() -> None:
    """Its ticks go round 29 times. Day by day the same as here, and no more heap lives."""
    here: list[str] = []
    run(here.append, DAYS)
    there = said_by("firmware.hal.virtual.week", str(DAYS), heap=HEAP, timeout_s=3_000)
    days = there.splitlines()
    assert [line for line in days if line.startswith("day ")] == here
    heap = [int(said) for line in days for said in re.findall(r"^heap (\d+)$", line)]
    assert len(heap) == DAYS
    settled = heap[FULL_AFTER_DAYS:]
    assert max(settled) - min(settled) <= TOLERANCE_BYTES
