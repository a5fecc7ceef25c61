"""Whose fault it is that something is late."""

from collections import Counter
from pathlib import Path

import pytest
from simpy import Environment

from simulator.__main__ import main
from simulator.commands import Exit, against
from simulator.invariants import Judge
from simulator.invariants.contract_kept import ContractKept
from simulator.invariants.court import Court
from simulator.invariants.water_promises import WaterPromises
from simulator.kernel.stopwatch import Stopwatch
from simulator.outdoors.doubts import Doubts, SetAside
from simulator.outdoors.pace import Pace, PacedSelector
from simulator.outdoors.run import Lived
from simulator.world import Outcome, World


class Watch(Stopwatch):
    """Shows what it is told to."""

    shown = 0.0

    @property
    def seconds(self) -> float:
        """As told."""
        return self.shown


class Objecting(Judge):
    """Who objects is told from outside."""

    name = WaterPromises.name


class Timeless(Judge):
    """One whose promise has nothing to do with time."""

    name = ContractKept.name


@pytest.mark.parametrize(("shown", "is_late"), [(10.9, False), (11.1, True)])
def test_what_comes_a_second_too_late_is_noticed(shown: float, is_late: bool) -> None:
    """A real one, however fast time runs."""
    watch = Watch()
    pace = Pace(watch, 0.0, 60)
    watch.shown = shown
    assert pace.is_due(600_000.0)
    assert pace.is_late is is_late


@pytest.mark.parametrize(("shown", "is_late"), [(1.4, False), (1.6, True)])
def test_who_does_not_look_around_is_late(shown: float, is_late: bool) -> None:
    """Also if nothing was due meanwhile; how long it took to begin does not count."""
    watch = Watch()
    watch.shown = 100.0
    pace = Pace(watch, 0.0, 60)
    environment = Environment(0)
    paced = PacedSelector(environment, pace)
    paced.select(0.0)
    assert not pace.is_late
    watch.shown += shown
    paced.select(0.0)
    assert pace.is_late is is_late
    paced.close()


def test_what_is_said_of_time_is_not_believed_from_then_on() -> None:
    """What was said before is, and what has nothing to do with time."""
    watch, judge, timeless = Watch(), Objecting(), Timeless()
    pace, court = Pace(watch, 0.0, 60), Court([judge, timeless])
    doubts = Doubts(court, pace)
    for words in ("early", "late", "later"):
        doubts.see({"at": 1, "kind": "press"})
        judge.demand(False, 1, words)
        timeless.demand(False, 1, words)
        watch.shown = 2.0 if words == "early" else 0.0
        pace.is_due(0.0)
    assert doubts.set_aside() == (
        SetAside(judge.name, 1, "late"),
        SetAside(judge.name, 1, "later"),
    )
    assert [each.words for each in judge.objections] == ["early"]
    assert [each.words for each in timeless.objections] == ["early", "late", "later"]


def test_as_long_as_nothing_is_late_all_is_believed() -> None:
    """A server has no excuse then."""
    judge = Objecting()
    doubts = Doubts(Court([judge]), Pace(Watch(), 0.0, 60))
    doubts.see({"at": 1, "kind": "press"})
    judge.demand(False, 1, "late")
    assert doubts.set_aside() == ()
    assert judge.objections


@pytest.mark.parametrize(("is_broken", "code"), [(False, Exit.MISUSED), (True, Exit.BROKEN)])
def test_a_machine_that_is_too_slow_is_told(
    is_broken: bool,
    code: Exit,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing is proven of the server then, unless another promise is broken."""

    def world_at(world: World, *_: object) -> tuple[World, None]:
        return world, None

    def run_outdoors(world: World, *_: object) -> Lived:
        judge = Timeless()
        judge.demand(not is_broken, 0, "another shape")
        outcome = Outcome("", Counter(), Court([judge]), 0)
        return Lived(outcome, 2.5, True, (SetAside("water", 1, "never reminded"),))

    monkeypatch.setattr(against, "world_at", world_at)
    monkeypatch.setattr(against, "run_outdoors", run_outdoors)
    asked = ["--against", "http://x", "--time-scale", "60", "--pets", "2"]
    assert main(["day", *asked, "--quiet", "--no-report", "--out", str(tmp_path)]) == code
    said = capsys.readouterr().err
    assert "too slow for --time-scale 60 with 2 pets: it was late by up to 2.5 s" in said
    assert "1 objections are set aside: water: never reminded" in said
    assert ("another shape" in said) is is_broken
    assert '"words": "never reminded"' in (tmp_path / "summary.json").read_text(encoding="utf-8")
