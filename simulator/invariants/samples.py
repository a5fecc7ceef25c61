"""Samples of focus and stress as their senders posted them."""

from dataclasses import dataclass
from datetime import UTC, datetime

from simulator.invariants.exchanges import Exchange
from simulator.kernel.trace import Json


@dataclass(frozen=True, slots=True, order=True)
class Sample:
    """One reading; scores and confidence are 0..1, instants are in UTC and whole milliseconds."""

    captured_at: datetime
    stress_score: float
    focus_score: float
    confidence: float


def sample_of(exchange: Exchange) -> Sample:
    """The sample of a POST to ``/api/stress/sample`` that the server accepted."""
    asked = exchange.asked
    posted = asked.get("captured_at")
    return Sample(
        captured_at=instant_of(exchange.text("captured_at") if posted is None else str(posted)),
        stress_score=_score(asked, "stress_score"),
        focus_score=_score(asked, "focus_score"),
        confidence=1.0 if asked.get("confidence") is None else _score(asked, "confidence"),
    )


def sample_asked(asked: Json, now: datetime) -> Sample | None:
    """The sample that somebody posts, of ``now`` if he does not say when it was captured; None if
    it is none.
    """
    confidence = asked.get("confidence")
    try:
        return Sample(
            captured_at=now if is_of_now(asked) else instant_of(str(asked["captured_at"])),
            stress_score=_score(asked, "stress_score"),
            focus_score=_score(asked, "focus_score"),
            confidence=1.0 if confidence is None else _score(asked, "confidence"),
        )
    except (KeyError, ValueError, AssertionError):
        return None


def is_of_now(asked: Json) -> bool:
    """Whether somebody posts a sample and leaves it to the server to say when it was captured."""
    return asked.get("captured_at") is None


def session_of(exchange: Exchange) -> str:
    """The study session it belongs to; ids are the same in capitals and small letters."""
    return str(exchange.asked["session_id"]).lower()


def instant_of(text: str) -> datetime:
    """An instant as somebody words it."""
    instant = datetime.fromisoformat(text.upper()).astimezone(UTC)
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def _score(asked: Json, name: str) -> float:
    value = asked[name]
    assert isinstance(value, int | float)
    return float(value)
