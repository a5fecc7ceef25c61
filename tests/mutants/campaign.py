"""What a campaign has found out already, and what is left of it: kept in ``figures.json``.

Each fault of the table is kept as soon as it was asked about, so that a campaign can be stopped at
any moment and goes on from there.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import sha256

from tests.mutants.copies import Verdict
from tests.mutants.patches import Mutant, mutants
from tests.promises.page import PAGE, Fault, figures, keep, page


@dataclass(frozen=True, slots=True)
class Errand:
    """A fault, and who is to be asked about it."""

    mutant: Mutant
    sweeps: bool
    tests: bool

    @property
    def is_left(self) -> bool:
        """Whether anybody is to be asked."""
        return self.sweeps or self.tests


@dataclass(frozen=True, slots=True)
class Finding:
    """Who noticed a fault. None of those that were not asked."""

    mutant: Mutant
    swept: Verdict | None
    tested: Verdict | None

    @property
    def is_caught(self) -> bool:
        """Whether anybody noticed."""
        return any(verdict.is_caught for verdict in (self.swept, self.tested) if verdict)


def errands(chosen: Iterable[Mutant], *, sweeps: bool, tests: bool) -> list[Errand]:
    """What is to be done, in an order that says nothing of the faults: what was done when it is
    stopped is a fair sample.
    """
    found = (Errand(mutant, sweeps and mutant.is_judged, tests) for mutant in chosen)
    shuffled = sorted(found, key=lambda one: sha256(one.mutant.name.encode()).digest())
    return [errand for errand in shuffled if errand.is_left]


def left(asked: Iterable[Errand], faults: Iterable[Fault]) -> list[Errand]:
    """Those of them that ``faults`` do not tell of, or only in part."""
    known = {fault.name: fault for fault in faults}
    rest = []
    for errand in asked:
        fault = known.get(errand.mutant.name)
        swept = fault is not None and fault.seconds is not None
        tested = fault is not None and fault.tests is not None
        rest.append(
            replace(errand, sweeps=errand.sweeps and not swept, tests=errand.tests and not tested)
        )
    return [errand for errand in rest if errand.is_left]


def record(found: Finding) -> None:
    """Keep what was found out about a fault beside what was known of it, and write the page."""
    known = figures()
    faults = {fault.name: fault for fault in known.faults}
    faults[found.mutant.name] = merged(found, faults.get(found.mutant.name))
    on_file = {mutant.name for mutant in mutants() if mutant.is_judged}
    kept = tuple(faults[name] for name in sorted(faults) if name in on_file)
    now = known.model_copy(update={"faults": kept})
    keep(now)
    PAGE.write_text(page(now), encoding="utf-8")


def merged(found: Finding, before: Fault | None) -> Fault:
    """What is known of a fault now. A sweep that noticed nothing has taken its seconds, too: so
    they say that there was one.
    """
    swept, tested = found.swept, found.tested
    judge, seconds, tests = (
        (before.judge, before.seconds, before.tests) if before else (None, None, None)
    )
    if swept is not None:
        judge = swept.caught_by if swept.is_caught else None
        seconds = swept.seconds
    if tested is not None:
        tests = tested.is_caught
    mutant = found.mutant
    return Fault(name=mutant.name, fault=mutant.fault, judge=judge, seconds=seconds, tests=tests)
