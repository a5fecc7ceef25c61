"""Time, chance, identity and zones are asked for in one file each; everywhere else they are
arguments. What import contracts cannot see is found here, by name.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

import pytest

ROOT = Path(__file__).parents[2]

# Dotted names that reach for the real world, and the only files that may say them.
OWNERS = {
    "datetime.now": set(),
    "datetime.utcnow": set(),
    "datetime.fromtimestamp": {"petcore/adapters/clock_system.py"},
    "date.fromtimestamp": set(),
    "datetime.today": set(),
    "date.today": set(),
    "time.time": set(),
    "time.time_ns": {"petcore/adapters/clock_system.py"},
    "time.monotonic": {"firmware/workshop/clock.py"},
    "time.monotonic_ns": {"firmware/hal/tasks.py"},
    "time.perf_counter": {"simulator/kernel/stopwatch.py"},
    "time.perf_counter_ns": set(),
    # A board that starts, or rests, has no tasks yet.
    "time.sleep": {
        "firmware/hal/safe_mode.py",
        "firmware/main.py",
        "firmware/workshop/clock.py",
    },
    "asyncio.sleep": {"firmware/hal/tasks.py", "petcore/adapters/clock_system.py"},
    "asyncio.timeout": {
        "petcore/adapters/patience.py",
        "petcore/api/answering.py",
        "petcore/api/bodies.py",
    },
    "asyncio.wait_for": set(),
    "threading.Timer": {"simulator/sweep/cluster.py"},
    "random.Random()": {"simulator/kernel/streams.py"},
    "secrets.token_hex": set(),
    "secrets.token_bytes": {"petcore/adapters/entropy_system.py"},
    "secrets.token_urlsafe": set(),
    "os.urandom": {"firmware/hal/tasks.py"},
    "os.getrandom": set(),
    "uuid.uuid1": set(),
    "uuid.uuid4": {"petcore/adapters/entropy_system.py"},
    "zoneinfo.ZoneInfo": {"petcore/adapters/zones_tzdata.py"},
    "zoneinfo.reset_tzpath": {"petcore/adapters/zones_tzdata.py"},
    "astimezone()": set(),
    "os.environ": {"firmware/workshop/config.py", "firmware/workshop/trial.py"},
    "os.getenv": set(),
    "quart.Quart": {
        "petcore/api/document.py",
        "petcore/api/composer.py",
        "petcore/api/desktop_pet/__init__.py",
        "petcore/api/platform/__init__.py",
    },
}

# Whole modules, and the files that may import them at all.
IMPORTERS = {
    "dateutil": set(),
    "pydantic_settings": {"petcore/settings.py"},
    # All but the two files of streams and of wires name only the type of a stream.
    "random": {
        "petcore/adapters/entropy_seeded.py",
        "simulator/kernel/streams.py",
        "simulator/kernel/tripwires.py",
        "simulator/network/client.py",
        "simulator/people/deck.py",
        "simulator/people/mind.py",
        "simulator/signals/chance.py",
        "simulator/signals/person.py",
        "simulator/signals/truth.py",
        "simulator/signals/webcam.py",
    },
    "threading": {
        "petcore/adapters/store_sqlite_crew.py",
        "petcore/workers.py",
        "simulator/crew.py",
        "simulator/kernel/outside.py",
        "simulator/kernel/tripwires.py",
        "simulator/sweep/cluster.py",
    },
    "secrets": {"petcore/adapters/entropy_system.py", "simulator/kernel/tripwires.py"},
    "uuid": {
        "petcore/adapters/entropy_system.py",
        "petcore/adapters/entropy_seeded.py",
        "simulator/kernel/tripwires.py",
    },
    "time": {
        "firmware/hal/safe_mode.py",
        "firmware/hal/tasks.py",
        "firmware/main.py",
        "firmware/workshop/clock.py",
        "petcore/adapters/clock_system.py",
        "simulator/kernel/stopwatch.py",
        "simulator/kernel/tripwires.py",
    },
    "zoneinfo": {"petcore/adapters/zones_tzdata.py"},
}


def _sources() -> list[Path]:
    return sorted(
        path
        for room in ("petcore", "simulator", "firmware")
        for path in (ROOT / room).rglob("*.py")
    )


def _names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every dotted name that a file says, with the module it came from where it was imported."""
    origins: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                origins[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                yield node.lineno, f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                origins[alias.asname or alias.name] = alias.name
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
            said = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
            origin = origins.get(said, said).rpartition(".")[2]
            yield node.lineno, f"{origin}.{node.attr}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.lineno, f"{origins.get(node.func.id, node.func.id)}()"
        if _asks_the_machines_zone(node):
            yield node.lineno, "astimezone()"


def _asks_the_machines_zone(node: ast.AST) -> TypeGuard[ast.Call]:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "astimezone"
        and not node.args
    )


def _strays(source: str, name: str) -> list[str]:
    tree = ast.parse(source)
    spoken = [
        f"{name}:{line} says {word}"
        for line, word in _names(tree)
        if name not in OWNERS.get(word, {name})
    ]
    imported = [
        f"{name}:{line} imports {module}"
        for node in ast.walk(tree)
        for line, module in _imported(node)
        if name not in IMPORTERS.get(module, {name})
    ]
    return spoken + imported


def _imported(node: ast.AST) -> list[tuple[int, str]]:
    if isinstance(node, ast.Import):
        return [(node.lineno, alias.name) for alias in node.names]
    return [(node.lineno, node.module)] if isinstance(node, ast.ImportFrom) and node.module else []


def test_nobody_reaches_for_the_real_world() -> None:
    """Clocks, chance, ids, zones, the environment and Quart have one owner each."""
    strays = [
        stray
        for path in _sources()
        for stray in _strays(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix())
    ]
    assert strays == []


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("from datetime import datetime\ndatetime.now()", "datetime.now"),
        ("import datetime\ndatetime.datetime.now()\ndatetime.date.today", "date.today"),
        ("import time\ntime.time()", "time.time"),
        ("from time import monotonic as tick", "time.monotonic"),
        ("import asyncio\nasyncio.sleep(1)", "asyncio.sleep"),
        ("from uuid import uuid4", "uuid.uuid4"),
        ("from random import Random\nRandom(1)", "random.Random()"),
        ("import random\nrandom.choice([1])", "random"),
        ("from datetime import datetime\ndatetime(2026, 1, 1).astimezone()", "astimezone()"),
        ("from zoneinfo import ZoneInfo", "zoneinfo.ZoneInfo"),
        ("import os\nos.environ['X']", "os.environ"),
        ("from quart import Quart", "quart.Quart"),
        ("import secrets", "secrets"),
    ],
)
def test_a_stray_is_found_by_name(source: str, word: str) -> None:
    """The search itself finds each kind of stray."""
    assert any(word in stray for stray in _strays(source, "petcore/rules/example.py"))
