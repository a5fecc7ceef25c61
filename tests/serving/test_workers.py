"""Several workers on one store: what many ask for at once happens once, whoever is killed."""

import asyncio
import json
import os
import signal
import socket
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from petcore.ports.store import Store
from petcore.wiring import create_store
from tests.mongo.server import mongo_server
from tests.serving.crowd import Answered, Asked, Crowd, gathered
from tests.serving.deeds import Contents, canonical, read
from tests.serving.line import Json
from tests.serving.process import (
    DEADLINE_S,
    Serving,
    is_listening,
    refused,
    serving,
    started,
    until,
)

CLIENTS = 50
WORKERS = 4

_JSON = {"PETCORE_LOG_FORMAT": "json"}

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="there, no process is asked to stop"
)


def _log(server: Serving) -> list[Json]:
    # The last line may not be whole yet.
    return [json.loads(line) for line in server.err.split("\n")[:-1]]


def _pids(server: Serving, words: str) -> set[object]:
    """The workers in whose log these words are."""
    return {line.get("pid") for line in _log(server) if words in str(line["event"])}


def _up(server: Serving) -> set[object]:
    """All workers that have ever answered."""
    return _pids(server, "Application startup complete")


# At the same instant


@contextmanager
def _shared(kind: str, folder: Path) -> Iterator[tuple[Store, str, dict[str, str]]]:
    """A store for the test to look into, its URI, and what else is to be set."""
    if kind == "sqlite":
        uri = f"sqlite:///{folder / 'petcore.db'}"
        yield create_store(uri), uri, _JSON
    else:
        with mongo_server() as mongo:
            uri = mongo.uri()
            yield create_store(uri), uri, {**_JSON, "PETCORE_MONGO_DRIVER": kind}


@pytest.mark.parametrize("kind", ["sqlite", "motor"])
def test_what_many_ask_for_at_once_happens_once(tmp_path: Path, kind: str) -> None:
    """Four workers, fifty clients: a reminder, a prompt, a decision, a report and a key are
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
    served = [line for line in _log(server) if line["logger"] == "petcore.request"]
    assert len({line["pid"] for line in served}) > 1, "one worker did it all"
    assert len({(line["pid"], line["request_id"]) for line in served}) == len(served)
    assert {line["pid"] for line in served} <= _up(server)
    assert len(_up(server)) == WORKERS
    assert not [line for line in _log(server) if line["level"] in ("warning", "error")]


async def _claim_everything(server: Serving, store: Store) -> None:
    async with gathered(server.url, CLIENTS) as crowd:
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


# Being killed


def test_a_killed_worker_is_replaced(tmp_path: Path) -> None:
    """Killed while it writes, it takes nothing with it that was answered. Others are started until
    one can work, and the server stops as if nothing had been.
    """
    path = tmp_path / "petcore.db"
    with serving(tmp_path, workers=2, log_level="info", environment=_JSON) as server:
        answered = asyncio.run(_drink_until_cut_off(server, min(_up(server), key=str)))
        with _locked(path):
            until(lambda: "cannot use" in server.err)
            assert server.process.poll() is None
        until(lambda: len(_up(server)) == 3)
        assert server.stop() == 0
    assert len(server.out.splitlines()) == 1
    contents = asyncio.run(_contents(path))
    kept = contents.census("audrey")["DEVICE_ACK"]
    assert answered <= kept <= answered + CLIENTS
    assert contents.half_done() == 0


async def _drink_until_cut_off(server: Serving, pid: object) -> int:
    """Kill the worker under load; say how many writes were answered before and after."""
    assert isinstance(pid, int)
    answered = 0

    async def drink(alone: Crowd) -> bool:
        """Whether the connection held."""
        nonlocal answered
        try:
            for _ in range(20):
                await alone.one_asks("POST", "/api/water/ack", {"user_id": "audrey"})
                answered += 1
                if answered == 5 * CLIENTS:
                    os.kill(pid, signal.SIGKILL)
        except (OSError, asyncio.IncompleteReadError):
            return False
        return True

    async with AsyncExitStack() as stack:
        # One after the other, so that no worker gets all of them.
        doors = [gathered(server.url, 1) for _ in range(CLIENTS)]
        crowds = [await stack.enter_async_context(door) for door in doors]
        held = await asyncio.gather(*(drink(alone) for alone in crowds))
    assert set(held) == {True, False}, "the worker had some of the clients"
    return answered


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Another program that writes to the database and does not come to an end."""
    with closing(sqlite3.connect(path, DEADLINE_S, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def _contents(path: Path) -> Contents:
    store = create_store(f"sqlite:///{path}")
    await store.open()
    try:
        return await read(store)
    finally:
        await store.close()


def test_workers_leave_when_their_parent_is_killed(tmp_path: Path) -> None:
    """They stop as they should, so the port and the file are free for the next start."""
    with serving(tmp_path, workers=2, log_level="info", environment=_JSON) as server:
        workers = _up(server)
        server.kill()
        until(lambda: _pids(server, "Finished server process") == workers)
        assert not is_listening(server.port)
    assert len(workers) == 2
    assert [path.name for path in tmp_path.glob("*.db*")] == ["petcore.db"]


# Stopping


def _terminate(server: Serving) -> None:
    """As a service manager does."""
    server.process.send_signal(signal.SIGTERM)


def _press_ctrl_c(server: Serving) -> None:
    """As at a terminal, where all processes hear of it."""
    os.killpg(server.process.pid, signal.SIGINT)


@pytest.mark.parametrize("end", [_terminate, _press_ctrl_c])
def test_what_runs_is_finished_before_it_stops(
    tmp_path: Path, end: Callable[[Serving], None]
) -> None:
    """Whichever worker it is in, a request whose body is still on its way is answered; then the
    exit code is 0, nothing was complained of, and the file is whole.
    """
    body = json.dumps({"user_id": "audrey"}).encode()
    head = (
        "POST /api/water/ack HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    ).encode()
    with serving(tmp_path, workers=2) as server:
        with (
            socket.create_connection(("127.0.0.1", server.port), DEADLINE_S) as connection,
            connection.makefile("rb") as answers,
        ):
            connection.sendall(head)
            assert answers.readline() == b"HTTP/1.1 100 Continue\r\n"
            connection.sendall(body[:-1])
            end(server)
            until(lambda: not is_listening(server.port))
            assert server.process.poll() is None
            connection.sendall(body[-1:])
            answer = answers.read()
        assert b"\r\nHTTP/1.1 200 OK\r\n" in answer
        assert server.process.wait(DEADLINE_S) == 0
    assert (server.out.count("\n"), server.err) == (1, "")
    assert [path.name for path in tmp_path.glob("*.db*")] == ["petcore.db"]
    with closing(sqlite3.connect(tmp_path / "petcore.db")) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_it_can_be_stopped_while_it_starts(tmp_path: Path) -> None:
    """Told to stop while its workers come up, it goes without a complaint from any of them."""
    with started(tmp_path, workers=2, log_level="info") as server:
        until(lambda: "Started parent process" in server.err)
        # By now they are there, and import for a while yet.
        time.sleep(0.3)
        _press_ctrl_c(server)
        assert server.process.wait(DEADLINE_S) == 0
    assert server.out == ""
    assert "Traceback" not in server.err
    assert "[error" not in server.err


# Refusing to start


def _garbage(folder: Path) -> list[str]:
    (folder / "petcore.db").write_bytes(b"Dear diary, " * 1_000)
    return ["--port", "0"]


def _memory(_: Path) -> list[str]:
    return ["--port", "0", "--store", "memory:"]


@pytest.mark.parametrize(
    ("arrange", "words"),
    [
        (_garbage, ["petcore.db", "not a SQLite database", "another path"]),
        (_memory, ["--workers", "PETCORE_WORKERS", "memory:", "--store", "PETCORE_STORE"]),
    ],
)
def test_what_cannot_be_refuses_the_start(
    tmp_path: Path, arrange: object, words: list[str]
) -> None:
    """It is told in one line, however many workers there would have been."""
    assert callable(arrange)
    _assert_refused(tmp_path, ["--workers", "3", *arrange(tmp_path)], words)


def test_a_taken_port_refuses_the_start(tmp_path: Path) -> None:
    """Nobody is started who would not be heard."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        _assert_refused(tmp_path, ["--workers", "3", "--port", port], [port, "--port"])


def test_workers_that_cannot_start_refuse_the_start(tmp_path: Path) -> None:
    """What only they come upon ends it, too, and the log says what it was."""
    with started(tmp_path, workers=2, log_level="info") as server:
        until(lambda: "Started parent process" in server.err)
        with _locked(tmp_path / "petcore.db"):
            assert server.process.wait(DEADLINE_S) == 2
    assert server.out == ""
    assert "another program holds it locked" in server.err
    assert server.err.splitlines()[-1].startswith("petcore: no worker could start")


def _assert_refused(folder: Path, arguments: list[str], words: list[str]) -> None:
    ended = refused(folder, *arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert all(word in line for word in words), line
