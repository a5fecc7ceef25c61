"""``task firmware:types``: check what touches the board's own modules against their stubs.

The ordinary check knows nothing of ``machine`` and ``network``: whatever is called is believed.
Here the stubs of MicroPython say what an ESP32 has. They cannot stand in the environment, since
among them are others' words for modules of Python itself; so they are put into a folder apart, and
those that only a board has are picked out.

Not here: everything that Python itself can check (``task check``).
"""

import hashlib
import shutil
import sys
from argparse import Namespace
from collections.abc import Iterable, Sequence
from pathlib import Path
from subprocess import run as start
from tempfile import TemporaryDirectory

from firmware.workshop import command
from firmware.workshop.command import Failed, Refused
from firmware.workshop.manifest import ROOT, imports_of, read_manifest

FOLDER = ROOT / "build" / "typings"
GROUP = "board-stubs"
# What the stubs themselves import.
SHED = "_mpy_shed"
# As in pyproject.toml for these rooms. The stubs are believed, not checked: they have errors of
# their own.
CONFIG = """\
[mypy]
strict = True
explicit_package_bases = True
mypy_path = {stubs}
cache_dir = {cache}
disallow_untyped_defs = False
disallow_incomplete_defs = False
disallow_untyped_calls = False
disallow_any_generics = False
warn_return_any = False
follow_imports = silent

[mypy-{silenced}]
ignore_errors = True
"""


def installed(folder: Path = FOLDER) -> Path:
    """The folder of all stubs, in the versions of this project; fetched once for each. Raises
    ``Refused``, ``Failed``.
    """
    wanted = _uv("export", "--only-group", GROUP, "--no-hashes", "--no-header")
    place = folder / hashlib.sha256(wanted.encode()).hexdigest()[:16]
    if place.is_dir():
        return place
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder) as temporary:
        requirements = Path(temporary, "requirements.txt")
        requirements.write_text(wanted, encoding="utf-8")
        fresh = Path(temporary, "stubs")
        _uv("pip", "install", "--target", str(fresh), "--requirements", str(requirements))
        # Who else fetched them meanwhile fetched the same.
        if not place.is_dir():
            fresh.rename(place)
    return place


def on_board() -> list[Path]:
    """The files of a board that import what only a board has."""
    return [entry.source for entry in read_manifest() if board_modules([entry.source])]


def board_modules(files: Iterable[Path]) -> set[str]:
    """The modules that these files import and that neither Python nor the firmware has."""
    imported = {
        name.partition(".")[0] for file in files for name in imports_of(file, conditional=True)
    }
    return imported - set(sys.stdlib_module_names) - {"firmware"}


def check(files: Sequence[Path], folder: Path = FOLDER) -> list[str]:
    """What is wrong in these files, a line each; nothing if all is well. Raises ``Refused``,
    ``Failed``.
    """
    stubs = installed(folder)
    modules = sorted(board_modules(files))
    with TemporaryDirectory(dir=folder) as temporary:
        picked = Path(temporary, "picked")
        _pick(stubs, [*modules, SHED], picked)
        config = Path(temporary, "mypy.ini")
        silenced = ",".join([*modules, SHED, f"{SHED}.*"])
        config.write_text(
            CONFIG.format(stubs=picked, cache=stubs / "cache", silenced=silenced), encoding="utf-8"
        )
        return _mypy(config, files)


def _pick(stubs: Path, names: Iterable[str], place: Path) -> None:
    place.mkdir()
    for name in names:
        if (stubs / name).is_dir():
            shutil.copytree(stubs / name, place / name)
        elif (stubs / f"{name}.pyi").is_file():
            shutil.copy(stubs / f"{name}.pyi", place)
        else:
            raise Failed(f"there is no stub of {name}; is it a module of a board?")


def _mypy(config: Path, files: Iterable[Path]) -> list[str]:
    done = start(
        [
            *(sys.executable, "-m", "mypy", "--config-file", str(config), "--no-error-summary"),
            *map(str, files),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.stderr:
        raise Failed(f"mypy cannot check: {done.stderr.strip()}")
    return done.stdout.splitlines()


def _uv(*words: str) -> str:
    """What uv says to these words. Raises ``Refused``, ``Failed``."""
    uv = shutil.which("uv")
    if uv is None:
        raise Refused("uv is not installed; the stubs are fetched with it")
    done = start([uv, "--quiet", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"uv cannot {words[0]}: {done.stderr.strip()}")
    return done.stdout


def _execute(asked: Namespace) -> None:
    files = on_board()
    for line in (wrong := check(files)):
        print(line)
    if wrong:
        raise Failed("that is not what an ESP32 has")
    print(f"{len(files)} files use what an ESP32 has")


def main(arguments: Sequence[str] | None = None) -> int:
    """Check, print what is wrong, and return the exit code."""
    parser = command.command_line("types", "Check what touches the board's own modules.")
    return command.run(parser, _execute, arguments)


if __name__ == "__main__":
    sys.exit(main())
