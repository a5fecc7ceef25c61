"""The whole way of a pet, from an empty flash to an answered reminder, on a pretend board."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from firmware.workshop.command import Exit, end
from tests.firmware.vm import micropython

STEPS = 6


@contextmanager
def trying(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Run the trial in a session of its own, its folders in this one."""
    micropython()
    with subprocess.Popen(
        [sys.executable, "-m", "firmware.workshop.trial"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "TMPDIR": str(folder), "PYTHONIOENCODING": "utf-8"},
    ) as trial:
        try:
            yield trial
        finally:
            end(trial)


def left(leader: int, folder: Path) -> list[str]:
    """The processes of a session, and those that were told of a folder, by what they are."""
    found: list[str] = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            words = (entry / "cmdline").read_text()
            if fields[0] != "Z" and (int(fields[3]) == leader or str(folder) in words):
                found.append(words.replace("\0", " "))
        except OSError:
            continue
    return found


def test_the_whole_way(tmp_path: Path) -> None:
    """Every step is ticked, and nothing is left behind."""
    with trying(tmp_path) as trial:
        said, complaint = trial.communicate(timeout=250)
        assert (trial.returncode, complaint) == (Exit.DONE, ""), said
        assert said.count("✓") == STEPS
        assert left(trial.pid, tmp_path) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kill", [os.killpg, os.kill], ids=["ctrl-c", "sigterm"])
def test_whoever_stops_it_leaves_nothing_behind(
    tmp_path: Path, kill: Callable[[int, int], None]
) -> None:
    """Ctrl-C reaches all that a terminal started, SIGTERM the trial alone; all of it goes."""
    with trying(tmp_path) as trial:
        assert trial.stdout is not None
        assert "✓" in trial.stdout.readline()
        assert "micropython" in " ".join(left(trial.pid, tmp_path))
        kill(trial.pid, signal.SIGINT if kill is os.killpg else signal.SIGTERM)
        _, complaint = trial.communicate(timeout=60)
        assert (trial.returncode, complaint) == (Exit.STOPPED, "trial: stopped\n")
        assert left(trial.pid, tmp_path) == []
    assert list(tmp_path.iterdir()) == []
