"""Writes every package of the universal resolution into ``pyproject.toml``, at its exact version.

The lock file itself records whence somebody downloaded what, so it stays out of the repository.
"""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NotRequired, TypedDict, cast

ROOT = Path(__file__).parents[2]
PROJECT, LOCK = ROOT / "pyproject.toml", ROOT / "uv.lock"

_CONSTRAINTS = re.compile(r"^constraint-dependencies = \[\n.*?^\]\n", re.MULTILINE | re.DOTALL)


class Package(TypedDict):
    """What the lock file says of a package. Where Pythons differ, markers say which."""

    name: str
    version: str
    source: dict[str, str]
    resolution_markers: NotRequired[list[str]]


def locked() -> dict[str, set[str]]:
    """Name and versions of every package in the lock file, petcore itself left out."""
    versions: dict[str, set[str]] = {}
    for package in _packages():
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
    PROJECT.write_text(_with_pins(text, list(_pins())), encoding="utf-8")
    return subprocess.run(["uv", "lock"], cwd=ROOT, check=True).returncode


def _packages() -> list[Package]:
    text = LOCK.read_text(encoding="utf-8").replace("\nresolution-markers", "\nresolution_markers")
    packages = cast("list[Package]", tomllib.loads(text)["package"])
    return [package for package in packages if "registry" in package["source"]]


def _pins() -> Iterator[str]:
    for package in _packages():
        marker = " or ".join(package.get("resolution_markers", ()))
        condition = f"; {marker}" if marker else ""
        yield f"{package['name']}=={package['version']}{condition}"


def _with_pins(text: str, pins: list[str]) -> str:
    lines = "".join(f'    "{pin}",\n' for pin in pins)
    return _CONSTRAINTS.sub(f"constraint-dependencies = [\n{lines}]\n", text)


if __name__ == "__main__":
    sys.exit(main())
