"""What happened, in plain words."""

import pytest

from simulator.report.counting import figures
from simulator.report.sentences import counted, days, duration, headline, times
from simulator.report.telling import tell
from simulator.report.verdicts import judgement
from simulator.report.wall import wall_at
from tests.simulator.report.conftest import Write, sample, served, student, truth

WALL = wall_at("2026-03-02", "America/Vancouver")


def test_a_day_in_a_few_sentences(write: Write) -> None:
    """Study, water, network, journey, neighbours."""
    due = {"remind_now": True}
    told = tell(
        write(
            student(9, "starts to study", label="Math"),
            student(10.5, "ends the session", label="Math"),
            *served(9, 1, "GET /api/water/poll", due, key="a"),
            *served(10, 2, "GET /api/water/poll", due, key="b"),
            student(9.1, "drinks", after_s=360, late=False),
            student(10.1, "ignores the reminder"),
            {"at": 36_000_000, "kind": "cut", "until": 37_800_000},
            student(20, "arrives", where="Europe/London"),
            {"at": 75_000_000, "kind": "student", "who": "bob", "does": "wakes"},
        )
    )
    assert headline(told) == [
        "On Monday 2 March 2026 Audrey studied 1 h 30 min in one session.",
        "The pet said twice that it was time to drink: Audrey drank soon once and ignored it once.",
        "The Wi-Fi was gone once, for 30 min in all.",
        "From 20:00 on Audrey lives by the clock of Europe/London, 8 h ahead.",
        "One more student lives in this world; this report tells the first one's story.",
    ]


def test_a_day_without_anything(write: Write) -> None:
    """Nothing is said of what did not happen."""
    assert headline(tell(write(student(9, "wakes")))) == [
        "On Monday 2 March 2026 Audrey did not study."
    ]


@pytest.mark.parametrize(
    ("hours", "date", "words"),
    [
        (24, "2026-03-02", "Monday 2 March 2026"),
        (48, "2026-03-02", "Monday 2 to Tuesday 3 March 2026"),
        (48, "2026-12-31", "Thursday 31 December 2026 to Friday 1 January 2027"),
    ],
)
def test_days(write: Write, hours: int, date: str, words: str) -> None:
    """Month and year are said once if they are the same."""
    assert days(tell(write(hours=hours, date=date))) == words


def test_how_often_and_how_long() -> None:
    """As people say it."""
    assert [times(number) for number in (1, 2, 3, 14)] == [
        "once",
        "twice",
        "three times",
        "14 times",
    ]
    assert counted(1, "session", "sessions") == "one session"
    spans = (10_000, 60_000, 3_600_000, 4_200_000)
    assert [duration(ms) for ms in spans] == ["10 s", "1 min", "1 h", "1 h 10 min"]


def test_readings_are_compared_with_the_truth_before_them(write: Write) -> None:
    """How far the camera was off."""
    told = tell(
        write(
            truth(8.99, "studying", 700, 200),
            truth(9.01, "studying", 0, 0),
            *sample(9, 1, "2026-03-02T17:00:00", focus_score=0.6, stress_score=0.25),
        )
    )
    found = {figure.name: figure.value for figure in figures(told, {"wall_seconds": 8.64})}
    assert (found["posted focus was off by"], found["posted stress was off by"]) == ("0.10", "0.05")
    assert found["requests sent"] == "1"
    assert found["time to simulate"] == "8.6 s"


def test_who_saw_no_case_has_not_acquitted() -> None:
    """And of many objections some are shown."""
    kept = {"name": "a", "cases": 1200, "objections": []}
    blind = {"name": "b", "cases": 0, "objections": []}
    angry = {"name": "c", "cases": 9, "objections": [{"at_ms": 32_400_000, "words": "no"}] * 7}
    good = judgement({"judges": [kept]}, WALL)
    assert (good.is_good, "1,200 cases" in good.words) == (True, True)
    bad = judgement({"judges": [kept, blind, angry]}, WALL)
    assert (bad.is_good, bad.words) == (False, "Broken: c. Saw nothing to judge: b.")
    verdict = bad.verdicts[2]
    assert (verdict.objections[0].clock, len(verdict.objections), verdict.more) == ("09:00", 5, 2)


def test_without_judges_nothing_was_kept() -> None:
    """Nobody looked."""
    assert not judgement({"judges": []}, WALL).is_good
