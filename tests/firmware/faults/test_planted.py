"""The planted faults still fit the firmware, and each is meant for a promise that there is."""

import ast
from pathlib import Path

import pytest

from simulator.conformance.promises import PROMISES
from tests.firmware.faults.planted import FAULTS, ROOT, Fault


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_can_be_planted(fault: Fault, tmp_path: Path) -> None:
    """What it makes of the firmware is Python, and not what was there."""
    fault.plant(tmp_path)
    for change in fault.changes:
        planted = (tmp_path / "firmware" / change.file).read_text(encoding="utf-8")
        assert ast.parse(planted)
        assert planted != (ROOT / "firmware" / change.file).read_text(encoding="utf-8")


def test_each_fault_is_meant_for_a_promise_of_its_own() -> None:
    """By its name."""
    meant = [fault.seen_by for fault in FAULTS]
    assert len(set(meant)) == len(meant) == 5
    assert set(meant) <= {promise.name for promise in PROMISES}
