"""A campaign goes on where it was stopped, and forgets nothing that it has found out."""

from pathlib import Path

from tests.mutants.campaign import Errand, Finding, errands, left, merged
from tests.mutants.copies import Verdict
from tests.mutants.patches import JUDGED, Mutant, mutants
from tests.promises.page import Fault

FAULT = Mutant(Path("a_fault.patch"), "Something is wrong.", ("tests/rules",), "server")
GREEN = Verdict(0, None, "", seconds=61.0)
JUDGED_BAD = Verdict(1, "a judge", "", words="no", seconds=4.5)
FAILED = Verdict(1, "tests/rules/test_a.py::test_b", "")
BROKEN_OFF = Verdict(2, None, "Traceback")


def known(judge: str | None, seconds: float | None, tests: bool | None) -> Fault:
    """What is on file of the fault."""
    return Fault(name="a_fault", fault=FAULT.fault, judge=judge, seconds=seconds, tests=tests)


def test_who_noticed_is_told_with_the_time() -> None:
    """A sweep that noticed nothing has a time, and no judge."""
    assert merged(Finding(FAULT, JUDGED_BAD, FAILED), None) == known("a judge", 4.5, True)
    assert merged(Finding(FAULT, GREEN, GREEN), None) == known(None, 61.0, False)


def test_what_was_not_asked_stays_as_it_was() -> None:
    """Sweeps and tests may be run in two campaigns; a later one takes the place of an earlier."""
    before = known("a judge", 4.5, True)
    assert merged(Finding(FAULT, None, GREEN), before) == known("a judge", 4.5, False)
    assert merged(Finding(FAULT, GREEN, None), before) == known(None, 61.0, True)


def test_a_run_that_broke_off_has_caught_nothing() -> None:
    """A patch that cannot even be imported is no catch of a judge or a test."""
    assert not Finding(FAULT, BROKEN_OFF, BROKEN_OFF).is_caught
    assert Finding(FAULT, GREEN, FAILED).is_caught
    assert Finding(FAULT, JUDGED_BAD, None).is_caught


def test_only_what_is_not_on_file_is_left() -> None:
    """All of it, or the half that was not asked yet."""
    both = Errand(FAULT, sweeps=True, tests=True)
    assert left([both], []) == [both]
    assert left([both], [known(None, None, True)]) == [Errand(FAULT, sweeps=True, tests=False)]
    assert left([both], [known(None, 61.0, None)]) == [Errand(FAULT, sweeps=False, tests=True)]
    assert left([both], [known("a judge", 4.5, False)]) == []


def test_no_sweep_is_asked_of_what_no_world_lives_by() -> None:
    """Of those faults only tests can know; without tests there is nobody to ask."""
    all_of_them = errands(mutants(), sweeps=True, tests=True)
    assert {one.mutant.where for one in all_of_them if one.sweeps} == {*JUDGED}
    assert {one.mutant.where for one in all_of_them if not one.sweeps} == {"edge"}
    swept = errands(mutants(), sweeps=True, tests=False)
    assert {one.mutant.where for one in swept} == {*JUDGED}


def test_the_first_of_them_are_a_sample() -> None:
    """The order is not that of the names, and always the same."""
    names = [one.mutant.name for one in errands(mutants(), sweeps=True, tests=True)]
    assert names != sorted(names)
    again = errands(reversed(mutants()), sweeps=True, tests=True)
    assert names == [one.mutant.name for one in again]
