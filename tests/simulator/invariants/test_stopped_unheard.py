"""A pet that is told to stop stops also a Pomodoro that began before, and is heard of only later.

In these stories the old one begins at noon and is known. Somebody tells the pet at twenty past to
start another one, the late one, and is answered that something went wrong; told again, the pet says
when it began. Meanwhile it is told to stop. Minutes are past noon.
"""

from collections.abc import Mapping, Sequence

import pytest

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.invariants.pomodoro_oracle import PomodoroOracle
from tests.simulator.invariants.story import (
    POMODORO,
    USER,
    Object,
    Story,
    clock,
    exchanged,
    past,
    pomodoro_active,
    pomodoro_set,
    pomodoro_status,
    sole,
    unheard,
    utc,
    verdict,
    world,
)
from tests.simulator.invariants.talk_story import BOB, answer, talk

OLDER = "88888888-9999-4999-8999-999999999999"
LATE = "99999999-9999-4999-8999-999999999999"
ONE_AND_ONE_MORE, ONE = 2, 1
MANY = 16
"""So many are stopped at once."""
FAILED = {"ok": False, "error": "No.", "code": "store_unavailable", "details": []}


def does(at: float, key: str, tool: str, result: Object, user_id: str = USER) -> Story:
    """The pet is told to do something, and does it."""
    deed: tuple[str, Object, Object] = (tool, {}, {"ok": True, **result})
    said = answer("Do it.", "Done.")
    return talk(past(at), "Do it.", said, user_id=user_id, key=key, deeds=(deed,))


def session(id: str, started_at: float, ended_at: float | None, user_id: str = USER) -> Object:
    """What the server says of a Pomodoro."""
    described: Object = {
        "session_id": id,
        "user_id": user_id,
        "focus_minutes": 25,
        "break_minutes": 5,
        "cycles": 2,
        "started_at": utc(past(started_at)),
        "ended_at": None if ended_at is None else utc(past(ended_at)),
        "status": "active" if ended_at is None else "completed",
    }
    return {"session": described}


def stop(at: float, count: int, key: str = "stop", *, first_at: float | None = None) -> Story:
    """The pet stops so many and tells of the one that began at noon; or did so at ``first_at``."""
    ended = session(POMODORO, 0, at if first_at is None else first_at)
    return does(at, key, "stop_pomodoro", {**ended, "stopped": count})


def in_vain(at: float, key: str = "late") -> Story:
    """The pet is told something, and something goes wrong that has nothing to do with it."""
    return talk(past(at), "Do it.", FAILED, key=key, status=503)


def hears(at: float, began_at: float) -> Story:
    """The pet is told again to start the late one, and says when it did so."""
    return does(at, "late", "start_pomodoro", session(LATE, began_at, None))


def died(at: float, key: str = "late") -> Story:
    """The pet is told something, and its server dies of it."""
    return unheard(in_vain(at, key))


def runs(at: float, phase: str, left_min: float, id: str = LATE) -> Story:
    """The server says that one runs, in its first cycle."""
    return pomodoro_status(past(at), phase, 1, round(left_min * 60), id)


def pressed(at: float) -> Story:
    """Somebody presses a button for it instead, twenty past, and hears of it only now."""
    asked: Object = {"user_id": USER}
    begun = {"ok": True, **session(LATE, 20, None)}
    key, operation = "late", "POST /api/breaks/pomodoro/start"
    return exchanged(past(at), operation, asked, begun, key=key, status=201)


def bobs(at: float) -> Story:
    """The pet stops all of another user."""
    ended = session("bobs", 0, at, BOB)
    return does(at, "bob", "stop_pomodoro", {**ended, "stopped": ONE_AND_ONE_MORE}, BOB)


OLD = pomodoro_set(past(0))
OTHER = pomodoro_set(past(10), OLDER, started_at=past(10))
OTHER_IN_DOUBT = [*OTHER, *unheard(pomodoro_set(past(15), OLDER, ended_at=past(15)))]
AGAIN = hears(22, 20)
CASES: Mapping[str, tuple[Sequence[Story], bool]] = {
    "it was one more": ([in_vain(20), stop(21, ONE_AND_ONE_MORE), hears(22, 20)], True),
    "no more than are known": ([in_vain(20), stop(21, ONE), hears(22, 20)], False),
    "the server died of it": ([died(20), stop(21, ONE_AND_ONE_MORE), hears(22, 20)], True),
    "asked again while it was stopped": (
        [in_vain(20), in_vain(20.5), stop(21, ONE_AND_ONE_MORE), hears(22, 20)],
        True,
    ),
    "and while it says when it began": (
        [
            *(in_vain(20), stop(21, ONE_AND_ONE_MORE)),
            [AGAIN[0], *died(22.1), *AGAIN[1:]],
        ],
        True,
    ),
    "it began at that instant": ([in_vain(20), stop(21, ONE_AND_ONE_MORE), hears(22, 21)], True),
    "it began afterwards": (
        [in_vain(20), stop(21, ONE_AND_ONE_MORE), in_vain(21.2), hears(22, 21.1)],
        False,
    ),
    "it began afterwards by a clock that was set back": (
        [in_vain(20), stop(21, ONE_AND_ONE_MORE), clock(21, -0.5), hears(22, 20.6)],
        True,
    ),
    "it was not yet asked for when the clock showed that": (
        [clock(0, -5), stop(19, ONE_AND_ONE_MORE), clock(19, 0), in_vain(20), hears(22, 14.5)],
        False,
    ),
    "all others were known": (
        [OTHER, unheard(pressed(20)), stop(21, ONE_AND_ONE_MORE), pressed(22)],
        False,
    ),
    "it was one more than the others": (
        [OTHER, unheard(pressed(20)), stop(21, 3), pressed(22)],
        True,
    ),
    "another one may have been over": (
        [OTHER_IN_DOUBT, unheard(pressed(20)), stop(21, ONE_AND_ONE_MORE), pressed(22)],
        True,
    ),
    "another one may have been over because of what was said": (
        [OTHER, in_vain(20), stop(21, ONE_AND_ONE_MORE), hears(22, 20)],
        True,
    ),
    "another one may have been over since an earlier time": (
        [
            *(died(9, "first"), OTHER, stop(12, ONE, "first"), unheard(pressed(20))),
            *(stop(21, ONE_AND_ONE_MORE), pressed(22)),
        ],
        True,
    ),
    "another one may have run out": (
        [
            *(OTHER, clock(11, 60), clock(12, 0), unheard(pressed(20))),
            *(stop(21, ONE_AND_ONE_MORE), pressed(22)),
        ],
        True,
    ),
    "it was seen to run before": (
        [
            in_vain(20),
            pomodoro_active(past(20.5), LATE, seconds=1470),
            stop(21, ONE_AND_ONE_MORE),
            hears(22, 20),
        ],
        True,
    ),
    "it was seen to run afterwards": (
        [
            in_vain(20),
            stop(21, ONE_AND_ONE_MORE),
            hears(22, 20),
            runs(23, "focus", 22),
        ],
        False,
    ),
    "told again, the pet stops no more": (
        [
            in_vain(20),
            stop(21, ONE_AND_ONE_MORE),
            stop(21.5, ONE_AND_ONE_MORE, first_at=21),
            hears(22, 21.2),
        ],
        False,
    ),
    "told anew, it may": (
        [
            in_vain(20),
            stop(21, ONE_AND_ONE_MORE),
            stop(21.5, ONE_AND_ONE_MORE, "anew", first_at=21),
            hears(22, 21.2),
        ],
        True,
    ),
    "somebody else's were stopped": ([in_vain(20), bobs(21), hears(22, 20)], False),
    "nobody knows whether they were stopped": (
        [in_vain(20), in_vain(21, "stop"), hears(26, 20)],
        True,
    ),
    "by then it was long known whether they were": (
        [in_vain(20), in_vain(21, "stop"), hears(26, 23.1)],
        False,
    ),
}
"""What happened, and whether the late one may be over at half past though nobody stopped it."""


@pytest.mark.parametrize("name", CASES)
def test_one_that_is_heard_of_late_may_have_been_stopped(name: str) -> None:
    """If it began before, and if more were stopped than are known."""
    stories, may_be = CASES[name]
    gone = (
        pomodoro_set(past(28), ended_at=past(28)),
        pomodoro_set(past(28), OLDER, ended_at=past(28)),
    )
    before = [world(), OLD, *stories, *gone]
    found = verdict(PomodoroOracle(TzdataZones()), *before, pomodoro_active(past(30), None))
    if may_be:
        assert found == []
    else:
        assert f"{LATE} is active, not None" in sole(found)


def test_it_may_run_as_well() -> None:
    """Nobody knows whether it was the one that was stopped."""
    before = [world(), OLD, in_vain(20), stop(21, ONE_AND_ONE_MORE), hears(22, 20)]
    active = pomodoro_active(past(30), LATE, seconds=15 * 60)
    assert verdict(PomodoroOracle(TzdataZones()), *before, active) == []


@pytest.mark.parametrize(("count", "is_right"), [(MANY, True), (MANY - 1, False)])
def test_of_very_many_not_all_are_stopped(count: int, is_right: bool) -> None:
    """Who has so many does not know which ones run on."""
    before = [world(), OLD, OTHER, stop(21, count)]
    still = pomodoro_active(past(30), OLDER, seconds=5 * 60)
    none = pomodoro_active(past(30), None)
    found = verdict(PomodoroOracle(TzdataZones()), *before, still)
    assert (found == []) is is_right, found
    assert verdict(PomodoroOracle(TzdataZones()), *before, none) == []


@pytest.mark.parametrize(("seen_at", "may_be"), [(20.5, True), (22, False)])
def test_one_that_ran_afterwards_was_not_stopped(seen_at: float, may_be: bool) -> None:
    """One that began while the pet stopped all may be over, until it is seen to run."""
    seen = runs(seen_at, "focus", 35 - seen_at, OLDER)
    stopped = [seen, stop(21, ONE)] if may_be else [stop(21, ONE), seen]
    before = [world(), OLD, died(9, "stop"), OTHER, *stopped]
    found = verdict(PomodoroOracle(TzdataZones()), *before, pomodoro_active(past(30), None))
    assert found == [] if may_be else f"{OLDER} is active, not None" in sole(found)
