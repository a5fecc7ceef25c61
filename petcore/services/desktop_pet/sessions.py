"""Study sessions as they are stored: how one is found. Not here: what changes them (``stress``)."""

from typing import TypedDict

from petcore.ports.store import Query, Store
from petcore.services.desktop_pet.collections import (
    FOCUS_SAMPLES,
    FOCUS_SESSIONS,
    UNMEASURED,
    id_of,
)
from petcore.services.desktop_pet.shapes import ActiveOrCompleted, FocusSession

_LOOKED_AT = 64


class _Measured(TypedDict):
    """Where a sample belongs."""

    session_id: str


def session_key(session_id: str) -> str:
    """The ``_id`` of a study session."""
    return id_of(FOCUS_SESSIONS, session_id=session_id)


async def running(store: Store, user_id: str) -> FocusSession | None:
    """The user's running session, the latest if several run."""
    return await _latest(store, user_id, "active")


async def current(store: Store, user_id: str) -> FocusSession | None:
    """The user's running session, or else the one that was measured last, if there was any."""
    return await running(store, user_id) or await _measured_last(store, user_id)


async def _measured_last(store: Store, user_id: str) -> FocusSession | None:
    newest: Query[_Measured] = Query(
        FOCUS_SAMPLES,
        {"user_id": user_id},
        "captured_at_ms",
        descending=True,
        limit=1,
        without=UNMEASURED,
    )
    for sample in await store.find(newest):
        return await store.get(FOCUS_SESSIONS, session_key(sample["session_id"]))
    return await _latest(store, user_id, "completed", _LOOKED_AT)


async def _latest(
    store: Store, user_id: str, status: ActiveOrCompleted, limit: int | None = None
) -> FocusSession | None:
    # No index has them by time, and few run.
    query = Query(FOCUS_SESSIONS, {"user_id": user_id, "status": status}, limit=limit)
    found = await store.find(query)
    return max(found, key=lambda session: session["started_at"], default=None)
