"""The collections of the Desktop Pet Backend, field by field as its schema map lists them.

What the map does not list stands after a blank line: names that end in ``_ms`` are the integers by
which the date of the same name is sorted and filtered; the rest the rules must remember. ``_id``,
``version`` and the outbox come from ``Record`` and ``Deciding``. What the map says beyond the type
stands in the annotations; the API lets nothing else in, and ``petcore store check`` finds what came
in some other way.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Annotated, Literal, TypedDict

from pydantic import Field

from petcore.ports.language import Role
from petcore.ports.store import Collection, Index, Record
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
from petcore.services.outbox import OUTBOX_INDEX, Deciding, Document

EventType = Literal["REMINDER_SENT", "DEVICE_ACK"]
ActiveOrCompleted = Literal["active", "completed"]
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
    ``high_at_ms`` is when its stress could have been high for long enough at the earliest.
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
UNMEASURED = ("raw_metrics",)
"""What a sample can be read without: far more than the rest of it, if its sender likes."""

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

PET_PERSONAS: Collection[PetPersona] = Collection(
    "pet_personas", (Index(("user_id",), unique=True), OUTBOX_INDEX)
)
CHAT_MESSAGES: Collection[ChatMessage] = Collection(
    "chat_messages",
    (Index(("conversation_id", "user_id", "number")), Index(("user_id", "number"))),
)
CHAT_MEMORIES: Collection[ChatMemory] = Collection(
    "chat_memories", (Index(("user_id",), unique=True), OUTBOX_INDEX)
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
    PET_PERSONAS,
    CHAT_MESSAGES,
    CHAT_MEMORIES,
)

IDS: Mapping[str, str] = {
    "water_schedules": "water:{user_id}",
    "focus_sessions": "session:{session_id}",
    "focus_samples": "sample:{sample_id}",
    "focus_reports": "report:{session_id}",
    "break_preferences": "preference:{user_id}",
    "break_prompts": "prompt:{prompt_id}",
    "pomodoro_sessions": "pomodoro:{session_id}",
    "pet_personas": "persona:{user_id}",
    "chat_messages": "message:{number}:{user_id}",
    "chat_memories": "memory:{user_id}",
}
"""How a document is found again by what it says; in the other collections nobody looks for one."""


def id_of(collection: Collection[Document], **named: str | int) -> str:
    """The ``_id`` of the document whose fields are ``named``."""
    return IDS[collection.name].format_map(named)


def _of_timed(document: Document) -> Iterator[tuple[str, object]]:
    if "ended_at" in document:
        yield "status", "active" if document["ended_at"] is None else "completed"


def _of_prompt(document: Document) -> Iterator[tuple[str, object]]:
    if "resolved_at" in document:
        yield "is_open", int(document["resolved_at"] is None)
    if document.get("is_open") == 1:
        yield "acknowledged", None


def _of_message(document: Document) -> Iterator[tuple[str, object]]:
    number = document.get("number")
    if isinstance(number, int):
        yield "role", "assistant" if number % 2 else "user"


def _of_memory(document: Document) -> Iterator[tuple[str, object]]:
    """Turns are counted whole, and nothing is erased or summarized that was not said."""
    most: int | None = None
    for field in ("messages", "summarized", "first"):
        count = document.get(field)
        if not isinstance(count, int):
            return
        most = count - count % 2 if most is None else min(count - count % 2, most)
        yield field, most


SHAPES: Mapping[str, type] = {
    "water_schedules": WaterSchedule,
    "water_events": WaterEvent,
    "focus_sessions": FocusSession,
    "focus_samples": FocusSample,
    "focus_reports": FocusReport,
    "break_preferences": BreakPreference,
    "break_prompts": BreakPrompt,
    "pomodoro_sessions": PomodoroSession,
    "encouragement_events": EncouragementEvent,
    "pet_personas": PetPersona,
    "chat_messages": ChatMessage,
    "chat_memories": ChatMemory,
}
"""What the documents of each collection look like."""

BELONGING: Mapping[str, Callable[[Document], Iterator[tuple[str, object]]]] = {
    "focus_sessions": _of_timed,
    "break_prompts": _of_prompt,
    "pomodoro_sessions": _of_timed,
    "chat_messages": _of_message,
    "chat_memories": _of_memory,
}
"""What the rest of a document says of some of its fields."""


def shown(document: Document, fields: Iterable[str]) -> dict[str, object]:
    """What an answer shows of a document: these fields, in this order."""
    return {field: document[field] for field in fields}
