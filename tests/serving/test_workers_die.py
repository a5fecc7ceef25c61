"""How workers come and go: killed, hung, told to stop, or not let in at all."""

import asyncio
import json
import os
import signal
import socket
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, closing, contextmanager
from pathlib import Path

import pytest

from petcore.wiring import create_store
from tests.serving.crowd import Crowd, gathered
from tests.serving.deeds import Contents, read
from tests.serving.process import (
    DEADLINE_S,
    JSON_LOG,
    Serving,
    is_listening,
    refused,
    serving,
    standing_still,
    started,
    until,
)

CLIENTS = 50

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="there, no process is asked to stop"
)


def _signal(pid: object, number: int) -> None:
    assert isinstance(pid, int)
    os.kill(pid, number)


# Being killed


def test_a_killed_worker_is_replaced(tmp_path: Path) -> None:
    """Killed while it writes, it takes nothing with it that was answered. Others are started until
    one can work, and the server stops as if nothing had been.
    """
    path = tmp_path / "petcore.db"
    with serving(tmp_path, workers=2, log_level="info", environment=JSON_LOG) as server:
        first = set(server.workers)
        answered = asyncio.run(_drink_until_cut_off(server, *first))
        until(lambda: len(server.workers) == 3)
        with _locked(path):
            with _no_room(server):
                _signal((server.workers - first).pop(), signal.SIGKILL)
            until(lambda: "cannot use" in server.err)
            assert server.process.poll() is None
        until(lambda: len(server.workers) == 4)
        assert server.stop() == 0
    assert len(server.out.splitlines()) == 1
    contents = asyncio.run(_contents(path))
    kept = contents.census("audrey")["DEVICE_ACK"]
    assert answered <= kept <= answered + CLIENTS
    assert contents.half_done() == 0


async def _drink_until_cut_off(server: Serving, killed: object, spared: object) -> int:
    """Kill a worker under load; say how many writes were answered before and after."""
    answered = 0

    async def drink(alone: Crowd) -> bool:
        """Whether the connection held."""
        nonlocal answered
        try:
            while answered < 20 * CLIENTS:
                await alone.one_asks("POST", "/api/water/ack", {"user_id": "audrey"})
                answered += 1
                if answered == 5 * CLIENTS:
                    _signal(killed, signal.SIGKILL)
        except (OSError, asyncio.IncompleteReadError):
            return False
        return True

    async with AsyncExitStack() as stack:
        # Whoever comes while a worker stands still is let in by the other one.
        with standing_still(spared):
            cut_off = await _half_a_crowd(stack, server)
        with standing_still(killed):
            lucky = await _half_a_crowd(stack, server)
        held = await asyncio.gather(*(drink(alone) for alone in [*cut_off, *lucky]))
    assert not any(held[: len(cut_off)])
    assert all(held[len(cut_off) :])
    return answered


async def _half_a_crowd(stack: AsyncExitStack, server: Serving) -> list[Crowd]:
    """Clients each of whom has been answered over a connection of its own."""
    doors = [gathered(server.url, 1) for _ in range(CLIENTS // 2)]
    crowds = [await stack.enter_async_context(door) for door in doors]
    for alone in crowds:
        await alone.one_asks("GET", "/healthz", {})
    return crowds


@contextmanager
def _no_room(server: Serving) -> Iterator[None]:
    """It may not open another file, so it cannot start a worker, and has said so at the end."""
    if sys.platform != "linux":
        yield
        return
    import resource  # noqa: PLC0415 -- there is none on Windows

    pid = server.process.pid
    soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, hard))
    yield
    until(lambda: "a worker cannot be started" in server.err)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Another program that writes to the database and does not come to an end."""
    with closing(sqlite3.connect(path, timeout=DEADLINE_S, isolation_level=None)) as other:
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


# Hanging

AGES_S = 2 * int(DEADLINE_S)


@contextmanager
def _hung(
    folder: Path, *, deaf_s: int = AGES_S, stop_s: int = AGES_S
) -> Iterator[tuple[Serving, object]]:
    """A server with two workers, one of which hangs, and which one that is."""
    patience = (str(deaf_s), str(stop_s))
    with (
        serving(
            folder,
            workers=2,
            log_level="info",
            environment=JSON_LOG,
            program=("tests.serving.hanging", *patience),
        ) as server,
        socket.create_connection(("127.0.0.1", server.port), DEADLINE_S) as connection,
    ):
        connection.sendall(b"GET /hang HTTP/1.1\r\nHost: localhost\r\n\r\n")
        until(lambda: bool(server.pids("hangs")))
        (hung,) = server.pids("hangs")
        yield server, hung


def _killed(server: Serving) -> list[object]:
    """The workers of whom the supervisor says that it killed them."""
    said = [str(line["event"]).split() for line in server.log]
    return [int(words[1]) for words in said if words[-2:] == ["is", "killed"]]


def test_a_worker_that_hangs_is_replaced(tmp_path: Path) -> None:
    """Only that one whose event loop stands still; with the new one, the server can be stopped."""
    with _hung(tmp_path, deaf_s=3) as (server, hung):
        until(lambda: len(server.workers) == 3)
        assert _killed(server) == [hung]
        assert server.stop() == 0


def test_a_frozen_worker_keeps_nobody_from_anything(tmp_path: Path) -> None:
    """Another one is replaced meanwhile, and leaves as it should. The frozen one is killed when
    its time is up; the exit code tells.
    """
    with _hung(tmp_path, stop_s=3) as (server, hung):
        _signal(hung, signal.SIGSTOP)
        _signal((server.workers - {hung}).pop(), signal.SIGKILL)
        until(lambda: len(server.workers) == 3)
        assert server.stop() == 1
        assert _killed(server) == [hung]
        assert len(server.pids("Finished server process") - {hung}) == 1


def test_who_says_stop_twice_does_not_wait(tmp_path: Path) -> None:
    """However long workers would have had, they are killed."""
    with _hung(tmp_path) as (server, hung):
        server.process.send_signal(signal.SIGTERM)
        until(lambda: bool(server.pids("Finished server process")))
        assert server.stop(signal.SIGINT) == 1
        assert _killed(server) == [hung]


def test_workers_leave_when_their_parent_is_killed(tmp_path: Path) -> None:
    """They stop as they should, or else without further ado, so the port is free."""
    with _hung(tmp_path, stop_s=1) as (server, hung):
        server.kill()
        until(lambda: not is_listening(server.port))
        assert server.pids("Finished server process") == server.workers - {hung}


# Stopping


def _terminate(server: Serving) -> None:
    """As a service manager does."""
    server.process.send_signal(signal.SIGTERM)


def _press_ctrl_c(server: Serving) -> None:
    """As at a terminal, where all processes hear of it."""
    os.killpg(server.process.pid, signal.SIGINT)


def _close_terminal(server: Serving) -> None:
    """Its processes are told, and more than once."""
    for _ in range(2):
        os.killpg(server.process.pid, signal.SIGHUP)


@pytest.mark.parametrize("end", [_terminate, _press_ctrl_c, _close_terminal])
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
        until(lambda: "starting 2 workers" in server.err)
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
        until(lambda: "starting 2 workers" in server.err)
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
