"""A pulse that is told now as this stress and now as that one is noticed."""

from simulator.invariants.even_scores import EvenScores
from tests.simulator.invariants.story import Story, exchanged, sole, verdict

ONE, OTHER = "4fd31b3c-7b3d-4cce-90cf-c7c63e16d9eb", "5fd31b3c-7b3d-4cce-90cf-c7c63e16d9eb"


def felt(
    at: int,
    bpm: float,
    stress: float | None,
    session_id: str = ONE,
    *,
    is_sure: bool = True,
    breath: float | None = None,
) -> Story:
    """Somebody posts a pulse, and is told of this stress."""
    pulse = {"value": bpm, "stable": is_sure, "confidence": 95, "timestamp": "1772301898000000"}
    metrics: dict[str, object] = {"cardio": {"pulse_rate": pulse}}
    if breath is not None:
        metrics["breathing"] = {"rate": {"value": breath}}
    asked = {"session_id": session_id, "metrics": metrics}
    answered = {"ok": True, "sample_id": None, "stress_score": stress}
    return exchanged(at, "POST /api/stress/metrics", asked, answered, who="app/ada")


def test_the_same_pulse_is_the_same_stress() -> None:
    """In one session, unless nothing is known; another may begin when something else is usual."""
    judge = EvenScores()
    fine = felt(1, 80.0, 0.4), felt(2, 80.0, 0.4), felt(3, 80.0, None), felt(4, 80.0, 0.5, OTHER)
    assert verdict(judge, *fine) == []
    assert judge.cases
    words = sole(verdict(EvenScores(), felt(1, 80.0, 0.4), felt(2, 80.0, 0.39)))
    assert "a pulse of 80.0" in words
    assert "is a stress of 0.39, and was one of 0.4" in words


def test_a_quick_pulse_is_no_rest() -> None:
    """Nor is a slow one none, whoever has it."""
    assert "a pulse of 150.0" in sole(verdict(EvenScores(), felt(1, 150.0, 0.1)))
    assert "a pulse of 40.0" in sole(verdict(EvenScores(), felt(1, 40.0, 0.9)))
    assert verdict(EvenScores(), felt(1, 150.0, 1), felt(2, 40.0, 0, OTHER)) == []


def test_of_several_readings_nobody_knows() -> None:
    """What was posted beside it has its part in the score."""
    assert verdict(EvenScores(), felt(1, 80.0, 0.4), felt(2, 90.0, 0.5)) == []
    assert verdict(EvenScores(), felt(1, 80.0, 0.4, breath=12.0), felt(2, 80.0, 0.5)) == []


def test_what_is_not_sure_moves_nothing() -> None:
    """Neither a score that is known nor one that is not."""
    unsure = felt(2, 120.0, 0.4, is_sure=False)
    assert verdict(EvenScores(), felt(1, 80.0, 0.4), unsure) == []
    assert "nothing sure is known" in sole(verdict(EvenScores(), unsure))
    moved = felt(2, 120.0, 0.6, is_sure=False)
    assert "and was one of 0.4" in sole(verdict(EvenScores(), felt(1, 80.0, 0.4), moved))
