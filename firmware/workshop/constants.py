"""Which names of a program are constants, what they are worth, and which of them nobody needs.

Here: reading modules that run together. Nothing is certain of a name that its file binds in a
second place, whichever that is: an argument, a loop, another scope. Not here: what follows for
their text (``compact.py``).
"""

import ast
import operator
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

Value = object
"""``int``, ``bool``, ``str``, ``bytes``, ``None``, or a tuple of these."""
Place = tuple[str, str]
"""A name in a module: ("firmware.logic.clock", "MINUTE_MS")."""

CONSTANT = re.compile(r"[A-Z][A-Z0-9_]*")
# Of a longer text or a larger number MicroPython makes an object, one for each file that says it.
TEXT_LEN_MAX = 9
WHOLE_MAX = 1 << 29
SIGNS: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.LShift: operator.lshift,
}


class NotConstantError(Exception):
    """Before the program runs nobody knows what this is."""


class Module:
    """The text of one module, and what is certain of its names.

    ``definitions`` and ``imports`` hold names whose one binding stands alone on its lines at the
    top level. Nothing is certain in a ``fixed`` module, whose text stays.
    """

    def __init__(self, name: str, text: str, *, is_fixed: bool = False) -> None:
        """Read it; raise ``SyntaxError``."""
        self.name = name
        self.text = text
        self.tree = ast.parse(text)
        self.lines = text.encode().split(b"\n")
        self.definitions: dict[str, ast.expr] = {}
        self.imports: dict[str, Place] = {}
        if not is_fixed:
            self._find_certain()

    def _find_certain(self) -> None:
        bound = Counter(_bound(self.tree))
        for statement in self.tree.body:
            if self._stands_alone(statement):
                self.imports |= {
                    name: place for name, place in imported(statement) if bound[name] == 1
                }
                name, value = _defined(statement)
                if value is not None and bound[name] == 1:
                    self.definitions[name] = value

    def _stands_alone(self, statement: ast.stmt) -> bool:
        """Whether nothing but a comment shares its lines."""
        rest = self.lines[(statement.end_lineno or 0) - 1][statement.end_col_offset or 0 :].strip()
        return statement.col_offset == 0 and (not rest or rest.startswith(b"#"))


def imported(node: ast.AST) -> Iterator[tuple[str, Place]]:
    """The names that a ``from ... import`` binds, and to what."""
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        for alias in node.names:
            yield alias.asname or alias.name, (node.module, alias.name)


def _defined(statement: ast.stmt) -> tuple[str, ast.expr | None]:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if CONSTANT.fullmatch(name):
            return name, value
        case ast.AnnAssign(target=ast.Name(id=name), value=value) if CONSTANT.fullmatch(name):
            return name, value
    return "", None


def _bound(tree: ast.AST) -> Iterator[str]:
    """Every name that is bound, in whatever scope, as often as it is."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.alias(name=name, asname=known_as):
                yield known_as or name.partition(".")[0]
            case ast.arg(arg=name) | ast.ExceptHandler(name=str(name)):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name):
                yield name


def _written(tree: ast.AST) -> Iterator[str]:
    """The attributes that are given a value; of whatever but ``self``, which may be a module."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="self")):
                pass
            case ast.Attribute(attr=name, ctx=ast.Store() | ast.Del()):
                yield name


class Program:
    """Modules that run together. ``inlined`` are the places whose value stands for them wherever
    they are used; ``idle`` those of them that nobody needs any more. ``imported`` are all places
    that anybody imports.
    """

    def __init__(self, modules: Iterable[Module]) -> None:
        """Find out."""
        self.modules = {module.name: module for module in modules}
        self.written = {name for module in self.modules.values() for name in _written(module.tree)}
        self.imported = {
            place
            for module in self.modules.values()
            for node in ast.walk(module.tree)
            for _, place in imported(node)
        }
        self.known: dict[Place, Value] = {}
        for module in self.modules.values():
            for name in [*module.definitions, *module.imports]:
                self._learn((module.name, name))
        self.inlined = set(self.known) - self._repeated()
        self.idle = self.inlined - self._held()

    def place(self, module: Module, node: ast.AST) -> Place | None:
        """Where a name, or one of an imported module, is bound, if that is certain."""
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                return module.name, name
            case ast.Attribute(value=ast.Name(id=name), attr=attribute, ctx=ast.Load()):
                if name in module.imports:
                    return ".".join(module.imports[name]), attribute
        return None

    def uses(self) -> Iterator[tuple[Module, ast.AST, Place]]:
        """Wherever a constant is used."""
        for module in self.modules.values():
            for node in ast.walk(module.tree):
                place = self.place(module, node)
                if place in self.known:
                    yield module, node, place

    def _learn(self, place: Place) -> None:
        with suppress(NotConstantError):
            self.known[place] = self._value_at(place, ())

    def _value_at(self, place: Place, asked: tuple[Place, ...]) -> Value:
        module = self.modules.get(place[0])
        if module is None or place in asked or place[1] in self.written:
            raise NotConstantError
        if place[1] in module.definitions:
            return self._value(module, module.definitions[place[1]], (*asked, place))
        if place[1] in module.imports:
            return self._value_at(module.imports[place[1]], (*asked, place))
        raise NotConstantError

    def _value(self, module: Module, node: ast.expr, asked: tuple[Place, ...]) -> Value:
        match node:
            case ast.Constant(value=int() | str() | bytes() | None as value):
                return value
            case ast.Tuple(elts=items):
                return tuple([self._value(module, item, asked) for item in items])
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -_whole(self._value(module, operand, asked))
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in SIGNS:
                both = [_whole(self._value(module, side, asked)) for side in (left, right)]
                return SIGNS[type(sign)](*both)
        place = self.place(module, node)
        if place is None:
            raise NotConstantError
        return self._value_at(place, asked)

    def _origin(self, place: Place) -> Place:
        """Where a constant is defined that may have come by imports."""
        came_from = self._came_from(place)
        return place if came_from is None else self._origin(came_from)

    def _came_from(self, place: Place) -> Place | None:
        module = self.modules.get(place[0])
        return module.imports.get(place[1]) if module else None

    def _repeated(self) -> set[Place]:
        """Constants that are objects, and would be more objects than one."""
        times = Counter(self._origin(place) for _, _, place in self.uses())
        return {
            place
            for place, value in self.known.items()
            if is_object(value) and times[self._origin(place)] > 1
        }

    def _held(self) -> set[Place]:
        """What somebody goes on asking for by its name, and where he has it from."""
        held = {*self._asked_uncertainly(), *self._in_f_strings()}
        todo = list(held)
        while todo:
            came_from = self._came_from(todo.pop())
            if came_from is not None and came_from not in held:
                held.add(came_from)
                todo.append(came_from)
        return held

    def _in_f_strings(self) -> Iterator[Place]:
        for module in self.modules.values():
            for node in within_f_strings(module.tree):
                place = self.place(module, node)
                if place is not None:
                    yield place

    def _asked_uncertainly(self) -> Iterator[Place]:
        for module in self.modules.values():
            strange: dict[str, set[str]] = {}
            for node in ast.walk(module.tree):
                for name, place in imported(node):
                    if module.imports.get(name) != place:
                        yield place
                        strange.setdefault(name, set()).add(".".join(place))
                if isinstance(node, ast.Import):
                    yield from self._all_of(alias.name for alias in node.names)
            for node in ast.walk(module.tree):
                match node:
                    case ast.Attribute(value=ast.Name(id=name), attr=attribute):
                        yield from ((other, attribute) for other in strange.get(name, ()))

    def _all_of(self, modules: Iterable[str]) -> Iterator[Place]:
        for module in modules:
            yield from (place for place in self.known if place[0] == module)


def within_f_strings(tree: ast.AST) -> Iterator[ast.AST]:
    """What stands in f-strings, whose places in the text not every Python tells."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield from ast.walk(node)


def is_object(value: Value) -> bool:
    """Whether a value takes memory of its own wherever it is written."""
    if isinstance(value, int):
        return abs(value) >= WHOLE_MAX
    if isinstance(value, str):
        return len(value) > TEXT_LEN_MAX
    return value is not None


def _whole(value: Value) -> int:
    if not isinstance(value, int):
        raise NotConstantError
    return value
