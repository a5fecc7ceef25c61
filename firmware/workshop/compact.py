"""What a build leaves out of the sources, so that a board has more memory: the names of constants.

On a board a constant of a module is an entry of a dictionary and a name in memory, and one entry
more in every module that imports it. Here its value comes to stand wherever it is used, and its
definition and its imports go. Methods that only refuse (``raise NotImplementedError``), which tell
people what a subclass must answer, go as well.

It is done by replacing text where it stands: every line keeps its number, so that a traceback stays
true. In doubt a name stays (``constants.py``). What ``getattr`` or ``globals()`` ask a module for
is not seen. Not here: compiling (``build.py``).
"""

import ast
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from firmware.workshop.constants import Module, Place, Program, Value, imported, within_f_strings


class _Edit(NamedTuple):
    """The bytes from ``start`` to ``end`` of a text become others."""

    start: int
    end: int
    bytes: bytes


def compacted(texts: Mapping[str, str], fixed: Mapping[str, str]) -> dict[str, str]:
    """The modules ``texts``, by their dotted names, smaller. They and the ``fixed`` ones are all
    that will ask them for anything.
    """
    modules = [Module(name, text) for name, text in texts.items()]
    beside = [Module(name, text, is_fixed=True) for name, text in fixed.items()]
    program = Program([*modules, *beside])
    return {module.name: _Shortening(program, module).text() for module in modules}


class _Shortening:
    """One module becoming smaller."""

    def __init__(self, program: Program, module: Module) -> None:
        self.program = program
        self.module = module
        self.untouchable = {id(node) for node in within_f_strings(module.tree)}
        self.starts = [0]
        for line in module.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)

    def text(self) -> str:
        """What remains."""
        data = self.module.text.encode()
        for edit in sorted(self._edits(), reverse=True):
            lines = data[edit.start : edit.end].count(b"\n")
            data = data[: edit.start] + edit.bytes + b"\n" * lines + data[edit.end :]
        return data.decode()

    def _edits(self) -> Iterator[_Edit]:
        values = [*self._values()]
        gone = [*self._definitions(), *self._imports(values), *self._refusals()]
        yield from gone
        for node, value in values:
            edit = self._edit(node, written(value))
            if not any(other.start <= edit.start < other.end for other in gone):
                yield edit

    def _edit(self, node: ast.expr | ast.stmt, text: str = "") -> _Edit:
        start = self.starts[node.lineno - 1] + node.col_offset
        end = self.starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        return _Edit(start, end, text.encode())

    def _values(self) -> Iterator[tuple[ast.expr, Value]]:
        """Uses of constants, and what is to stand there instead."""
        for node in ast.walk(self.module.tree):
            if isinstance(node, ast.Name | ast.Attribute) and id(node) not in self.untouchable:
                place = self.program.place(self.module, node)
                if place in self.program.inlined:
                    yield node, self.program.known[place]

    def _definitions(self) -> Iterator[_Edit]:
        for statement in self.module.tree.body:
            match statement:
                case (
                    ast.Assign(targets=[ast.Name(id=name)])
                    | ast.AnnAssign(target=ast.Name(id=name))
                ) if (self.module.name, name) in self.program.idle:
                    yield self._edit(statement)

    def _imports(self, values: list[tuple[ast.expr, Value]]) -> Iterator[_Edit]:
        """The imports without what nobody needs, a module of which only constants were used
        included.
        """
        spared = {id(node.value) for node, _ in values if isinstance(node, ast.Attribute)}
        named = {
            node.id
            for node in ast.walk(self.module.tree)
            if isinstance(node, ast.Name) and id(node) not in spared
        }
        for statement in self.module.tree.body:
            names = dict(imported(statement))
            kept = [name for name, place in names.items() if self._is_kept(name, place, named)]
            if len(kept) < len(names):
                yield self._edit(statement, _import(names, kept))

    def _is_kept(self, name: str, place: Place, named: set[str]) -> bool:
        here = (self.module.name, name)
        if ".".join(place) in self.program.modules:
            return name in named or here in self.program.imported
        return here not in self.program.idle

    def _refusals(self) -> Iterator[_Edit]:
        for node in ast.walk(self.module.tree):
            if isinstance(node, ast.ClassDef):
                refusals = [method for method in node.body if _only_refuses(method)]
                is_all = len(refusals) == len(node.body)
                for method in refusals:
                    yield self._edit(method, "pass" if is_all and method is refusals[0] else "")


def _only_refuses(statement: ast.stmt) -> bool:
    match statement:
        case (
            ast.FunctionDef(
                body=[ast.Raise(exc=ast.Name(id="NotImplementedError"))], decorator_list=[]
            )
            | ast.AsyncFunctionDef(
                body=[ast.Raise(exc=ast.Name(id="NotImplementedError"))], decorator_list=[]
            )
        ):
            return True
    return False


def _import(names: dict[str, Place], kept: list[str]) -> str:
    """The statement that imports what is left; "" for nothing."""
    words = [_as(name, names[name][1]) for name in kept]
    return f"from {names[kept[0]][0]} import {', '.join(words)}" if kept else ""


def _as(name: str, original: str) -> str:
    return name if name == original else f"{original} as {name}"


def written(value: Value) -> str:
    """A value as it may stand anywhere in an expression."""
    return (
        f"({value!r})"
        if isinstance(value, int) and not isinstance(value, bool) and value < 0
        else repr(value)
    )
