"""``python -m tests.mutants [names...]`` breaks the code on purpose and sees who notices.

Each fault is put into a fresh copy of the tree. There stormy worlds are lived through for a minute
or until a judge objects, if a world lives by what is broken, and the tests that its patch names
run. Exit code: 0 every fault was caught by a judge or a test, 1 one was caught by nothing or its
patch does not apply, 2 storms and tests are not green even without a fault.
"""

import argparse
import shutil
import signal
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.mutants.campaign import Errand, Finding, errands, left, record
from tests.mutants.copies import SWEPT, Verdict, copy_tree, run_sweep, run_tests, strangers
from tests.mutants.patches import JUDGED, WHERE, DoesNotApply, Mutant, mutants
from tests.promises.page import figures

_CAUGHT, _SURVIVED, _NOT_GREEN, _STOPPED = 0, 1, 2, 130
_LAST_LINES = 30
_SECONDS = 60


def main() -> int:
    """Run all mutants, or those asked for."""
    parser = _parser()
    asked = parser.parse_args()
    if unknown := {*asked.names} - {mutant.name for mutant in mutants()}:
        parser.error(f"no such mutant: {', '.join(sorted(unknown))}")
    if unknown := {*asked.kinds} - {*WHERE}:
        parser.error(f"no such kind: {', '.join(sorted(unknown))}; there are {', '.join(WHERE)}")
    if asked.write and asked.seconds != _SECONDS:
        parser.error("the table is of sweeps of a minute: --write without --seconds")
    console = Console(highlight=False, soft_wrap=True)
    todo = errands(_chosen(asked), sweeps=not asked.only_tests, tests=not asked.only_sweep)
    if asked.write and not asked.again:
        todo = left(todo, figures().faults)
    if not todo:
        console.print("nothing is left to be asked")
        return _CAUGHT
    # Whatever ends it, no copy is left behind, and what was found out is kept.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with TemporaryDirectory(prefix="mutants-") as folder:
            return _Hunt(asked, Path(folder).resolve(), console).run(todo)
    except KeyboardInterrupt:
        console.print("stopped")
        return _STOPPED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="the name of a patch")
    parser.add_argument(
        "--kinds",
        type=lambda text: text.split(","),
        default=[],
        metavar="KIND[,KIND]",
        help=f"only those in {', '.join(WHERE)}",
    )
    parser.add_argument("--processes", type=int, default=1, metavar="N", help="so many at once")
    parser.add_argument(
        "--seconds", type=int, default=_SECONDS, metavar="N", help="for each sweep (default 60)"
    )
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--only-sweep", action="store_true", help="run no tests")
    only.add_argument("--only-tests", action="store_true", help="run no sweep")
    parser.add_argument(
        "--write", action="store_true", help="keep what is found in docs/promises.md"
    )
    parser.add_argument("--again", action="store_true", help="also ask what is kept there already")
    return parser


def _chosen(asked: argparse.Namespace) -> list[Mutant]:
    """Those that were named, or are of the kinds that were; the table is of what is judged."""
    kinds = asked.kinds or (JUDGED if asked.write else WHERE)
    return [
        mutant
        for mutant in mutants()
        if mutant.where in kinds
        and (mutant.is_judged or not asked.write)
        and (not asked.names or mutant.name in asked.names)
    ]


class _Hunt:
    """Sees who notices what, in copies below ``folder``."""

    def __init__(self, asked: argparse.Namespace, folder: Path, console: Console) -> None:
        self._seconds: int = asked.seconds
        self._writes: bool = asked.write
        self._processes: int = max(1, asked.processes)
        self._folder = folder
        self._console = console
        self._pristine = folder / "pristine"

    def run(self, todo: Sequence[Errand]) -> int:
        """The exit code."""
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
        timed = (*columns, TimeElapsedColumn())
        with Progress(*timed, console=self._console, transient=True) as progress, self._pool() as p:
            task = progress.add_task("no fault", total=len(todo) + 1)
            if not self._is_green(todo, p):
                return _NOT_GREEN
            progress.update(task, advance=1, description="faults")
            survivors = 0
            for done in as_completed([p.submit(self._ask, errand) for errand in todo]):
                survivors += not self._is_caught(done)
                progress.update(task, advance=1)
        self._console.print(f"{len(todo) - survivors} of {len(todo)} faults caught")
        return _SURVIVED if survivors else _CAUGHT

    @contextmanager
    def _pool(self) -> Iterator[ThreadPoolExecutor]:
        """Threads wait for processes. Whoever stops it does not wait for what was not begun."""
        pool = ThreadPoolExecutor(self._processes)
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)

    def _is_green(self, todo: Sequence[Errand], pool: ThreadPoolExecutor) -> bool:
        """Make the copy that all others are made of, and see that nothing fails in it."""
        copy_tree(self._pristine)
        if elsewhere := strangers(self._pristine):
            words = ", ".join(elsewhere)
            self._console.print(f"[red]these would be imported from elsewhere:[/] {words}")
            return False
        checks: list[Future[Verdict]] = []
        if any(errand.sweeps for errand in todo):
            # A fault may let more worlds fit into the time.
            checks.append(pool.submit(run_sweep, self._pristine, 2 * self._seconds))
        tests = dict.fromkeys(path for each in todo if each.tests for path in each.mutant.tests)
        if tests:
            checks.append(pool.submit(run_tests, self._pristine, tests))
        verdicts = [check.result() for check in checks]
        shutil.rmtree(self._pristine / SWEPT, ignore_errors=True)
        for verdict in verdicts:
            if not verdict.is_green:
                self._console.print(f"[red]not green without any fault:[/]\n{_said(verdict)}")
        return all(verdict.is_green for verdict in verdicts)

    def _ask(self, errand: Errand) -> Finding | DoesNotApply:
        """Put the fault into a fresh copy and see who notices."""
        mutant, copy = errand.mutant, self._folder / errand.mutant.name
        shutil.copytree(self._pristine, copy)
        try:
            mutant.apply(copy)
            swept = run_sweep(copy, self._seconds) if errand.sweeps else None
            tested = run_tests(copy, mutant.tests) if errand.tests else None
        except DoesNotApply as error:
            return DoesNotApply(f"{mutant.name}: {error}")
        finally:
            shutil.rmtree(copy)
        return Finding(mutant, swept, tested)

    def _is_caught(self, done: "Future[Finding | DoesNotApply]") -> bool:
        """Tell of it, and keep it."""
        found, say = done.result(), self._console.print
        if isinstance(found, DoesNotApply):
            say(f"[red]does not apply:[/] {escape(str(found))}")
            return False
        say(f"[bold]{found.mutant.name}[/]: {escape(found.mutant.fault)}")
        for who, verdict in (("sweep", found.swept), ("tests", found.tested)):
            if verdict is not None:
                say(f"  {who}: {_said(verdict)}")
        if not found.is_caught:
            say("  [red]caught by NOTHING")
        if self._writes and _is_sound(found):
            record(found)
        return found.is_caught


def _is_sound(found: Finding) -> bool:
    """Whether nothing broke off, so that what was found out can be believed."""
    asked = [verdict for verdict in (found.swept, found.tested) if verdict is not None]
    return all(verdict.is_green or verdict.is_caught for verdict in asked)


def _said(verdict: Verdict) -> str:
    took = "" if verdict.seconds is None else f" ({verdict.seconds:.0f} s)"
    if verdict.is_green:
        return f"nothing{took}"
    if verdict.is_caught:
        words = f": {escape(verdict.words)}" if verdict.words else ""
        return f"[green]{escape(str(verdict.caught_by))}[/]{took}{words}"
    return f"[red]broke off with {verdict.code}:[/]\n{_last_lines(verdict)}"


def _last_lines(verdict: Verdict) -> str:
    return escape("\n".join(verdict.output.splitlines()[-_LAST_LINES:]))


if __name__ == "__main__":
    sys.exit(main())
