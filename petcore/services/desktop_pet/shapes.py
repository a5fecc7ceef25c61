"""What the documents of the Desktop Pet Backend look like, field by field as its schema map lists
them.

What the map does not list stands after a blank line: names that end in ``_ms`` are the integers by
which the date of the same name is sorted and filtered; the rest the rules must remember. ``_id``,
``version`` and the outbox come from ``Record`` and ``Deciding``. What the map says beyond the type
stands in the annotations; the API lets nothing else in, and ``petcore store check`` finds what came
in some other way. Not here: where they are kept, and how they are found again (``collections``).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, NotRequired, TypedDict

from pydantic import Field

from petcore.ports.language import Role
from petcore.ports.store import Record
from petcore.services.fields import (
    BreakMinutes,
    ClockTime,
    Cycles,
    FocusMinutes,
    IntervalMin,
    StudyLabel,
    UserId,
    Uuid,
    UuidOrNothing,
)
from petcore.services.outbox import Deciding

EventType = Literal["REMINDER_SENT", "DEVICE_ACK"]
ActiveOrCompleted = Literal["active", "completed"]
SourceType = Literal["webcam", "esp32", "recording"]
Score = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
OneOrZero = Annotated[int, Field(ge=0, le=1)]
SignalSource = Annotated[str, Field(min_length=1, max_length=64)]


class WaterSchedule(Deciding):
    """How one user wants to be reminded. ``start_time`` and ``end_time`` are ``HH:MM``."""

    user_id: UserId
    timezone: str
    start_time: ClockTime
    end_time: ClockTime
    interval_min: IntervalMin
    enabled: bool
    last_triggered_at: datetime | None


class WaterEvent(Record):
    """A reminder that was sent, or that the device acknowledged."""

    user_id: UserId
    at_utc: datetime
    type: EventType

    at_utc_ms: int


class FocusSession(Deciding):
    """A study session. ``prompt_id`` is its latest break prompt, "" if there was none;
    ``high_at_ms`` is when its stress could have been high for long enough at the earliest;
    ``vitals`` is what the estimator knows, if metrics were sent; ``is_watched`` says that the
    server itself was asked to measure.
    """

    session_id: Uuid
    user_id: UserId
    started_at: datetime
    ended_at: datetime | None
    status: ActiveOrCompleted
    study_label: StudyLabel
    allow_prompted_breaks: bool
    signal_source: SignalSource

    prompt_id: UuidOrNothing
    high_at_ms: int
    vitals: NotRequired[Mapping[str, object]]
    is_watched: NotRequired[bool]


class FocusSample(Record):
    """One reading of the edge. Scores and confidence are 0..1; ``is_counted`` is 1 if the
    high-stress detector looks at it, else 0.
    """

    sample_id: Uuid
    session_id: Uuid
    user_id: UserId
    captured_at: datetime
    focus_score: Score
    stress_score: Score
    confidence: Score
    raw_metrics: Mapping[str, object]
    signal_source: SignalSource

    captured_at_ms: int
    is_counted: OneOrZero


class Scores(TypedDict):
    """What the rules look at in a sample. Whoever asks for it asks for samples ``UNMEASURED``."""

    captured_at: datetime
    focus_score: Score
    stress_score: Score
    confidence: Score


class GraphPoint(TypedDict):
    """One point of a report's graph; ``timestamp`` is an instant in ISO 8601."""

    timestamp: str
    focus_score: Score
    stress_score: Score


class Report(TypedDict):
    """What a session came to. All scores are 0 if it had no samples."""

    sample_count: Annotated[int, Field(ge=0)]
    average_focus: Score
    average_stress: Score
    peak_stress: Score
    lowest_focus: Score
    graph_points: list[GraphPoint]


class FocusReport(Record):
    """The report of an ended session, as P7 and P8 answer it."""

    session_id: Uuid
    user_id: UserId
    generated_at: datetime
    report: Annotated[Mapping[str, object], Report]


class BreakPreference(Deciding):
    """Whether a user wants to be asked for breaks when stress is high."""

    user_id: UserId
    stress_prompt_enabled: bool
    updated_at: datetime


class Payload(TypedDict):
    """What a screen shows."""

    title: str
    message: str
    screen: str


class BreakPrompt(Deciding):
    """A break asked for. ``is_open`` is 1 until it is resolved, then 0."""

    prompt_id: Uuid
    user_id: UserId
    session_id: Uuid
    type: Annotated[str, Field(pattern="^HIGH_STRESS_BREAK$")]
    reason: str
    created_at: datetime
    resolved_at: datetime | None
    acknowledged: bool | None
    payload: Payload

    created_at_ms: int
    is_open: OneOrZero


class PomodoroSession(Deciding):
    """A Pomodoro timer. One that has run out stays ``active`` here until somebody looks."""

    session_id: Uuid
    user_id: UserId
    focus_minutes: FocusMinutes
    break_minutes: BreakMinutes
    cycles: Cycles
    started_at: datetime
    ended_at: datetime | None
    status: ActiveOrCompleted

    started_at_ms: int


class EncouragementEvent(Record):
    """A message that was said, and the scores (0..1) it was chosen for."""

    user_id: UserId
    stress_score: Score
    focus_score: Score
    message: str

    created_at: datetime
    created_at_ms: int


class PetPersona(Deciding):
    """Who the pet of a user is. What the user left open is None."""

    user_id: UserId
    pet_name: Annotated[str, Field(min_length=1, max_length=64)]
    system_prompt: str | None
    gemini_model: str | None
    voice_id: str | None

    created_at: datetime


class ChatMessage(Record):
    """One side of a turn. ``number`` counts the messages of the user, from 0: even ones are the
    user's, odd ones the pet's.
    """

    conversation_id: Uuid
    user_id: UserId
    role: Role
    content: str
    pet_name: str | None

    created_at: datetime
    number: Annotated[int, Field(ge=0)]


class ChatMemory(Deciding):
    """What decides about the messages of a user: ``messages`` is how many there were, those before
    ``first`` are erased, those before ``summarized`` stand in the ``summary``. ``erasures`` counts
    how often all was erased.
    """

    user_id: UserId
    summary: str
    messages: Annotated[int, Field(ge=0)]
    first: Annotated[int, Field(ge=0)]
    summarized: Annotated[int, Field(ge=0)]
    erasures: Annotated[int, Field(ge=0)]
    updated_at: datetime


class VideoSource(Deciding):
    """The camera that a user prefers. ``esp32_stream_url`` and ``recording`` are "" where nobody
    named one.
    """

    user_id: UserId
    source_type: SourceType
    esp32_stream_url: Annotated[str, Field(max_length=2048)]
    webcam_index: Annotated[int, Field(ge=0)]
    recording: Annotated[str, Field(max_length=128)]


class VideoWatch(Deciding):
    """That the server itself measures a study session. ``is_open`` is 1 until it is over, then 0;
    whoever measures holds it until ``leased_until_ms``, and then anybody may.
    """

    session_id: Uuid
    user_id: UserId

    is_open: OneOrZero
    leased_until_ms: int
