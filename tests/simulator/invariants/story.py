"""Traces made by hand: what a network, a pet and a server would have written down.

The world of these stories begins at midnight of a day in May, in UTC. Times are in milliseconds
since then; ``minute`` makes them. Everything happens to ``pet``, the pet of audrey.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

from simulator.invariants import Judge
from simulator.invariants.court import Court
from simulator.kernel.trace import Event

Story = list[Event]
Object = Mapping[str, object]

USER = "audrey"
PET = "pet"
EDGE = "edge"
SESSION = "4fd31b3c-7b3d-4cce-90cf-c7c63e16d9eb"
POMODORO = "0d0b9f9c-7f85-48f0-a8bb-6c6f8ea1fd9b"
PROMPT = "2f67ff8b-cd46-45f0-b0e9-7720ad0fd8a4"
DRINK = ("Drink water", "Time to hydrate!")
REST = ("Break time", "Your stress has stayed high. Take a short break.")

_NUMBERS = count(1)
_BEGAN = datetime(2026, 5, 5, tzinfo=UTC)


def minute(minutes: float) -> int:
    """So many minutes after midnight."""
    return round(minutes * 60_000)


def utc(at: int) -> str:
    """An instant as the API words it."""
    return (_BEGAN + timedelta(milliseconds=at)).isoformat()


def world(zone: str = "UTC", delay_ms: int = 80) -> Story:
    """The first line of every trace."""
    scenario = {"date": "2026-05-05", "zone": zone, "network": {"delay_ms": [2, delay_ms]}}
    return [{"at": 0, "kind": "world", "seed": 1, "pets": 1, "scenario": scenario}]


def exchanged(
    at: int,
    operation: str,
    asked: Object,
    answer: Object,
    *,
    who: str = PET,
    key: str | None = None,
    status: int = 200,
    arrives: bool = True,
    copy: bool = False,
    sent_at: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Story:
    """The events of one exchange that took no time; its answer may have been lost."""
    method, path = operation.split(" ")
    is_get = method == "GET"
    sent = {} if is_get else {"content-type": "application/json"}
    id = next(_NUMBERS)
    request = {
        "at": at if sent_at is None else sent_at,
        "kind": "request",
        "id": id,
        "who": who,
        "method": method,
        "path": path,
        "query": "&".join(f"{name}={value}" for name, value in asked.items()) if is_get else "",
        "headers": {**sent, **({"idempotency-key": key} if key else {})},
        "body": "" if is_get else json.dumps(asked),
        **({"copy_of": id - 1} if copy else {}),
    }
    received = {"content-type": "application/json", **(headers or {})}
    served = {"at": at, "kind": "served", "id": id, "status": status, "headers": received}
    end: Event = {"at": at, "kind": "answer", "id": id, "who": who, "status": status}
    if not arrives:
        end = {"at": at, "kind": "lost", "id": id, "leg": "answer", "why": "loss"}
    return [request, {**served, "body": json.dumps(answer)}, *([] if copy else [end])]


def water_poll(
    at: int,
    *,
    reminds: bool,
    said_at: int | None = None,
    key: str | None = None,
    texts: tuple[str, str] = DRINK,
    arrives: bool = True,
    copy: bool = False,
    sent_at: int | None = None,
    ahead_min: int | None = 0,
) -> Story:
    """The pet asks whether to drink. ``said_at`` is when the server first said so, ``ahead_min``
    what it says of the wall clock at home.
    """
    payload = {"title": texts[0], "message": texts[1], "animation": "WATER_DROP"}
    answer = {
        "remind_now": reminds,
        "reason": "due" if reminds else "not_due",
        "server_time_utc": utc(at if said_at is None else said_at),
        "payload": payload if reminds else None,
        "next_poll_s": 30,
        "utc_offset_min": ahead_min,
    }
    return exchanged(
        at,
        "GET /api/water/poll",
        {"user_id": USER},
        answer,
        key=key or f"poll-{next(_NUMBERS)}",
        arrives=arrives,
        copy=copy,
        sent_at=sent_at,
        headers={"cache-control": "no-store"},
    )


def schedule(
    at: int = 0,
    *,
    start: str = "09:00",
    end: str = "22:00",
    zone: str = "UTC",
    interval: int = 60,
    enabled: bool = True,
    key: str | None = None,
) -> Story:
    """The user sets a schedule."""
    wish = {
        "user_id": USER,
        "timezone": zone,
        "start_time": start,
        "end_time": end,
        "interval_min": interval,
        "enabled": enabled,
    }
    answer = {"ok": True, "schedule": wish}
    return exchanged(at, "POST /api/water/schedule", wish, answer, who="phone", key=key)


def prompt_poll(
    at: int,
    prompt_id: str | None,
    created_at: int = 0,
    texts: tuple[str, str] = REST,
    *,
    arrives: bool = True,
) -> Story:
    """The pet asks whether a break is wanted."""
    payload = {"title": texts[0], "message": texts[1], "screen": "BREAK_PROMPT"}
    is_shown = prompt_id is not None
    answer = {
        "show_prompt": is_shown,
        "prompt_id": prompt_id,
        "type": "HIGH_STRESS_BREAK" if is_shown else None,
        "reason": "High stress detected for 10+ minutes" if is_shown else None,
        "created_at": utc(created_at) if is_shown else None,
        "payload": payload if is_shown else None,
        "next_poll_s": 20,
    }
    operation = "GET /api/breaks/prompt/poll"
    return exchanged(at, operation, {"user_id": USER}, answer, arrives=arrives)


def prompt_ack(at: int, prompt_id: str, accepts: bool, answered: bool | None) -> Story:
    """The person has answered a prompt; the server says what it has stored."""
    return exchanged(
        at,
        "POST /api/breaks/prompt/ack",
        {"prompt_id": prompt_id, "acknowledged": accepts},
        {"ok": True, "prompt_id": prompt_id, "acknowledged": answered},
        key=f"ack-{next(_NUMBERS)}",
    )


def preference(at: int, enabled: bool) -> Story:
    """The user switches prompts on or off."""
    wish = {"user_id": USER, "enabled": enabled}
    operation = "POST /api/breaks/preferences/stress-prompts"
    return exchanged(at, operation, wish, {"ok": True, **wish}, who="phone")


def study(
    at: int,
    session_id: str = SESSION,
    *,
    allows: bool = True,
    wish: bool | None = True,
    key: str | None = None,
) -> Story:
    """A study session starts."""
    asked = {"user_id": USER} if wish is None else {"user_id": USER, "allow_prompted_breaks": wish}
    session = {
        "session_id": session_id,
        "user_id": USER,
        "started_at": utc(at),
        "ended_at": None,
        "status": "active",
        "study_label": "Study Session",
        "allow_prompted_breaks": allows,
        "signal_source": "presage",
    }
    answer = {"ok": True, "session": session}
    operation = "POST /api/stress/session/start"
    return exchanged(at, operation, asked, answer, who="phone", status=201, key=key)


def sample(
    at: int,
    stress: float = 0.9,
    focus: float = 0.5,
    *,
    captured_at: int | None = None,
    confidence: float = 1.0,
    session_id: str = SESSION,
    key: str | None = None,
    sample_id: str = "11111111-1111-4111-8111-111111111111",
) -> Story:
    """The edge posts a sample, as it was captured just now or at ``captured_at``."""
    instant = utc(at if captured_at is None else captured_at)
    asked = {
        "session_id": session_id,
        "captured_at": instant,
        "focus_score": focus,
        "stress_score": stress,
        "confidence": confidence,
    }
    answer = {"ok": True, "sample_id": sample_id, "captured_at": instant}
    key = key or f"sample-{next(_NUMBERS)}"
    operation = "POST /api/stress/sample"
    return exchanged(at, operation, asked, answer, who=EDGE, status=201, key=key)


def samples(minutes: Sequence[float], stress: float = 0.9) -> Story:
    """A sample at each of these minutes."""
    return [event for each in minutes for event in sample(minute(each), stress)]


def session_end(
    at: int,
    report: Object | None = None,
    *,
    ended_at: int | None = None,
    session_id: str = SESSION,
) -> Story:
    """A study session ends, or is ended again."""
    answer = {
        "ok": True,
        "session_id": session_id,
        "ended_at": utc(at if ended_at is None else ended_at),
        "report": report or {},
    }
    operation = "POST /api/stress/session/end"
    return exchanged(at, operation, {"session_id": session_id}, answer, who="phone")


def pomodoro_set(
    at: int, id: str = POMODORO, *, ended_at: int | None = None, started_at: int = minute(720)
) -> Story:
    """A classic Pomodoro starts at noon, or is stopped."""
    session = {
        "session_id": id,
        "user_id": USER,
        "focus_minutes": 25,
        "break_minutes": 5,
        "cycles": 2,
        "started_at": utc(started_at),
        "ended_at": None if ended_at is None else utc(ended_at),
        "status": "active" if ended_at is None else "completed",
    }
    name = "start" if ended_at is None else "stop"
    asked = {"user_id": USER} if ended_at is None else {"session_id": id}
    operation = f"POST /api/breaks/pomodoro/{name}"
    status = 201 if ended_at is None else 200
    return exchanged(at, operation, asked, {"ok": True, "session": session}, status=status)


def pomodoro_status(
    at: int,
    phase: str,
    cycle: int,
    seconds: int,
    id: str = POMODORO,
    *,
    status: int = 200,
    arrives: bool = True,
) -> Story:
    """The pet asks where its Pomodoro stands."""
    answer = {
        "session_id": id,
        "phase": phase,
        "cycle_index": cycle,
        "seconds_remaining": seconds,
        "server_time_utc": utc(at),
        "payload": {"title": "Pomodoro", "message": "Go on", "screen": "POMODORO_TIMER"},
    }
    asked = {"session_id": id}
    operation = "GET /api/breaks/pomodoro/status"
    return exchanged(at, operation, asked, answer, status=status, arrives=arrives)


def pomodoro_active(at: int, id: str | None, phase: str = "focus", seconds: int = 1500) -> Story:
    """The pet asks which Pomodoro runs, and hears of one in its first cycle, or of none."""
    answer: Object = {
        "active": id is not None,
        "session_id": id,
        "phase": phase if id else None,
        "cycle_index": 1 if id else None,
        "seconds_remaining": seconds if id else None,
        "server_time_utc": utc(at),
        "payload": {"title": "Pomodoro", "message": "Go on", "screen": "POMODORO_TIMER"},
        "next_poll_s": 10,
    }
    return exchanged(at, "GET /api/breaks/pomodoro/active", {"user_id": USER}, answer)


def encouragement(at: int, message: str, *, key: str | None = None) -> Story:
    """The pet asks for a kind sentence."""
    operation = "POST /api/encouragement/message"
    return exchanged(at, operation, {"user_id": USER}, {"ok": True, "message": message}, key=key)


def boot(at: int) -> Story:
    """The pet gets power."""
    facts = {"boot_id": "00000001", "version": "1.0.0", "address": "server:5000"}
    return [{"at": at, "kind": "boot", "who": PET, **facts}]


def unplugged(at: int) -> Story:
    """The pet loses its power."""
    return [{"at": at, "kind": "unplugged", "who": PET}]


def cut(at: int, until: int) -> Story:
    """The Wi-Fi is gone."""
    return [{"at": at, "kind": "cut", "until": until}]


def screen(
    at: int, name: str, title: str = "", detail: object = "", *, offline: bool = False
) -> Story:
    """The pet shows something."""
    return [{"at": at, "kind": "screen", "who": PET, "scene": [name, title, detail, offline]}]


def press(at: int, kind: str = "short") -> Story:
    """Somebody presses the button."""
    return [{"at": at, "kind": "press", "who": PET, "press": kind}]


def stored(collection: str, document: Object) -> Story:
    """The server holds this in the end."""
    text = json.dumps(document)
    return [{"at": minute(1440), "kind": "stored", "collection": collection, "document": text}]


def verdict(judge: Judge, *stories: Story, until: int = minute(1440)) -> list[str]:
    """What the judge has to say about the stories, told one after the other."""
    court = Court((judge,))
    for story in stories:
        for event in story:
            court.see(event)
    court.conclude(until)
    return [objection.words for objection in judge.objections]


def sole(objections: list[str]) -> str:
    """The one objection that there is."""
    (objection,) = objections
    return objection


def unheard(story: Story) -> Story:
    """The same, but nobody knows whether it was done: its worker has died."""
    asked = story[0]
    return [asked, {"at": asked["at"], "kind": "dropped", "id": asked["id"], "why": "crash"}]


def late(story: Story, wished_at: int) -> list[Story]:
    """It was asked, its worker died, and was asked again and answered."""
    first: Story = [{**story[0], "at": wished_at, "id": -1}]
    return [unheard(first), story]


def with_status(story: Story, status: int) -> Story:
    """The same, but the server has answered with this status."""
    return [{**event, "status": status} if "status" in event else event for event in story]


def past(minutes: float) -> int:
    """So many minutes after noon."""
    return minute(720 + minutes)


def clock(at: float, ahead_min: float) -> Story:
    """Somebody sets the server's clock, so many minutes past noon."""
    return [{"at": past(at), "kind": "clock", "off_ms": minute(ahead_min)}]


NO_SAMPLES: Object = {
    "sample_count": 0,
    "average_focus": 0,
    "average_stress": 0,
    "peak_stress": 0,
    "lowest_focus": 0,
}
"""What a session without any comes to."""
