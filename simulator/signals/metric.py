"""What comes out of the camera's SDK, and all that the edge ever sees."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Metric:
    """One reading of one metric, as the Presage SDK shapes it.

    ``name`` is the path in the SDK's message, ``cardio.pulse_rate`` say. ``stable`` and
    ``confidence`` (0..100) are the SDK's own opinion. ``timestamp_us`` is in microseconds since the
    Unix epoch.
    """

    name: str
    value: float | bool
    stable: bool
    confidence: int
    timestamp_us: int
