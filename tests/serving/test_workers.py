"""Several workers on one store: what many ask for at once happens once."""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from petcore.ports.store import Store
from petcore.wiring import create_store
from tests.mongo.server import mongo_server
from tests.serving.crowd import Answered, Asked, Crowd, gathered
from tests.serving.deeds import Contents, canonical, read
from tests.serving.line import Json
from tests.serving.process import JSON_LOG, Serving, serving

CLIENTS = 50
WORKERS = 3

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="there, no process is asked to stop"
)


@contextmanager
def _shared(kind: str, folder: Path) -> Iterator[tuple[Store, str, dict[str, str]]]:
    """A store for the test to look into, its URI, and what else is to be set."""
    if kind == "sqlite":
        uri = f"sqlite:///{folder / 'petcore.db'}"
        yield create_store(uri), uri, dict(JSON_LOG)
    else:
        with mongo_server() as mongo:
            uri = mongo.uri()
            yield create_store(uri), uri, {**JSON_LOG, "PETCORE_MONGO_DRIVER": kind}


@pytest.mark.parametrize("kind", ["sqlite", "motor"])
def test_what_many_ask_for_at_once_happens_once(tmp_path: Path, kind: str) -> None:
    """Three workers, fifty clients: a reminder, a prompt, a decision, a report and a key are
    claimed by one of them, and all the others hear of the same.
    """
    with (
        _shared(kind, tmp_path) as (store, uri, environment),
        serving(
            tmp_path, store=uri, workers=WORKERS, log_level="info", environment=environment
        ) as server,
    ):
        asyncio.run(_claim_everything(server, store))
        assert server.stop() == 0
    served = [line for line in server.log if line["logger"] == "petcore.request"]
    claimed = [line for line in served if "/api/" in str(line["event"])]
    assert {line["pid"] for line in claimed} == server.workers, "one did nothing"
    assert len({(line["pid"], line["request_id"]) for line in served}) == len(served)
    assert len(server.workers) == WORKERS
    assert not [line for line in server.log if line["level"] in ("warning", "error")]
    assert "uvicorn.access" not in server.err, "each request has one line"


async def _claim_everything(server: Serving, store: Store) -> None:
    async with gathered(server.url, CLIENTS, server.workers) as crowd:
        for number in range(5):
            await _drink(crowd, f"drinker-{number}")
        await _study(crowd, "student")
        await _repeat_under_a_key(crowd, "repeater")
        for number in range(5):
            await _mix_up_a_key(crowd, f"muddler-{number}")
    await store.open()
    try:
        contents = await read(store)
    finally:
        await store.close()
    assert contents.half_done() == 0
    _assert_once(contents)


def _assert_once(contents: Contents) -> None:
    """In the store, too, everything is there once."""
    for number in range(5):
        drunk = contents.census(f"drinker-{number}")
        assert (drunk["REMINDER_SENT"], drunk["water_events"]) == (1, 1)
        assert contents.census(f"muddler-{number}")["focus_samples"] == 1
    studied = contents.census("student")
    assert studied["focus_samples"] == CLIENTS
    assert (studied["break_prompts"], studied["ended break_prompts"]) == (1, 1)
    assert (studied["focus_reports"], studied["ended focus_sessions"]) == (1, 1)
    repeated = contents.census("repeater")
    assert (repeated["DEVICE_ACK"], repeated["focus_sessions"], repeated["focus_samples"]) == (
        1,
        1,
        1,
    )


async def _drink(crowd: Crowd, user: str) -> None:
    """One of all who poll is told to remind."""
    schedule: Json = {
        "user_id": user,
        "timezone": "America/Vancouver",
        "start_time": "00:00",
        "end_time": "00:00",
        "interval_min": 60,
        "enabled": True,
    }
    await crowd.one_asks("POST", "/api/water/schedule", schedule)
    answers = _served(await crowd.all_ask("GET", "/api/water/poll", {"user_id": user}))
    reasons = sorted(str(answer["reason"]) for answer in answers)
    assert reasons == ["due"] + ["not_due"] * (CLIENTS - 1)
    assert [answer["remind_now"] for answer in answers].count(True) == 1


async def _study(crowd: Crowd, user: str) -> None:
    """Samples that all come at once bring one prompt, which is decided on once, and one report."""
    session_id = await _session(crowd, user)
    now = datetime.now(UTC)
    ages = (timedelta(seconds=720 - 13 * number) for number in range(CLIENTS))
    samples = [_sample(session_id, now - age, 0.9) for age in ages]
    _served(await crowd.ask(*(Asked("POST", "/api/stress/sample", each) for each in samples)))
    prompt = await crowd.one_asks("GET", "/api/breaks/prompt/poll", {"user_id": user})
    decisions = [
        {"prompt_id": prompt["prompt_id"], "acknowledged": number % 2 == 0}
        for number in range(CLIENTS)
    ]
    answers = await crowd.ask(
        *(Asked("POST", "/api/breaks/prompt/ack", each) for each in decisions)
    )
    assert len(_different(_served(answers))) == 1
    ends = await crowd.all_ask("POST", "/api/stress/session/end", {"session_id": session_id})
    assert len(_different(_served(ends))) == 1


async def _repeat_under_a_key(crowd: Crowd, user: str) -> None:
    """The same request under the same key is answered alike, wherever it arrives."""
    acks = await crowd.all_ask("POST", "/api/water/ack", {"user_id": user}, "ack-1")
    assert len(_different(_served(acks))) == 1
    start: Json = {"user_id": user, "study_label": "Math"}
    starts = await crowd.all_ask("POST", "/api/stress/session/start", start, "start-1")
    assert len(_different(_served(starts))) == 1
    session = starts[0].body["session"]
    assert isinstance(session, dict)
    sample = _sample(str(session["session_id"]), datetime.now(UTC), 0.2)
    samples = await crowd.all_ask("POST", "/api/stress/sample", sample, "sample-1")
    assert len(_different(_served(samples))) == 1


async def _mix_up_a_key(crowd: Crowd, user: str) -> None:
    """Of two requests under the same key one is served, and the other one is refused."""
    sessions = [await _session(crowd, user), await _session(crowd, user)]
    now = datetime.now(UTC)
    samples = [_sample(sessions[number % 2], now, 0.2) for number in range(CLIENTS)]
    answers = await crowd.ask(
        *(Asked("POST", "/api/stress/sample", each, "key-1") for each in samples)
    )
    statuses = [{answer.status for answer in answers[first::2]} for first in range(2)]
    assert statuses in ([{201}, {409}], [{409}, {201}])
    assert len(_different([each.body for each in answers if each.is_served])) == 1


async def _session(crowd: Crowd, user: str) -> str:
    start: Json = {"user_id": user, "study_label": "Math", "allow_prompted_breaks": True}
    session = (await crowd.one_asks("POST", "/api/stress/session/start", start))["session"]
    assert isinstance(session, dict)
    return str(session["session_id"])


def _sample(session_id: str, at: datetime, stress: float) -> Json:
    return {
        "session_id": session_id,
        "captured_at": at.isoformat(),
        "focus_score": 0.5,
        "stress_score": stress,
    }


def _served(answers: Sequence[Answered]) -> list[Json]:
    """All bodies. Raises AssertionError if any was refused."""
    assert [answer for answer in answers if not answer.is_served] == []
    return [answer.body for answer in answers]


def _different(bodies: Sequence[Json]) -> set[str]:
    return {canonical(body) for body in bodies}
