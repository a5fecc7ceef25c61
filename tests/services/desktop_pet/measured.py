"""Metrics for tests: what a camera may tell of somebody, at instants that a test chooses."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from petcore.rules.instant import to_ms
from petcore.services.desktop_pet.metrics import Metric, MetricsSent
from petcore.services.desktop_pet.stress import SessionWish
from petcore.services.idempotency import Answer, Call
from tests.services.desktop_pet.test_breaks import part
from tests.services.server import Server

CALM: Mapping[str, float] = {"cardio.pulse_rate": 66.0, "face.presence": 1.0, "face.motion": 0.05}
TENSE: Mapping[str, float] = {
    "cardio.pulse_rate": 118.0,
    "cardio.hrv.rmssd": 9.0,
    "breathing.rate": 25.0,
    "face.presence": 1.0,
    "face.motion": 0.4,
}


def metric(name: str, value: float, at: datetime, confidence: float = 95.0) -> Metric:
    """One that its source is sure of."""
    return Metric(name, value, stable=True, confidence=confidence, at_ms=to_ms(at))


def told(
    session_id: str,
    at: datetime,
    values: Mapping[str, float] = CALM,
    *,
    captured_at: datetime | None = None,
) -> MetricsSent:
    """One of each, all of that instant."""
    readings = tuple(metric(name, value, at) for name, value in values.items())
    return MetricsSent(session_id, readings, captured_at)


async def begin(server: Server, user: str = "audrey", *, allows: bool = True) -> str:
    """Start a session, a minute ago."""
    wish = SessionWish(user, "Math", allows, "watch-7")
    answer = await server.services().desktop_pet.stress.start_session(wish, Call("start"))
    server.clock.advance(1)
    return str(part(answer, "session")["session_id"])


async def measure(
    server: Server, session_id: str, minutes: int, values: Mapping[str, float] = CALM
) -> Answer:
    """Send metrics once a minute; what was answered last."""
    answer: Answer = {}
    for _ in range(minutes):
        sent = told(session_id, server.clock.now(), values)
        answer = await server.services().desktop_pet.metrics.ingest(sent, Call("metrics"))
        server.clock.advance(1)
    return answer


def ago(server: Server, seconds: float) -> datetime:
    """So long before what the server's clock shows."""
    return server.clock.now() - timedelta(seconds=seconds)
