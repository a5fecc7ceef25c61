"""Whole days: a seed is a world."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.__main__ import main

ROOT = Path(__file__).parents[2]


def digest_elsewhere(tmp_path: Path, seed: int, hash_seed: str, **environment: str) -> str:
    """The digest of a morning, simulated in a process of its own."""
    out = tmp_path / f"{seed}-{hash_seed}"
    command = [sys.executable, "-m", "simulator", "day", "--hours", "10", "--polling", "next"]
    subprocess.run(
        [*command, "--seed", str(seed), "--out", str(out)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, **environment},
        check=True,
        capture_output=True,
    )
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert isinstance(summary["digest"], str)
    return summary["digest"]


def test_a_seed_is_a_world(tmp_path: Path) -> None:
    """Processes with other hash seeds and settings agree to the last byte; another seed differs."""
    first = digest_elsewhere(tmp_path, 7, "1")
    assert digest_elsewhere(tmp_path, 7, "2") == first
    hostile = {"PETCORE_HIGH_STRESS_HELD_S": "60", "PETCORE_PORT": "none", "TZ": "Asia/Tokyo"}
    assert digest_elsewhere(tmp_path, 7, "3", **hostile) == first
    assert digest_elsewhere(tmp_path, 8, "1") != first


def test_a_day_is_told_and_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command says seed and options first, writes what it promises, and the promises hold."""
    assert main(["day", "--seed", "3", "--polling", "next", "--out", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("seed 3\n")
    assert str(tmp_path) in said
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert set(summary) == {
        "seed",
        "options",
        "digest",
        "requests",
        "counts",
        "judges",
        "sim_seconds",
        "wall_seconds",
    }
    assert summary["sim_seconds"] == 24 * 3600
    assert summary["digest"] in said
    assert all(judge["cases"] > 100 and not judge["objections"] for judge in summary["judges"])
    for happened in ("lost request", "lost answer", "timeout", "screen WATER_DROP", "press"):
        assert summary["counts"][happened] > 0, happened
    lines = (tmp_path / "trace.jsonl").read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if '"kind":"request"' in line]) == summary["requests"]
    assert not any(
        isinstance(value, float) for line in lines for value in json.loads(line).values()
    )


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["day", "--seed", "x"], "--seed"),
        (["day", "--date", "2026-13-01"], "--date"),
        (["day", "--date", "1999-12-31"], "--date"),
        (["day", "--date", "9999-12-31"], "--date"),
        (["day", "--hours", "0"], "--hours"),
        (["day", "--polling", "never"], "--polling"),
        (["night"], "COMMAND"),
        ([], "COMMAND"),
    ],
)
def test_a_wrong_use_is_named(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is wrong stands in the message, and the exit code is 2."""
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert complaint in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder that cannot be made is an error of one line."""
    (tmp_path / "file").touch()
    assert main(["day", "--out", str(tmp_path / "file" / "out")]) == 2
    assert capsys.readouterr().err.startswith("petsim: cannot write")
