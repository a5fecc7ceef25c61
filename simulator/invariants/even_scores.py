"""The same readings of the same person are worth the same score, for as long as a session lasts.

What is usual for a person is looked up with the first metrics of a session and stays while that
lasts (``docs/presage.md``): so who has posted one pulse all the time, and nothing else, is told of
the same stress all the time. Stress rises with the pulse: one that nobody has at rest is told as
much stress, and one that hardly anybody has as little.

Judged are sessions of which nothing is known but one pulse, and the answers that say a score. A
pulse that its source does not call stable moves nothing.
"""

from collections import defaultdict

import orjson

from simulator.invariants import Hears, Judge, Weighs
from simulator.invariants.exchanges import Exchange
from simulator.invariants.samples import session_of
from simulator.kernel.trace import Event, words

_PATH = "/api/stress/metrics"
_SLOW_BPM, _QUICK_BPM = 45, 140
_HALF = 0.5

Pulse = float | None
"""Beats a minute; None for what is none, or not that alone."""


class EvenScores(Judge):
    """The judge."""

    name = "even scores"

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, set[Pulse]] = defaultdict(set)
        self._told: dict[str, object] = {}

    @property
    def hears(self) -> Hears:
        """What is posted, whether or not it arrives."""
        return {"request": self._ask}

    @property
    def weighs(self) -> Weighs:
        """Every score of one pulse is a case."""
        return {f"POST {_PATH}": self._weigh}

    def _ask(self, event: Event) -> None:
        if event["path"] == _PATH and event["method"] == "POST":
            try:
                posted = orjson.loads(words(event, "body"))
            except ValueError:
                return
            if isinstance(posted, dict):
                session_id = str(posted.get("session_id")).lower()
                self._known[session_id].update(_pulses(posted.get("metrics")))

    def _weigh(self, exchange: Exchange) -> None:
        session_id, score = session_of(exchange), exchange.answer["stress_score"]
        known = self._known[session_id]
        bpm = next(iter(known), None)
        if score is None or len(known) > 1 or None in known:
            return None
        assert isinstance(score, float | int)
        if bpm is None:
            words = f"metrics {exchange.id}: nothing sure is known of session {session_id}, and it"
            return self.demand(False, exchange.at, f"{words} is told as a stress of {score}")
        told = f"metrics {exchange.id}: a pulse of {bpm} in session {session_id} is a stress of"
        before = self._told.setdefault(session_id, score)
        self.demand(score == before, exchange.at, f"{told} {score}, and was one of {before}")
        return self.demand(_is_so(bpm, score), exchange.at, f"{told} {score}")


def _is_so(bpm: float, score: float) -> bool:
    """Whether a pulse may come to that, whoever it is who has it."""
    if bpm >= _QUICK_BPM:
        return score > _HALF
    return bpm > _SLOW_BPM or score < _HALF


def _pulses(metrics: object) -> tuple[Pulse, ...]:
    """The pulse in a message of the SDK that holds nothing else; none if it is not sure."""
    match metrics:
        case {"cardio": {"pulse_rate": {"value": float(bpm), "stable": bool(is_sure)}, **a}, **b}:
            return (bpm,) * is_sure if not (a or b) else (None,)
        case _:
            return (None,)
