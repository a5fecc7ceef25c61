"""What goes wrong with what the pet talks by, drawn anew each time something is asked of it."""

from dataclasses import dataclass

from simulator.kernel.fate import Fate
from simulator.talk.faults import ProviderFaults

_THOUSAND = 1000

FAILS, HANGS, CUT = "provider fails", "provider hangs", "answer cut"
BLANK, STRANGE, ENDLESS = "nothing given", "nonsense given", "answer endless"
SILENT = "deed not told"
"""The faults; they befall "language", "voice" or "hearing"."""


@dataclass(frozen=True, slots=True)
class Plight:
    """What befalls one answer, one sentence or one question."""

    hangs_s: float = 0.0
    fails: bool = False
    is_cut: bool = False
    is_blank: bool = False
    is_strange: bool = False
    is_endless: bool = False
    is_silent: bool = False


class Trouble:
    """One world's."""

    def __init__(self, fate: Fate, faults: ProviderFaults) -> None:
        self._fate = fate
        self._faults = faults
        self._failing = {"voice": faults.voice, "hearing": faults.hearing}

    def of_answer(self) -> Plight:
        """What befalls what the language is to write now."""
        strikes, faults = self._fate.strikes, self._faults
        return Plight(
            hangs_s=self._hangs_s("language"),
            fails=strikes(FAILS, "language", faults.language),
            is_cut=strikes(CUT, "language", faults.cut),
            is_blank=strikes(BLANK, "language", faults.blank),
            is_strange=strikes(STRANGE, "language", faults.strange),
            is_endless=strikes(ENDLESS, "language", faults.endless),
            is_silent=strikes(SILENT, "language", faults.silent),
        )

    def of(self, what: str) -> Plight:
        """What befalls what "voice" or "hearing" is asked now."""
        strikes, faults = self._fate.strikes, self._faults
        return Plight(
            hangs_s=self._hangs_s(what),
            fails=strikes(FAILS, what, self._failing[what]),
            is_blank=strikes(BLANK, what, faults.blank),
            is_strange=what == "hearing" and strikes(STRANGE, what, faults.strange),
        )

    def _hangs_s(self, what: str) -> float:
        if not self._fate.strikes(HANGS, what, self._faults.hangs):
            return 0.0
        return self._fate.span(HANGS, what, self._faults.hang_ms) / _THOUSAND
