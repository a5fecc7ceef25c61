"""Metrics as the SDK's message ``Metrics``, in protobuf's JSON: what an edge posts that computes
nothing itself.

Names are those of the message. Repeated fields hold what came, oldest first; integers of 64 bits
are texts, as protobuf has it, and what is false is left out, as it is the default.
"""

from collections.abc import Iterable

from simulator.signals.metric import Metric

_HRV = "cardio.hrv."
_EXPRESSION = "face.expression."


def sdk_json(metrics: Iterable[Metric]) -> dict[str, object]:
    """The message that holds ``metrics``, given in order of time."""
    message: dict[str, dict[str, list[dict[str, object]]]] = {}
    for metric in metrics:
        group, field, value = _place(metric)
        came = message.setdefault(group, {}).setdefault(field, [])
        stamp = str(metric.timestamp_us)
        if metric.name.startswith(_HRV) and came and came[-1]["timestamp"] == stamp:
            came[-1].update(value)
        else:
            came.append({**value, **_opinion(metric), "timestamp": stamp})
    return dict(message)


def _place(metric: Metric) -> tuple[str, str, dict[str, object]]:
    """The group and the field of the message, and what stands there."""
    group, field, *inner = metric.name.split(".")
    if inner:
        return group, field, {inner[0]: metric.value}
    if isinstance(metric.value, bool):
        return group, field, {"detected": True} if metric.value else {}
    return group, field, {"value": metric.value}


def _opinion(metric: Metric) -> dict[str, object]:
    """What the SDK thinks of it."""
    stable = {"stable": True} if metric.stable else {}
    return {**stable, "confidence": metric.confidence}
