"""A pet that is told to stop stops all Pomodoros, and says when the newest ended.

If something goes wrong in between it does the rest when it is told again. The older one of these
stories begins at noon (its second cycle at half past, its end is at one), the newer one at 12:20.
"""

from collections.abc import Mapping, Sequence

import pytest

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.invariants.pomodoro_oracle import PomodoroOracle
from tests.simulator.invariants.story import (
    USER,
    Object,
    Story,
    clock,
    past,
    pomodoro_set,
    pomodoro_status,
    sole,
    utc,
    verdict,
    world,
)
from tests.simulator.invariants.talk_story import answer, talk

NEWER = "99999999-9999-4999-8999-999999999999"


def stop(at: float, ended_at: float, key: str = "stop", newest: str = NEWER) -> Story:
    """The pet is told to stop, and says when the newest has ended."""
    session: Object = {
        "session_id": newest,
        "user_id": USER,
        "focus_minutes": 25,
        "break_minutes": 5,
        "cycles": 2,
        "started_at": utc(past(20)),
        "ended_at": utc(past(ended_at)),
        "status": "completed",
    }
    deed: tuple[str, Object, Object] = (
        "stop_pomodoro",
        {},
        {"ok": True, "session": session, "stopped": 2},
    )
    return talk(past(at), "Stop.", answer("Stop.", "Done."), key=key, deeds=(deed,))


def in_vain(at: float, key: str = "stop") -> Story:
    """The pet is told to stop, and its server dies of it."""
    asked = stop(at, at, key)[0]
    return [asked, {"at": asked["at"], "kind": "dropped", "id": asked["id"], "why": "died"}]


def stop_in_vain(at: float) -> Story:
    """Somebody stops the older one, and the server dies of it."""
    asked = pomodoro_set(past(at), ended_at=past(at))[0]
    return [asked, {"at": asked["at"], "kind": "dropped", "id": asked["id"], "why": "died"}]


def stands(at: float, phase: str, cycle: int, left_min: float = 0) -> Story:
    """Where the server says that the older one stands."""
    return pomodoro_status(past(at), phase, cycle, round(left_min * 60))


OLDER = pomodoro_set(past(0))
BOTH = [OLDER, pomodoro_set(past(20), NEWER, started_at=past(20))]
OVER_IN_1, OVER_IN_2 = (stands(80, "completed", cycle) for cycle in (1, 2))
CASES: Mapping[str, tuple[Sequence[Story], set[int]]] = {
    "told once": ([*BOTH, stop(35, 35)], {2}),
    "told again in the same cycle": ([*BOTH, in_vain(21), stop(29, 21)], {1}),
    "told again when the next one has begun": ([*BOTH, in_vain(21), stop(30, 21)], {1, 2}),
    "told again an instant before": ([*BOTH, in_vain(21), stop(29.999, 21)], {1}),
    "both in the second": ([*BOTH, in_vain(30), stop(35, 30)], {2}),
    "asked for in the first, done in the second": ([*BOTH, in_vain(29), stop(35, 31)], {2}),
    "told again when its time is over": ([*BOTH, in_vain(21), stop(70, 21)], {1, 2}),
    "seen to run in the first": (
        [*BOTH, in_vain(21), stands(29, "break", 1, 1), stop(35, 21)],
        {1, 2},
    ),
    "seen to run in the second": (
        [*BOTH, in_vain(21), stands(31, "focus", 2, 24), stop(35, 21)],
        {2},
    ),
    "it may have been stopped before": ([*BOTH, stop_in_vain(25), stop(35, 35)], {1, 2}),
    "so it may, but it ran later": (
        [*BOTH, stop_in_vain(25), stands(31, "focus", 2, 24), stop(35, 35)],
        {2},
    ),
    "it may have been stopped before, in the same cycle": (
        [*BOTH, stop_in_vain(31), stop(35, 35)],
        {2},
    ),
    "it was begun while another stop was told again": (
        [in_vain(-1, "a"), OLDER, stop(1, -1, "a", "oldest"), BOTH[1], stop(35, 35)],
        {1, 2},
    ),
    "the clock was set back before it was told again": (
        [*BOTH, in_vain(31), clock(32, -5), stop(33, 31)],
        {1, 2},
    ),
    "the clock was set back, but not to before half past": (
        [*BOTH, in_vain(33), clock(34, -4), stop(36, 33)],
        {2},
    ),
    "the clock was set back before it was told once": ([*BOTH, clock(34, -5), stop(36, 31)], {2}),
    "it may have run out on a clock that was set back": (
        [*BOTH, clock(22, 60), clock(23, 0), stop(29, 29)],
        {1, 2},
    ),
    "so it may, but it ran later and was stopped": (
        [*BOTH, clock(22, 60), clock(23, 0), stands(24, "focus", 1, 1), stop(29, 29)],
        {1},
    ),
}
"""What happened, and in which cycles the older one may have been over."""


@pytest.mark.parametrize("name", CASES)
def test_the_others_end_when_it_is_told_again(name: str) -> None:
    """Or before, and in no cycle in which that cannot have been."""
    stories, cycles = CASES[name]
    for cycle, over in ((1, OVER_IN_1), (2, OVER_IN_2)):
        found = verdict(PomodoroOracle(TzdataZones()), world(), *stories, over)
        assert (found == []) is (cycle in cycles), found
    runs = stands(81, "focus", 2, 9)
    assert verdict(PomodoroOracle(TzdataZones()), world(), *stories, runs)


def test_they_end_once() -> None:
    """Who has heard in which cycle hears of no other one."""
    before = [world(), *BOTH, in_vain(21), stop(35, 21)]
    for first, other in ((OVER_IN_1, OVER_IN_2), (OVER_IN_2, OVER_IN_1)):
        assert verdict(PomodoroOracle(TzdataZones()), *before, first, first) == []
        said = verdict(PomodoroOracle(TzdataZones()), *before, first, other)
        assert "the oracle says: ('completed', " in sole(said)


def test_what_is_said_of_the_end_itself_counts() -> None:
    """Told to stop the other one alone, the server says when it was."""
    before = [world(), *BOTH, in_vain(21), stop(35, 21)]
    for ended_at, is_first in ((22, True), (31, False)):
        alone = pomodoro_set(past(40), ended_at=past(ended_at))
        found = verdict(PomodoroOracle(TzdataZones()), *before, alone, OVER_IN_1)
        assert (found == []) is is_first
