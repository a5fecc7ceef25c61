"""A morning in front of a camera, from pixels to a break prompt: judged, and the same each time.

It takes a minute: the code that ships looks at each of some 19,000 pictures.
"""

import json
from pathlib import Path

import pytest

from simulator.__main__ import main
from simulator.world import World
from tests.simulator.test_camera_day import lived, story

MINUTE_MS = 60_000
BEGINS, HARD, ENDS = (9 * 60, 9 * 60 + 8, 9 * 60 + 40)


def test_a_morning_in_front_of_a_camera(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One prompt, and in time; the pulse is true."""
    assert main(["day", "--camera", "--no-report", "--out", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "the server watches their faces" in said
    assert "measured pulse off by (median)" in said
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert summary["camera"] is True
    assert summary["pulse_error_bpm"] < 1.5
    assert summary["counts"]["student accepts the prompt"] == 1
    assert summary["counts"]["measured"] == summary["counts"]["stored focus_samples"]
    (due,) = summary["prompts_due_at_ms"]
    assert (HARD + 10) * MINUTE_MS < due < ENDS * MINUTE_MS


def test_the_same_pictures_are_the_same_day() -> None:
    """To the last byte, on one machine."""
    world = World(seed=3, scenario=story(1), camera=True)
    assert len({lived(world)[0].digest for _ in range(2)}) == 1
