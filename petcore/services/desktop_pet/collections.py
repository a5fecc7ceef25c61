"""The collections of the Desktop Pet Backend, field by field as its schema map lists them.

What the map does not list stands after a blank line: names that end in ``_ms`` are the integers by
which the date of the same name is sorted and filtered; the rest the rules must remember. ``_id``,
``version`` and the outbox come from ``Record`` and ``Deciding``.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal, TypedDict

from petcore.ports.store import Collection, Index, Record
from petcore.services.idempotency import IDEMPOTENCY_KEYS
from petcore.services.outbox import OUTBOX_INDEX, Deciding, Document

EventType = Literal["REMINDER_SENT", "DEVICE_ACK"]
ActiveOrCompleted = Literal["active", "completed"]


class WaterSchedule(Deciding):
    """How one user wants to be reminded. ``start_time`` and ``end_time`` are ``HH:MM``."""

    user_id: str
    timezone: str
    start_time: str
    end_time: str
    interval_min: int
    enabled: bool
    last_triggered_at: datetime | None


class WaterEvent(Record):
    """A reminder that was sent, or that the device acknowledged."""

    user_id: str
    at_utc: datetime
    type: EventType

    at_utc_ms: int


class FocusSession(Deciding):
    """A study session. ``prompt_id`` is its latest break prompt, "" if there was none;
    ``high_at_ms`` is when its stress could have been high for long enough at the earliest.
    """

    session_id: str
    user_id: str
    started_at: datetime
    ended_at: datetime | None
    status: ActiveOrCompleted
    study_label: str
    allow_prompted_breaks: bool
    signal_source: str

    prompt_id: str
    high_at_ms: int


class FocusSample(Record):
    """One reading of the edge. Scores and confidence are 0..1; ``is_counted`` is 1 if the
    high-stress detector looks at it, else 0.
    """

    sample_id: str
    session_id: str
    user_id: str
    captured_at: datetime
    focus_score: float
    stress_score: float
    confidence: float
    raw_metrics: Mapping[str, object]
    signal_source: str

    captured_at_ms: int
    is_counted: int


class FocusReport(Record):
    """The report of an ended session, as P7 and P8 answer it."""

    session_id: str
    user_id: str
    generated_at: datetime
    report: Mapping[str, object]


class BreakPreference(Deciding):
    """Whether a user wants to be asked for breaks when stress is high."""

    user_id: str
    stress_prompt_enabled: bool
    updated_at: datetime


class Payload(TypedDict):
    """What a screen shows."""

    title: str
    message: str
    screen: str


class BreakPrompt(Deciding):
    """A break asked for. ``is_open`` is 1 until it is resolved, then 0."""

    prompt_id: str
    user_id: str
    session_id: str
    type: str
    reason: str
    created_at: datetime
    resolved_at: datetime | None
    acknowledged: bool | None
    payload: Payload

    created_at_ms: int
    is_open: int


class PomodoroSession(Deciding):
    """A Pomodoro timer. One that has run out stays ``active`` here until somebody looks."""

    session_id: str
    user_id: str
    focus_minutes: int
    break_minutes: int
    cycles: int
    started_at: datetime
    ended_at: datetime | None
    status: ActiveOrCompleted

    started_at_ms: int


class EncouragementEvent(Record):
    """A message that was said, and the scores (0..1) it was chosen for."""

    user_id: str
    stress_score: float
    focus_score: float
    message: str

    created_at: datetime
    created_at_ms: int


WATER_SCHEDULES: Collection[WaterSchedule] = Collection(
    "water_schedules", (Index(("user_id",), unique=True), OUTBOX_INDEX)
)
WATER_EVENTS: Collection[WaterEvent] = Collection(
    "water_events", (Index(("user_id", "at_utc_ms")),)
)
FOCUS_SESSIONS: Collection[FocusSession] = Collection(
    "focus_sessions",
    (Index(("session_id",), unique=True), Index(("user_id", "status")), OUTBOX_INDEX),
)
FOCUS_SAMPLES: Collection[FocusSample] = Collection(
    "focus_samples",
    (
        Index(("session_id", "captured_at_ms")),
        Index(("session_id", "is_counted", "captured_at_ms")),
        Index(("user_id", "captured_at_ms")),
    ),
)
FOCUS_REPORTS: Collection[FocusReport] = Collection(
    "focus_reports", (Index(("session_id",), unique=True), Index(("user_id",)))
)
BREAK_PREFERENCES: Collection[BreakPreference] = Collection(
    "break_preferences", (Index(("user_id",), unique=True), OUTBOX_INDEX)
)
BREAK_PROMPTS: Collection[BreakPrompt] = Collection(
    "break_prompts",
    (
        Index(("prompt_id",), unique=True),
        Index(("user_id", "is_open", "created_at_ms")),
        OUTBOX_INDEX,
    ),
)
POMODORO_SESSIONS: Collection[PomodoroSession] = Collection(
    "pomodoro_sessions",
    (
        Index(("session_id",), unique=True),
        Index(("user_id", "status", "started_at_ms")),
        OUTBOX_INDEX,
    ),
)
ENCOURAGEMENT_EVENTS: Collection[EncouragementEvent] = Collection(
    "encouragement_events", (Index(("user_id", "created_at_ms")),)
)

COLLECTIONS: tuple[Collection[Document], ...] = (
    WATER_SCHEDULES,
    WATER_EVENTS,
    FOCUS_SESSIONS,
    FOCUS_SAMPLES,
    FOCUS_REPORTS,
    BREAK_PREFERENCES,
    BREAK_PROMPTS,
    POMODORO_SESSIONS,
    ENCOURAGEMENT_EVENTS,
    IDEMPOTENCY_KEYS,
)


def shown(document: Document, fields: Iterable[str]) -> dict[str, object]:
    """What an answer shows of a document: these fields, in this order."""
    return {field: document[field] for field in fields}
