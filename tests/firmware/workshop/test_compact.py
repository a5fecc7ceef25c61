"""What a build may leave out: names of constants that nobody asks for, and nothing else."""

import ast
import re
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from firmware.workshop.compact import compacted
from firmware.workshop.manifest import ROOT

ROOMS = ("logic", "drawing", "hal")


Words = dict[str, object]


def small(a: str, b: str = "", main: str = "") -> str:
    """The module ``a`` beside a module ``b`` and a fixed one, smaller."""
    return compacted({"a": a, "b": b}, {"main": main})["a"]


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str]], Words]:
    """Run the module ``b``, which imports from ``a``; give what its names stand for."""

    def ran(texts: dict[str, str]) -> Words:
        for name, text in texts.items():
            (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        a = runpy.run_path(str(tmp_path / "a.py"))
        module = ModuleType("a")
        module.__dict__.update(a)
        monkeypatch.setitem(sys.modules, "a", module)
        return runpy.run_path(str(tmp_path / "b.py"))

    return ran


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("N = 3\nx = N + N\n", "\nx = 3 + 3\n"),
        ("N: int = 3\nx = N\n", "\nx = 3\n"),
        ("N = 3  # why\nx = N\n", "  # why\nx = 3\n"),
        ("N = -3\nx = N ** 2\n", "\nx = (-3) ** 2\n"),
        ("N = None\nx = N\n", "\nx = None\n"),
        ("N = 2 * 3 + (1 << 4)\nx = N\n", "\nx = 22\n"),
        ("M = 60\nH = 60 * M\nx = H\n", "\n\nx = 3600\n"),
        ("N = 'it'\nx = {'N': N}\n", "\nx = {'N': 'it'}\n"),
        ("N = (\n    1,\n    'é',\n)\nx = N\n", "\n\n\n\nx = (1, 'é')\n"),
        ("x = 'é', N\nN = 3\n", "x = 'é', 3\n\n"),
        ("N = 3\ndef f(a=N):\n    return lambda: N\n", "\ndef f(a=3):\n    return lambda: 3\n"),
        ("N = 3\nf(N=N)\n", "\nf(N=3)\n"),
        ("N = 3\nself.N = y.N + N\n", "\nself.N = y.N + 3\n"),
        ("N = 3\nclass C:\n    n = N\n", "\nclass C:\n    n = 3\n"),
        ("N = False\nif N:\n    import x\n", "\nif False:\n    import x\n"),
        ("N = 3\n", "\n"),
    ],
)
def test_a_value_stands_where_its_name_stood(source: str, expected: str) -> None:
    """On the same line; the words of a call and the attributes of others are no constants."""
    assert small(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "N = 3\nN = 4\nx = N\n",
        "N = 3\nN += 1\nx = N\n",
        "N = 3\ndef f(N):\n    return N\n",
        "N = 3\ndef f():\n    N = 4\n    return N\n",
        "N = 3\ndef f():\n    global N\n    N = 4\n",
        "N = 3\nclass C:\n    N = 4\n    x = N\n",
        "N = 3\nfor N in x:\n    f(N)\n",
        "N = 3\nx = [N for N in y]\n",
        "N = 3\nx = lambda N: N\n",
        "N = 3\ntry:\n    f()\nexcept E as N:\n    f(N)\n",
        "N = 3\nfrom b import N\nx = N\n",
        "N = 3\nimport b as N\nx = N\n",
        "N = 3\ndef N():\n    pass\nx = N\n",
        "N = 3\nclass N:\n    pass\nx = N\n",
        "N = 3\ndel N\n",
        "N = 3\nwith x as N:\n    f(N)\n",
        "if x:\n    N = 3\nx = N\n",
        "N = f()\nx = N\n",
        "N = [1]\nx = N\n",
        "N = N\nx = N\n",
        "N = 3; y = 4\nx = N\n",
        "n = 3\nx = n\n",
        "N = 'longer than nine'\nx = N, N\n",
        "N = b'ab'\nx = N, N\n",
        "N = (1, 2)\nx = N, N\n",
        "N = 1 << 40\nx = N, N\n",
        "N = 3\nx = f'{N}'\n",
    ],
)
def test_in_doubt_all_stays(source: str) -> None:
    """A name that is bound twice, whatever is no constant, and what would be an object twice."""
    assert small(source) == source


def test_what_an_f_string_asks_for_stays_and_is_inlined_elsewhere() -> None:
    """Not every Python tells where the parts of an f-string stand."""
    source = "N = 3\nx = N, f'{N:>{N}}'\n"
    assert small(source) == "N = 3\nx = 3, f'{N:>{N}}'\n"


@pytest.mark.parametrize(
    ("importer", "a", "b"),
    [
        ("from a import N\nx = N\n", "\n", "\nx = 3\n"),
        ("from a import N as M\nx = M\n", "\n", "\nx = 3\n"),
        (
            "from a import (\n    N,\n    f,\n)\nx = N, f\n",
            "\n",
            "from a import f\n\n\n\nx = 3, f\n",
        ),
        ("from a import N, f as g\nx = N\n", "\n", "from a import f as g\nx = 3\n"),
        ("from a import N\nM = N * 2\nx = M\n", "\n", "\n\nx = 6\n"),
        ("from a import N\nx = f'{N}', N\n", "N = 3\n", "from a import N\nx = f'{N}', 3\n"),
        ("def f():\n    from a import N\n    return N\n", "N = 3\n", None),
        ("from a import N\ndef f(N):\n    return N\n", "N = 3\n", None),
        ("try:\n    from a import N\nexcept E:\n    N = 4\n", "N = 3\n", None),
        ("import a\nx = a.N\n", "N = 3\n", None),
        ("import a as c\nx = c.N\n", "N = 3\n", None),
    ],
)
def test_an_import_goes_when_nothing_is_left_to_ask(importer: str, a: str, b: str | None) -> None:
    """And stays, with what it asks for, when something is."""
    texts = compacted({"a": "N = 3\n", "b": importer}, {})
    assert texts == {"a": a, "b": importer if b is None else b}


def test_a_constant_that_came_by_two_imports_goes_from_all() -> None:
    """Unless the last one asks for it by name."""
    texts = {"a": "N = 3\n", "b": "from a import N\n", "c": "from b import N\nx = N\n"}
    assert compacted(texts, {}) == {"a": "\n", "b": "\n", "c": "\nx = 3\n"}
    texts["c"] = "from b import N\nx = f'{N}'\n"
    assert compacted(texts, {}) == texts


@pytest.mark.parametrize(
    ("user", "a", "b"),
    [
        ("from p import a\nx = a.N\n", "\n", "\nx = 3\n"),
        ("from p import a as c\nx = c.N, c.f\n", "\n", "from p import a as c\nx = 3, c.f\n"),
        ("from p import a\nx = f'{a.N}'\n", "N = 3\n", None),
        ("from p import a\ndef f(a):\n    return a.N\n", "N = 3\n", None),
        ("def f():\n    from p import a\n    return a.N\n", "N = 3\n", None),
        ("from p import a\na.N = 4\n", "N = 3\n", None),
        ("import p.a\np.a.N = 4\n", "N = 3\n", None),
        ("from p import a\ndel a.N\n", "N = 3\n", None),
    ],
)
def test_an_attribute_of_a_module_is_one_of_its_constants(user: str, a: str, b: str | None) -> None:
    """As long as it is certain that the name before the dot is the module."""
    texts = compacted({"p.a": "N = 3\n", "p.b": user}, {})
    assert texts == {"p.a": a, "p.b": user if b is None else b}


def test_a_module_that_somebody_has_from_here_stays() -> None:
    """Though here only its constants were used."""
    texts = {"p.a": "N = 3\n", "p.b": "from p import a\nx = a.N\n", "c": "from p.b import a, x\n"}
    assert compacted(texts, {}) == {**texts, "p.a": "\n", "p.b": "from p import a\nx = 3\n"}


def test_who_is_not_compacted_may_ask_for_a_constant() -> None:
    """``main.py`` stays source."""
    assert small("N = 3\nM = 4\n", main="from a import N\n") == "N = 3\n\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "class C:\n    def f(self):\n        raise NotImplementedError\n    x = 1\n",
            "class C:\n    \n\n    x = 1\n",
        ),
        (
            "class C:\n    async def f(self):\n        raise NotImplementedError\n    y = 1\n",
            "class C:\n    \n\n    y = 1\n",
        ),
        (
            "class C:\n    def f(self):\n        raise NotImplementedError\n",
            "class C:\n    pass\n\n",
        ),
    ],
)
def test_a_method_that_only_refuses_goes(source: str, expected: str) -> None:
    """A class keeps a body."""
    assert small(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "class C:\n    @property\n    def f(self):\n        raise NotImplementedError\n",
        "class C:\n    def f(self):\n        raise ValueError\n",
        "class C:\n    def f(self):\n        g()\n        raise NotImplementedError\n",
        "def f():\n    raise NotImplementedError\n",
    ],
)
def test_whatever_else_refuses_stays(source: str) -> None:
    """It may be asked for, or does more."""
    assert small(source) == source


def test_what_it_comes_to_stays_the_same(ran: Callable[[dict[str, str]], Words]) -> None:
    """Run before and after, with every trap at once."""
    texts = {
        "a": (
            "N, P = 3, 4\nM = -7\nT = ('ä', -1)\nL = 'a longer text'\n"
            "class C:\n    M = 9\n    n = N\n    def m(self, k=M):\n        return k, self.M, M\n"
        ),
        "b": (
            "from a import N, T, L, C\nfrom a import M as W\nK = 5\nQ = 2 * K\n"
            "def f(K=K, *, Q=Q):\n    return K, Q\n"
            "said = f'{N}{T[0]}{L!r:>{N}}{W}', [N for _ in (1, 2)], W ** 2, C().m(), L[::W]\n"
            "more = f(Q=1), f(N), {**{'L': L}}, (lambda T: T)(8), T\n"
        ),
    }
    before, after = ran(texts), ran(compacted(texts, {}))
    assert (after["said"], after["more"]) == (before["said"], before["more"])


def test_the_firmware_keeps_its_lines_and_loses_its_constants() -> None:
    """Every function that is left begins where it began."""
    texts = {
        f"firmware.{room}.{path.stem}": path.read_text(encoding="utf-8")
        for room in ROOMS
        for path in (ROOT / "firmware" / room).glob("*.py")
    }
    after = compacted(texts, {})
    for name, text in texts.items():
        assert functions_in(after[name]) <= functions_in(text)
    constants = re.compile(r"^[A-Z_]+ = ", re.MULTILINE)
    before = sum(len(constants.findall(text)) for text in texts.values())
    assert sum(len(constants.findall(text)) for text in after.values()) < before / 4


def functions_in(text: str) -> set[tuple[str, int]]:
    """Their names and lines."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        (node.name, node.lineno) for node in ast.walk(ast.parse(text)) if isinstance(node, kinds)
    }
