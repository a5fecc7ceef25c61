"""``python -m tests.mutants [names...]`` breaks the code on purpose and sees who notices.

Each fault is put into a fresh copy of the tree. There simulated days are lived through until a
judge objects, and the tests that its patch names run. Exit code: 0 every fault was caught by a
judge or a test, 1 one was caught by nothing or its patch does not apply, 2 days and tests are not
green even without a fault.
"""

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.mutants.copies import Verdict, copy_tree, run_day, run_tests, strangers
from tests.mutants.patches import DoesNotApply, Mutant, mutants

_CAUGHT, _SURVIVED, _NOT_GREEN = 0, 1, 2
_LAST_LINES = 30
_DAYS = (
    ("ordinary",),
    ("clocks_change",),
    ("locked",),
    ("exam_day",),
    ("ordinary", "--talkative", "--pets", "2"),
)
"""A scenario each, and options of ``petsim day``."""


def main() -> int:
    """Run all mutants, or those asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="the name of a patch")
    names = parser.parse_args().names
    chosen = [mutant for mutant in mutants() if not names or mutant.name in names]
    if unknown := set(names) - {mutant.name for mutant in chosen}:
        parser.error(f"no such mutant: {', '.join(sorted(unknown))}")
    console = Console(highlight=False, soft_wrap=True)
    with TemporaryDirectory(prefix="mutants-") as folder:
        return _hunt(chosen, Path(folder).resolve(), console)


def _hunt(chosen: Sequence[Mutant], folder: Path, console: Console) -> int:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:
        task = progress.add_task("no fault", total=len(chosen) + 1)
        if not _is_green(chosen, folder / "pristine", console):
            return _NOT_GREEN
        survivors = 0
        for mutant in chosen:
            progress.update(task, advance=1, description=mutant.name)
            survivors += not _is_caught(mutant, folder, console)
    console.print(f"{len(chosen) - survivors} of {len(chosen)} faults caught")
    return _SURVIVED if survivors else _CAUGHT


def _is_green(chosen: Sequence[Mutant], pristine: Path, console: Console) -> bool:
    """Make the copy that all others are made of, and see that nothing fails in it."""
    copy_tree(pristine)
    if elsewhere := strangers(pristine):
        console.print(f"[red]these would be imported from elsewhere:[/] {', '.join(elsewhere)}")
        return False
    tests = dict.fromkeys(path for mutant in chosen for path in mutant.tests)
    verdicts = [run_tests(pristine, tests), *(run_day(pristine, *day) for day in _DAYS)]
    for verdict in verdicts:
        if not verdict.is_green:
            console.print(f"[red]not green without any fault:[/]\n{_last_lines(verdict)}")
    return all(verdict.is_green for verdict in verdicts)


def _is_caught(mutant: Mutant, folder: Path, console: Console) -> bool:
    """Put the fault into a fresh copy and see who notices."""
    copy = folder / mutant.name
    shutil.copytree(folder / "pristine", copy)
    console.print(f"[bold]{mutant.name}[/]: {escape(mutant.fault)}")
    try:
        mutant.apply(copy)
    except DoesNotApply as error:
        console.print(f"  [red]does not apply:[/] {escape(str(error))}")
        return False
    judged = _judged(copy)
    tested = run_tests(copy, mutant.tests)
    shutil.rmtree(copy)
    for who, verdict in (("judge", judged), ("test", tested)):
        console.print(f"  {who}: {_said(verdict)}")
    if not (judged.is_caught or tested.is_caught):
        console.print("  [red]caught by NOTHING")
    return judged.is_caught or tested.is_caught


def _judged(copy: Path) -> Verdict:
    """The first day that is not green, or the last one."""
    for day in _DAYS:
        verdict = run_day(copy, *day)
        if not verdict.is_green:
            break
    return verdict


def _said(verdict: Verdict) -> str:
    if verdict.is_green:
        return "nothing"
    if verdict.is_caught:
        return f"[green]{escape(str(verdict.caught_by))}[/]"
    return f"[red]broke off with {verdict.code}:[/]\n{_last_lines(verdict)}"


def _last_lines(verdict: Verdict) -> str:
    return escape("\n".join(verdict.output.splitlines()[-_LAST_LINES:]))


if __name__ == "__main__":
    sys.exit(main())
