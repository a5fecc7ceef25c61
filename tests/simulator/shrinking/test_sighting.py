"""A world is lived through until a judge objects, and not longer."""

from pathlib import Path

import orjson
import pytest

from simulator.invariants import Hears, Judge
from simulator.kernel.trace import Event
from simulator.shrinking import sighting
from simulator.shrinking.crew import crew
from simulator.shrinking.search import TimeIsOver
from simulator.shrinking.sighting import Sighting, first_objecting, sight
from simulator.world import World
from tests.simulator.shrinking.toy import Toy
from tests.simulator.shrinking.worlds import short

HOUR = 3_600_000


class Breaks(Judge):
    """Breaks at once, as what has a bug does."""

    name = "breaks"

    @property
    def hears(self) -> Hears:
        """What comes first."""
        return {"world": self._break}

    def _break(self, event: Event) -> None:
        raise LookupError("no such thing")


@pytest.fixture
def judges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everywhere the toy sits beside one who never objects."""

    def judges_in(*_: object, **__: object) -> tuple[Judge, ...]:
        return Toy(), Judge()

    Judge.name = "content"
    monkeypatch.setattr(sighting, "judges_in", judges_in)


@pytest.mark.usefixtures("judges")
def test_it_ends_with_the_objection(tmp_path: Path) -> None:
    """What was lived until then is kept, and hardly more; the same each time."""
    seen = sight(short(), "toy", tmp_path / "trace")
    assert seen is not None
    lines = [orjson.loads(line) for line in (tmp_path / "trace").read_bytes().splitlines()]
    assert [line["at"] for line in lines if line["kind"] == "request"][10] == seen.at
    assert lines[-1]["at"] == seen.at < HOUR
    assert seen == sight(short(5), "toy") == Sighting(seen.at, "too many")


def test_who_is_content_has_seen_nothing() -> None:
    """So has a judge that nobody knows."""
    assert sight(short(1), "no server error") is None
    assert sight(short(1), "nobody") is None


def test_what_a_world_breaks_off_with_can_be_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the name of the error; another error is another story."""
    monkeypatch.setattr("simulator.world.judges_of", lambda *_, **__: (Breaks(),))
    seen = sight(short(1), "breaks off: LookupError")
    assert seen is not None
    assert seen.words == "LookupError: no such thing"
    assert sight(short(1), "breaks off: TypeError") is None


def test_a_crew_lives_through_worlds_in_processes_of_its_own() -> None:
    """Until its time is over."""
    worlds: list[World] = [short(1), short(2)]
    counted: list[int] = []
    with crew("no server error", 60, counted.append) as first_broken:
        assert first_broken(worlds) is None
    assert counted == [1, 2]
    with crew("no server error", 0.001) as first_broken, pytest.raises(TimeIsOver):
        first_broken(worlds)


def test_a_world_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told, and counts as one in which nobody objects; the others are lived through."""
    monkeypatch.setattr("simulator.shrinking.crew.patience_with", lambda _: 0.0)
    counted: list[int] = []
    failed: list[str] = []
    with crew("no server error", 60, counted.append, failed.append) as first_broken:
        assert first_broken([short(1), short(2)]) is None
    assert counted == [1, 2]
    assert failed == ["it never ended: given up after 0 s"] * 2


def test_nobody_but_the_one_in_question_judges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Others cost time, and break off what is looked at for another's sake."""
    monkeypatch.setattr("simulator.world.judges_of", lambda *_, **__: (Toy(), Breaks()))
    seen = sight(short(5), "toy")
    assert seen is not None
    assert seen.words == "too many"


def test_who_objects_first_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or what it breaks off with; or nobody."""
    assert first_objecting(short(1)) is None
    monkeypatch.setattr("simulator.world.judges_of", lambda *_, **__: (Judge(), Toy()))
    assert first_objecting(short(5)) == "toy"
    monkeypatch.setattr("simulator.world.judges_of", lambda *_, **__: (Toy(), Breaks()))
    assert first_objecting(short(1)) == "breaks off: LookupError"
