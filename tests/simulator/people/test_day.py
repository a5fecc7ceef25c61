"""A day of a student with the real pet and the real server."""

import io
import json
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from simulator.device.options import DeviceOptions
from simulator.kernel.trace import Event, number, words
from simulator.network.weather import Weather
from simulator.scenarios.scenario import Scenario
from simulator.world import World, run
from tests.simulator.people.rooms import (
    BUSY,
    BUSY_WATER,
    HOUR_MS,
    MINUTE_MS,
    VANCOUVER_MIDNIGHT,
    bodies,
    requests,
)


def lived(seed: int, weather: Weather) -> list[Event]:
    """A busy day in Vancouver with the real pet and the real server."""
    scenario = Scenario(
        title="A busy day",
        date=date(2026, 3, 2),
        zone="America/Vancouver",
        timetable=BUSY,
        water=BUSY_WATER,
        network=weather,
        device=DeviceOptions(polling="next"),
    )
    trace = io.BytesIO()
    run(World(seed=seed, scenario=scenario), trace)
    return [json.loads(line) for line in trace.getvalue().splitlines()]


@pytest.fixture(scope="module")
def day() -> list[Event]:
    """What happened on a busy day."""
    return lived(5, Weather())


def deeds(events: list[Event], *does: str) -> list[Event]:
    """What the student did, of these kinds or of all."""
    students = [event for event in events if event["kind"] == "student"]
    return [event for event in students if not does or event["does"] in does]


def test_a_busy_day_has_everything(day: list[Event]) -> None:
    """Counted: late and early drinks, ignored ones, each answer to a prompt, and all the rest."""
    did = Counter(str(event["does"]) for event in deeds(day))
    expected = {"wakes": 1, "goes to bed": 1, "starts to study": 3, "ends the session": 3}
    expected |= {"leaves": 2, "arrives": 2, "changes the water schedule": 1}
    assert {name: did[name] for name in expected} == expected
    for name in ("ignores the reminder", "starts a Pomodoro", "asks for encouragement"):
        assert did[name] > 0, name
    for answer in ("accepts the prompt", "dismisses the prompt", "ignores the prompt"):
        assert did[answer] > 0, answer
    assert did["takes a break"] == did["accepts the prompt"]
    assert {event["late"] for event in deeds(day, "drinks")} == {False, True}
    order = [str(event["does"]) for event in deeds(day)]
    assert (order[0], order[-1]) == ("wakes", "goes to bed")


def test_sessions_are_as_long_as_planned(day: list[Event]) -> None:
    """Each sets out up to ten minutes late; together they last more than five hours."""
    starts, ends = deeds(day, "starts to study"), deeds(day, "ends the session")
    lengths = [
        number(end, "at") - number(start, "at") for start, end in zip(starts, ends, strict=True)
    ]
    assert lengths == [study.minutes * MINUTE_MS for study in BUSY.study]
    assert sum(lengths) >= 5 * HOUR_MS
    planned = [study.start.hour * 60 + study.start.minute for study in BUSY.study]
    late = [
        number(start, "at") // MINUTE_MS - then for start, then in zip(starts, planned, strict=True)
    ]
    assert all(0 <= minutes <= 10 for minutes in late)
    assert any(late)


def test_the_camera_sees_the_student_but_not_the_break(day: list[Event]) -> None:
    """A sample a minute, each at its own time, none while nobody sits there."""
    samples = bodies(day, "/api/stress/sample")
    began = VANCOUVER_MIDNIGHT
    at_ms = [
        (datetime.fromisoformat(str(sample["captured_at"])) - began) // timedelta(milliseconds=1)
        for sample in samples
    ]
    assert len(set(at_ms)) == len(at_ms)
    assert 280 < len(at_ms) < 320
    breaks = deeds(day, "takes a break")
    assert breaks
    for pause in breaks:
        begin = number(pause, "at")
        end = begin + number(pause, "minutes") * MINUTE_MS
        assert not [at for at in at_ms if begin < at < end]
    for sample in samples:
        assert sample["signal_source"] == "presage"
        assert isinstance(sample["raw_metrics"], dict)
        assert "cardio" in sample["raw_metrics"]


def test_a_camera_has_to_warm_up(day: list[Event]) -> None:
    """The first sample of each session is less sure than one a few minutes later."""
    sessions: dict[str, list[tuple[str, float]]] = {}
    for sample in bodies(day, "/api/stress/sample"):
        reading = str(sample["captured_at"]), float(str(sample["confidence"]))
        sessions.setdefault(str(sample["session_id"]), []).append(reading)
    assert len(sessions) == 3
    for readings in sessions.values():
        readings.sort()
        assert readings[0][1] + 0.05 < readings[4][1]


def test_the_hidden_truth_is_told_every_minute(day: list[Event]) -> None:
    """In thousandths; every five minutes asleep; a hard part is stress, a break is none."""
    truths = [event for event in day if event["kind"] == "truth"]
    gaps = {number(b, "at") - number(a, "at") for a, b in pairwise(truths)}
    assert gaps == {MINUTE_MS, 5 * MINUTE_MS}
    activities = [event["activity"] for event in truths]
    assert set(activities) == {"asleep", "awake", "studying", "on_break", "commuting"}
    assert all(0 <= number(event, name) <= 1000 for event in truths for name in ("focus", "stress"))
    stress = {
        activity: [number(event, "stress") for event in truths if event["activity"] == activity]
        for activity in ("asleep", "studying")
    }
    assert max(stress["studying"]) > 750 > max(stress["asleep"][10:50])


def test_the_phone_reads_reports(day: list[Event]) -> None:
    """After each session its report, and the water schedule."""
    paths = {words(event, "path") for event in requests(day, "GET /api/stress/report/", "phone/")}
    assert len(paths) == 3
    assert len(requests(day, "GET /api/water/schedule", "phone/")) >= 3


def test_a_seed_is_a_student(day: list[Event]) -> None:
    """The same seed lives the same day."""
    assert lived(5, Weather()) == day
