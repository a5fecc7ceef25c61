"""``task firmware:deploy``: build, and put onto a board what differs from what it holds.

Files are copied beside the old ones first, into a folder of their own; only when all have arrived
whole do they change places, main.py last. A cable that is pulled while they are copied leaves the
old pet untouched, and what had arrived need not be copied again.

What is not ours stays: only compiled files and sources of the pet's own package are removed, and a
``main.py`` of somebody else gets another name.

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
from firmware.workshop.build import OUT, build, first_line
from firmware.workshop.command import Refused

NEXT = "/petcore-next"
"""The folder on the board in which new files wait; all in it is ours."""
MAIN = "/main.py"
MAIN_OLD = "/main.py.old"
"""Where a board's ``main.py`` goes that is not ours."""
# The pet's package, and where another one of its name would be found before it.
OURS, SHADOW = "/lib/firmware", "/firmware"
ROOTS = (OURS, SHADOW, MAIN, MAIN_OLD, NEXT)
MODULES = (".py", ".mpy")
VERSION_MIN = (1, 28)
# The last is the pretend board.
PLATFORMS = {"esp32", "linux"}
# The format of compiled files that mpy-cross writes here; since MicroPython 1.20.
MPY = 6
# What a file system keeps for itself, in its blocks.
SPARE_BLOCKS = 4


@dataclass(frozen=True, slots=True)
class Found:
    """What a board holds: sums by path, its file system's room in bytes, and with which line its
    ``main.py`` begins.
    """

    files: Mapping[str, str]
    first_line: str
    free: int
    block: int
    platform: str
    machine: str
    version: str
    mpy: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, as paths on the board. ``changed`` is in the order of changing places,
    ``arrived`` are those of it that an earlier deploy has copied already, ``forgotten`` is what it
    copied and nobody wants any more; ``renamed`` is a sum, that of a ``main.py`` that is not ours.
    """

    changed: tuple[str, ...]
    arrived: tuple[str, ...]
    kept: tuple[str, ...]
    removed: tuple[str, ...]
    forgotten: tuple[str, ...] = ()
    renamed: str = ""

    @property
    def is_nothing(self) -> bool:
        """Whether the board holds all that it should already."""
        return not (self.changed or self.removed or self.forgotten)

    @property
    def copied(self) -> tuple[str, ...]:
        """What must still be copied."""
        return tuple(path for path in self.changed if path not in self.arrived)


def look(port: str) -> Found:
    """Ask a board what it holds; it stands still afterwards until it is reset. Raises ``Refused``,
    ``Failed``.
    """
    said = cable.call(
        port, "exec", on_board.LOOK.format(roots=ROOTS, line_bytes=on_board.LINE_BYTES)
    )
    try:
        found = Found(**json.loads(said.strip().splitlines()[-1]))
    except (ValueError, TypeError, IndexError) as error:
        raise cable.no_answer(port, said) from error
    _require_fitting(found)
    return found


def _require_fitting(found: Found) -> None:
    if found.platform not in PLATFORMS:
        raise Refused(f"this board is a {found.machine}; the pet runs on ESP32 and ESP32-S3")
    least = ".".join(map(str, VERSION_MIN))
    if _version(found.version) < VERSION_MIN:
        raise Refused(
            f"the board has MicroPython {found.version}, and the pet needs {least} or later; flash "
            "it (task firmware:flash)"
        )
    if found.mpy != MPY:
        raise Refused(
            f"MicroPython {found.version} on the board cannot read what is built here; flash one "
            f"from micropython.org, {least} or later (task firmware:flash)"
        )


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"[0-9]{1,9}", text))


def plan(wanted: Mapping[str, str], found: Mapping[str, str], *, is_ours: bool = True) -> Plan:
    """Compare the sums of a build with those of a board; ``is_ours`` is about its ``main.py``.
    Raises ``Refused`` if somebody else's file is in the way.
    """
    _require_way(wanted, found)
    changed = [path for path in wanted if found.get(path) != wanted[path]]
    waiting = {path: found.get(NEXT + path) for path in changed}
    stands_there = [path for path in found if _stands_in(NEXT, path)]
    return Plan(
        tuple(sorted(changed, key=lambda path: (path == MAIN, path))),
        tuple(sorted(path for path in changed if waiting[path] == wanted[path])),
        tuple(sorted(path for path in wanted if path not in changed)),
        tuple(sorted(path for path in found if path not in wanted and _goes(path, wanted))),
        tuple(sorted(path for path in stands_there if path[len(NEXT) :] not in waiting)),
        _renamed(changed, found, is_ours=is_ours),
    )


def _stands_in(folder: str, path: str) -> bool:
    return path.startswith(f"{folder}/")


def _goes(path: str, wanted: Iterable[str]) -> bool:
    """Whether an earlier build left it, or it would be found before a module of this one."""
    if not path.endswith(MODULES):
        return False
    return _stands_in(OURS, path) or _shadows(path, wanted)


def _shadows(path: str, wanted: Iterable[str]) -> bool:
    """Whether it is found before a module of the build that has the same name."""
    return f"/lib{path.rpartition('.')[0]}" in {each.rpartition(".")[0] for each in wanted}


def _require_way(wanted: Iterable[str], found: Iterable[str]) -> None:
    """The folder alone hides the pet, whatever stands in it. Raises ``Refused``."""
    for path in found:
        if _stands_in(SHADOW, path) and not (path.endswith(MODULES) and _shadows(path, wanted)):
            raise Refused(
                f"{path} on the board is not the pet's, and a folder {SHADOW} there hides the pet; "
                f"move it away (python -m mpremote connect PORT fs rm -r :{SHADOW})"
            )


def _renamed(changed: Iterable[str], found: Mapping[str, str], *, is_ours: bool) -> str:
    """The sum of the ``main.py`` that must get another name. Raises ``Refused``."""
    if is_ours or MAIN not in changed or MAIN not in found:
        return ""
    if MAIN_OLD in found:
        raise Refused(
            f"neither {MAIN} nor {MAIN_OLD} on the board is the pet's; move one away "
            f"(python -m mpremote connect PORT fs rm :{MAIN_OLD})"
        )
    return found[MAIN]


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


def steps(folder: Path, wanted: Mapping[str, str], planned: Plan) -> list[str]:
    """What mpremote is told, in its words: copy, change places, remove, reset."""
    moves = [(NEXT + path, path, wanted[path]) for path in planned.changed]
    if planned.renamed:
        moves.insert(-1, (MAIN, MAIN_OLD, planned.renamed))  # just before ours, which is the last
    removed = [*planned.removed, *planned.forgotten]
    places = [path for old, new, _ in moves for path in (old, new)]
    told = ["exec", on_board.MAKE_FOLDERS.format(folders=folders_of(places))]
    for path in planned.copied:
        told += ["+", "exec", on_board.GIVE_TIME]
        told += ["+", "fs", "cp", str(folder / path.removeprefix("/")), f":{NEXT}{path}"]
    emptied = (OURS, SHADOW, NEXT)
    switch = on_board.SWITCH.format(moves=moves, removed=removed, emptied=emptied)
    forget = on_board.FORGET.format(paths=(on_board.BOOTS,))
    return [*told, "+", "exec", switch, "+", "exec", forget, "+", *cable.RESET]


def folders_of(paths: Iterable[str]) -> list[str]:
    """The folders that these files stand in, each after the one it stands in."""
    folders = {path[: end.start()] for path in paths for end in re.finditer("/", path)}
    return sorted(folders - {""})


def deploy(port: str, folder: Path, seen: Callable[[int, int], None] | None = None) -> Plan:
    """Make the board at ``port`` hold the build in ``folder``, and start it. ``seen`` hears how
    many files are copied, and of how many. Raises ``Refused``, ``Failed``.
    """
    wanted, found = sums(folder), look(port)
    planned = plan(wanted, found.files, is_ours=_is_ours(folder, found))
    if planned.is_nothing:
        cable.call(port, *cable.RESET)
        return planned
    require_room(folder, planned, found)

    def heard(printed: str) -> None:
        copied = sum(line.startswith("cp ") for line in printed.splitlines())
        if seen:
            seen(copied, len(planned.copied))

    cable.call(port, *steps(folder, wanted, planned), seen=heard)
    return planned


def _is_ours(folder: Path, found: Found) -> bool:
    """Whether the ``main.py`` there begins as that of the build: an earlier deploy put it there."""
    main = folder / MAIN.removeprefix("/")
    return main.is_file() and found.first_line == first_line(main)


def told(planned: Plan) -> list[str]:
    """What was done, in lines."""
    if planned.is_nothing:
        return [f"nothing changed, {len(planned.kept)} files"]
    lines = [f"copied   {path}" for path in planned.changed]
    lines += [f"removed  {path}" for path in planned.removed]
    lines += [f"forgot   {path}" for path in planned.forgotten]
    if planned.renamed:
        lines.append(f"renamed  {MAIN}, which was not the pet's, to {MAIN_OLD}")
    return [*lines, f"kept     {len(planned.kept)} files"]


def _execute(asked: Namespace) -> None:
    cable.require_usable(asked.port)  # before the seconds that a build takes
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
