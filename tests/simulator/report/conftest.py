"""A small trace, made by hand: one day with one of everything that a report tells."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from simulator.kernel.trace import Json

Event = dict[str, object]
HOUR, MINUTE = 3_600_000, 60_000


def world(**scenario: object) -> Event:
    """The first event."""
    facts = {"date": "2026-03-02", "zone": "America/Vancouver", "hours": 24, "title": "A day"}
    return {"at": 0, "kind": "world", "seed": 7, "pets": 1, "scenario": {**facts, **scenario}}


def student(at: float, does: str, **facts: object) -> Event:
    """The student does something at an hour of the day."""
    return _event(at, "student", who="audrey", does=does, **facts)


def truth(at: float, activity: str, focus: int = 500, stress: int = 300) -> Event:
    """What only the simulator knows."""
    return _event(at, "truth", who="audrey", activity=activity, focus=focus, stress=stress)


def screen(at: float, *scene: object) -> Event:
    """The pet shows something."""
    return _event(at, "screen", who="pet/audrey", scene=list(scene))


def pet(at: float, kind: str, **facts: object) -> Event:
    """An event of the pet."""
    return _event(at, kind, who="pet/audrey", **facts)


def served(
    at: float,
    id: int,
    operation: str,
    answer: Json,
    asked: Json | None = None,
    key: str = "",
    status: int = 200,
    **origin: int,
) -> Iterator[Event]:
    """An exchange, from the request to what the server answered 20 ms later."""
    method, path = operation.split()
    yield _event(
        at,
        "request",
        id=id,
        who="pet/audrey",
        method=method,
        path=path,
        query="user_id=audrey",
        headers={"idempotency-key": key} if key else {},
        body=json.dumps(asked) if asked else "",
        **origin,
    )
    body = json.dumps(answer)
    later = at + 20 / HOUR
    yield _event(later, "served", id=id, status=status, headers={}, body=body)


def sample(at: float, id: int, captured: str, **scores: float) -> Iterator[Event]:
    """The camera posts what it captured at an instant of the day (UTC)."""
    when = {"captured_at": f"{captured}+00:00"}
    asked = {**when, "focus_score": 0.5, "stress_score": 0.4, **scores}
    return served(at, id, "POST /api/stress/sample", {"ok": True, **when}, asked, status=201)


def _event(at: float, kind: str, **facts: object) -> Event:
    return {"at": round(at * HOUR), "kind": kind, **facts}


Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes events as a trace, after the world's own, in the order of time."""

    def write(*events: Event, **scenario: object) -> Path:
        path = tmp_path / "trace.jsonl"
        ordered = [world(**scenario), *sorted(events, key=lambda event: str(event["at"]).zfill(12))]
        lines = (json.dumps(event, separators=(",", ":")) for event in ordered)
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path

    return write
