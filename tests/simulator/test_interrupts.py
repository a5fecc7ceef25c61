"""Ctrl-C ends ``petsim`` quietly, whatever it is at, and nobody is left behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from simulator.commands import Exit
from tests.simulator.shrinking.worlds import short

ROOM = Path(__file__).parents[2]

Words = Callable[[Path], list[str]]


def _day(out: Path) -> list[str]:
    return ["day", "--no-report", "--out", str(out)]


def _sweep(out: Path) -> list[str]:
    return ["sweep", "--days", "8", "--processes", "2", "--out", str(out)]


def _shrink(out: Path) -> list[str]:
    world = out / "world.json"
    world.write_text(json.dumps(short(24).told), encoding="utf-8")
    return ["shrink", str(world), "--judge", "no server error"]


def _compare(out: Path) -> list[str]:
    rules = out / "rules.toml"
    rules.write_text("[water]\ninterval_min = 30\n", encoding="utf-8")
    return ["compare", "--rules", str(rules), "--seeds", "8"]


@contextmanager
def _started(words: list[str], *flags: str) -> Iterator[subprocess.Popen[str]]:
    """``petsim`` of these words, alone in its group as in a terminal."""
    with subprocess.Popen(
        [sys.executable, "-u", *flags, "-m", "simulator", *words],
        cwd=ROOM,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    ) as process:
        yield process


def _read_until(stream: IO[str] | None, is_it: Callable[[str], bool]) -> None:
    assert stream is not None
    assert any(map(is_it, stream)), "it ended before"


def _interrupted(process: subprocess.Popen[str]) -> str:
    """What it says when all of the group hear of Ctrl-C. It is over when nobody holds its ends of
    the pipes any more, so nobody of a crew either.
    """
    os.killpg(process.pid, signal.SIGINT)
    try:
        _, said = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    assert process.returncode == Exit.STOPPED
    return said


@pytest.mark.parametrize("module", ["argparse", "numpy", "simulator.world"])
def test_while_it_loads(module: str) -> None:
    """An interpreter that tells what it has imported says when."""
    with _started(["scenarios"], "-X", "importtime") as process:
        _read_until(process.stderr, lambda line: line.rpartition("|")[2].strip() == module)
        said = [line for line in _interrupted(process).splitlines() if "import time:" not in line]
    assert said == ["petsim: stopped"]


@pytest.mark.parametrize("words", [_day, _sweep, _shrink, _compare])
def test_while_it_begins(words: Words, tmp_path: Path) -> None:
    """It has said what it is about to do; where it has come to since, nobody knows."""
    with _started(words(tmp_path)) as process:
        _read_until(process.stdout, lambda line: bool(line.strip()))
        assert _interrupted(process) == "petsim: stopped\n"


def test_who_is_in_the_background_hears_nothing() -> None:
    """A shell lets those ignore it, and so it stays."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with _started(["scenarios"], "-X", "importtime") as process:
            _read_until(process.stderr, lambda line: "argparse" in line)
            os.killpg(process.pid, signal.SIGINT)
            process.communicate()
    finally:
        signal.signal(signal.SIGINT, before)
    assert process.returncode == 0
