"""Spells of bad weather that befall all ways at once: cuts, and times when no answer comes back."""

from simulator.kernel.fate import Fate
from simulator.kernel.stage import Stage
from simulator.network.faults import NetworkFaults

NETWORK = "network"
"""Whom they befall."""


class Spells:
    """When nothing gets through, and when requests alone do. At the healing all are over."""

    def __init__(self, stage: Stage, faults: NetworkFaults, fate: Fate) -> None:
        self._stage, self._fate = stage, fate
        self._cut_until = self._half_open_until = 0
        fate.spells("cut", NETWORK, faults.cuts, faults.cut_ms, self.cut)
        spans = faults.half_open, faults.half_open_ms
        fate.spells("half-open", NETWORK, *spans, self._open_half)

    def cut(self, ms: int) -> None:
        """Let nothing through for so long."""
        self._cut_until = max(self._cut_until, self._stage.now + ms)
        self._stage.trace.note("cut", until=self._cut_until)

    def _open_half(self, ms: int) -> None:
        self._half_open_until = max(self._half_open_until, self._stage.now + ms)

    @property
    def is_cut(self) -> bool:
        """Whether nothing gets through now."""
        until = self._cut_until
        return until > 0 and self._stage.environment.now < until and not self._fate.is_healed

    @property
    def is_half_open(self) -> bool:
        """Whether no answer comes back now."""
        until = self._half_open_until
        return until > 0 and self._stage.environment.now < until
