"""``docs/promises.md``: what is promised, who watches over it, how often it was put to the test.

Made of ``promises.toml``, of the judges, and of ``figures.json``, which holds what sweeps and
mutants found.
"""

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from petcore.marks import MARKS
from simulator.invariants import Judge
from simulator.invariants.panel import judges_of

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "promises.md"
FIGURES = HERE / "figures.json"
OUT_OF_REACH = {"overtaken too often": "tests/services/test_idempotency.py"}
"""Marks that no world can reach in which all else is as promised, and the tests that do: to be told
that, somebody must lose two races for a document more than four seconds apart. It was seen at a
store which takes two seconds for each answer, with five workers, and a sample every three seconds:
there hardly anything was answered in time.
"""
PROMISES = HERE / "promises.toml"

_HEAD = """\
# What is promised, and who watches

<!-- Made by `python -m tests.promises`: change tests/promises/promises.toml, or measure anew. -->

A promise that nobody holds petcore to is a wish. Judges live in the simulated world
(`simulator/invariants`, one file each), are written against the API document and never ask
petcore's rules; tests are those of the tree. A judge who had no case has not acquitted, so the
cases are counted.
"""


class _Value(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Promise(_Value):
    """What is said, where, and who holds petcore to it."""

    said: str
    promise: str
    judges: tuple[str, ...]
    tests: Annotated[tuple[str, ...], Field(min_length=1)]


class Sweep(_Value):
    """What a sweep came to, by the preset of its faults."""

    preset: str
    worlds: int
    first_seed: int
    last_seed: int
    processes: int
    wall_seconds: float
    requests: int
    violations: int
    cases: Mapping[str, int]
    faults: Mapping[str, int]
    marks: Mapping[str, int]


class Fault(_Value):
    """A fault that was put into the code, and who caught it: a judge in a sweep of storms after so
    many seconds, tests, or nobody.
    """

    name: str
    fault: str
    judge: str | None
    seconds: float | None
    tests: bool | None


class Figures(_Value):
    """What was measured."""

    sweeps: tuple[Sweep, ...] = ()
    faults: tuple[Fault, ...] = ()


def promises() -> tuple[Promise, ...]:
    """All of them. Raises ``ValidationError`` if one is not complete."""
    told = tomllib.loads(PROMISES.read_text(encoding="utf-8"))["promise"]
    return tuple(map(Promise.model_validate, told))


def figures() -> Figures:
    """What was measured last."""
    return Figures.model_validate_json(FIGURES.read_text(encoding="utf-8"))


def keep(found: Figures) -> None:
    """Store what was measured."""
    text = json.dumps(found.model_dump(mode="json"), indent=1, ensure_ascii=False)
    FIGURES.write_text(f"{text}\n", encoding="utf-8")


def all_judges() -> tuple[Judge, ...]:
    """One of each there is."""
    return judges_of("locked", True, is_watched=True, heals=True, has_programs=True)


def page(found: Figures) -> str:
    """The whole page."""
    parts = (_HEAD, _promised(found), _swept(found.sweeps), _marked(found.sweeps), _broken(found))
    return "\n".join(parts)


def _promised(found: Figures) -> str:
    cases = {
        judge: sum(sweep.cases.get(judge, 0) for sweep in found.sweeps)
        for promise in promises()
        for judge in promise.judges
    }
    rows = (
        (
            promise.promise,
            promise.said,
            ", ".join(f"{judge} ({cases[judge]:,})" for judge in promise.judges) or "-",
            ", ".join(f"`{test}`" for test in promise.tests),
        )
        for promise in promises()
    )
    return _table(("promise", "said in", "judge (cases in the sweeps below)", "tests"), rows)


def _swept(sweeps: Sequence[Sweep]) -> str:
    rows = (
        (
            f"`{sweep.preset}`",
            f"{sweep.worlds:,}",
            f"{sweep.first_seed} to {sweep.last_seed}",
            f"{sweep.requests:,}",
            f"{sum(sweep.faults.values()):,}",
            f"{sum(sweep.cases.values()):,}",
            str(sweep.violations),
            f"{sweep.wall_seconds / 60:.0f} min on {sweep.processes} cores",
        )
        for sweep in sweeps
    )
    head = (
        "faults",
        "worlds",
        "seeds",
        "requests",
        "faults injected",
        "cases",
        "violations",
        "time",
    )
    kinds = sorted({kind for sweep in sweeps for kind in sweep.faults})
    names = [f"`{sweep.preset}`" for sweep in sweeps]
    injected = ((kind, *(f"{sweep.faults.get(kind, 0):,}" for sweep in sweeps)) for kind in kinds)
    return "\n".join(
        (
            "## Seeds run\n",
            _table(head, rows),
            "Faults by kind:\n",
            _table(("fault", *names), injected),
        )
    )


def _marked(sweeps: Sequence[Sweep]) -> str:
    names = [f"`{sweep.preset}`" for sweep in sweeps]
    rows = (
        (name, meaning, *(f"{sweep.marks.get(name, 0):,}" for sweep in sweeps))
        for name, meaning in MARKS.items()
    )
    words = (
        "## Rare branches reached\n\nWhoever hunts by chance has to know what chance has tried "
        "(`petcore/marks.py`).\n"
    )
    table = _table(("mark", "what happened", *names), rows)
    return f"{words}\n{table}{_out_of_reach(sweeps)}"


def _out_of_reach(sweeps: Sequence[Sweep]) -> str:
    reached = {name for sweep in sweeps for name, count in sweep.marks.items() if count}
    tests = [f"{name} (`{test}`)" for name, test in OUT_OF_REACH.items() if name not in reached]
    words = "Out of reach where all is answered in time, and reached by a test"
    return f"\n{words}: {', '.join(tests)}.\n" if tests else ""


def _broken(found: Figures) -> str:
    faults = found.faults
    if not faults:
        return ""
    swept = [fault for fault in faults if fault.judge is not None]
    tested = [fault for fault in faults if fault.tests]
    neither = [fault for fault in faults if fault.judge is None and not fault.tests]
    words = (
        "## Faults put into the code\n\nEach was put into a copy (`tests/mutants`), which then had "
        "at most a minute of `petsim sweep --preset storm` on two cores. "
        f"Of {len(faults)} the sweep caught {len(swept)} ({len(swept) / len(faults):.0%}), "
        f"the tests beside the code {len(tested)}, "
        f"neither of them {len(neither)}.\n"
    )
    return f"{words}\n{_table(('fault', 'what is wrong', 'sweep', 'tests'), _caught(faults))}"


def _caught(faults: Iterable[Fault]) -> Iterator[tuple[str, ...]]:
    tests = {True: "caught", False: "not caught", None: "not run"}
    for fault in faults:
        seconds = f"{fault.seconds:.0f} s" if fault.seconds is not None else ""
        sweep = f"{fault.judge}, {seconds}" if fault.judge else "not caught"
        yield f"`{fault.name}`", fault.fault, sweep, tests[fault.tests]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (head, ("---",) * len(head), *rows)
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
