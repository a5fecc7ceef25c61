"""What the SDK would report."""

import itertools
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.kernel.streams import Streams
from simulator.signals.metric import Metric
from simulator.signals.person import Camera, Person
from simulator.signals.truth import Truth
from simulator.signals.webcam import STREAMS, Webcam
from tests.simulator.signals.sitting import EPOCH_MS, MINUTE_MS, of, steady

_NAMES = {
    "cardio.pulse_rate",
    "cardio.hrv.rmssd",
    "cardio.hrv.sdnn",
    "cardio.hrv.mean_nn",
    "cardio.hrv.baevsky",
    "breathing.rate",
    "face.blinking",
    "face.talking",
}
_CALM = Camera(gap=0)


def _wave(at_ms: int) -> Truth:
    """A truth that changes all the time."""
    part = at_ms % 600_000 / 600_000
    return Truth(1 - part, part)


def _webcam(camera: Camera | None = None, chance: Callable[[str], Random] | None = None) -> Webcam:
    webcam = Webcam(Person(), camera or Camera(), EPOCH_MS, chance or Streams(3).stream)
    webcam.open(0)
    return webcam


def _seconds(metric: Metric) -> float:
    """After opening the camera."""
    return metric.timestamp_us / 1e6 - EPOCH_MS / 1e3


def test_shapes() -> None:
    """Names, types, confidence and time are the SDK's, in order of time."""
    metrics = steady(0.6, 0.5, 60)
    seen = {metric.name for metric in metrics if not metric.name.startswith("face.expression.")}
    assert seen == _NAMES
    assert {type(metric.value) for metric in metrics if metric.name in _NAMES} == {float, bool}
    assert all(0 <= metric.confidence <= 100 for metric in metrics)
    times = [metric.timestamp_us for metric in metrics]
    assert times == sorted(times)
    assert EPOCH_MS * 1000 <= times[0] <= times[-1] < (EPOCH_MS + 60 * MINUTE_MS) * 1000


@given(focus=st.floats(0, 1), stress=st.floats(0, 1), light=st.floats(0, 1))
@settings(max_examples=40)
def test_ranges(focus: float, stress: float, light: float) -> None:
    """Whatever the truth, a rate is one the SDK could report, with one decimal."""
    metrics = steady(focus, stress, 5, Camera(light=light))
    for name, least, most in (("cardio.pulse_rate", 40, 110), ("breathing.rate", 5, 40)):
        values = [metric.value for metric in of(name, metrics)]
        assert values
        assert all(least <= value <= most and round(value, 1) == value for value in values)
    assert all(metric.value > 0 for metric in metrics if metric.name.startswith("cardio"))


def test_outside_of_its_range_the_sdk_reports_nothing() -> None:
    """A pulse above 110 is no pulse of 110."""
    athlete = Person(resting_pulse_bpm=90.0, pulse_rise_bpm=40.0)
    webcam = Webcam(athlete, Camera(), EPOCH_MS, Streams(3).stream)
    webcam.open(0)
    metrics = webcam.emit(lambda _: Truth(0.5, 1.0), 0, 5 * MINUTE_MS)
    assert not of("cardio.pulse_rate", metrics)
    assert of("breathing.rate", metrics)


@pytest.mark.parametrize(
    ("name", "first_s", "sure_s"),
    [("cardio.pulse_rate", 12, 12), ("breathing.rate", 10, 30), ("cardio.hrv.rmssd", 30, 60)],
)
def test_warm_up(name: str, first_s: int, sure_s: int) -> None:
    """The first value comes after a while; until it is sure it is neither stable nor confident."""
    found = of(name, steady(0.6, 0.3, 5, _CALM))
    assert _seconds(found[0]) == pytest.approx(first_s, abs=0.001)
    assert [metric.stable for metric in found] == [_seconds(metric) >= sure_s for metric in found]
    assert all((metric.confidence >= 70) == metric.stable for metric in found)


def test_the_camera_warms_up_again() -> None:
    """Whenever it is opened."""
    webcam = _webcam(_CALM)
    webcam.emit(_wave, 0, 10 * MINUTE_MS)
    webcam.open(20 * MINUTE_MS)
    again = webcam.emit(_wave, 20 * MINUTE_MS, 22 * MINUTE_MS)
    assert _seconds(of("cardio.pulse_rate", again)[0]) == pytest.approx(1212, abs=0.001)


def test_rates_are_often_absent() -> None:
    """There are seconds without a pulse, not a fixed step, and at most 16 of them."""
    times = [_seconds(metric) for metric in of("cardio.pulse_rate", steady(0.6, 0.3, 30, _CALM))]
    steps = [later - sooner for sooner, later in itertools.pairwise(times)]
    assert min(steps) < 8
    assert 14 < max(steps) <= 16


def test_in_a_gap_nothing_comes_and_after_it_nothing_is_stable() -> None:
    """Gaps last tens of seconds, for all metrics alike, some of them in two hours."""
    metrics = steady(0.6, 0.3, 120, Camera(gap=200, gap_s=(25, 45)))
    times = [_seconds(metric) for metric in metrics]
    gaps = [(sooner, later) for sooner, later in itertools.pairwise(times) if later - sooner > 20]
    assert len(gaps) > 5
    assert all(later - sooner < 80 for sooner, later in gaps)
    after = [m for m in metrics if any(0 <= _seconds(m) - end < 1 for _, end in gaps)]
    assert not all(metric.stable for metric in after)


def test_without_gaps_the_face_is_always_in_sight() -> None:
    """A look every 20 s says so."""
    times = [_seconds(metric) for metric in steady(0.6, 0.3, 120, _CALM)]
    assert max(b - a for a, b in itertools.pairwise(times)) < 20


@given(st.lists(st.integers(0, 10 * MINUTE_MS), max_size=12), st.integers(0, 1000))
@settings(max_examples=50)
def test_spans_do_not_matter(cuts: list[int], gap: int) -> None:
    """One span equals any number of small spans."""
    camera = Camera(gap=gap)
    borders = [0, *sorted(cuts), 10 * MINUTE_MS]
    webcam = _webcam(camera)
    pieces = [
        metric
        for begin, end in itertools.pairwise(borders)
        for metric in webcam.emit(_wave, begin, end)
    ]
    assert pieces == _webcam(camera).emit(_wave, 0, 10 * MINUTE_MS)


def test_truth_is_asked_forwards_and_seldom() -> None:
    """Three times a minute; and the metrics are few enough to be cheap."""
    asked: list[int] = []

    def truth(at_ms: int) -> Truth:
        asked.append(at_ms)
        return Truth(0.65, 0.35)

    webcam = _webcam()
    count = sum(
        len(webcam.emit(truth, at_ms, at_ms + 7_000)) for at_ms in range(0, 60 * MINUTE_MS, 7_000)
    )
    assert asked == sorted(set(asked))
    assert len(asked) <= 3 * 60 + 1
    assert 20 * 60 < count < 40 * 60


def test_a_time_that_was_left_out_shows_nothing() -> None:
    """Nobody looked; the truth is not asked either, as it could lie before what is over."""
    webcam = _webcam()
    webcam.emit(_wave, 0, MINUTE_MS)
    asked: list[int] = []

    def truth(at_ms: int) -> Truth:
        asked.append(at_ms)
        return _wave(at_ms)

    metrics = webcam.emit(truth, 30 * MINUTE_MS, 31 * MINUTE_MS)
    assert min(asked) >= 30 * MINUTE_MS
    assert _seconds(metrics[0]) >= 30 * 60
    assert len(metrics) < 60


def test_a_closed_camera_shows_nothing() -> None:
    """It was never opened."""
    webcam = Webcam(Person(), Camera(), EPOCH_MS, Streams(3).stream)
    assert webcam.emit(_wave, 0, MINUTE_MS) == []


_FAMILIES = {
    "pulse": "cardio.pulse_rate",
    "breathing": "breathing.rate",
    "hrv": "cardio.hrv",
    "blinking": "face.blinking",
    "talking": "face.talking",
    "expression": "face.expression",
}


@pytest.mark.parametrize("disturbed", _FAMILIES)
def test_one_stream_disturbs_no_other(disturbed: str) -> None:
    """With other chance for one metric, that one changes and all others stay as they were."""

    def chance(name: str) -> Random:
        return Streams(99 if name == disturbed else 3).stream(name)

    usual = _webcam().emit(_wave, 0, 30 * MINUTE_MS)
    other = _webcam(chance=chance).emit(_wave, 0, 30 * MINUTE_MS)

    for name, family in _FAMILIES.items():
        mine, theirs = (
            [metric for metric in metrics if metric.name.startswith(family)]
            for metrics in (usual, other)
        )
        assert (mine == theirs) == (name != disturbed)


def test_gaps_only_take_away() -> None:
    """What is still seen has the same values as without gaps."""
    all_of_it = {(m.name, m.timestamp_us, m.value) for m in steady(0.6, 0.3, 60, _CALM)}
    some_of_it = {(m.name, m.timestamp_us, m.value) for m in steady(0.6, 0.3, 60, Camera(gap=300))}
    assert some_of_it < all_of_it


def test_every_stream_is_used_and_named_once() -> None:
    """Nobody else's chance is drawn."""
    asked: list[str] = []

    def chance(name: str) -> Random:
        asked.append(name)
        return Streams(1).stream(name)

    _webcam(chance=chance)
    assert sorted(asked) == sorted(STREAMS) == sorted({*_FAMILIES, "gaps"})


def _mean(name: str, metrics: list[Metric]) -> float:
    values = [metric.value for metric in of(name, metrics)]
    return sum(values) / len(values)


@pytest.mark.parametrize(
    ("name", "rises"),
    [
        ("cardio.pulse_rate", True),
        ("breathing.rate", True),
        ("cardio.hrv.rmssd", False),
        ("cardio.hrv.sdnn", False),
        ("cardio.hrv.mean_nn", False),
        ("cardio.hrv.baevsky", True),
    ],
)
def test_stress_shows(name: str, rises: bool) -> None:
    """In the direction of the literature."""
    calm, tense = (_mean(name, steady(0.6, stress, 30)) for stress in (0.1, 0.9))
    assert (tense > 1.05 * calm) if rises else (tense < 0.95 * calm)


def test_focus_shows() -> None:
    """Blinks as Bentivoglio counted them; the absent-minded talk more."""
    rapt, vague = (steady(focus, 0.3, 60, _CALM) for focus in (1.0, 0.2))
    blinks = [sum(bool(m.value) for m in of("face.blinking", seen)) / 60 for seen in (rapt, vague)]
    assert 4 < blinks[0] < 7
    assert 18 < blinks[1] < 25
    assert _mean("face.talking", rapt) < _mean("face.talking", vague)


def test_a_dark_room_makes_nothing_stable() -> None:
    """Values still come, without confidence."""
    metrics = steady(0.6, 0.3, 10, Camera(light=0.1))
    assert metrics
    assert not any(metric.stable for metric in metrics)
    assert max(metric.confidence for metric in metrics) < 50
