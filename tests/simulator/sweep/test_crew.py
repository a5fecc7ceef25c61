"""A crew of processes: all jobs are done, each in its place; who fails stops nobody."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.crew import Crew, Failure, done_by_all
from simulator.evaluation.crew import NotDone, all_done
from tests.simulator.sweep.doing import (
    DIES,
    HANGS,
    RAISES,
    Gated,
    doubled,
    doubled_in_time,
    patience,
)

ROOM = Path(__file__).parents[3]
GIVEN_UP = Failure("it never ended: given up after 0 s")


def test_who_raises_or_dies_stops_nobody() -> None:
    """Two processes, of which one dies: another takes its place."""
    jobs = [1, DIES, 2, RAISES, 3]
    done = dict(done_by_all(doubled, jobs, processes=2))
    assert sorted(done) == [0, 1, 2, 3, 4]
    assert done[1] == Failure("its process died (SIGKILL)")
    raised = done[3]
    assert isinstance(raised, Failure)
    assert raised.words.startswith("ValueError: thirteen (doing.py:")
    assert [done[place] for place in (0, 2, 4)] == [2, 4, 6]


def test_who_never_ends_is_given_up() -> None:
    """It is a failure, its process is gone, and another one goes on with the rest."""
    jobs = [1, HANGS, 2, HANGS]
    done = dict(done_by_all(doubled, jobs, processes=1, patience=patience))
    assert done == {0: 2, 1: GIVEN_UP, 2: 4, 3: GIVEN_UP}


def test_the_order_is_that_of_the_jobs(tmp_path: Path) -> None:
    """Also if the first is done last."""
    gates = [tmp_path / name for name in "abc"]
    jobs = [Gated(1, gate=gates[1]), Gated(2, gates[2], opens=gates[1]), Gated(3, opens=gates[2])]
    with Crew(doubled_in_time, processes=3) as crew:
        assert [_number(done) for done in crew.done_in_order(jobs)] == [2, 4, 6]


def test_who_fails_has_his_place_in_the_order() -> None:
    """And whoever stands in for him goes on."""
    with Crew(doubled, processes=1, patience=patience) as crew:
        assert [*crew.done_in_order([1, HANGS, 2])] == [2, GIVEN_UP, 4]
        assert [*crew.done_in_order([DIES, 3])] == [Failure("its process died (SIGKILL)"), 6]


def test_who_is_hired_stays_and_tells_nothing_of_what_nobody_wants_any_more(
    tmp_path: Path,
) -> None:
    """He is still at what was asked for before, and comes to the new job when that is done."""
    gate = tmp_path / "gate"
    with Crew(doubled_in_time, processes=1) as crew:
        first = next(crew.done_in_order([Gated(1), Gated(2, gate)]))
        gate.touch()
        second = list(crew.done([Gated(3)]))
    assert not isinstance(first, Failure)
    assert second == [(0, (6, first[1]))]


def _number(done: tuple[int, int] | Failure) -> int:
    assert not isinstance(done, Failure)
    return done[0]


def test_nobody_outlives_who_started_it() -> None:
    """Not even if that one is killed, and had no time to say goodbye."""
    code = (
        "from simulator.crew import done_by_all\n"
        "from tests.simulator.sweep.doing import HANGS, named\n"
        "for _, number in done_by_all(named, [1, HANGS], processes=1):\n"
        "    print(number, flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOM, stdout=subprocess.PIPE, text=True
    ) as started:
        assert started.stdout is not None
        child = int(started.stdout.readline())
        started.kill()
        try:
            # Whoever holds the other end of its output is alive.
            assert started.communicate(timeout=60)[0] == ""
        except subprocess.TimeoutExpired:
            os.kill(child, signal.SIGKILL)
            raise


def test_time_is_up() -> None:
    """What is not done by then is given up; also jobs that never end."""
    assert list(done_by_all(doubled, range(1_000_000), processes=1, seconds=0.001)) == []


def test_the_one_who_needs_all_of_them_is_told() -> None:
    """A figure of which a part is missing is no figure."""
    with pytest.raises(NotDone, match="job 2 of 2: ValueError: thirteen"):
        all_done(doubled, [1, RAISES])
