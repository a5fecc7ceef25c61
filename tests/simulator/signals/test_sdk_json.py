"""Metrics in the SDK's own message."""

import json

from simulator.people.edge_metrics import EdgeOfMetrics
from simulator.signals.metric import Metric
from simulator.signals.sdk_json import sdk_json
from tests.simulator.signals.sitting import steady

AT = 1_772_265_600_000_000


def test_nothing_is_an_empty_message() -> None:
    """As protobuf writes it."""
    assert sdk_json([]) == {}


def test_a_measurement() -> None:
    """With the time as a text, for it has 64 bits."""
    metric = Metric("cardio.pulse_rate", 71.5, stable=True, confidence=83, timestamp_us=AT)
    told = {"value": 71.5, "stable": True, "confidence": 83, "timestamp": str(AT)}
    assert sdk_json([metric]) == {"cardio": {"pulse_rate": [told]}}


def test_what_is_false_is_left_out() -> None:
    """It is the default."""
    shut, open_ = (
        Metric("face.blinking", is_shut, stable=is_shut, confidence=60, timestamp_us=AT + is_shut)
        for is_shut in (True, False)
    )
    assert sdk_json([open_, shut]) == {
        "face": {
            "blinking": [
                {"confidence": 60, "timestamp": str(AT)},
                {"detected": True, "stable": True, "confidence": 60, "timestamp": str(AT + 1)},
            ]
        }
    }


def test_one_variability_is_one_entry() -> None:
    """Its parts were taken at the same time; the next is the next."""
    parts = [
        Metric(f"cardio.hrv.{name}", value, stable=True, confidence=70, timestamp_us=AT + late)
        for late in (0, 60_000_000)
        for name, value in (("rmssd", 40.0), ("sdnn", 50.0))
    ]
    told = [
        {"rmssd": 40.0, "sdnn": 50.0, "stable": True, "confidence": 70, "timestamp": str(at)}
        for at in (AT, AT + 60_000_000)
    ]
    assert sdk_json(parts) == {"cardio": {"hrv": told}}


def test_a_webcam_is_told_whole() -> None:
    """Nothing is lost, in the order of time, and it is JSON."""
    metrics = steady(0.5, 0.5, 5)
    message = json.loads(json.dumps(sdk_json(metrics)))
    assert set(message) == {"cardio", "breathing", "face"}
    assert set(message["cardio"]) == {"pulse_rate", "hrv"}
    assert set(message["face"]) == {"blinking", "talking", "expression"}
    came = {f"{group}.{field}": told for group in message for field, told in message[group].items()}
    for name, told in came.items():
        stamps = [int(one["timestamp"]) for one in told]
        assert stamps == sorted(stamps)
        sent = {metric.timestamp_us for metric in metrics if metric.name.startswith(name)}
        assert set(stamps) == sent
    assert sum(one.get("detected", False) for one in came["face.blinking"]) == sum(
        metric.name == "face.blinking" and metric.value is True for metric in metrics
    )


def test_an_edge_that_computes_nothing_posts_what_came_once() -> None:
    """Everything since the last posting; of nothing there is none, nor of the last session."""
    edge, metrics = EdgeOfMetrics(), steady(0.5, 0.5, 2)
    edge.take(metrics[:5])
    edge.take(metrics[5:9])
    posting = edge.posting(60_000, "2026-03-02T09:01:00+00:00")
    assert posting is not None
    assert posting.path == "/api/stress/metrics"
    assert posting.body == {
        "captured_at": "2026-03-02T09:01:00+00:00",
        "signal_source": "presage",
        "metrics": sdk_json(metrics[:9]),
    }
    assert edge.posting(120_000, "2026-03-02T09:02:00+00:00") is None
    edge.take(metrics[9:])
    edge.reset()
    assert edge.posting(180_000, "2026-03-02T09:03:00+00:00") is None
