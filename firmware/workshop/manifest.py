"""Which files go onto a board: reads ``firmware/manifest.py``, written as MicroPython's manifests.

Here: the two functions that such a file may call, and which files a file imports. Not here:
compiling them (``build.py``).
"""

import ast
import runpy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from firmware.workshop.command import Refused

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = ROOT / "firmware" / "manifest.py"


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """A file of ours, and where it stands on a board if it stays source."""

    target: PurePosixPath
    source: Path


class _Reader:
    """What a manifest calls."""

    def __init__(self, manifest: Path) -> None:
        self.folder = manifest.parent
        self.entries: set[Entry] = set()

    def package(
        self, package_path: str, files: Iterable[str] | None = None, base_path: str = "."
    ) -> None:
        """All files of a package, or those named, relative to it."""
        base = (self.folder / base_path).resolve()
        folder = base / package_path
        found = sorted(folder.rglob("*.py")) if files is None else [folder / name for name in files]
        for source in found:
            self._add(PurePosixPath("lib", source.relative_to(base).as_posix()), source)

    def module(self, module_path: str, base_path: str = ".") -> None:
        """One file. ``main.py`` and ``boot.py`` stand where MicroPython looks for them."""
        folder = "" if module_path in {"main.py", "boot.py"} else "lib"
        self._add(
            PurePosixPath(folder, module_path), (self.folder / base_path).resolve() / module_path
        )

    def _add(self, target: PurePosixPath, source: Path) -> None:
        if not source.is_file():
            raise Refused(
                f"the manifest names {source}, which is not there; correct the manifest or the file"
            )
        self.entries.add(Entry(target, source))


def read_manifest(manifest: Path = MANIFEST) -> list[Entry]:
    """The files that a manifest names, in the order of their places. Raises ``Refused``."""
    reader = _Reader(manifest)
    if not manifest.is_file():
        raise Refused(f"there is no manifest {manifest}")
    words = {"package": reader.package, "module": reader.module}
    try:
        runpy.run_path(str(manifest), init_globals=words)
    except (NameError, TypeError, SyntaxError) as error:
        known = ", ".join(f"{word}()" for word in sorted(words))
        raise Refused(f"{manifest}: {error}; a manifest may call {known}") from error
    return sorted(reader.entries)


def with_imports(entries: Iterable[Entry], modules: Iterable[str] = ()) -> list[Entry]:
    """These files, these modules, and all of the firmware that any of them imports, wherever in
    the file. Raises ``Refused``.
    """
    known = {entry.target: entry for entry in entries}
    todo = [entry_of(module) for module in _ours(modules)]
    while todo:
        entry = todo.pop()
        if entry.target in known:
            continue
        known[entry.target] = entry
        todo += [entry_of(name) for name in _ours(imports_of(entry.source, conditional=True))]
    return sorted(known.values())


def _ours(modules: Iterable[str]) -> set[str]:
    """Of these modules those of the firmware, and the packages that they stand in."""
    ours = {module for module in modules if module.partition(".")[0] == "firmware"}
    return ours | {
        module.rsplit(".", depth)[0] for module in ours for depth in range(module.count(".") + 1)
    }


def entry_of(module: str) -> Entry:
    """The file of a module of the firmware, named as it is imported. Raises ``Refused``."""
    path = ROOT.joinpath(*module.split("."))
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    if not source.is_file():
        raise Refused(f"there is no module {module}")
    return Entry(PurePosixPath("lib", source.relative_to(ROOT).as_posix()), source)


def missing(entries: Iterable[Entry]) -> list[str]:
    """What these files import in any case and the manifest does not name, in sentences."""
    listed = list(entries)
    there = {entry.source for entry in listed}
    return [
        f"{entry.source.relative_to(ROOT)} imports {name}"
        for entry in listed
        if entry.source.is_relative_to(ROOT)
        for name in imports_of(entry.source)
        if name.startswith("firmware.") and entry_of(name).source not in there
    ]


def imports_of(source: Path, *, conditional: bool = False) -> list[str]:
    """The modules that a file imports; with ``conditional`` also what it imports only on some
    hosts, in an ``except`` or an ``if``.
    """
    tree = ast.parse(source.read_text(encoding="utf-8"))
    return sorted({name for node in _nodes(tree, conditional) for name in _names(node)})


def _nodes(node: ast.AST, conditional: bool) -> Iterator[ast.AST]:
    yield node
    skipped: list[ast.AST] = []
    if isinstance(node, ast.Try) and not conditional:
        skipped = [*node.handlers]
    if isinstance(node, ast.If) and not conditional:
        skipped = [*node.body, *node.orelse]
    for child in ast.iter_child_nodes(node):
        if child not in skipped:
            yield from _nodes(child, conditional)


def _names(node: ast.AST) -> Iterator[str]:
    """The modules of one statement; ``from package import module`` names the module."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module
        inside = ROOT.joinpath(*node.module.split("."))
        for alias in node.names:
            if (inside / f"{alias.name}.py").is_file():
                yield f"{node.module}.{alias.name}"
