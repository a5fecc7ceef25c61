"""Focus / Stress (P5 to P8)."""

from operator import not_
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, JsonValue
from pydantic_core import to_json

from petcore.api.operation import Section
from petcore.api.wire import (
    AnsweredInstant,
    AnsweredUuid,
    Instant,
    InstantText,
    Label,
    Model,
    Score,
    SignalSource,
    UserId,
    Uuid,
)
from petcore.services.desktop_pet import DesktopPet
from petcore.services.desktop_pet.stress import Reading, SessionWish
from petcore.services.idempotency import Answer, Call

stress = Section[DesktopPet]()

_METRICS_DEPTH_MAX = 4
_METRICS_BYTES_MAX = 65_536
_INTEGER_MAX = 2**63
# The same bytes, were every letter of them escaped.
_SAMPLE_BODY_MAX = 8 * _METRICS_BYTES_MAX


def _storable(metrics: dict[str, JsonValue]) -> dict[str, JsonValue]:
    if len(to_json(metrics)) > _METRICS_BYTES_MAX:
        raise ValueError(f"must not be larger than {_METRICS_BYTES_MAX} bytes")
    _check(metrics, _METRICS_DEPTH_MAX)
    return metrics


def _check(value: JsonValue, depth: int) -> None:
    """Refuse what a store could not give back as it was."""
    if isinstance(value, dict | list):
        if not depth:
            raise ValueError(f"must not be nested deeper than {_METRICS_DEPTH_MAX}")
        for inner in value.values() if isinstance(value, dict) else value:
            _check(inner, depth - 1)
        if isinstance(value, dict):
            _check("".join(value), depth)
    elif isinstance(value, str) and "\x00" in value:
        raise ValueError("must not hold a NUL character")
    elif isinstance(value, int) and not -_INTEGER_MAX <= value < _INTEGER_MAX:
        raise ValueError("must hold integers of 64 bits at most")
    elif isinstance(value, float) and not abs(value) < float("inf"):
        raise ValueError("must hold finite numbers only")


MetricName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]
Metrics = Annotated[dict[MetricName, JsonValue], Field(max_length=64), AfterValidator(_storable)]


class StartSessionRequest(Model):
    """A study session to start."""

    user_id: UserId
    study_label: Label = "Study Session"
    allow_prompted_breaks: bool | None = None
    signal_source: SignalSource = "presage"
    # By its text a request is known again under its key, also by a server that is newer.
    watch: bool = Field(default=False, exclude_if=not_)


class FocusSession(Model):
    """A study session."""

    session_id: AnsweredUuid
    user_id: UserId
    started_at: AnsweredInstant
    ended_at: AnsweredInstant | None
    status: Literal["active", "completed"]
    study_label: Label
    allow_prompted_breaks: bool
    signal_source: SignalSource


class SessionAnswer(Model):
    """The session as stored."""

    ok: Literal[True]
    session: FocusSession


class SampleRequest(Model):
    """One reading of the edge."""

    session_id: Uuid
    focus_score: Score
    stress_score: Score
    captured_at: Instant | None = None
    confidence: Score = 1.0
    signal_source: SignalSource | None = None
    raw_metrics: Metrics = Field(default_factory=dict)


class SampleAnswer(Model):
    """The sample as stored."""

    ok: Literal[True]
    sample_id: AnsweredUuid
    captured_at: AnsweredInstant


class SessionRequest(Model):
    """Which session."""

    session_id: Uuid


class GraphPoint(Model):
    """One point of the graph."""

    timestamp: InstantText
    focus_score: Score
    stress_score: Score


class Report(Model):
    """What a session came to."""

    sample_count: Annotated[int, Field(ge=0)]
    average_focus: Score
    average_stress: Score
    peak_stress: Score
    lowest_focus: Score
    graph_points: Annotated[list[GraphPoint], Field(max_length=5000)]


class EndAnswer(Model):
    """The ended session and its report."""

    ok: Literal[True]
    session_id: AnsweredUuid
    ended_at: AnsweredInstant
    report: Report


class ReportAnswer(Model):
    """The stored report."""

    session_id: AnsweredUuid
    user_id: UserId
    generated_at: AnsweredInstant
    report: Report


@stress.post(
    "/api/stress/session/start", request=StartSessionRequest, response=SessionAnswer, status=201
)
async def start_session(pet: DesktopPet, request: StartSessionRequest, call: Call) -> Answer:
    """P5: Start a study session."""
    return await pet.stress.start_session(SessionWish(**dict(request)), call)


@stress.post(
    "/api/stress/sample",
    request=SampleRequest,
    response=SampleAnswer,
    status=201,
    body_max=_SAMPLE_BODY_MAX,
)
async def ingest_sample(pet: DesktopPet, request: SampleRequest, call: Call) -> Answer:
    """P6: Ingest a focus/stress sample."""
    return await pet.stress.ingest_sample(Reading(**dict(request)), call)


@stress.post("/api/stress/session/end", request=SessionRequest, response=EndAnswer)
async def end_session(pet: DesktopPet, request: SessionRequest, call: Call) -> Answer:
    """P7: End a study session and generate report."""
    return await pet.stress.end_session(request.session_id, call)


@stress.get("/api/stress/report/<session_id>", request=SessionRequest, response=ReportAnswer)
async def get_report(pet: DesktopPet, request: SessionRequest, call: Call) -> Answer:
    """P8: Get a focus report for the frontend graph."""
    return await pet.stress.get_report(request.session_id, call)
