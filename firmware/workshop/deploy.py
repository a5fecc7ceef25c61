"""``task firmware:deploy``: build, and put onto a board what differs from what it holds.

Files are copied beside the old ones first, into a folder of their own; only when all have arrived
whole do they change places, main.py last. A cable that is pulled while they are copied leaves the
old pet untouched, and what had arrived need not be copied again.

Not here: settings (``config.py``), MicroPython itself (``flash.py``).
"""

import hashlib
import json
import re
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.progress import Progress

from firmware.workshop import cable, command, on_board
from firmware.workshop.build import OUT, build
from firmware.workshop.command import Failed, Refused

NEXT = "/next"
"""The folder on the board in which new files wait."""
# What is ours on a board, and what would be found before ours.
ROOTS = ("/lib/firmware", "/firmware", "/main.py", NEXT)
# The last is the pretend board.
PLATFORMS = {"esp32", "linux"}
# The format of compiled files that mpy-cross writes here; since MicroPython 1.20.
MPY = 6
# What a file system keeps for itself, in its blocks.
SPARE_BLOCKS = 4


@dataclass(frozen=True, slots=True)
class Found:
    """What a board holds: sums by path, and its file system's room in bytes."""

    files: Mapping[str, str]
    free: int
    block: int
    platform: str
    machine: str
    version: str
    mpy: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, as paths on the board. ``changed`` is in the order of changing places,
    ``arrived`` are those of it that an earlier deploy has copied already.
    """

    changed: tuple[str, ...]
    arrived: tuple[str, ...]
    kept: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def copied(self) -> tuple[str, ...]:
        """What must still be copied."""
        return tuple(path for path in self.changed if path not in self.arrived)


def look(port: str) -> Found:
    """Ask a board what it holds; it stands still afterwards until it is reset. Raises ``Refused``,
    ``Failed``.
    """
    said = cable.call(port, "exec", on_board.LOOK.format(roots=ROOTS))
    try:
        found = Found(**json.loads(said.strip().splitlines()[-1]))
    except (ValueError, TypeError, IndexError) as error:
        raise Failed(f"the board at {port} answers what no MicroPython does: {said!r}") from error
    _require_fitting(found)
    return found


def _require_fitting(found: Found) -> None:
    if found.platform not in PLATFORMS:
        raise Refused(f"this board is a {found.machine}; the pet runs on ESP32 and ESP32-S3")
    if found.mpy != MPY:
        raise Refused(
            f"MicroPython {found.version} on the board cannot read what is built here; flash 1.23 "
            "or newer (task firmware:flash)"
        )


def plan(wanted: Mapping[str, str], found: Mapping[str, str]) -> Plan:
    """Compare the sums of a build with those of a board."""
    changed = [path for path in wanted if found.get(path) != wanted[path]]
    waiting = {path: found.get(NEXT + path) for path in changed}
    return Plan(
        tuple(sorted(changed, key=lambda path: (path == "/main.py", path))),
        tuple(sorted(path for path in changed if waiting[path] == wanted[path])),
        tuple(sorted(path for path in wanted if path not in changed)),
        tuple(sorted(path for path in found if path not in wanted and not _waits(path))),
    )


def _waits(path: str) -> bool:
    return path.startswith(NEXT + "/")


def sums(folder: Path) -> dict[str, str]:
    """The sums of a build's files, by their paths on the board."""
    return {
        f"/{path.relative_to(folder).as_posix()}": hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def require_room(folder: Path, planned: Plan, found: Found) -> None:
    """Raise ``Refused`` if the files to copy do not fit beside the old ones."""
    sizes = [(folder / path.removeprefix("/")).stat().st_size for path in planned.copied]
    needed = sum(-(-size // found.block) for size in sizes) * found.block
    needed += SPARE_BLOCKS * found.block if sizes else 0
    if needed > found.free:
        raise Refused(
            f"the board has {found.free:,} bytes free and {needed:,} are needed; remove files of "
            "your own from it (python -m mpremote connect PORT fs ls), or flash it anew"
        )


def steps(
    folder: Path, wanted: Mapping[str, str], planned: Plan, found: Iterable[str]
) -> list[str]:
    """What mpremote is told, in its words: copy, change places, remove, reset."""
    moves = [(NEXT + path, path, wanted[path]) for path in planned.changed]
    removed = [*planned.removed, *_forgotten(planned, found)]
    places = [path for old, new, _ in moves for path in (old, new)]
    told = ["exec", on_board.MAKE_FOLDERS.format(folders=folders_of(places))]
    for path in planned.copied:
        told += ["+", "exec", on_board.GIVE_TIME]
        told += ["+", "fs", "cp", str(folder / path.removeprefix("/")), f":{NEXT}{path}"]
    emptied = (*ROOTS[:2], NEXT)
    switch = on_board.SWITCH.format(moves=moves, removed=removed, emptied=emptied)
    forget = on_board.FORGET.format(paths=(on_board.BOOTS,))
    return [*told, "+", "exec", switch, "+", "exec", forget, "+", "reset"]


def _forgotten(planned: Plan, found: Iterable[str]) -> list[str]:
    """What waits on the board since an earlier deploy and is not wanted any more."""
    waiting = {NEXT + path for path in planned.changed}
    return sorted(path for path in found if _waits(path) and path not in waiting)


def folders_of(paths: Iterable[str]) -> list[str]:
    """The folders that these files stand in, each after the one it stands in."""
    folders = {path[: end.start()] for path in paths for end in re.finditer("/", path)}
    return sorted(folders - {""})


def deploy(port: str, folder: Path, seen: Callable[[int, int], None] | None = None) -> Plan:
    """Make the board at ``port`` hold the build in ``folder``, and start it. ``seen`` hears how
    many files are copied, and of how many. Raises ``Refused``, ``Failed``.
    """
    wanted, found = sums(folder), look(port)
    planned = plan(wanted, found.files)
    if not planned.changed and not planned.removed:
        cable.call(port, "reset")
        return planned
    require_room(folder, planned, found)

    def heard(printed: str) -> None:
        copied = sum(line.startswith("cp ") for line in printed.splitlines())
        if seen:
            seen(copied, len(planned.copied))

    cable.call(port, *steps(folder, wanted, planned, found.files), seen=heard)
    return planned


def told(planned: Plan) -> list[str]:
    """What was done, in lines."""
    if not planned.changed and not planned.removed:
        return [f"nothing changed, {len(planned.kept)} files"]
    lines = [f"copied   {path}" for path in planned.changed]
    lines += [f"removed  {path}" for path in planned.removed]
    return [*lines, f"kept     {len(planned.kept)} files"]


def _execute(asked: Namespace) -> None:
    console = command.console()
    build(asked.out)
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("copying", total=None)
        planned = deploy(
            asked.port,
            asked.out,
            lambda done, of: progress.update(task, completed=done, total=of),
        )
    for line in told(planned):
        console.print(line, markup=False)
    console.print("the board starts anew")


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, deploy, say what was done, and return the exit code."""
    parser = command.command_line("deploy", "Put the pet on a board, only what has changed.")
    parser.add_argument("--port", required=True, help="such as /dev/ttyUSB0")
    parser.add_argument("--out", type=Path, default=OUT, metavar="FOLDER", help="where it is built")
    return command.run(parser, _execute, arguments)


if __name__ == "__main__":
    sys.exit(main())
