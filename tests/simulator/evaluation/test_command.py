"""``petsim signals`` for people and programs."""

import json
from pathlib import Path

import pytest

from simulator.__main__ import main
from simulator.evaluation.plots import CONFIDENCE, PROMPTS, SESSION

TINY = ["signals", "--seed", "3", "--seeds", "1", "--sessions", "1"]


def test_a_tiny_run_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Says what it looked at, prints the tables, leaves figures and pictures."""
    code = main([*TINY, "--out", str(tmp_path / "out")])
    said = capsys.readouterr()
    assert said.out.startswith("seeds 3 to 3, sessions 1\n")
    assert "Estimator petcore-vitals-" in said.out
    assert "Scores of stress" in said.out
    assert "a coin, as often as the server" in said.out
    figures = json.loads((tmp_path / "out" / "signals.json").read_text(encoding="utf-8"))
    assert figures["digest"] in said.out
    assert code == (1 if said.err else 0)
    for name in (SESSION, PROMPTS, CONFIDENCE):
        picture = (tmp_path / "out" / name).read_bytes()
        assert picture.startswith(b"\x89PNG")
        assert 5_000 < len(picture) < 150_000


def test_a_tiny_run_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    """JSON and nothing else."""
    main([*TINY, "--json"])
    told = json.loads(capsys.readouterr().out)
    assert (told["first_seed"], told["people"], told["sittings"]) == (3, 1, 1)
    assert told["estimator"].startswith("petcore-vitals-")


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        (["--seeds", "0"], "--seeds must be 1 to 10000"),
        (["--seed", "-1"], "--seed must be 0 to "),
        (["--sessions", "31"], "--sessions must be 1 to 30"),
        (["--write", "nowhere"], "--write: there is no nowhere/signals.md"),
    ],
)
def test_what_cannot_be_is_refused(
    asked: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anybody lives."""
    assert main(["signals", *asked]) == 2
    assert capsys.readouterr().err.startswith(f"petsim: {complaint}")


def test_a_page_without_places_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And named."""
    page = tmp_path / "signals.md"
    page.write_text("# Mine\n", encoding="utf-8")
    assert main([*TINY, "--write", str(tmp_path)]) == 2
    assert f"petsim: --write: {page} must have one place for each of:" in capsys.readouterr().err
    assert page.read_text(encoding="utf-8") == "# Mine\n"
    assert list(tmp_path.iterdir()) == [page]
