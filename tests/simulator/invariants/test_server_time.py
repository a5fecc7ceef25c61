"""A server whose clock is wrong is noticed."""

import pytest

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.invariants.server_time import ServerTime
from tests.simulator.invariants.story import (
    USER,
    Story,
    exchanged,
    minute,
    sole,
    utc,
    verdict,
    water_poll,
    world,
)
from tests.simulator.invariants.talk_story import answer, talk, told

NOON = minute(720)


def session(started_at: int) -> Story:
    """A study session that starts at noon, and when the server says it did."""
    answer = {"ok": True, "session": {"started_at": utc(started_at)}}
    return exchanged(NOON, "POST /api/stress/session/start", {"user_id": USER}, answer)


def test_the_right_time_is_accepted() -> None:
    """An answer that is given again keeps its old time."""
    judge = ServerTime(TzdataZones())
    again = water_poll(NOON + 5_000, reminds=True, key="a", said_at=NOON)
    stories = [world(), water_poll(NOON, reminds=True, key="a"), again, session(NOON)]
    assert verdict(judge, *stories) == []
    assert judge.cases == 2


def refused(at: int, key: str) -> Story:
    """The server cannot answer a poll, since its store fails."""
    answer = {"ok": False, "error": "No.", "code": "store_unavailable", "details": []}
    asked = {"user_id": USER}
    return exchanged(at, "GET /api/water/poll", asked, answer, status=503, key=key)


@pytest.mark.parametrize(
    ("fails", "key", "said_at", "is_fair"),
    [
        (True, "a", NOON - 5_000, True),
        (True, "a", NOON - 6_001, False),
        (True, "b", NOON - 5_000, False),
        (False, "a", NOON - 5_000, False),
    ],
)
def test_what_was_refused_may_have_been_stored(
    fails: bool, key: str, said_at: int, is_fair: bool
) -> None:
    """If the store failed, and the same is asked again."""
    fault = {"fault": "lost answer of the store", "who": "replace", "number": 1}
    faults: Story = [{"at": NOON - 5_000, "kind": "fault", **fault}] if fails else []
    again = water_poll(NOON, reminds=True, key="a", said_at=said_at)
    stories = [world(), faults, refused(NOON - 5_000, key), again]
    assert (verdict(ServerTime(TzdataZones()), *stories) == []) is is_fair


@pytest.mark.parametrize(
    "story",
    [
        water_poll(NOON, reminds=False, said_at=NOON + minute(480)),
        water_poll(NOON, reminds=False, said_at=NOON - 1_001),
        session(NOON - minute(60)),
    ],
)
def test_a_wrong_time_is_noticed(story: Story) -> None:
    """Ahead, behind, or of another zone."""
    words = sole(verdict(ServerTime(TzdataZones()), world(), story))
    assert "was answered at 2026-05-05 12:00:00+00:00" in words


@pytest.mark.parametrize(
    ("fails", "key", "is_fair"), [(True, "a", True), (True, "b", False), (False, "a", False)]
)
def test_what_was_said_and_refused_may_have_been_done(fails: bool, key: str, is_fair: bool) -> None:
    """What the pet did then keeps its time, if the same is said again under the same key."""
    fault = {"fault": "lost answer of the store", "who": "replace", "number": 1}
    faults: Story = [{"at": NOON - 5_000, "kind": "fault", **fault}] if fails else []
    failed = {"ok": False, "error": "No.", "code": "store_unavailable", "details": []}
    first = talk(NOON - 5_000, "Pomodoro!", failed, key=key, status=503)
    for refused_first in (first, told(NOON - 5_000, "Pomodoro!", [("error", failed)], key)):
        said = verdict(ServerTime(TzdataZones()), world(), faults, refused_first, started_again())
        assert (said == []) is is_fair


def started_again(said_at: int = NOON - 5_000) -> Story:
    """The pet is told to start a Pomodoro, and says since when it runs."""
    started = {"ok": True, "session": {"started_at": utc(said_at)}}
    deeds = [("start_pomodoro", {"cycles": 1}, started)]
    return talk(NOON, "Pomodoro!", answer("Pomodoro!", "It runs."), key="a", deeds=deeds)


@pytest.mark.parametrize(
    ("failure", "said_at", "is_fair"),
    [
        ("store_unavailable", NOON - 6_000, True),
        ("store_unavailable", NOON - 6_001, False),
        ("language_failed", NOON - 6_000, False),
    ],
)
def test_a_stream_that_broke_off_may_have_done_it(
    failure: str, said_at: int, is_fair: bool
) -> None:
    """If it says that it was for the store: not before that was asked for, give or take."""
    fault = {"fault": "lost answer of the store", "who": "replace", "number": 1}
    failed = {"ok": False, "error": "No.", "code": failure, "details": []}
    broken = told(NOON - 5_000, "Pomodoro!", [("error", failed)], "a")
    faults: Story = [{"at": NOON - 5_000, "kind": "fault", **fault}]
    judge = ServerTime(TzdataZones())
    said = verdict(judge, world(), faults, broken, started_again(said_at))
    assert (said == []) is is_fair
