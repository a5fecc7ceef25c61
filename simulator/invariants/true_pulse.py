"""What the server measures of a face is true, of somebody who is there, and of nobody else.

The pulse in a sample is near one that the face had within the last minute. Somebody who has sat in
front of the camera for three minutes is measured, and then at least every two minutes; nobody is
measured outside of a session that began with the wish for it, nor when no face was in the picture
for two minutes.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median

from simulator.invariants import Hears, Judge, Weighs
from simulator.invariants.exchanges import Exchange
from simulator.invariants.measured import MEASURED, document_of
from simulator.kernel.trace import Event, Json, number, words

_OFF_BPM = 5.0
"""How far a measured pulse may be from the truth."""
_LOOKED_BACK_MS = 60_000
"""How far back a measured pulse may lie: what it was measured of, smoothed."""
_FORGOTTEN_MS = 120_000
_FIRST_MS, _EVERY_MS = 180_000, 120_000
_TENTHS = 10


@dataclass(slots=True)
class _Watched:
    """A session that the server measures. ``faces`` holds instants and true pulses of late;
    ``since`` is when the face has come into the picture, None if it is not there.
    """

    session_id: str
    since: int | None = None
    seen_at: int | None = None
    measured_at: int | None = None
    is_missed: bool = False
    faces: deque[tuple[int, float]] = field(default_factory=deque)

    def overdue_at(self) -> int | None:
        """From when on a sample is missing; None if nobody is there to be measured."""
        if self.since is None:
            return None
        first = self.since + _FIRST_MS
        return first if self.measured_at is None else max(first, self.measured_at + _EVERY_MS)


class TruePulse(Judge):
    """The judge."""

    name = "true pulse"

    def __init__(self) -> None:
        super().__init__()
        self._watched: dict[str, _Watched] = {}
        self.errors_bpm: list[float] = []
        """How far each measured pulse was from the one that the face had last."""

    @property
    def hears(self) -> Hears:
        """How the faces are, and what is measured: each sample is a case."""
        return {"face": self._look, MEASURED: self._measure}

    @property
    def weighs(self) -> Weighs:
        """Which sessions are to be measured."""
        return {
            "POST /api/stress/session/start": self._start,
            "POST /api/stress/session/end": self._end,
        }

    @property
    def median_error_bpm(self) -> float | None:
        """How far a measured pulse is from the truth, one half of the time at most."""
        return median(self.errors_bpm) if self.errors_bpm else None

    def _start(self, exchange: Exchange) -> None:
        session = exchange.answer["session"]
        assert isinstance(session, dict)
        if exchange.asked.get("watch") is True and session["ended_at"] is None:
            now = self._watched.get(session["user_id"])
            if now is None or now.session_id != session["session_id"]:
                self._watched[session["user_id"]] = _Watched(session["session_id"])

    def _end(self, exchange: Exchange) -> None:
        ended = str(exchange.answer["session_id"])
        for user_id, watched in tuple(self._watched.items()):
            if watched.session_id == ended:
                del self._watched[user_id]

    def _look(self, event: Event) -> None:
        watched, at = self._watched.get(words(event, "who")), number(event, "at")
        if watched is None:
            return
        if event["is_there"] is not True:
            watched.since = None
            return
        watched.since = at if watched.since is None else watched.since
        watched.seen_at = at
        watched.faces.append((at, number(event, "bpm") / _TENTHS))
        while watched.faces[0][0] < at - _FORGOTTEN_MS:
            watched.faces.popleft()
        self._miss(watched, at)

    def _miss(self, watched: _Watched, at: int) -> None:
        overdue_at = watched.overdue_at()
        if overdue_at is not None and at > overdue_at and not watched.is_missed:
            watched.is_missed = True
            words = f"session {watched.session_id} is to be measured, and nothing has come"
            self.demand(False, at, f"{words} of a face that was there since {watched.since} ms")

    def _measure(self, event: Event) -> None:
        sample, at = document_of(event), number(event, "at")
        watched = self._watched.get(str(sample["user_id"]))
        what = f"sample {sample['sample_id']} of session {sample['session_id']}"
        if watched is None or watched.session_id != sample["session_id"]:
            return self.demand(False, at, f"{what}, which nobody wanted to be measured")
        watched.measured_at, watched.is_missed = at, False
        if watched.seen_at is None or at - watched.seen_at > _FORGOTTEN_MS:
            return self.demand(False, at, f"{what} was measured of nobody")
        return self._compare(watched, what, pulse_of(sample), at)

    def _compare(self, watched: _Watched, what: str, pulse: float | None, at: int) -> None:
        """Of what is not told nothing can be wrong."""
        true = [bpm for then, bpm in watched.faces if then >= at - _LOOKED_BACK_MS]
        if pulse is None or not true:
            return self.demand(True, at, what)
        off = max(min(true) - pulse, pulse - max(true), 0.0)
        self.errors_bpm.append(abs(true[-1] - pulse))
        return self.demand(
            off <= _OFF_BPM,
            at,
            f"{what} has a pulse of {pulse}, which was {min(true)} to {max(true)}",
        )


def pulse_of(sample: Json) -> float | None:
    """The newest pulse that a sample tells; None if it tells none, or one that is old."""
    told = _inside(sample, "raw_metrics", "metrics", "cardio", "pulse_rate")
    if not told:
        return None
    measured_ms = int(str(told["timestamp"])) // 1000
    captured_ms = round(datetime.fromisoformat(str(sample["captured_at"])).timestamp() * 1000)
    is_old = captured_ms - measured_ms > _LOOKED_BACK_MS // 2
    return None if is_old else float(str(told["value"]))


def _inside(told: Json, *names: str) -> Json:
    """The object under these names, one in the other; an empty one if it is not there."""
    for name in names:
        inner = told.get(name)
        told = inner if isinstance(inner, dict) else {}
    return told
