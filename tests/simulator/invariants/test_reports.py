"""The judge of reports adds up the samples itself."""

import pytest

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.invariants.reports import Reports
from tests.simulator.invariants.story import (
    NO_SAMPLES,
    SESSION,
    Story,
    exchanged,
    minute,
    sample,
    session_end,
    sole,
    study,
    utc,
    verdict,
)

POINTS = (
    {"timestamp": utc(minute(1)), "focus_score": 0.4, "stress_score": 0.3},
    {"timestamp": utc(minute(2)), "focus_score": 0.7, "stress_score": 0.1},
    {"timestamp": utc(minute(3)), "focus_score": 0.9, "stress_score": 0.3},
)
REPORT = {
    "sample_count": 3,
    "average_focus": 0.667,
    "average_stress": 0.233,
    "peak_stress": 0.3,
    "lowest_focus": 0.4,
    "graph_points": POINTS,
}
NOTHING = {**NO_SAMPLES, "graph_points": []}
STUDIED = [
    study(0),
    sample(minute(2), 0.1, 0.7),
    sample(minute(4), 0.3, 0.4, captured_at=minute(1), key="a"),
    sample(minute(5), 0.3, 0.9, captured_at=minute(3)),
    sample(minute(6), 0.3, 0.4, captured_at=minute(1), key="a"),
]
"""Three samples, out of order, and one of them twice."""


def read(at: int, report: object, status: int = 200) -> Story:
    """Somebody looks at the report."""
    answer = {"session_id": SESSION, "user_id": "audrey", "report": report}
    operation = f"GET /api/stress/report/{SESSION.upper()}"
    return exchanged(minute(at), operation, {}, answer, who="phone", status=status)


def test_a_report_that_adds_up_is_accepted() -> None:
    """At the end, when read, and at a second end."""
    judge = Reports(TzdataZones())
    end = session_end(minute(60), REPORT)
    again = session_end(minute(62), REPORT, ended_at=minute(60))
    story = [read(30, None, 404), end, read(61, REPORT), again]
    assert verdict(judge, *STUDIED, *story) == []
    assert judge.cases == 6


def test_a_session_without_samples_comes_to_nothing() -> None:
    """Zeros and no points."""
    assert verdict(Reports(TzdataZones()), study(0), session_end(minute(60), NOTHING)) == []


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"sample_count": 4}, "sample_count is 4"),
        ({"average_focus": 0.666}, "average_focus is 0.666"),
        ({"average_stress": 0.234}, "average_stress is 0.234"),
        ({"peak_stress": 0.4}, "peak_stress is 0.4"),
        ({"lowest_focus": 0.7}, "lowest_focus is 0.7"),
        ({"graph_points": POINTS[::-1]}, "not in the order"),
        ({"graph_points": POINTS[:2]}, "a sample, but no graph point"),
        ({"graph_points": (POINTS[0], *POINTS)}, "a graph point, but no sample"),
        ({"graph_points": (*POINTS[:2], {**POINTS[2], "focus_score": 0.8})}, "but no sample"),
    ],
)
def test_a_report_that_does_not_add_up_is_noticed(wrong: dict[str, object], complaint: str) -> None:
    """At the end of the session, and when it is read afterwards."""
    bad = {**REPORT, **wrong}
    at_end = verdict(Reports(TzdataZones()), *STUDIED, session_end(minute(60), bad))
    when_read = verdict(
        Reports(TzdataZones()), *STUDIED, session_end(minute(60), REPORT), read(61, bad)
    )
    assert complaint in sole(at_end)
    assert complaint in sole(when_read)


@pytest.mark.parametrize(
    ("stories", "complaint"),
    [
        ([read(30, REPORT)], "before its end"),
        ([session_end(minute(60), REPORT), read(61, None, 404)], "there is no report"),
        ([session_end(minute(60), REPORT), session_end(minute(61), REPORT)], "ended at"),
    ],
)
def test_a_report_is_there_from_the_end_on(stories: list[Story], complaint: str) -> None:
    """Not before, never gone, and of one end only."""
    assert complaint in sole(verdict(Reports(TzdataZones()), *STUDIED, *stories))


def test_old_reports_are_forgotten() -> None:
    """The judge of a long world does not grow."""
    judge = Reports(TzdataZones())
    ids = [f"{SESSION[:-2]}{number:02}" for number in range(30)]
    story = [
        [*study(minute(at), id), *session_end(minute(at), NOTHING, session_id=id)]
        for at, id in enumerate(ids)
    ]
    assert verdict(judge, *story) == []
    assert len(judge._ended) == 20
    assert not judge._running


def test_a_stranger_is_not_told_of_a_report() -> None:
    """Whether he should be is for another judge to say."""
    refused = exchanged(
        minute(61), f"GET /api/stress/report/{SESSION}", {}, {}, who="stranger/x", status=404
    )
    assert verdict(Reports(TzdataZones()), *STUDIED, session_end(minute(60), REPORT), refused) == []
