"""What a pet does because it was told to is judged like what somebody asked a server for."""

from collections.abc import Mapping

import pytest

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.invariants import Judge
from simulator.invariants.acknowledged_writes import AcknowledgedWrites
from simulator.invariants.done_as_asked import DoneAsAsked
from simulator.invariants.no_server_error import NoServerError
from simulator.invariants.pomodoro_oracle import PomodoroOracle
from simulator.invariants.reports import Reports
from simulator.invariants.server_time import ServerTime
from simulator.invariants.water_promises import WaterPromises
from tests.simulator.invariants.story import (
    POMODORO,
    SESSION,
    USER,
    Object,
    Story,
    minute,
    pomodoro_active,
    pomodoro_set,
    sample,
    schedule,
    sole,
    stored,
    study,
    utc,
    verdict,
    water_poll,
    world,
)
from tests.simulator.invariants.talk_story import POMODORO_RESULT, answer, talk

START = ("start_pomodoro", {"focus_minutes": 30}, POMODORO_RESULT)
REFUSED: tuple[str, Object, Object] = ("start_pomodoro", {}, {"ok": False, "error": "not now"})
FIGURES: Mapping[str, object] = {
    "sample_count": 1,
    "average_focus": 0.5,
    "average_stress": 0.9,
    "peak_stress": 0.9,
    "lowest_focus": 0.5,
}


def told(*deeds: tuple[str, Object, Object], at: int = 1000, key: str | None = None) -> Story:
    """The user says something, and the pet does these things."""
    return talk(at, "Do it.", answer("Do it.", "Done."), deeds=deeds, key=key)


def ended(report: Object) -> tuple[str, Object, Object]:
    """The pet ends the study session."""
    result = {"ok": True, "session_id": SESSION, "ended_at": utc(minute(9)), "report": report}
    return ("end_study_session", {}, result)


def changed(interval: int, **asked: object) -> tuple[str, Object, Object]:
    """The pet changes the water schedule."""
    said = {"user_id": USER, "timezone": "UTC", "start_time": "00:00", "end_time": "23:00"}
    result = {"ok": True, "schedule": {**said, "interval_min": interval, "enabled": True}}
    return ("set_water_schedule", asked, result)


def test_a_pomodoro_begun_by_talk_runs() -> None:
    """From the moment when it was begun, which is before the answer."""
    runs = pomodoro_active(1000, POMODORO, seconds=1800)
    assert verdict(PomodoroOracle(TzdataZones()), told(START), runs) == []
    assert verdict(PomodoroOracle(TzdataZones()), world(), told(START)[:2], runs) == []
    none = pomodoro_active(1000, None)
    assert f"{POMODORO} is active, not None" in sole(
        verdict(PomodoroOracle(TzdataZones()), told(START), none)
    )


def test_a_pomodoro_ended_by_talk_is_over() -> None:
    """A stop is one, whoever says it."""
    session = POMODORO_RESULT["session"]
    assert isinstance(session, dict)
    over = {"ok": True, "session": {**session, "ended_at": utc(60_000), "status": "completed"}}
    stop = told(("stop_pomodoro", {}, over), at=60_000)
    stories = [told(START), stop, pomodoro_active(60_000, None)]
    assert verdict(PomodoroOracle(TzdataZones()), *stories) == []
    assert verdict(PomodoroOracle(TzdataZones()), stories[0], stories[2])


def test_what_was_refused_is_no_deed() -> None:
    """Nor is what was only looked up, or done for a request that nobody knows."""
    reads: tuple[str, Object, Object] = ("read_pomodoro", {}, {"ok": True, "active": False})
    strange = told(START)[1:2]
    for story in (told(REFUSED), told(reads), strange):
        judge = DoneAsAsked()
        assert verdict(judge, story) == []
        assert judge.cases == 0


def test_a_deed_is_held_against_what_was_said() -> None:
    """Argument by argument."""
    judge = DoneAsAsked()
    assert verdict(judge, told(START), told(changed(45, interval_min=45))) == []
    assert judge.cases == 4
    words = sole(verdict(DoneAsAsked(), told(changed(60, interval_min=45))))
    assert "interval_min should be 45, the server says 60" in words


@pytest.mark.parametrize(
    ("judge", "stories"),
    [
        (AcknowledgedWrites(), [told(START)]),
        (AcknowledgedWrites(), [told(changed(45))]),
        (ServerTime(TzdataZones()), [world(), told(START, at=minute(5))]),
        (WaterPromises(TzdataZones()), [told(changed(45)), water_poll(1000, reminds=False)]),
    ],
)
def test_a_deed_that_is_not_true_is_noticed(judge: Judge, stories: list[Story]) -> None:
    """Nothing is stored, it began at another time, it reminds of nothing."""
    assert verdict(judge, *stories)


def test_a_deed_is_stored_once() -> None:
    """A Pomodoro that a second attempt began for the same key is one too many."""
    session = POMODORO_RESULT["session"]
    assert isinstance(session, dict)
    held = stored("pomodoro_sessions", session)
    assert verdict(AcknowledgedWrites(), told(START, key="a"), told(START, key="a"), held) == []
    other = stored("pomodoro_sessions", {**session, "session_id": SESSION})
    assert "never acknowledged" in sole(verdict(AcknowledgedWrites(), told(START), held, other))


def test_a_schedule_said_again_is_not_the_newest() -> None:
    """Its key is that of what was said; another deed of the same turn has one of its own."""
    first = told(changed(45), key="a")
    again = told(changed(45), key="a")
    read = {"timezone": "UTC", "start_time": "09:00", "end_time": "22:00", "interval_min": 60}
    stories = [first, schedule(interval=60), again]
    fine = stored("water_schedules", {"user_id": USER, **read, "enabled": True})
    assert verdict(AcknowledgedWrites(), *stories, fine) == []
    both = told(changed(45), changed(60), key="b")
    judge = WaterPromises(TzdataZones())
    polls = [
        water_poll(1000, reminds=True),
        water_poll(1000 + minute(50), reminds=False),
        water_poll(1000 + minute(60), reminds=True),
    ]
    assert verdict(judge, both, *polls) == []


def test_a_report_that_the_pet_tells_is_compared() -> None:
    """Its figures, for it has no graph."""
    before = [study(0), sample(minute(1))]
    assert verdict(Reports(TzdataZones()), *before, told(ended(FIGURES))) == []
    wrong = {**FIGURES, "average_focus": 0.7}
    words = sole(verdict(Reports(TzdataZones()), *before, told(ended(wrong))))
    assert "average_focus is 0.7, the samples come to 0.5" in words


def test_what_is_said_again_ends_nothing_that_began_since() -> None:
    """It was done when it was said for the first time, whichever of the two is answered first."""
    other = "c0ffee00-0000-4000-8000-000000000000"
    nothing = {"sample_count": 0, **dict.fromkeys(_SCORES, 0)}
    end = ended(nothing)
    last: tuple[str, Object, Object] = (
        "end_study_session",
        {},
        {**end[2], "session_id": other, "report": FIGURES},
    )
    done = told(end, at=minute(9), key="k")
    begun = [study(minute(10), other), told(end, at=minute(11), key="k")]
    story = [*begun, sample(minute(12), session_id=other), told(last, at=minute(20))]
    assert verdict(Reports(TzdataZones()), study(0), done, *story) == []
    assert "the samples come to 0" in verdict(Reports(TzdataZones()), study(0), *story)[0]


def test_a_session_that_the_pet_ends_is_stored_as_ended() -> None:
    """With a report, whatever is in its graph."""
    report = {**FIGURES, "graph_points": [1, 2]}
    documents = [
        stored("focus_sessions", {"session_id": SESSION, "ended_at": utc(minute(9)), "status": s})
        + stored("focus_reports", {"session_id": SESSION, "report": report})
        for s in ("completed", "active")
    ]
    deed = told(ended(FIGURES))
    assert verdict(AcknowledgedWrites(), deed, documents[0]) == []
    assert "status" in sole(verdict(AcknowledgedWrites(), deed, documents[1]))
    assert "is not stored" in verdict(AcknowledgedWrites(), deed)[0]


def test_a_deed_is_no_exchange_of_its_own() -> None:
    """Who judges every exchange does not see it."""
    judge = NoServerError()
    assert verdict(judge, told(START)) == []
    assert judge.cases == 1


def test_a_press_is_needed_by_pets_only() -> None:
    """A Pomodoro on the pet begins by a press; one begun by talk by none."""
    assert verdict(DoneAsAsked(), told(START), pomodoro_set(minute(720))) == []


def test_a_pet_stops_all_pomodoros_that_run() -> None:
    """It tells of the newest; whoever says that another one still runs is wrong."""
    session = POMODORO_RESULT["session"]
    assert isinstance(session, dict)
    over = {**session, "status": "completed", "ended_at": utc(60_000)}
    two = world(), told(START), pomodoro_set(2_000, "p2", started_at=2_000)
    stop = told(("stop_pomodoro", {}, {"ok": True, "session": over, "stopped": 2}), at=60_000)
    none_runs, one_runs = (pomodoro_active(61_000, id) for id in (None, "p2"))
    assert verdict(PomodoroOracle(TzdataZones()), *two, stop, none_runs) == []
    assert "None is active, not p2" in sole(
        verdict(PomodoroOracle(TzdataZones()), *two, stop, one_runs)
    )


_SCORES = ("average_focus", "average_stress", "peak_stress", "lowest_focus")
