"""What docs/conformance.md lists is what the kit has."""

import re
from pathlib import Path

from simulator.commands import Exit
from simulator.conformance.nonsense import KINDS
from simulator.conformance.promises import PROMISES
from simulator.conformance.steps import Look, Push
from simulator.conformance.story import ACTS, back_from

PAGE = (Path(__file__).parents[3] / "docs" / "conformance.md").read_text(encoding="utf-8")
NUMBERS = {"seven": 7, "eight": 8, "sixteen": 16}


def first_cells(heading: str) -> list[str]:
    """Give the first cells of the table under a heading."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")]
    return [row.split("|")[1].strip().strip("`") for row in rows[1:]]


def test_every_promise_is_listed() -> None:
    """By its name, in its order."""
    assert first_cells("What is promised") == [promise.name for promise in PROMISES]


def test_every_act_is_listed() -> None:
    """But for those that come back from another."""
    backs = {back_from(act.name) for act in ACTS}
    told = [name for cell in first_cells("The story") for name in cell.split(", ")]
    assert told == [act.name for act in ACTS if act.name not in backs]


def test_what_a_person_does_is_counted() -> None:
    """Presses, looks, kinds of nonsense."""
    steps = [step for act in ACTS for step in act.steps]
    presses = re.findall(r"(\w+) times in all", PAGE)
    looks = re.findall(r"type `y` or `n`, (\w+) times", PAGE)
    kinds = re.findall(r"answered with (\w+) kinds", PAGE)
    assert [NUMBERS[word] for word in (*presses, *looks, *kinds)] == [
        sum(isinstance(step, Push) for step in steps),
        sum(isinstance(step, Look) for step in steps),
        len(KINDS),
    ]


def test_every_exit_code_is_listed() -> None:
    """That a verdict can lead to."""
    codes = re.findall(r"^\| (\d) \|", PAGE, flags=re.MULTILINE)
    assert codes == [
        str(int(code)) for code in (Exit.KEPT, Exit.BROKEN, Exit.MISUSED, Exit.UNTESTED)
    ]
