"""Copies of the tree; in them, a sweep of storms and pytest."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from shutil import copy2

from tests.mutants.patches import ROOT

_PACKAGES = ("petcore", "simulator", "firmware", "tests")
_TIMEOUT_S = 120
_FAILED, _UNTESTED = 1, 3
"""Exit codes: pytest ran and tests failed, or a promise is broken; no promise is broken, and not
each was put to the test.
"""
SWEPT = "swept"
"""The folder of a copy in which a sweep leaves what it found."""
_WORLDS = 1_000
"""More than there is time for."""
_ENDED = "(the world ended)"
"""Who notices a world that nobody could live through: it raised, or its process died."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a run ended; ``caught_by`` is the first test that failed, or the judge that objected.

    ``words`` are the judge's, ``seconds`` the time of the machine that a sweep took.
    """

    code: int
    caught_by: str | None
    output: str
    words: str = ""
    seconds: float | None = None

    @property
    def is_green(self) -> bool:
        """Whether nobody objects."""
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
            copy2(ROOT / name, folder / name)


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


def run_sweep(copy: Path, seconds: int) -> Verdict:
    """Live through one stormy world after another in ``copy``, for so long or until a promise is
    broken; ``caught_by`` is the judge who says so.
    """
    out = copy / SWEPT
    done = _python(
        copy,
        *("-m", "simulator", "sweep", "--preset", "storm", "--days", str(_WORLDS)),
        *("--for", str(seconds), "--stop-at-first", "--quiet"),
        *("--out", str(out)),
    )
    found = out / "sweep.json"
    # A minute is not enough for every judge to have had a case.
    code = 0 if done.returncode == _UNTESTED else done.returncode
    output = done.stdout + done.stderr
    if not found.exists():
        return Verdict(code, None, output)
    told = json.loads(found.read_text(encoding="utf-8"))
    judge, words = _first(told["broken"]) if told["broken"] else (None, "")
    return Verdict(code, judge, output, words, told["wall_seconds"])


def _first(broken: list[dict[str, object]]) -> tuple[str, str]:
    """Who objects first, in the first world, and in which words."""
    world = broken[0]
    match world["first"]:
        case [{"judge": str(judge), "words": str(words)}, *_]:
            return judge, words
        case _:
            return _ENDED, str(world["failure"])


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
