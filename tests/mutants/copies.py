"""Copies of the tree; in them, simulated days and pytest."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.patches import ROOT

_PACKAGES = ("petcore", "simulator", "firmware", "tests")
_TIMEOUT_S = 120
_FAILED = 1  # pytest's exit code when it ran and tests failed


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a run ended; ``caught_by`` is the first test that failed, or the judge that objected."""

    code: int
    caught_by: str | None
    output: str

    @property
    def is_green(self) -> bool:
        """Whether all tests passed."""
        return self.code == 0

    @property
    def is_caught(self) -> bool:
        """Whether a test or a judge said no, and not pytest or petsim broke off."""
        return self.code == _FAILED and self.caught_by is not None


def copy_tree(folder: Path) -> None:
    """Copy every file that git knows or would take into ``folder``."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


def strangers(copy: Path) -> list[str]:
    """What Python would import from elsewhere than ``copy``."""
    asked = "import importlib, sys\nfor name in sys.argv[1:]:\n"
    asked += "    print(next(iter(importlib.import_module(name).__path__)))"
    found = _python(copy, "-c", asked, *_PACKAGES).stdout.splitlines()
    return [place for place in found if not Path(place).is_relative_to(copy)]


def run_tests(copy: Path, tests: Iterable[str]) -> Verdict:
    """Run ``tests`` in ``copy`` until the first failure."""
    done = _python(
        copy,
        *("-m", "pytest", "-x", "-q", "--tb=short", "-p", "no:cacheprovider"),
        *(f"--timeout={_TIMEOUT_S}", *tests),
    )
    failed = [
        line.split(" ", 1)[1].split(" - ")[0]
        for line in done.stdout.splitlines()
        if line.startswith(("FAILED ", "ERROR "))
    ]
    return Verdict(done.returncode, next(iter(failed), None), done.stdout + done.stderr)


def run_day(copy: Path, scenario: str, *options: str) -> Verdict:
    """Live through a scenario in ``copy``; ``caught_by`` is what a judge says."""
    done = _python(
        copy,
        *("-m", "simulator", "day", "--quiet", "--no-report", "--polling", "next"),
        *("--scenario", scenario, *options, "--out", str(copy / "day")),
    )
    words = done.stderr.partition("\n")[0].removeprefix("petsim: ")
    is_judged = done.returncode == _FAILED and "Traceback" not in done.stderr
    return Verdict(done.returncode, words if is_judged else None, done.stdout + done.stderr)


def _python(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python in ``copy``, where its own modules come before those that are installed.

    No byte code is kept: a patched file may look as old and as long as the one it was made of.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PETCORE_", "PYTEST_"))
    }
    environment = {
        **kept,
        "PYTHONPATH": str(copy),
        "PYTHONDONTWRITEBYTECODE": "1",
        "COLUMNS": "300",
    }
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
