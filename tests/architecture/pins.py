"""Writes every package of the universal resolution into ``pyproject.toml``, at its exact version.

The lock file itself records whence somebody downloaded what, so it stays out of the repository.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import cast

ROOT = Path(__file__).parents[2]
PROJECT, LOCK = ROOT / "pyproject.toml", ROOT / "uv.lock"

_CONSTRAINTS = re.compile(r"^constraint-dependencies = \[\n.*?^\]\n", re.MULTILINE | re.DOTALL)


def locked() -> dict[str, set[str]]:
    """Name and versions of every package in the lock file, petcore itself left out."""
    packages = tomllib.loads(LOCK.read_text(encoding="utf-8"))["package"]
    versions: dict[str, set[str]] = {}
    for package in packages:
        if "registry" in package["source"]:
            versions.setdefault(package["name"], set()).add(package["version"])
    return versions


def pinned() -> dict[str, set[str]]:
    """Name and versions of every package that ``pyproject.toml`` pins."""
    tool = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["tool"]["uv"]
    pins: dict[str, set[str]] = {}
    for line in cast("list[str]", tool["constraint-dependencies"]):
        name, _, version = line.partition(";")[0].strip().partition("==")
        pins.setdefault(name, set()).add(version)
    return pins


def main() -> int:
    """Resolve anew and write the pins."""
    text = PROJECT.read_text(encoding="utf-8")
    PROJECT.write_text(_with_pins(text, []), encoding="utf-8")
    LOCK.unlink(missing_ok=True)
    subprocess.run(["uv", "lock"], cwd=ROOT, check=True)
    pins = [f"{name}=={version}" for name, found in sorted(locked().items()) for version in found]
    PROJECT.write_text(_with_pins(text, pins), encoding="utf-8")
    return subprocess.run(["uv", "lock"], cwd=ROOT, check=True).returncode


def _with_pins(text: str, pins: list[str]) -> str:
    lines = "".join(f'    "{pin}",\n' for pin in pins)
    return _CONSTRAINTS.sub(f"constraint-dependencies = [\n{lines}]\n", text)


if __name__ == "__main__":
    sys.exit(main())
