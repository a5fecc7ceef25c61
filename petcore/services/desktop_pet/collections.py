"""The collections of the Desktop Pet Backend: their indexes, how a document is found again, and
what its fields say of one another. Not here: what the documents look like (``shapes``).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from petcore.ports.store import Collection, Index
from petcore.services.desktop_pet.shapes import (
    BreakPreference,
    BreakPrompt,
    ChatMemory,
    ChatMessage,
    EncouragementEvent,
    FocusReport,
    FocusSample,
    FocusSession,
    PetPersona,
    PomodoroSession,
    VideoSource,
    VideoWatch,
    WaterEvent,
    WaterSchedule,
)
from petcore.services.outbox import OUTBOX_INDEX, Document

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

VIDEO_SOURCES: Collection[VideoSource] = Collection(
    "video_sources", (Index(("user_id",), unique=True), OUTBOX_INDEX)
)
VIDEO_WATCHES: Collection[VideoWatch] = Collection(
    "video_watches",
    (
        Index(("session_id",), unique=True),
        Index(("user_id",)),
        Index(("is_open", "leased_until_ms")),
        OUTBOX_INDEX,
    ),
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
    VIDEO_SOURCES,
    VIDEO_WATCHES,
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
    "video_sources": "source:{user_id}",
    "video_watches": "watch:{session_id}",
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
    "video_sources": VideoSource,
    "video_watches": VideoWatch,
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
