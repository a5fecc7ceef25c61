"""When the server asks for a break: what can be set about it."""

from typing import Annotated

from pydantic import Field

from simulator.kernel.values import Share, Value

_Seconds = Annotated[int, Field(ge=1, le=31_622_400)]


class HighStress(Value):
    """High stress, as the server's settings ``PETCORE_HIGH_STRESS_*`` have it."""

    threshold: Share = 0.75
    """From which stress score on it is high."""
    held_s: _Seconds = 600
    """For how long it must have been high, in seconds."""
    gap_s: _Seconds = 360
    """How far two samples may be apart, in seconds."""
    confidence: Share = 0.5
    """Samples of less confidence do not count."""
    ahead_s: _Seconds = 300
    """Nor do those dated more than so many seconds ahead."""
    cool_down_s: Annotated[int, Field(ge=0, le=31_622_400)] = 900
    """For how long after a prompt nothing counts, in seconds."""

    @property
    def settings(self) -> dict[str, object]:
        """As the server's settings."""
        return {f"high_stress_{name}": value for name, value in self}
