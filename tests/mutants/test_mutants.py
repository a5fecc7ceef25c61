"""Faults on file fit the code as it is; whether tests catch them is asked by ``task mutants``."""

import pytest

from tests.mutants.patches import ROOT, Mutant, mutants

_JUDGED_LEAST = 40


@pytest.mark.parametrize("mutant", mutants(), ids=lambda mutant: mutant.name)
def test_the_patch_fits(mutant: Mutant) -> None:
    """It applies to the code of today, changes the product only, and its tests exist."""
    mutant.apply(ROOT, "--check")
    changed = [
        line.split("/", 1)[1]
        for line in mutant.path.read_text(encoding="utf-8").splitlines()
        if line.startswith(("--- a/", "+++ b/"))
    ]
    assert changed
    assert all(name.startswith(("petcore/", "firmware/")) for name in changed)
    assert mutant.fault.endswith(".")
    assert mutant.tests
    assert all((ROOT / path).exists() for path in mutant.tests)


def test_names_are_faults() -> None:
    """Each fault is a different one."""
    faults = [mutant.fault for mutant in mutants()]
    assert len(set(faults)) == len(faults) >= 8


def test_there_are_enough_for_a_table() -> None:
    """Storms are asked about so many that the share they catch means something."""
    judged = [mutant for mutant in mutants() if mutant.is_judged]
    assert len(judged) >= _JUDGED_LEAST
    assert {mutant.where for mutant in judged} == {"server", "store", "firmware"}


@pytest.mark.parametrize("mutant", mutants(), ids=lambda mutant: mutant.name)
def test_it_is_where_it_says(mutant: Mutant) -> None:
    """Firmware is firmware, and nothing else is."""
    text = mutant.path.read_text(encoding="utf-8")
    is_firmware = "+++ b/firmware/" in text
    assert mutant.where == "edge" or is_firmware == (mutant.where == "firmware")
