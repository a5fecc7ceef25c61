"""A day on which the production code dies every minute or two, wherever it is."""

import io
from functools import cache

from simulator.faults.faults import Faults
from simulator.scenarios.reading import find
from simulator.server.faults import ServerFaults
from simulator.world import Outcome, World, run


@cache
def dying_day() -> Outcome:
    """A morning with two workers, one of whom is always about to die."""
    ordinary = find("ordinary")
    device = ordinary.device.model_copy(update={"polling": "next"})
    scenario = ordinary.model_copy(update={"hours": 11, "device": device})
    faults = Faults(
        as_told=False,
        server=ServerFaults(workers=2, crashes=1000, rolling=20, slow_start=50),
        settle_min=30,
    )
    return run(World(seed=1, scenario=scenario, faults=faults), io.BytesIO())


def test_every_promise_is_kept_although_the_server_dies_all_the_time() -> None:
    """Nothing acknowledged is lost, nothing is done twice, all that is asked is answered."""
    outcome = dying_day()
    assert outcome.counts["fault crash"] > 200
    assert sum(n for what, n in outcome.counts.items() if what.startswith("dropped")) > 50
    assert {
        judge.name: judge.objections for judge in outcome.court.judges if judge.objections
    } == {}


def test_what_a_dead_worker_left_half_done_is_finished_by_others() -> None:
    """By whoever comes next, or meets it first; what was answered to nobody is answered again."""
    counts = dying_day().counts
    for mark in ("settled at start", "settled for another", "answered again"):
        assert counts[f"mark {mark}"] > 0, mark
