"""The faults on file: one patch each, with what it breaks and which tests should notice.

A patch begins with ``# <the fault in a sentence>`` and ``# tests: <paths of tests>``; the rest is a
unified diff against the root of the tree.
"""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_TESTS = "# tests: "


class DoesNotApply(Exception):
    """The code has moved on from what the patch expects."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault that can be put into the code."""

    path: Path
    fault: str
    tests: tuple[str, ...]

    @property
    def name(self) -> str:
        """What it is called."""
        return self.path.stem

    def apply(self, tree: Path, *options: str) -> None:
        """Put the fault into ``tree``; with ``--check``, only see. Raises ``DoesNotApply``."""
        command = ["git", "apply", *options, str(self.path)]
        done = subprocess.run(
            command, cwd=tree, env=_outside(tree), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise DoesNotApply(done.stderr.strip())


def mutants() -> list[Mutant]:
    """All mutants, by name. Raises ValueError if one does not say what it is."""
    return [_read(path) for path in sorted(Path(__file__).parent.glob("*.patch"))]


def _read(path: Path) -> Mutant:
    fault, tests, *_ = path.read_text(encoding="utf-8").splitlines()
    if not fault.startswith("# ") or not tests.startswith(_TESTS):
        raise ValueError(f"{path.name} must begin with its fault and its tests")
    return Mutant(path, fault.removeprefix("# "), tuple(tests.removeprefix(_TESTS).split()))


def _outside(tree: Path) -> Mapping[str, str]:
    """An environment in which git does not see ``tree`` as a folder of some repository above it.

    It would silently leave out what does not belong to that repository.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "GIT_CEILING_DIRECTORIES": str(tree.resolve().parent)}
