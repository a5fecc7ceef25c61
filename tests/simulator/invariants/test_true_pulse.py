"""What the server measures is of somebody who is there, of whom it was asked to, and true."""

import json
from datetime import datetime

import pytest

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.invariants import Judge
from simulator.invariants.acknowledged_writes import AcknowledgedWrites
from simulator.invariants.break_prompts import BreakPrompts
from simulator.invariants.done_as_asked import DoneAsAsked
from simulator.invariants.no_server_error import NoServerError
from simulator.invariants.reports import Reports
from simulator.invariants.true_pulse import TruePulse
from tests.simulator.invariants.story import (
    PROMPT,
    SESSION,
    USER,
    Story,
    exchanged,
    minute,
    prompt_poll,
    session_end,
    sole,
    stored,
    study,
    utc,
    verdict,
    world,
)

SAMPLE = "11111111-1111-4111-8111-111111111111"
OTHER = "22222222-2222-4222-8222-222222222222"


def watched(at: int, session_id: str = SESSION, *, watch: bool = True) -> Story:
    """A study session starts, which the server is to measure or not."""
    session = json.loads(str(study(at, session_id)[1]["body"]))["session"]
    asked = {"user_id": USER, "watch": watch}
    answer = {"ok": True, "session": session}
    operation = "POST /api/stress/session/start"
    return exchanged(at, operation, asked, answer, who="phone", status=201)


def faces(from_min: float, until_min: float, bpm: float = 70.0, *, is_there: bool = True) -> Story:
    """A face in front of the camera, or none, as it is noted every ten seconds."""
    facts = {"kind": "face", "who": USER, "is_there": is_there, "breaths": 140}
    return [
        {"at": at, **facts, "bpm": round(10 * bpm)}
        for at in range(minute(from_min), minute(until_min), 10_000)
    ]


def document(at: int, pulse: float | None, session_id: str = SESSION, **facts: object) -> Story:
    """What is stored of a sample."""
    told = {"value": pulse, "timestamp": str(ms_of(at) * 1000)}
    metrics = {} if pulse is None else {"cardio": {"pulse_rate": told}}
    sample = {
        "sample_id": SAMPLE,
        "session_id": session_id,
        "user_id": USER,
        "captured_at": utc(at),
        "focus_score": 0.5,
        "stress_score": 0.9,
        "confidence": 1.0,
        "raw_metrics": {"estimator": "some-1", "readings": {}, "metrics": metrics},
    }
    return [{"at": at, "kind": "measured", "document": json.dumps({**sample, **facts})}]


def ms_of(at: int) -> int:
    """An instant of a story, in milliseconds since 1970."""
    return round(datetime.fromisoformat(utc(at)).timestamp() * 1000)


def test_a_true_pulse_is_no_offence() -> None:
    """And how far it is off is known."""
    judge = TruePulse()
    story = [watched(0), faces(0, 2), document(minute(2), 71.5), session_end(minute(3))]
    assert verdict(judge, *story) == []
    assert judge.cases == 1
    assert judge.median_error_bpm == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("pulse", "is_good"), [(75.1, False), (74.9, True), (64.9, False), (65.1, True)]
)
def test_a_pulse_that_nobody_had_is_noticed(pulse: float, is_good: bool) -> None:
    """Five beats are the limit, both ways."""
    said = verdict(TruePulse(), watched(0), faces(0, 2), document(minute(2), pulse))
    assert (said == []) is is_good
    if not is_good:
        assert f"a pulse of {float(pulse)}, which was 70.0 to 70.0" in said[0]


def test_a_pulse_of_a_moment_ago_is_true() -> None:
    """It is measured over a while. What is longer ago than a minute is not."""
    fast, slow = faces(0, 2, 90.0), faces(2, 3, 70.0)
    soon, late = document(minute(2.5), 89.0), document(minute(3.05), 89.0)
    judge = TruePulse()
    assert verdict(judge, watched(0), fast, slow[:3], soon) == []
    assert judge.median_error_bpm == 19.0
    assert "a pulse of 89.0" in sole(verdict(TruePulse(), watched(0), fast, slow, late))


def test_nobody_is_measured_who_is_not_there() -> None:
    """Two minutes after the face has left the picture it is too late."""
    gone = [*faces(0, 2), *faces(2, 5, is_there=False)]
    assert verdict(TruePulse(), watched(0), gone, document(minute(3.5), None)) == []
    words = sole(verdict(TruePulse(), watched(0), gone, document(minute(5), None)))
    assert "was measured of nobody" in words


def test_an_old_pulse_in_a_new_sample_is_not_judged() -> None:
    """It says when it was measured."""
    told = {"value": 99.0, "timestamp": str(ms_of(minute(1)) * 1000)}
    old = {"metrics": {"cardio": {"pulse_rate": told}}}
    story = document(minute(2), None, raw_metrics=old)
    judge = TruePulse()
    assert verdict(judge, watched(0), faces(0, 2), story) == []
    assert judge.cases == 1
    assert judge.median_error_bpm is None


@pytest.mark.parametrize(
    "story",
    [
        [watched(0, watch=False), faces(0, 2), document(minute(2), 70)],
        [watched(0), faces(0, 2), session_end(minute(1)), document(minute(2), 70)],
        [watched(0), faces(0, 2), document(minute(2), 70, OTHER)],
    ],
)
def test_only_what_was_asked_for_is_measured(story: list[Story]) -> None:
    """Not a session that is over, nor one that nobody wanted to be watched."""
    assert "which nobody wanted to be measured" in sole(verdict(TruePulse(), *story))


def test_who_sits_there_is_measured() -> None:
    """After three minutes at the latest, and then every two."""
    assert verdict(TruePulse(), watched(0), faces(0, 3)) == []
    assert "nothing has come" in sole(verdict(TruePulse(), watched(0), faces(0, 9)))
    often = [*faces(0, 2), *document(minute(2), 70), *faces(2, 4)]
    assert verdict(TruePulse(), watched(0), often) == []
    once = sole(verdict(TruePulse(), watched(0), often, faces(4, 9)))
    assert once.endswith("of a face that was there since 0 ms")


def test_who_comes_back_has_time_again() -> None:
    """What was missed while nobody sat there is not missed."""
    away = [*faces(0, 2), *document(minute(2), 70), *faces(2, 9, is_there=False)]
    assert verdict(TruePulse(), watched(0), away, faces(9, 12)) == []
    assert verdict(TruePulse(), watched(0), away, faces(9, 13))


# What is measured is judged by those who judge what is posted.


def high(until_min: int) -> Story:
    """Samples of high stress, one a minute from the first one on."""
    return [
        event
        for each in range(1, until_min + 1)
        for event in document(minute(each), 70.0, sample_id=f"{each:08}{SAMPLE[8:]}")
    ]


def test_a_prompt_is_due_when_stress_was_measured_high() -> None:
    """For ten minutes, as it would be if somebody had posted that."""
    before = prompt_poll(minute(10.9), None)
    judge, begins = BreakPrompts(TzdataZones()), [world(), study(0)]
    due = prompt_poll(minute(11.1), PROMPT, minute(11))
    assert verdict(judge, *begins, high(11)[:10], before, high(11)[10:], due) == []
    assert judge.due_at == [minute(11)]
    none = prompt_poll(minute(11.1), None)
    missing = sole(verdict(BreakPrompts(TzdataZones()), *begins, high(11), none))
    assert "shows no prompt" in missing
    early = prompt_poll(minute(9.5), PROMPT)
    undue = sole(verdict(BreakPrompts(TzdataZones()), *begins, high(9), early))
    assert "had not been high" in undue


def test_a_report_counts_what_was_measured() -> None:
    """Each sample once."""
    report = {
        "sample_count": 2,
        "average_focus": 0.5,
        "average_stress": 0.9,
        "peak_stress": 0.9,
        "lowest_focus": 0.5,
        "graph_points": [
            {"timestamp": utc(minute(each)), "focus_score": 0.5, "stress_score": 0.9}
            for each in (1, 2)
        ],
    }
    assert verdict(Reports(TzdataZones()), study(0), high(2), session_end(minute(3), report)) == []
    assert "sample_count is 2" in sole(
        verdict(Reports(TzdataZones()), study(0), high(3), session_end(minute(4), report))
    )


@pytest.mark.parametrize(
    ("held", "is_good"), [({}, True), ({"stress_score": 0.8}, False), (None, False)]
)
def test_what_was_measured_is_still_there_in_the_end(
    held: dict[str, object] | None, is_good: bool
) -> None:
    """As it was."""
    story = document(minute(1), 70.0)
    sample = {**json.loads(str(story[0]["document"])), **(held or {})}
    ends = [] if held is None else stored("focus_samples", sample)
    assert (verdict(AcknowledgedWrites(), story, ends) == []) is is_good


@pytest.mark.parametrize("judge", [NoServerError(), DoneAsAsked()])
def test_what_is_measured_is_no_exchange(judge: Judge) -> None:
    """Nobody asked for it; and that a session is watched is not repeated to who asks for it."""
    assert verdict(judge, document(minute(1), 70.0)) == []
    assert judge.cases == 0
    assert verdict(judge, watched(0)) == []
