"""What is kept of a life: what was true each minute, what was made of it, when somebody was asked.

Scores and confidences are 0..1. Everything here can cross from one process to another.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

import orjson

from simulator.kernel.trace import Json

_THOUSAND = 1000


@dataclass(frozen=True, slots=True)
class Guess:
    """What somebody says of a minute, without having seen the truth. None: it cannot be said.
    ``is_kept`` is whether it became a sample, which alone can lead to a prompt.
    """

    focus: float | None = None
    stress: float | None = None
    confidence: float = 0.0
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class Minute:
    """The end of minute ``at`` of a session, in which the camera was on.

    ``said`` is the server's guess, ``edge`` that of the simulator's own edge agent; ``pulse`` is
    the mean of the minute's usable pulses, in beats/min.
    """

    at: int
    focus: float
    stress: float
    said: Guess
    edge: Guess
    pulse: float | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A break prompt: at which minute the server queued it, and how many milliseconds later the
    pet showed it and the person had pressed it away.
    """

    at: int
    shown_ms: int
    answered_ms: int


@dataclass(frozen=True, slots=True)
class Sitting:
    """One study session; ``number`` counts from 0, which is that of a stranger."""

    number: int
    minutes: tuple[Minute, ...]
    asked: tuple[Asked, ...]

    @property
    def is_of_stranger(self) -> bool:
        """Whether the server had not seen this person before."""
        return self.number == 0


@dataclass(frozen=True, slots=True)
class Life:
    """All sessions of one seed's person. ``light`` is that of the camera, ``estimator`` what the
    server calls that which made its scores.
    """

    seed: int
    light: float
    estimator: str
    sittings: tuple[Sitting, ...]


def digest(lives: Sequence[Life]) -> str:
    """SHA-256 of all that was kept, in hexadecimal; scores in thousandths."""
    told = sha256()
    for line in (line for life in lives for line in _lines(life)):
        told.update(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
    return told.hexdigest()


def _lines(life: Life) -> Iterator[Json]:
    for sitting in life.sittings:
        place = {"seed": life.seed, "sitting": sitting.number}
        for minute in sitting.minutes:
            yield {**place, "at": minute.at, **_shown(minute)}
        for asked in sitting.asked:
            yield {**place, "at": asked.at, "ms": [asked.shown_ms, asked.answered_ms]}


def _shown(minute: Minute) -> Json:
    said = minute.said
    return {
        "truth": [_whole(minute.focus), _whole(minute.stress)],
        "said": [_whole(said.focus), _whole(said.stress), _whole(said.confidence), said.is_kept],
        "edge": [_whole(minute.edge.focus), _whole(minute.edge.stress)],
        "pulse": _whole(minute.pulse),
    }


def _whole(score: float | None) -> int | None:
    return None if score is None else round(score * _THOUSAND)
