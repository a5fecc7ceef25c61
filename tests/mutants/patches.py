"""The faults on file: one patch each, with what it breaks, which tests should notice, and where.

A patch begins with ``# <the fault in a sentence>``, ``# tests: <paths of tests>`` and
``# where: <one of WHERE>``; the rest is a unified diff against the root of the tree.
"""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
WHERE = ("server", "store", "firmware", "edge")
"""What a simulated world lives by; and its edge, which no simulated world touches: cameras, SDKs,
sockets, hostile requests, files of databases, time that runs faster, commands, logs.
"""
JUDGED = WHERE[:-1]
"""Where a sweep of storms can be asked whether it notices."""
_MARKS = ("# ", "# tests: ", "# where: ")


class DoesNotApply(Exception):
    """The code has moved on from what the patch expects."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault that can be put into the code."""

    path: Path
    fault: str
    tests: tuple[str, ...]
    where: str

    @property
    def is_judged(self) -> bool:
        """Whether simulated worlds live by what it breaks."""
        return self.where in JUDGED

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
    head = path.read_text(encoding="utf-8").splitlines()[: len(_MARKS)]
    if not all(map(str.startswith, head, _MARKS)):
        raise ValueError(f"{path.name} must begin with its fault, its tests and where it is")
    fault, tests, where = map(str.removeprefix, head, _MARKS)
    if where not in WHERE:
        raise ValueError(f"{path.name}: a fault is in one of {', '.join(WHERE)}")
    return Mutant(path, fault, tuple(tests.split()), where)


def _outside(tree: Path) -> Mapping[str, str]:
    """An environment in which git does not see ``tree`` as a folder of some repository above it.

    It would silently leave out what does not belong to that repository.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "GIT_CEILING_DIRECTORIES": str(tree.resolve().parent)}
