"""A recorded stream in place of a camera: reading it, and playing it to a session."""

import json
from collections.abc import Iterable
from datetime import date, time
from io import BytesIO
from pathlib import Path

import pytest

from simulator.kernel.trace import Json
from simulator.people.habits import Habits, Study, Timetable, WaterWish
from simulator.scenarios.scenario import Scenario
from simulator.signals.person import Camera, RecordingFile
from simulator.signals.recording import BadRecording, Recording, digest_of, read_recording
from simulator.world import Outcome, World, run

BEGAN_US = 1_772_442_000_000_000
MINUTE_MS = 60_000


def _file(folder: Path, lines: Iterable[object]) -> Path:
    path = folder / "mine.jsonl"
    texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return path


def _read(path: Path) -> Recording:
    return read_recording(path, digest_of(path))


def _sample(at: object, stress: float = 0.5, **more: object) -> Json:
    return {"at": at, "focus_score": 0.6, "stress_score": stress, "confidence": 0.9, **more}


def _batch(minute: int) -> Json:
    """What an SDK reports: pulse and blinks of the minute before, and when that was."""
    stamp = BEGAN_US + minute * 60_000_000
    pulse = [{"value": 70, "stable": True, "confidence": 90, "timestamp": str(stamp - 30_000_000)}]
    talk = [{"stable": True, "timestamp": stamp - 20_000_000}]
    metrics = {"cardio": {"pulse_rate": pulse}, "face": {"talking": talk}}
    return {"captured_at": f"2026-03-02T09:{minute:02}:00Z", "metrics": metrics}


def _lived(path: Path) -> tuple[Outcome, list[Json]]:
    """An hour with two sessions of ten minutes, watched by this recording; and its trace."""
    file = RecordingFile(path=str(path), sha256=digest_of(path))
    study = [Study(label="one", start=time(0, 5), minutes=10)]
    study += [Study(label="two", start=time(0, 30), minutes=10)]
    scenario = Scenario(
        title="An hour",
        date=date(2026, 5, 4),
        zone="Europe/Berlin",
        hours=1,
        timetable=Timetable(wake=time(0, 1), bed=time(23), study=tuple(study)),
        habits=Habits(sets_out_late_min=(0, 0)),
        water=WaterWish(start_time=time(0), end_time=time(22)),
        signal=Camera(recording=file),
    )
    trace = BytesIO()
    has_metrics = _read(path).has_metrics
    outcome = run(World(seed=1, scenario=scenario, metrics=has_metrics), trace)
    return outcome, [json.loads(line) for line in trace.getvalue().splitlines()]


def _posted(events: list[Json], path: str) -> list[tuple[int, Json]]:
    """When each was posted for the first time, in minutes, and what."""
    found: dict[str, tuple[int, Json]] = {}
    for event in events:
        if event["kind"] == "request" and event["path"] == path:
            body = json.loads(str(event["body"]))
            found.setdefault(str(event["headers"]), (int(str(event["at"])) // MINUTE_MS, body))
    return list(found.values())


def test_scores_are_posted_as_they_were_recorded(tmp_path: Path) -> None:
    """Each session begins the recording anew, dated from its own beginning."""
    lines = [_sample(60 * minute, minute / 10) for minute in range(5)]
    outcome, events = _lived(_file(tmp_path, lines))
    assert outcome.court.is_content
    posted = _posted(events, "/api/stress/sample")
    assert [at for at, _ in posted] == [5, 6, 7, 8, 9, 30, 31, 32, 33, 34]
    assert [body["stress_score"] for _, body in posted] == [0.0, 0.1, 0.2, 0.3, 0.4] * 2
    assert posted[6][1]["captured_at"] == "2026-05-03T22:31:00+00:00"


def test_metrics_are_posted_with_the_stamps_of_the_session(tmp_path: Path) -> None:
    """The server finds them neither stale nor ahead, and makes samples of them."""
    outcome, events = _lived(_file(tmp_path, [_batch(minute) for minute in range(1, 7)]))
    assert outcome.court.is_content
    posted = _posted(events, "/api/stress/metrics")
    assert [at for at, _ in posted] == [5, 6, 7, 8, 9, 10, 30, 31, 32, 33, 34, 35]
    first = json.dumps(posted[0][1])
    began_us = 1_777_845_900_000_000
    assert f'"timestamp": "{began_us}"' in first, "the first reading is the beginning"
    assert f'"timestamp": "{began_us + 10_000_000}"' in first
    assert any(event["kind"] == "measured" for event in events)


def test_it_must_be_the_recording_that_it_was(tmp_path: Path) -> None:
    """Who lives a day again is told that the file has changed, or is gone."""
    path = _file(tmp_path, [_sample(0)])
    digest = digest_of(path)
    _file(tmp_path, [_sample(1)])
    with pytest.raises(BadRecording, match=r"mine\.jsonl: is not the recording it was"):
        read_recording(path, digest)
    path.unlink()
    with pytest.raises(BadRecording, match="cannot be read: No such file"):
        digest_of(path)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "mine.jsonl: there is nothing in this recording"),
        ([_sample(0), "{"], "mine.jsonl:2: must be one JSON object"),
        (["", "[]"], "mine.jsonl:2: must be one JSON object"),
        ([{"focus_score": 1, "stress_score": 1}], ":1: at: must be an instant with its zone, or"),
        ([_sample(True)], ":1: at: must be an instant"),
        ([_sample("2026-03-02T09:00:00")], ":1: at: must be an instant with its zone, such as"),
        ([_sample(0), {"at": 9, "stress_score": 1}], ":2: focus_score: is missing, and there are"),
        ([_sample(0, 1.5)], ":1: stress_score: must be a number from 0 to 1"),
        ([_sample(0), _sample(60), _sample(59)], ":3: must be at least a second later than"),
        ([_sample(0), _sample(0.5)], ":2: must be at least a second later than"),
        ([_batch(1), _sample(99)], ":2: all lines must be metrics, or all scores"),
        ([{**_batch(1), "metrics": []}], ":1: metrics: must be an object"),
        (
            [{"at": 1, "metrics": {"cardio": {"timestamp": 1_772_442_000_000}}}],
            ":1: metrics: a timestamp must be microseconds since 1970",
        ),
    ],
)
def test_what_is_wrong_is_told_by_line(tmp_path: Path, lines: list[object], said: str) -> None:
    """So that it can be found and set right."""
    with pytest.raises(BadRecording) as refusal:
        _read(_file(tmp_path, lines))
    assert said in str(refusal.value)
