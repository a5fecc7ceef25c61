"""Faults on file fit the code as it is; whether tests catch them is asked by ``task mutants``."""

import pytest

from tests.mutants.patches import ROOT, Mutant, mutants


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
