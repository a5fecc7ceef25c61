"""A morning in front of a camera, from pixels to a break prompt: judged, and the same each time.

It takes a minute: the code that ships looks at each of some 19,000 pictures.
"""

import pytest

from tests.sweep.days import CameraMinute, Morning, Pool

MINUTE_MS = 60_000
BEGINS, HARD, ENDS = (9 * 60, 9 * 60 + 8, 9 * 60 + 40)


@pytest.mark.parametrize("jobs", [(Morning(),)], ids=["morning"])
def test_a_morning_in_front_of_a_camera(lived: Pool, jobs: tuple[Morning]) -> None:
    """One prompt, and in time; the pulse is true."""
    told = lived(jobs[0])
    assert told.code == 0
    assert "the server watches their faces" in told.said
    assert "measured pulse off by (median)" in told.said
    summary = told.summary
    assert summary["camera"] is True
    assert isinstance(summary["pulse_error_bpm"], float)
    assert summary["pulse_error_bpm"] < 1.5
    counts, due = summary["counts"], summary["prompts_due_at_ms"]
    assert isinstance(counts, dict)
    assert counts["student accepts the prompt"] == 1
    assert counts["measured"] == counts["stored focus_samples"]
    assert isinstance(due, list)
    assert len(due) == 1
    assert (HARD + 10) * MINUTE_MS < due[0] < ENDS * MINUTE_MS


@pytest.mark.parametrize("jobs", [(CameraMinute(1), CameraMinute(2))], ids=["minute"])
def test_the_same_pictures_are_the_same_day(lived: Pool, jobs: tuple[CameraMinute, ...]) -> None:
    """To the last byte, on one machine."""
    assert len({lived(job).digest for job in jobs}) == 1
