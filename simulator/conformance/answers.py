"""What the server answers when nothing is wrong: one row an operation.

Written after the API document; a test holds every answer to the contract.
"""

from collections.abc import Callable, Mapping

from simulator.conformance import record
from simulator.conformance.script import (
    BEGAN,
    NEXT_POLL_IN_PHASE_S,
    NEXT_POLL_S,
    USER_CODE,
    Pomodoro,
    Script,
)
from simulator.kernel.trace import Json

Answer = tuple[int, Json]
"""A status, and an object."""

_SECOND_MS = 1000
_CODES = {
    400: "validation_failed",
    401: "unauthorized",
    404: "not_found",
    429: "rate_limited",
    503: "store_unavailable",
}
_WAIT_S = 30
_KEPT_MAX = 1_000
# The least, the most and what is meant when nothing, or nothing that may be, is said.
_POMODORO = {
    "focus_minutes": (1, 240, 25),
    "break_minutes": (1, 120, 5),
    "cycles": (1, 24, 4),
}


def answer(script: Script, operation: str, asked: Json, key: str | None) -> Answer:
    """What is answered to an operation. What was asked under a key before is answered as before,
    unless a thousand others came since.
    """
    kept = script.kept.get((operation, key or ""))
    if kept is not None:
        return kept
    row = ANSWERS.get(operation)
    if row is None:
        return refusal(404)
    given = row(script, asked)
    if key and (operation != record.WATER_POLL or given[1].get("remind_now") is True):
        if len(script.kept) >= _KEPT_MAX:
            del script.kept[next(iter(script.kept))]
        script.kept[operation, key] = given
    return given


def refusal(status: int) -> Answer:
    """The error with this status."""
    words = {"ok": False, "error": "It is refused.", "code": _CODES[status], "details": []}
    return status, words


def headers_of(status: int, operation: str) -> Mapping[str, str]:
    """The headers that an answer bears besides those of its body."""
    if operation == record.WATER_POLL and status == 200:  # noqa: PLR2004 -- it says all
        return {"Cache-Control": "no-store"}
    if status == 429:  # noqa: PLR2004
        reset = str(_WAIT_S)
        limits = {"RateLimit-Limit": "1", "RateLimit-Remaining": "0", "RateLimit-Reset": reset}
        return {"Retry-After": reset, **limits}
    if status == 503:  # noqa: PLR2004
        return {"Retry-After": str(_WAIT_S)}
    return {"WWW-Authenticate": "Bearer"} if status == 401 else {}  # noqa: PLR2004


def _water_poll(script: Script, asked: Json) -> Answer:
    due, script.is_due = script.is_due, False
    payload = {"title": "Drink water", "message": "Time to hydrate!", "animation": "WATER_DROP"}
    return 200, {
        "remind_now": due,
        "reason": "due" if due else "not_due",
        "server_time_utc": script.instant(),
        "payload": payload if due else None,
        "next_poll_s": NEXT_POLL_S,
        "utc_offset_min": -480,
    }


def _water_ack(script: Script, asked: Json) -> Answer:
    return 200, {"ok": True}


def _schedule(script: Script, asked: Json) -> Answer:
    return 200, {
        "user_id": asked.get("user_id", script.user_id),
        "timezone": "America/Vancouver",
        "start_time": "09:00",
        "end_time": "22:00",
        "interval_min": 60,
        "enabled": True,
    }


def _prompt_poll(script: Script, asked: Json) -> Answer:
    prompt = script.prompt
    if prompt is None or not prompt.is_open:
        nothing = dict.fromkeys(("prompt_id", "type", "reason", "created_at", "payload"))
        return 200, {"show_prompt": False, **nothing, "next_poll_s": NEXT_POLL_S}
    return 200, {
        "show_prompt": True,
        "prompt_id": prompt.id,
        "type": "HIGH_STRESS_BREAK",
        "reason": "High stress detected for 10+ minutes",
        "created_at": BEGAN.isoformat(),
        "payload": {
            "title": "Break time",
            "message": "Your stress has stayed high. Take a short break.",
            "screen": "BREAK_PROMPT",
        },
        "next_poll_s": NEXT_POLL_S,
    }


def _prompt_ack(script: Script, asked: Json) -> Answer:
    prompt = script.prompt
    if prompt is None or asked.get("prompt_id") != prompt.id:
        return refusal(404)
    if prompt.is_open:
        prompt.is_open, prompt.is_acknowledged = False, asked.get("acknowledged") is True
    given = {"ok": True, "prompt_id": prompt.id, "acknowledged": prompt.is_acknowledged}
    return 200, given


def _active(script: Script, asked: Json) -> Answer:
    running = script.running
    if running is not None:
        return 200, {"active": True, **_told(script, running)}
    nothing = dict.fromkeys(("session_id", "phase", "cycle_index", "seconds_remaining", "payload"))
    time = {"server_time_utc": script.instant(), "next_poll_s": NEXT_POLL_S}
    return 200, {"active": False, **nothing, **time}


def _status(script: Script, asked: Json) -> Answer:
    pomodoro = script.pomodoro
    if pomodoro is None or asked.get("session_id") != pomodoro.id:
        return refusal(404)
    return 200, _told(script, pomodoro)


def _told(script: Script, pomodoro: Pomodoro) -> Json:
    phase, cycle, left_ms = pomodoro.phase(script.now_ms())
    left_s = -(-left_ms // _SECOND_MS)
    words = {"focus": "Focus now", "break": "Take a break", "completed": "Well done!"}
    now = script.instant()
    script.step_clock()
    return {
        "session_id": pomodoro.id,
        "phase": phase,
        "cycle_index": cycle,
        "seconds_remaining": left_s,
        "server_time_utc": now,
        "payload": {"title": "Pomodoro", "message": words[phase], "screen": "POMODORO_TIMER"},
        "next_poll_s": max(1, min(NEXT_POLL_IN_PHASE_S, left_s)) if left_ms else NEXT_POLL_S,
    }


def _start(script: Script, asked: Json) -> Answer:
    wanted = {
        name: value
        if isinstance(value := asked.get(name), int) and least <= value <= most
        else usual
        for name, (least, most, usual) in _POMODORO.items()
    }
    script.pomodoro = Pomodoro(
        script.new_id(),
        str(asked.get("user_id", script.user_id)),
        script.now_ms(),
        wanted["focus_minutes"],
        wanted["break_minutes"],
        wanted["cycles"],
    )
    return 201, {"ok": True, "session": _session(script, script.pomodoro)}


def _stop(script: Script, asked: Json) -> Answer:
    pomodoro = script.pomodoro
    if pomodoro is None or asked.get("session_id") != pomodoro.id:
        return refusal(404)
    script.stop_pomodoro()
    return 200, {"ok": True, "session": _session(script, pomodoro)}


def _session(script: Script, pomodoro: Pomodoro) -> Json:
    is_over = script.running is not pomodoro
    return {
        "session_id": pomodoro.id,
        "user_id": pomodoro.user_id,
        "focus_minutes": pomodoro.focus_min,
        "break_minutes": pomodoro.break_min,
        "cycles": pomodoro.cycles,
        "started_at": BEGAN.isoformat(),
        "ended_at": script.instant() if is_over else None,
        "status": "completed" if is_over else "active",
    }


def _encouragement(script: Script, asked: Json) -> Answer:
    return 200, {"ok": True, "message": "One small step is enough."}


def _pairing(script: Script, asked: Json) -> Answer:
    script.code, script.pending = f"pair_BCDFGHJK_{script.new_id()}", 1
    return 201, {
        "ok": True,
        "device_code": script.code,
        "user_code": USER_CODE,
        "expires_in_s": 600,
        "next_poll_s": 2,
    }


def _collect(script: Script, asked: Json) -> Answer:
    """The owner needs one round to read the code and confirm it."""
    if script.code is None or asked.get("device_code") != script.code:
        return refusal(404)
    if script.pending:
        script.pending -= 1
        nothing = dict.fromkeys(("user_id", "device_id", "token"))
        return 200, {"ok": True, "status": "pending", **nothing, "next_poll_s": 2}
    script.token = script.token or f"pet_{script.new_id()}"
    return 200, {
        "ok": True,
        "status": "paired",
        "user_id": script.user_id,
        "device_id": "0f8fad5b-d9cb-469f-a165-70867728950e",
        "token": script.token,
        "next_poll_s": 2,
    }


def _fine(script: Script, asked: Json) -> Answer:
    return 200, {"ok": True}


def _ready(script: Script, asked: Json) -> Answer:
    return 200, {
        "ok": True,
        "language": "scripted",
        "voice": "absent",
        "hearing": "absent",
        "sight": "absent",
    }


ANSWERS: Mapping[str, Callable[[Script, Json], Answer]] = {
    record.WATER_POLL: _water_poll,
    record.WATER_ACK: _water_ack,
    record.SCHEDULE: _schedule,
    record.PROMPT_POLL: _prompt_poll,
    record.PROMPT_ACK: _prompt_ack,
    record.ACTIVE: _active,
    record.STATUS: _status,
    record.START: _start,
    record.STOP: _stop,
    record.ENCOURAGEMENT: _encouragement,
    record.PAIRING: _pairing,
    record.COLLECT: _collect,
    "GET /healthz": _fine,
    "GET /readyz": _ready,
}
PUBLIC = (record.PAIRING, record.COLLECT, "GET /healthz", "GET /readyz")
"""They need no token and look at none."""
