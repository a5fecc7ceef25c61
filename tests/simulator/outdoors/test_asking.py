"""What can be asked of ``petsim day`` besides a scenario, and what cannot."""

import argparse
import json
from pathlib import Path

import pytest

from simulator.__main__ import main
from simulator.commands import Exit, Misuse, day
from simulator.commands.world_asked import world_of
from tests.serving.process import free_port
from tests.simulator.calendar.calendars import calendar, event


def _day(*words: str) -> int:
    return main(["day", "--no-report", "--quiet", *words])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--against", "ftp://x"], "must be a URL such as"),
        (["--against", "http://me:secret@x"], "must not hold a name or a password"),
        (["--against", "http://x", "--talkative"], "--talkative needs a server of this world's"),
        (["--against", "http://x", "--store", "sqlite:///x.db"], "--store needs a server"),
        (["--against", "http://x", "--scenario", "locked"], "give --tokens instead"),
        (["--against", "http://x", "--faults", "storm"], "only the network fails"),
        (["--against", "http://x", "--time-scale", "0"], "--time-scale must be 1 to 3600"),
        (["--against", "http://x", "--tokens", "/nowhere"], "--tokens: cannot read /nowhere"),
        (["--time-scale", "60"], "--time-scale and --tokens are for --against"),
        (["--world", "/nowhere"], "there is no file /nowhere"),
        (["--world", "/nowhere", "--seed", "2"], "--world says all: leave out --seed"),
        (["--calendar", "/nowhere.ics"], "/nowhere.ics: cannot be read"),
        (["--signals", "/nowhere.jsonl"], "/nowhere.jsonl: cannot be read"),
        (["--signals", "/nowhere.jsonl", "--camera"], "the server looks itself"),
    ],
)
def test_what_cannot_be_is_refused(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what would do, and without a secret."""
    assert _day("--out", str(tmp_path), *words) == Exit.MISUSED
    err = capsys.readouterr().err
    assert said in err
    assert "secret" not in err


def test_a_server_that_is_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything begins, and an earlier day is cleared away."""
    url = f"http://127.0.0.1:{free_port()}"
    assert _day("--against", url, "--out", str(tmp_path / "out")) == Exit.MISUSED
    assert f"nobody answers at {url}" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_tokens_are_read_by_line_and_repeated_nowhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each student needs one."""
    file = tmp_path / "tokens"
    words = ("--against", "http://x", "--pets", "2", "--tokens", str(file))
    for text, said in (
        ("zoe\n", "tokens:1: must be `USER_ID TOKEN`"),
        ("# none\n", "holds no tokens"),
        ("zoe pet_secret_secret\n", "has no token of zoe-2"),
    ):
        file.write_text(text, encoding="utf-8")
        assert _day(*words) == Exit.MISUSED
        err = capsys.readouterr().err
        assert said in err
        assert "secret" not in err


def test_a_day_by_a_calendar_is_lived_again_without_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its summary: replayed, and as a world; a day somewhere cannot be."""
    lines = "DTSTART:20260302T083000", "DURATION:PT30M"
    path, out = calendar(tmp_path, event("Study algebra", *lines)), tmp_path / "out"
    said = ("--calendar", str(path), "--hours", "9", "--polling", "next", "--out", str(out))
    assert _day(*said) in (Exit.KEPT, Exit.UNTESTED)
    path.unlink()
    summary = out / "summary.json"
    told = json.loads(summary.read_text(encoding="utf-8"))
    assert [each["label"] for each in told["scenario"]["timetable"]["study"]] == ["Study algebra"]
    assert main(["replay", str(out), "--quiet"]) == Exit.KEPT
    again = tmp_path / "again"
    assert _day("--world", str(summary), "--out", str(again)) in (Exit.KEPT, Exit.UNTESTED)
    assert json.loads((again / "summary.json").read_text())["digest"] == told["digest"]
    summary.write_text(json.dumps({**told, "against": "http://x"}), encoding="utf-8")
    capsys.readouterr()
    assert main(["replay", str(out), "--quiet"]) == Exit.MISUSED
    assert "cannot be lived again" in capsys.readouterr().err


def test_at_a_server_somewhere_a_calendar_is_read_from_when_the_student_gets_up(
    tmp_path: Path,
) -> None:
    """The hours begin there then; of a simulated day they begin at midnight."""
    path = calendar(tmp_path, event("Study algebra", "DTSTART:20260302T083000", "DURATION:PT30M"))
    parser = argparse.ArgumentParser()
    day.add_arguments(parser)
    said = ["--calendar", str(path), "--date", "2026-03-02", "--hours", "2"]
    with pytest.raises(Misuse, match="nothing of it can be lived"):
        world_of(parser.parse_args(said))
    world, notes = world_of(parser.parse_args([*said, "--against", "http://x"]))
    assert [each.label for each in world.scenario.timetable.study] == ["Study algebra"]
    assert world.scenario.hours == 2
    assert notes
