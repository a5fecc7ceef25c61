"""``petcore serve``: where it listens, what it keeps, what it writes, how it ends."""

import json
import signal
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from petcore.serving import listen
from tests.serving.process import (
    DEADLINE_S,
    JSON_LOG,
    READY,
    Serving,
    free_port,
    is_listening,
    refused,
    serving,
    started,
    until,
)

posix_signals = pytest.mark.skipif(
    sys.platform == "win32", reason="there, no other process is asked to stop"
)

SCHEDULE = {
    "user_id": "audrey",
    "timezone": "America/Vancouver",
    "start_time": "00:00",
    "end_time": "00:00",
    "interval_min": 60,
    "enabled": True,
}


@contextmanager
def client(server: Serving) -> Iterator[httpx.Client]:
    """Somebody who asks ``server``, whatever proxies the machine has."""
    with httpx.Client(base_url=server.url, timeout=DEADLINE_S, trust_env=False) as http:
        yield http


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program that holds the database."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def is_intact(path: Path) -> bool:
    """Whether SQLite finds nothing wrong with the file."""
    with closing(sqlite3.connect(path)) as file:
        return bool(file.execute("PRAGMA integrity_check").fetchone() == ("ok",))


def due(answer: httpx.Response) -> bool:
    """Whether a poll was answered with a reminder."""
    return answer.status_code == 200 and bool(answer.json()["remind_now"])


# Serving


def test_it_says_once_that_it_is_ready_and_then_answers(tmp_path: Path) -> None:
    """Standard output is one line with the address and the store; both probes are fine."""
    with serving(tmp_path, is_afresh=True) as server:
        with client(server) as http:
            for probe in ("/healthz", "/readyz"):
                answer = http.get(probe)
                assert (answer.status_code, answer.json()["ok"]) == (200, True)
        assert server.stop() == 0
    ready = READY.fullmatch(server.out.removesuffix("\n"))
    assert ready is not None
    assert ready.groups() == (f"http://127.0.0.1:{server.port}", "sqlite:///petcore.db")
    assert server.err == ""


def test_water_flows_over_http(tmp_path: Path) -> None:
    """A schedule is stored and read, its reminder comes once, and the reminder is answered."""
    with serving(tmp_path) as server, client(server) as http:
        audrey = {"user_id": "audrey"}
        answer = http.post("/api/water/schedule", json=SCHEDULE)
        assert (answer.status_code, answer.json()) == (200, {"ok": True, "schedule": SCHEDULE})
        assert http.get("/api/water/schedule", params=audrey).json() == SCHEDULE
        first, second = (http.get("/api/water/poll", params=audrey) for _ in range(2))
        assert (first.json()["reason"], second.json()["reason"]) == ("due", "not_due")
        assert http.post("/api/water/ack", json=audrey).json() == {"ok": True}


def test_it_listens_on_the_address_it_was_given(tmp_path: Path) -> None:
    """A port other than 0 is the one in the ready line."""
    port = free_port()
    with serving(tmp_path, port=str(port), store="memory:") as server, client(server) as http:
        assert server.port == port
        assert http.get("/healthz").status_code == 200


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it cannot be set for all at once")
def test_little_waits_on_the_way_to_who_does_not_read() -> None:
    """A viewer who looks again sees what is now, not the millions of bytes of before."""
    with listen("127.0.0.1", 0) as listener, socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        deaf.connect(listener.getsockname())
        sender, _ = listener.accept()
        with sender:
            sender.setblocking(False)
            sent = 0
            with suppress(BlockingIOError):
                while sent < 1_000_000:
                    sent += sender.send(bytes(10_000))
    assert 0 < sent < 200_000


# Stores


def test_memory_leaves_no_file(tmp_path: Path) -> None:
    """Nothing but its output is in the folder, and the next start knows nobody."""
    statuses = []
    for _ in range(2):
        with serving(tmp_path, store="memory:") as server, client(server) as http:
            statuses.append(
                http.get("/api/water/schedule", params={"user_id": "audrey"}).status_code
            )
            http.post("/api/water/schedule", json=SCHEDULE)
    assert statuses == [404, 404]
    assert {path.name for path in tmp_path.iterdir()} == {"stdout", "stderr"}


@pytest.mark.parametrize("uri", ["sqlite:///pets.db", "sqlite:///deep/pets.db", "absolute"])
def test_the_file_is_where_the_uri_says(tmp_path: Path, uri: str) -> None:
    """Three slashes count from the folder it was started in, four from the root."""
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    for folder in (here / "deep", elsewhere):
        folder.mkdir(parents=True)
    if uri == "absolute":
        uri, path = f"sqlite:///{elsewhere / 'pets.db'}", elsewhere / "pets.db"
    else:
        path = here / uri.removeprefix("sqlite:///")
    with serving(here, store=uri) as server:
        with client(server) as http:
            assert http.post("/api/water/schedule", json=SCHEDULE).status_code == 200
        assert server.stop() == 0
    assert list(tmp_path.rglob("*.db*")) == [path]
    assert is_intact(path)


def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    """Schedule, running Pomodoro and the answer kept under a key are there in the next run."""
    audrey = {"user_id": "audrey"}
    key = {"Idempotency-Key": "poll-1"}
    wish = {**audrey, "focus_minutes": 25, "break_minutes": 5, "cycles": 4}
    with serving(tmp_path) as server:
        with client(server) as http:
            http.post("/api/water/schedule", json=SCHEDULE)
            poll = http.get("/api/water/poll", params=audrey, headers=key)
            pomodoro = http.post("/api/breaks/pomodoro/start", json=wish).json()["session"]
        assert server.stop() == 0
    with serving(tmp_path) as server, client(server) as http:
        assert http.get("/api/water/schedule", params=audrey).json() == SCHEDULE
        again = http.get("/api/water/poll", params=audrey, headers=key)
        assert due(poll)
        assert again.json() == poll.json()
        assert http.get("/api/water/poll", params=audrey).json()["reason"] == "not_due"
        running = http.get("/api/breaks/pomodoro/active", params=audrey).json()
        assert (running["session_id"], running["phase"]) == (pomodoro["session_id"], "focus")
        assert 0 < running["seconds_remaining"] <= 25 * 60


# Settings


def test_the_environment_sets_what_flags_leave_out(tmp_path: Path) -> None:
    """Port, store and log level can be given as variables."""
    port = free_port()
    environment = {
        "PETCORE_PORT": str(port),
        "PETCORE_STORE": "sqlite:///from-environment.db",
        "PETCORE_LOG_LEVEL": "info",
    }
    with serving(
        tmp_path, port=None, store=None, log_level=None, environment=environment, is_afresh=True
    ) as server:
        assert server.port == port
        assert server.out.strip().endswith("sqlite:///from-environment.db")
        assert (tmp_path / "from-environment.db").is_file()
        with client(server) as http:
            http.get("/healthz")
        until(lambda: "GET /healthz 200" in server.err)


def test_flags_go_before_the_environment(tmp_path: Path) -> None:
    """Whatever the variables say, even nonsense, the flags count."""
    environment = {
        "PETCORE_PORT": "nonsense",
        "PETCORE_STORE": "sqlite:///from-environment.db",
        "PETCORE_LOG_LEVEL": "info",
    }
    port = free_port()
    with serving(
        tmp_path, port=str(port), store="memory:", log_level="error", environment=environment
    ) as server:
        with client(server) as http:
            http.get("/healthz")
        assert server.stop() == 0
    assert server.port == port
    assert server.out.strip().endswith("store memory:")
    assert server.err == ""
    assert {path.name for path in tmp_path.iterdir()} == {"stdout", "stderr"}


# Log


def test_the_log_is_json_and_names_nobody(tmp_path: Path) -> None:
    """Each line is an object, those of requests carry their number, and neither users, keys nor
    query strings are in any line, whatever the requests came to.
    """
    with serving(tmp_path, log_level="debug", environment=JSON_LOG) as server:
        _ask_in_all_ways(server)
        assert server.stop() == 0
    lines = [json.loads(line) for line in server.err.splitlines()]
    assert all(isinstance(line, dict) and {"at", "level", "event"} <= set(line) for line in lines)
    requests = [line for line in lines if line["logger"] == "petcore.request"]
    statuses = [int(line["event"].split()[2]) for line in requests]
    assert sorted(statuses) == [200, 200, 400, 400, 404, 404, 409, 503]
    assert len({line["request_id"] for line in requests}) == len(requests)
    troubles = [line for line in lines if line["logger"] == "petcore.api"]
    assert [line["level"] for line in troubles] == ["error"]
    assert troubles[0]["request_id"] in {line["request_id"] for line in requests}
    for secret in ("audrey", "user_id", "?", "mykey"):
        assert secret not in server.err


def _ask_in_all_ways(server: Serving) -> None:
    audrey = {"user_id": "audrey"}
    key = {"Idempotency-Key": "mykey"}
    with client(server) as http:
        http.post("/api/water/schedule", json=SCHEDULE, headers=key)
        http.get("/api/water/poll", params=audrey)
        http.post("/api/water/schedule", json={**SCHEDULE, "timezone": "audrey"})
        http.get("/api/water/poll", params=[("user_id", "audrey"), ("user_id", "audrey")])
        http.get("/api/water/schedule", params={"user_id": "audrey2"})
        http.get("/nowhere", params=audrey)
        http.post("/api/water/schedule", json={**SCHEDULE, "enabled": False}, headers=key)
        with locked(server.folder / "petcore.db"):
            http.post("/api/water/ack", json=audrey)
    with (
        socket.create_connection(("127.0.0.1", server.port), DEADLINE_S) as connection,
        connection.makefile("rb") as answers,
    ):
        connection.sendall(b"audrey?\r\n\r\n")
        assert b" 400 " in answers.readline()


@posix_signals
@pytest.mark.parametrize("format", ["pretty", "json"])
def test_a_traceback_names_nobody(tmp_path: Path, format: str) -> None:
    """Asked twice to stop, it leaves a running request; where that stood is in the log, and what
    it was about is not.
    """
    target = "/api/water/ack?user_id=audrey"
    body = json.dumps({"user_id": "audrey"}).encode()
    with (
        serving(tmp_path, environment={"PETCORE_LOG_FORMAT": format}) as server,
        socket.create_connection(("127.0.0.1", server.port), DEADLINE_S) as connection,
        connection.makefile("rb") as answers,
    ):
        connection.sendall(_head(target, len(body)))
        assert answers.readline() == b"HTTP/1.1 100 Continue\r\n"
        connection.sendall(body[:-1])
        server.process.send_signal(signal.SIGINT)
        until(lambda: not is_listening(server.port))
        assert server.stop(signal.SIGINT) == 0
    assert "Traceback" in server.err
    assert "audrey" not in server.err


# Stopping


@posix_signals
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_runs_is_finished_before_it_stops(tmp_path: Path, number: int) -> None:
    """A request whose body is still on its way is answered, others are not let in, and then the
    exit code is 0 and the file is whole.
    """
    body = json.dumps(SCHEDULE).encode()
    with serving(tmp_path, is_afresh=True) as server:
        with (
            socket.create_connection(("127.0.0.1", server.port), DEADLINE_S) as connection,
            connection.makefile("rb") as answers,
        ):
            connection.sendall(_head("/api/water/schedule", len(body)))
            # It asks for the body, so the request runs.
            assert answers.readline() == b"HTTP/1.1 100 Continue\r\n"
            connection.sendall(body[: len(body) // 2])
            server.process.send_signal(number)
            until(lambda: not is_listening(server.port))
            assert server.process.poll() is None
            connection.sendall(body[len(body) // 2 :])
            answer = answers.read()
        assert b"\r\nHTTP/1.1 200 OK\r\n" in answer
        assert json.loads(answer.rpartition(b"\r\n\r\n")[2])["schedule"] == SCHEDULE
        assert server.process.wait(DEADLINE_S) == 0
    assert server.err == ""
    assert [path.name for path in tmp_path.glob("*.db*")] == ["petcore.db"]
    assert is_intact(tmp_path / "petcore.db")
    with serving(tmp_path) as server, client(server) as http:
        audrey = {"user_id": "audrey"}
        assert http.get("/api/water/schedule", params=audrey).json() == SCHEDULE


def _head(target: str, length: int) -> bytes:
    lines = (
        f"POST {target} HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        f"Content-Length: {length}",
        "Expect: 100-continue",
    )
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n"


@posix_signals
def test_idle_connections_do_not_hold_it_up(tmp_path: Path) -> None:
    """Devices that keep their connection open are let go of."""
    with serving(tmp_path) as server, client(server) as http, ExitStack() as silent:
        assert http.get("/healthz").status_code == 200
        for _ in range(3):
            silent.enter_context(socket.create_connection(("127.0.0.1", server.port), DEADLINE_S))
        assert server.stop() == 0
    assert server.err == ""


@posix_signals
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_can_be_stopped_while_it_starts(tmp_path: Path, number: int) -> None:
    """Stopped between taking the port and saying that it is ready, it goes without a complaint."""
    port = free_port()
    with started(tmp_path, port=str(port)) as server:
        until(lambda: is_listening(port))
        assert server.stop(number) == 0
    assert server.err == ""


# Refusing to start


def _garbage(path: Path) -> None:
    path.write_bytes(b"Dear diary, " * 1_000)


def _of_another_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE photos (name)")


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        (["--port", "eighty"], {}, ["--port", "PETCORE_PORT", "integer"]),
        (["--port", "65536"], {}, ["--port", "PETCORE_PORT", "65535"]),
        ([], {"PETCORE_PORT": "eighty"}, ["--port", "PETCORE_PORT", "integer"]),
        (["--host", "256.0.0.1", "--open"], {}, ["--host", "PETCORE_HOST"]),
        (["--host", "::"], {}, ["--store", "PETCORE_STORE", "token", "--open"]),
        (["--locked"], {}, ["--store", "PETCORE_STORE", "token", "--open"]),
        (["--store", "redis://localhost"], {}, ["--store", "PETCORE_STORE", "redis", "memory:"]),
        (["--store", "sqlite://pets.db"], {}, ["--store", "PETCORE_STORE", "sqlite:///relative"]),
        (["--store", "sqlite:///"], {}, ["--store", "PETCORE_STORE", "sqlite:///relative"]),
        (["--store", "sqlite:///no/pets.db"], {}, ["there is no folder", "no", "make it"]),
        (["--store", "sqlite:///."], {}, ["is a folder", "name a file"]),
        ([], {"PETCORE_LOG_LEVEL": "loud"}, ["--log-level", "PETCORE_LOG_LEVEL", "'info'"]),
        ([], {"PETCORE_LOG_FORMAT": "xml"}, ["PETCORE_LOG_FORMAT", "'json'"]),
        (
            [],
            {"PETCORE_HIGH_STRESS_THRESHOLD": "1.5"},
            ["PETCORE_HIGH_STRESS_THRESHOLD", "less than or equal to 1"],
        ),
        (
            [],
            {"PETCORE_HIGH_STRESS_THRESHOLD": "high"},
            ["PETCORE_HIGH_STRESS_THRESHOLD", "number"],
        ),
    ],
)
def test_what_cannot_be_meant_refuses_the_start(
    tmp_path: Path, arguments: list[str], environment: Mapping[str, str], words: list[str]
) -> None:
    """The one line on standard error names the setting and what it could be."""
    given = {"PETCORE_PORT": "0", "PETCORE_STORE": "memory:", **environment}
    _assert_refused(tmp_path, arguments, given, words)


def test_a_taken_port_refuses_the_start(tmp_path: Path) -> None:
    """The message names the port and the settings that choose another; nobody is disturbed."""
    with serving(tmp_path, store="memory:") as server, client(server) as http:
        arguments = ["--port", str(server.port), "--store", "memory:"]
        words = [str(server.port), "--port", "PETCORE_PORT"]
        _assert_refused(tmp_path, arguments, {}, words, is_afresh=True)
        assert http.get("/readyz").status_code == 200


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_garbage, ["not a SQLite database", "another path"]),
        (_of_another_program, ["another program", "another path"]),
        (Path.mkdir, ["is a folder", "name a file"]),
    ],
)
def test_a_file_that_cannot_be_ours_refuses_the_start(
    tmp_path: Path, spoil: Callable[[Path], None], words: list[str]
) -> None:
    """The message names the path, and the file stays as it was."""
    path = tmp_path / "pets.db"
    spoil(path)
    before = path.is_file() and path.read_bytes()
    arguments = ["--port", "0", "--store", f"sqlite:///{path}"]
    _assert_refused(tmp_path, arguments, {}, [str(path), *words])
    assert (path.is_file() and path.read_bytes()) == before


def test_a_locked_database_refuses_the_start(tmp_path: Path) -> None:
    """Whoever holds it is told of, and once it is free the server starts."""
    path = tmp_path / "petcore.db"
    with serving(tmp_path) as server:
        assert server.stop() == 0
    with locked(path):
        words = [str(path), "another program", "another path"]
        _assert_refused(tmp_path, ["--port", "0"], {}, words)
    with serving(tmp_path) as server, client(server) as http:
        assert http.get("/readyz").status_code == 200


def _assert_refused(
    folder: Path,
    arguments: list[str],
    environment: Mapping[str, str],
    words: list[str],
    *,
    is_afresh: bool = False,
) -> None:
    ended = refused(folder, *arguments, environment=environment, is_afresh=is_afresh)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.startswith("petcore: ")
    assert ended.stderr.count("\n") == 1
    assert [word for word in words if word not in ended.stderr] == []


# Trouble with the store


def test_a_database_that_gets_locked_is_unavailable_until_it_is_free(tmp_path: Path) -> None:
    """Meanwhile writes and the readiness are refused, and the log says why; reads and the health
    are not; afterwards a refused request can be repeated and happens once.
    """
    path = tmp_path / "petcore.db"
    audrey = {"user_id": "audrey"}
    key = {"Idempotency-Key": "poll-1"}
    with serving(tmp_path) as server, client(server) as http:
        http.post("/api/water/schedule", json=SCHEDULE)
        with locked(path):
            _assert_unavailable(http.get("/readyz"))
            assert _is_logged(server, 1, "another program", str(path))
            _assert_unavailable(http.get("/api/water/poll", params=audrey, headers=key))
            assert _is_logged(server, 2, "another program", str(path))
            assert http.get("/api/water/schedule", params=audrey).json() == SCHEDULE
            assert http.get("/healthz").status_code == 200
        assert http.get("/readyz").json()["ok"] is True
        assert due(http.get("/api/water/poll", params=audrey, headers=key))
        assert not due(http.get("/api/water/poll", params=audrey))
        assert server.stop() == 0
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("SELECT count(*) FROM water_events").fetchone() == (1,)


@pytest.mark.skipif(sys.platform != "linux", reason="only there can it be done to another process")
def test_a_full_disk_is_unavailable_until_there_is_room(tmp_path: Path) -> None:
    """No file of the server may grow, which SQLite sees as a full disk; nothing is lost by it."""
    audrey = {"user_id": "audrey"}
    with serving(tmp_path) as server, client(server) as http:
        http.post("/api/water/schedule", json=SCHEDULE)
        with _no_room(server):
            _assert_unavailable(http.get("/readyz"))
            _assert_unavailable(http.post("/api/water/ack", json=audrey))
            # Why, no log can say: its file may not grow, either.
            assert http.get("/api/water/schedule", params=audrey).json() == SCHEDULE
        assert http.get("/readyz").status_code == 200
        assert http.post("/api/water/ack", json=audrey).status_code == 200
        assert server.stop() == 0
    assert is_intact(tmp_path / "petcore.db")


@contextmanager
def _no_room(server: Serving) -> Iterator[None]:
    import resource  # noqa: PLC0415  not everywhere

    pid = server.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, before[1]))
    yield
    resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


def _assert_unavailable(answer: httpx.Response) -> None:
    """Whoever asks hears that it is so, and not why: paths are none of his business."""
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Content-Type"] == "application/json"
    body = answer.json()
    assert set(body) == {"ok", "error", "code", "details"}
    assert (body["ok"], body["code"], body["details"]) == (False, "store_unavailable", [])
    assert body["error"] == "the server cannot reach its store, or not in time; try again later"


def _is_logged(server: Serving, times: int, *words: str) -> bool:
    """Whether so many lines of the log say all of this."""
    lines = server.err.splitlines()
    return sum(all(word in line for word in words) for line in lines) == times
