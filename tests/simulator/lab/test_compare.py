"""``petsim compare``: the same lives under two rules."""

import json
from pathlib import Path

import pytest

from simulator.__main__ import main

STORY = """\
title = "Two hard hours"
date = 2026-03-02
zone = "UTC"
hours = 5
[device]
polling = "next"
[timetable]
wake = 00:10:00
bed = 04:50:00
[[timetable.study]]
label = "Proofs"
start = 00:30:00
minutes = 180
pressure = 0.5
hard_from_min = 20
hard_minutes = 120
[water]
start_time = 00:15:00
end_time = 04:30:00
"""


@pytest.fixture
def story(tmp_path: Path) -> Path:
    """Five hours of it."""
    path = tmp_path / "story.toml"
    path.write_text(STORY)
    return path


def compared(story: Path, *rules: str, seeds: int = 2) -> list[str]:
    """The command for rules as texts, in files beside the story."""
    paths = [story.with_name(f"rules{number}.toml") for number, _ in enumerate(rules)]
    for path, text in zip(paths, rules, strict=True):
        path.write_text(text)
    named = [word for path in paths for word in ("--rules", str(path))]
    out = str(story.parent / "out")
    return ["compare", *named, "--scenario", str(story), "--seeds", str(seeds), "--out", out]


def test_rules_that_ask_earlier_miss_less(story: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Judges are content with both, for they know how the server is set."""
    early = "[high_stress]\nheld_s = 120\ncool_down_s = 300\n"
    assert main([*compared(story, early), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    by_name = {one["measure"]: one for one in told["comparisons"]}
    assert by_name["of them missed (before any prompt)"]["difference"][0] < 0
    assert json.loads((story.parent / "out" / "compare.json").read_text()) == told


def test_the_same_rules_differ_in_nothing(story: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Seed by seed."""
    assert main([*compared(story, "", 'title = "again"\n', seeds=1), "--json"]) == 0
    for one in json.loads(capsys.readouterr().out)["comparisons"]:
        assert one["difference"][0] == 0
        assert one["is_clear"] is False


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--seeds", "0"], "--seeds must be 1 to"),
        (["--scenario", "ordinry"], "did you mean ordinary"),
        (["--rules", "x.toml", "--rules", "y.toml"], "two can be compared"),
    ],
)
def test_misuse_is_told(
    story: Path, capsys: pytest.CaptureFixture[str], words: list[str], complaint: str
) -> None:
    """With exit code 2."""
    assert main([*compared(story, ""), *words]) == 2
    assert complaint in capsys.readouterr().err
