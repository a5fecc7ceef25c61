"""What a pet costs: how fast its day passes in virtual time, how large it is, what of a heap it
needs. The VM is one of 64-bit words: a board of 32-bit words needs about 0.65 of these bytes.
"""

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from firmware.workshop.build import Built, build
from tests.bench.figures import Aim, Figure, Report
from tests.bench.rounds import Rounds
from tests.firmware.vm import ROOT, micropython

_HOURS = 12
_ROUNDS = 2
_DAY, _HEAP = "firmware.hal.virtual.day", "firmware.hal.virtual.heap"
_AMPLE_KB = 384
_BLOCK_BYTES = 32  # of the heap of a VM of 64-bit words
_KB = 1_024
_SPEED = Aim(5_000, is_floor=True)
_SMALLEST = Aim(176)


def firmware() -> Report:
    """Speed from source on both VMs, sizes and heap of compiled files."""
    speeds = _speeds()
    with TemporaryDirectory() as folder:
        board = build(Path(folder) / "board")
        compiled = Path(folder) / "virtual"
        build(compiled, also=[_DAY, _HEAP])
        figures = [*_speed_figures(speeds), _size(board), *_heap_figures(compiled)]
        return Report(figures, [*_sizes(board), *_parts(compiled)])


def _speeds() -> Rounds:
    """Simulated seconds a second, each side a process of its own."""
    sides = {
        "CPython": [sys.executable, "-m", _DAY, f"{_HOURS}"],
        "CPython, drawn": [sys.executable, "-m", _DAY, "drawn", f"{_HOURS}"],
        "MicroPython": [*_vm(_AMPLE_KB), _DAY, f"{_HOURS}"],
        "MicroPython, drawn": [*_vm(_AMPLE_KB), _DAY, "drawn", f"{_HOURS}"],
    }
    speeds: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(_ROUNDS):
        for name, command in sides.items():
            began = perf_counter()
            subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
            speeds[name].append(_HOURS * 3_600 / (perf_counter() - began))
    return Rounds(speeds)


def _speed_figures(speeds: Rounds) -> Iterator[Figure]:
    for name in ("CPython", "CPython, drawn", "MicroPython", "MicroPython, drawn"):
        speed = speeds.median(name)
        yield Figure(
            f"virtual time / real time, {name}",
            speed,
            f"half a day in {_HOURS * 3_600 / speed:.1f} s",
            _SPEED if name == "MicroPython, drawn" else None,
            spread=speeds.spread(name),
        )
    for side in ("CPython", "MicroPython"):
        yield speeds.ratio(
            f"a day without drawing / with, {side}", side, f"{side}, drawn", "speed", None
        )
    yield speeds.ratio("CPython / MicroPython, not drawn", "CPython", "MicroPython", "speed", None)


def _size(board: Sequence[Built]) -> Figure:
    kilobytes = sum(file.bytes for file in board) / _KB
    return Figure("compiled files of a board", kilobytes, f"{len(board)} files", unit="KB")


def _sizes(board: Sequence[Built]) -> Iterator[str]:
    """The rooms of the firmware, largest first."""
    rooms: dict[str, int] = {}
    for file in board:
        room = "/".join(file.target.parts[1:-1]) or "main.py"
        rooms[room] = rooms.get(room, 0) + file.bytes
    for room, size in sorted(rooms.items(), key=lambda item: -item[1]):
        yield f"{room}: {size:,} bytes"


def _heap_figures(compiled: Path) -> Iterator[Figure]:
    said = _said(compiled)
    (live,) = re.findall(r"^all: (\d+)", said, re.MULTILINE)
    (free,) = re.findall(r"max free sz: (\d+)", said)
    yield Figure("heap that lives after an hour", int(live) / _KB, "", unit="KB")
    largest_kb = int(free) * _BLOCK_BYTES / _KB
    yield Figure(f"largest free piece of {_AMPLE_KB} KB then", largest_kb, "", unit="KB")
    smallest = _smallest_kb(compiled)
    yield Figure("smallest heap for a day drawn", smallest, "", _SMALLEST, unit="KB")


def _parts(compiled: Path) -> Iterator[str]:
    """What of the heap lives for what, the virtual world being the measure's own."""
    parts: dict[str, int] = {}
    for part, size in re.findall(r"^([a-z ]+): (\d+)$", _said(compiled), re.MULTILINE):
        parts[part] = parts.get(part, 0) + int(size)
    yield ", ".join(f"{part} {size / _KB:.1f} KB" for part, size in parts.items())


def _said(compiled: Path) -> str:
    command = [*_vm(_AMPLE_KB), _HEAP]
    return subprocess.run(
        command, cwd=compiled, env=_path(compiled), check=True, capture_output=True, text=True
    ).stdout


def _smallest_kb(compiled: Path) -> int:
    """To 4 KB."""
    too_small, enough = 64, _AMPLE_KB
    while enough - too_small > 4:
        middle = (too_small + enough) // 2
        if _fits(compiled, middle):
            enough = middle
        else:
            too_small = middle
    return enough


def _fits(compiled: Path, heap_kb: int) -> bool:
    done = subprocess.run(
        [*_vm(heap_kb), _DAY, "drawn", "frugal"],
        cwd=compiled,
        env=_path(compiled),
        check=False,
        capture_output=True,
        text=True,
    )
    return done.returncode == 0 and "stumbled" not in done.stdout


def _vm(heap_kb: int) -> list[str]:
    return [micropython(), "-X", f"heapsize={heap_kb}k", "-m"]


def _path(compiled: Path) -> dict[str, str]:
    return {"MICROPYPATH": f"{compiled}/lib"}
