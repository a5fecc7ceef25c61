"""A world in which the server watches, from pixels to samples; and one in which it makes the scores
of metrics. A whole day with its break prompt is lived by the sweep.
"""

import io
import json
from datetime import time

import pytest

from simulator.invariants.true_pulse import TruePulse
from simulator.kernel.trace import Event, words
from simulator.report.summary import summarize
from simulator.scenarios.reading import find
from simulator.scenarios.scenario import Scenario
from simulator.world import Outcome, World, run

STUDY_MIN = 2


def story(minutes: int) -> Scenario:
    """The scenario of the camera with a session that is so short, soon after midnight: of the hours
    before it there is nothing to see.
    """
    whole = find("camera")
    (study,) = whole.timetable.study
    short = study.model_copy(update={"start": time(0, 20), "minutes": minutes})
    timetable = whole.timetable.model_copy(update={"wake": time(0, 10), "study": (short,)})
    return whole.model_copy(update={"timetable": timetable, "hours": 1})


def lived(world: World) -> tuple[Outcome, list[Event]]:
    """What became of a world, and all that happened."""
    trace = io.BytesIO()
    outcome = run(world, trace)
    return outcome, [json.loads(line) for line in trace.getvalue().splitlines()]


def samples(events: list[Event]) -> list[dict[str, object]]:
    """What the server measured."""
    return [json.loads(words(e, "document")) for e in events if e["kind"] == "measured"]


def test_the_server_watches_a_face_and_measures_it() -> None:
    """What it stores comes from pictures, is near the truth, and nobody posted it."""
    world = World(seed=1, scenario=story(STUDY_MIN), camera=True)
    outcome, events = lived(world)
    assert [each.words for judge in outcome.court.judges for each in judge.objections] == []
    (judge,) = [judge for judge in outcome.court.judges if isinstance(judge, TruePulse)]
    assert judge.cases >= STUDY_MIN - 1
    assert judge.median_error_bpm is not None
    assert judge.median_error_bpm < 2
    assert {sample["signal_source"] for sample in samples(events)} == {"rppg_local"}
    asked = [f"{e['method']} {e['path']}" for e in events if e["kind"] == "request"]
    assert "POST /api/video/source" in asked
    assert not [path for path in asked if path.startswith("POST /api/stress/sample")]
    summary = summarize(world, outcome, 1.0)
    assert summary["camera"] is True
    assert summary["pulse_error_bpm"] == judge.median_error_bpm
    assert summary["prompts_due_at_ms"] == []
    assert World.model_validate(dict(world)) == world


def test_the_server_makes_the_scores_of_metrics() -> None:
    """The edge agent posts what the SDK reports; the judges judge what came of it."""
    world = World(seed=1, scenario=story(30), metrics=True)
    outcome, events = lived(world)
    assert [each.words for judge in outcome.court.judges for each in judge.objections] == []
    asked = [f"{e['method']} {e['path']}" for e in events if e["kind"] == "request"]
    assert asked.count("POST /api/stress/metrics") >= 20
    assert len(samples(events)) >= 15
    assert {sample["signal_source"] for sample in samples(events)} == {"presage"}


@pytest.mark.parametrize("name", ["camera", "metrics"])
def test_a_plain_day_is_told_as_ever(name: str) -> None:
    """Only a world that is measured says so."""
    plain = World(seed=1, scenario=story(1))
    measured = plain.model_copy(update={name: True})
    assert measured.told == {**plain.told, name: True}
    assert name not in plain.told
    assert not plain.is_measured
    assert measured.is_measured
