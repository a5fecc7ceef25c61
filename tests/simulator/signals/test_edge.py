"""The edge agent: a function of the metrics alone, and an honest one."""

import ast
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.signals import edge as edge_module
from simulator.signals.edge import EdgeAgent, Sample
from simulator.signals.indices import FOCUS, STRESS, Term, focus_index, stress_index
from simulator.signals.metric import Metric
from simulator.signals.person import Camera
from simulator.signals.smoothing import Smoothed, Usual
from simulator.signals.truth import Activity
from tests.simulator.signals.sitting import EPOCH_MS, MINUTE_MS, body_and_webcam, of, steady

_ROOM = Path(edge_module.__file__).parent


def _metric(name: str, value: float | bool, at_s: float, stable: bool = True) -> Metric:
    return Metric(name, value, stable, 90 if stable else 40, (EPOCH_MS + int(1000 * at_s)) * 1000)


def _sampled(metrics: list[Metric], at_ms: int) -> Sample:
    agent = EdgeAgent()
    agent.take(metrics)
    sample = agent.sample(at_ms)
    assert sample is not None
    return sample


def _imported(module: str) -> set[str]:
    """What a module of the room imports from the room, and they in turn."""
    tree = ast.parse((_ROOM / f"{module}.py").read_text(encoding="utf-8"))
    near = {
        node.module.rpartition(".")[2]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and node.module
        and node.module.startswith("simulator.signals.")
    }
    return near.union(*map(_imported, near))


def test_the_edge_does_not_know_the_truth() -> None:
    """Not even by way of somebody else."""
    assert _imported("edge") == {"indices", "metric", "smoothing"}
    assert "truth" in _imported("webcam")


def test_under_the_same_metrics_the_truth_makes_no_difference() -> None:
    """Two bodies part after the metrics were taken; the samples do not."""
    said = []
    for activity in (Activity.ASLEEP, Activity.IN_EXAM):
        body, webcam = body_and_webcam(4)
        body.turn_to(Activity.STUDYING, 0, 0.5)
        webcam.open(0)
        agent = EdgeAgent()
        agent.take(webcam.emit(body.truth, 0, 20 * MINUTE_MS))
        body.turn_to(activity, 20 * MINUTE_MS)
        truth = body.truth(40 * MINUTE_MS)
        said.append((truth, [agent.sample(at * MINUTE_MS) for at in range(20, 41)]))
    assert said[0][0] != said[1][0]
    assert said[0][1] == said[1][1]


def test_the_document_s_sample() -> None:
    """Its keys beside the SDK's groups; small, flat enough and JSON."""
    sample = _sampled(steady(0.7, 0.4, 10), 10 * MINUTE_MS)
    raw = sample.raw_metrics
    assert sample.captured_ms == 10 * MINUTE_MS
    assert list(raw) == [
        "attention_index",
        "stress_index",
        "microexpression_count",
        *sorted({"cardio", "breathing", "face"}, key=list(raw).index),
    ]
    assert raw["attention_index"] == sample.focus_score == round(sample.focus_score, 3)
    assert raw["stress_index"] == sample.stress_score == round(sample.stress_score, 3)
    assert 0.6 < sample.confidence <= 1
    said = json.loads(json.dumps(raw, allow_nan=False))
    assert set(said["cardio"]) == {"pulse_rate", "hrv"}
    assert set(said["cardio"]["hrv"]) == {"rmssd", "sdnn", "mean_nn", "baevsky"}
    assert set(said["breathing"]) == {"rate"}
    assert set(said["face"]) == {"blinking", "talking"}
    assert set(said["cardio"]["pulse_rate"]) == {"value", "stable", "confidence", "timestamp"}


def test_raw_metrics_are_the_newest() -> None:
    """The last of each name, as it was reported."""
    metrics = steady(0.7, 0.4, 10)
    pulse = of("cardio.pulse_rate", metrics)[-1]
    said = json.loads(json.dumps(_sampled(metrics, 10 * MINUTE_MS).raw_metrics))
    assert said["cardio"]["pulse_rate"] == {
        "value": pulse.value,
        "stable": pulse.stable,
        "confidence": pulse.confidence,
        "timestamp": pulse.timestamp_us,
    }


def test_microexpressions_of_the_last_minute_are_counted() -> None:
    """Reports of expressions, not older ones, not unsure ones."""
    metrics = [
        _metric("cardio.pulse_rate", 70.0, 1),
        _metric("face.talking", False, 1),
        _metric("face.expression.fear", 60.0, 20),
        _metric("face.expression.fear", 60.0, 70),
        _metric("face.expression.sad", 40.0, 80),
        _metric("face.expression.angry", 40.0, 85, stable=False),
        _metric("face.talking", False, 100),
    ]
    assert _sampled(metrics, 100_000).raw_metrics["microexpression_count"] == 2


def test_without_anything_usable_there_is_no_sample() -> None:
    """Nothing, only unstable, only unsure, or a score of which nothing is known."""
    pulse, face = _metric("cardio.pulse_rate", 70.0, 1), _metric("face.talking", False, 1)
    for metrics in (
        [],
        [replace(pulse, stable=False), replace(face, stable=False)],
        [replace(pulse, confidence=29), replace(face, confidence=29)],
        [pulse],
        [face],
    ):
        agent = EdgeAgent()
        agent.take(metrics)
        assert agent.sample(2_000) is None
    agent = EdgeAgent()
    agent.take([pulse, face])
    assert agent.sample(2_000) is not None


def test_a_dark_room_gives_no_sample() -> None:
    """Instead of an invented one."""
    agent = EdgeAgent()
    agent.take(steady(0.6, 0.3, 10, Camera(light=0.1)))
    assert agent.sample(10 * MINUTE_MS) is None


def test_a_new_session_begins_with_nothing() -> None:
    """The last one's scores are not the next one's."""
    agent = EdgeAgent()
    agent.take(steady(0.7, 0.4, 10))
    agent.reset()
    assert agent.sample(11 * MINUTE_MS) is None


def test_confidence_falls_while_nothing_comes_and_the_scores_stay() -> None:
    """The last value is kept, and less and less believed."""
    agent = EdgeAgent()
    agent.take(steady(0.7, 0.4, 10, Camera(gap=0)))
    samples = [agent.sample(10 * MINUTE_MS + 1000 * later_s) for later_s in (0, 60, 120, 300)]
    known = [sample for sample in samples if sample is not None]
    assert len({(sample.focus_score, sample.stress_score) for sample in known}) == 1
    sure = [sample.confidence for sample in known]
    assert sure[0] > 0.7
    assert sure[1] < 0.6
    assert sure[2] < 0.25
    assert sure[3] == 0


def test_unstable_or_unsure_metrics_lower_the_confidence() -> None:
    """Without moving a score."""
    metrics = steady(0.7, 0.4, 10, Camera(gap=0))
    wild = [
        replace(metric, value=105.0, stable=False, timestamp_us=metrics[-1].timestamp_us + 1)
        for metric in of("cardio.pulse_rate", metrics)[-1:]
    ]
    before, after = (_sampled(seen, 10 * MINUTE_MS) for seen in (metrics, metrics + wild))
    assert (after.focus_score, after.stress_score) == (before.focus_score, before.stress_score)
    assert after.confidence < before.confidence - 0.1


def test_worse_light_is_less_confidence() -> None:
    """0.5 is where petcore's detector stops to believe."""
    good, poor = (
        _sampled(steady(0.7, 0.4, 10, Camera(light=light, gap=0)), 10 * MINUTE_MS).confidence
        for light in (0.95, 0.4)
    )
    assert good > 0.8
    assert poor < 0.5


def test_any_clock_will_do() -> None:
    """Milliseconds since the world began or since 1970: only the instant itself differs."""
    metrics = steady(0.7, 0.4, 10)
    ours = _sampled(metrics, 10 * MINUTE_MS)
    unix = _sampled(metrics, EPOCH_MS + 10 * MINUTE_MS)
    assert replace(unix, captured_ms=ours.captured_ms) == ours


_VALUES = {
    "cardio.pulse_rate": st.floats(40, 110),
    "cardio.hrv.rmssd": st.floats(5, 150),
    "breathing.rate": st.floats(5, 40),
    "breathing.sway": st.floats(0, 10),
    "face.blinking": st.floats(0, 60),
    "face.talking": st.floats(0, 1),
}
_READINGS = st.fixed_dictionaries({}, optional=_VALUES)
_AT_LARGE = {name: term.usual for name, term in (STRESS | FOCUS).items()}


@pytest.mark.parametrize(
    ("name", "rises"),
    [
        ("cardio.pulse_rate", True),
        ("cardio.hrv.rmssd", False),
        ("breathing.rate", True),
    ],
)
@given(data=st.data(), readings=_READINGS)
def test_stress_is_monotone(
    name: str, rises: bool, data: st.DataObject, readings: dict[str, float]
) -> None:
    """In each reading, whatever the others are; and it is clear at the ends."""
    low, high = sorted(data.draw(st.tuples(_VALUES[name], _VALUES[name])))
    least, most = (stress_index(readings | {name: value}, _AT_LARGE) for value in (low, high))
    assert least is not None
    assert most is not None
    assert 0 <= least <= 1
    assert (least <= most) if rises else (least >= most)
    slope = STRESS[name].slope
    assert (slope > 0) == rises


@pytest.mark.parametrize("name", FOCUS)
@given(data=st.data(), readings=_READINGS)
def test_focus_is_monotone(name: str, data: st.DataObject, readings: dict[str, float]) -> None:
    """Blinking, talking and unsteady breath take from it."""
    low, high = sorted(data.draw(st.tuples(_VALUES[name], _VALUES[name])))
    most, least = (focus_index(readings | {name: value}, _AT_LARGE) for value in (low, high))
    assert least is not None
    assert most is not None
    assert 0 <= least <= most <= 1
    assert FOCUS[name].slope < 0


@pytest.mark.parametrize(
    ("name", "low", "high", "rises"),
    [
        ("cardio.pulse_rate", 62.0, 88.0, True),
        ("breathing.rate", 13.0, 20.0, True),
        ("cardio.hrv.rmssd", 25.0, 45.0, False),
    ],
)
def test_a_newest_reading_moves_stress_its_way(
    name: str, low: float, high: float, rises: bool
) -> None:
    """The law of the formula holds for the agent, smoothing and all."""
    metrics = steady(0.7, 0.4, 5)
    calm, tense = (
        _sampled([*metrics, _metric(name, value, 301)], 302_000).stress_score
        for value in (low, high)
    )
    assert (calm < tense) == rises


def test_more_blinks_are_less_focus() -> None:
    """Counted between two reports of open eyes."""
    eyes = [_metric("face.blinking", False, at_s) for at_s in range(0, 301, 20)]
    pulse = [_metric("cardio.pulse_rate", 70.0, 1)]

    def focus(every_s: int) -> float:
        blinks = [_metric("face.blinking", True, at_s + 0.5) for at_s in range(0, 300, every_s)]
        ordered = sorted([*eyes, *pulse, *blinks], key=lambda metric: metric.timestamp_us)
        return _sampled(ordered, 301_000).focus_score

    assert focus(10) > focus(5) + 0.1 > focus(3) + 0.2


def test_out_of_sight_no_blinks_are_counted() -> None:
    """A gap is not a time without blinks."""
    report = [
        _metric("cardio.pulse_rate", 70.0, 1),
        _metric("face.talking", False, 1),
        *(_metric("face.blinking", at_s % 20 != 0, at_s) for at_s in range(0, 121, 4)),
    ]
    gap = [_metric("face.blinking", False, 200)]
    assert _sampled(report, 200_000).focus_score == _sampled(report + gap, 200_000).focus_score


@given(st.floats(66, 85))
@settings(max_examples=15)
def test_what_is_usual_is_learnt_between_sessions(bpm: float) -> None:
    """The same pulse says less of a person whose pulse it always is; within a session it stays."""
    agent = EdgeAgent()
    scores = []
    for day in range(4):
        agent.reset()
        begin_s = 86_400 * day
        for minute in range(90):
            at_s = begin_s + 60 * minute
            agent.take(
                [_metric("cardio.pulse_rate", bpm, at_s), _metric("face.talking", False, at_s)]
            )
            sample = agent.sample(1000 * at_s)
            assert sample is not None
            scores.append(sample.stress_score)
    days = [set(scores[90 * day : 90 * day + 90]) for day in range(4)]
    assert all(len(day) == 1 for day in days)
    strangeness = [abs(day.pop() - 0.32) for day in days]
    assert strangeness == sorted(strangeness, reverse=True)
    assert strangeness[3] <= 0.5 * strangeness[0] + 0.001


@given(st.lists(st.tuples(st.floats(0, 100), st.integers(0, 10**9)), min_size=1))
@settings(max_examples=50)
def test_smoothing_stays_among_its_readings(readings: list[tuple[float, int]]) -> None:
    """An average invents nothing."""
    smoothed = Smoothed(60)
    for value, at_us in readings:
        smoothed.follow(value, at_us)
    values = [value for value, _ in readings]
    assert smoothed.value is not None
    assert min(values) - 1e-9 <= smoothed.value <= max(values) + 1e-9


def test_a_late_reading_is_too_late() -> None:
    """It neither counts nor turns time back."""
    smoothed = Smoothed(60)
    smoothed.follow(10.0, 1_000_000)
    smoothed.follow(99.0, 500_000)
    assert smoothed.value == 10


def test_usual_is_a_quantile_mixed_with_people_at_large() -> None:
    """As many minutes as are given count half; one note a minute."""
    usual = Usual(at_large=50.0, quantile=0.25)
    for minute in range(120):
        usual.note(float(minute), 60_000_000 * minute)
        usual.note(1e6, 60_000_000 * minute + 1)
    assert usual.value == 50
    assert usual.familiarity == 0.5
    usual.settle()
    assert usual.value == 50 + 0.5 * (29 - 50)


def test_a_relative_term_is_a_part_of_what_is_usual() -> None:
    """Twice the usual of anybody shifts alike."""
    term = Term(weight=1.0, slope=-0.5, usual=10.0, quantile=0.5, relative=True)
    assert term.shift(20, 10) == term.shift(60, 30) == -0.5


def test_breathing_is_not_compared_across_a_break() -> None:
    """Somebody who comes back breathes otherwise than before; that says nothing about focus."""
    before = [_metric("breathing.rate", 14.0, at_s) for at_s in range(0, 120, 15)]
    after = [_metric("breathing.rate", 20.0, at_s) for at_s in range(900, 960, 15)]
    pulse = [_metric("cardio.pulse_rate", 70.0, 0)]
    stayed = _sampled(pulse + before, 900_000)
    came_back = _sampled(pulse + before + after, 960_000)
    assert came_back.focus_score == stayed.focus_score
    swaying = [_metric("breathing.rate", 20.0, at_s) for at_s in range(120, 180, 15)]
    assert _sampled(pulse + before + swaying, 180_000).focus_score < stayed.focus_score
