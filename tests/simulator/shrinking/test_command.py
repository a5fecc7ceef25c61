"""``petsim shrink`` for people: what it reads, says and refuses."""

import argparse
import json
from pathlib import Path

import pytest

from simulator.commands import Misuse, shrink
from simulator.shrinking.crew import alone
from simulator.shrinking.sighting import sight
from simulator.shrinking.sources import of_file, of_sweep
from simulator.shrinking.story import NoStory, read_story
from simulator.sweep.journal import Head, Journal
from simulator.sweep.plan import Ticket, world_of
from simulator.sweep.verdict import Broken, Verdict
from tests.simulator.shrinking.toy import Toy
from tests.simulator.shrinking.worlds import rough, short


def asked(*words: str) -> argparse.Namespace:
    """What was typed."""
    parser = argparse.ArgumentParser()
    shrink.add_arguments(parser)
    return parser.parse_args(words)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ((), "name either a folder or file, or --sweep"),
        (("a", "--sweep", "b"), "name either a folder or file, or --sweep"),
        (("nowhere.json",), "nowhere.json cannot be read: No such file or directory"),
        (("nowhere.json", "--for", "0"), "--for must be more than 0 seconds"),
    ],
)
def test_what_cannot_be_done_is_refused(words: tuple[str, ...], complaint: str) -> None:
    """Before anything is lived through."""
    with pytest.raises(Misuse) as refused:
        shrink.execute(asked(*words))
    assert str(refused.value) == complaint


def test_a_world_in_which_nobody_objects_is_refused(tmp_path: Path) -> None:
    """There is nothing to shrink."""
    path = tmp_path / "world.json"
    path.write_text(json.dumps(short(1).told), encoding="utf-8")
    with pytest.raises(Misuse, match="no judge objects in this world"):
        shrink.execute(asked(str(path)))


def test_a_failure_becomes_a_story_with_a_chart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside the run: the smallest world, what remains in words, and what led to it."""
    monkeypatch.setattr("simulator.shrinking.sighting.judges_in", lambda *_, **__: (Toy(),))
    monkeypatch.setattr(
        "simulator.commands.shrink.crew", lambda *_: _Alone()
    )  # a process of its own would not know the toy
    summary = {
        **rough().told,
        "judges": [{"name": "toy", "cases": 11, "objections": [{"at_ms": 5, "words": "x"}]}],
    }
    (tmp_path / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    assert shrink.execute(asked(str(tmp_path))) == 1
    said = capsys.readouterr().out
    story = read_story(tmp_path / "story.json")
    assert "the least" in said
    assert "1 person" in said
    assert (story.judge, story.words) == ("toy", "too many")
    assert (story.world.pets, story.world.scenario.hours) == (1, 1)
    assert story.world.faults.network == story.world.faults.network.model_construct()
    page = (tmp_path / "story.html").read_text(encoding="utf-8")
    assert '<svg class="sequence"' in page
    assert "toy: too many" in page


class _Alone:
    def __enter__(self) -> object:
        return alone(sight, "toy")

    def __exit__(self, *_: object) -> None:
        pass


def test_a_sweep_tells_which_world_went_wrong(tmp_path: Path) -> None:
    """The first, or the one that is asked for, for as long as the sweep's lasted."""
    head = Head(preset="storm", hours=6, code="x")
    broken = (Broken(judge="presses", at=1, words="oh"),)
    with Journal(tmp_path, head) as journal:
        journal.add(Verdict(seed=3))
        journal.add(Verdict(seed=4, objections={"presses": 1}, broken=broken))
        journal.add(Verdict(seed=5, failure="its process died (exit code 1)"))
        journal.add(Verdict(seed=6, failure="TypeError: no: such thing (x.py:3)"))
    assert of_sweep(tmp_path) == (world_of(Ticket("storm", 4, 6)), "presses")
    assert of_sweep(tmp_path, 5) == (world_of(Ticket("storm", 5, 6)), None)
    assert of_sweep(tmp_path, 6).judge == "breaks off: TypeError"
    with pytest.raises(NoStory, match="tells of no such world that went wrong"):
        of_sweep(tmp_path, 3)
    with pytest.raises(NoStory, match="is no journal of a sweep"):
        of_sweep(Path(__file__))


def test_the_first_objection_of_a_summary_counts(tmp_path: Path) -> None:
    """By time, not by the order of the judges."""
    judges = [
        {"name": name, "objections": [{"at_ms": at, "words": ""}]}
        for name, at in (("a", 9), ("b", 4))
    ]
    told = {**rough().told, "judges": [*judges, {"name": "c", "objections": []}]}
    (tmp_path / "summary.json").write_text(json.dumps(told), encoding="utf-8")
    assert of_file(tmp_path) == (rough(), "b")
