"""A pet on real sockets and a real ``petcore serve``: a person drinks and studies, and the power
goes.
"""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.firmware.desk_pet import in_cpython, in_vm, pet
from tests.serving.process import DEADLINE_S, Serving, free_port, serving, until

# Server and pet live a minute in a second.
TIME_SCALE = 60
STORE = "scaled.db"
SCHEDULE = {
    "user_id": "audrey",
    "timezone": "America/Vancouver",
    "start_time": "00:00",
    "end_time": "00:00",
    "interval_min": 1,
    "enabled": True,
}
TOLD_TO_DRINK = ["WATER_DROP", "Drink water", "Time to hydrate!", False]
ACK = "/api/water/ack"
# Seconds after a press at which the power goes, with the server there and without it.
CUTS_S = (0.0, 0.002, 0.02)

programs = pytest.mark.parametrize("program", [in_vm, in_cpython], ids=["vm", "cpython"])


@contextmanager
def server_in(folder: Path, port: int = 0) -> Iterator[Serving]:
    """A server that keeps what it keeps in this folder."""
    scale = {"PETCORE_TIME_SCALE": str(TIME_SCALE), "PETCORE_LOG_LEVEL": "error"}
    store = f"sqlite:///{STORE}"
    with serving(folder, port=str(port), store=store, log_level=None, environment=scale) as server:
        yield server


def asked(server: Serving, method: str, path: str, body: object = None) -> dict[str, object]:
    """What the server answers somebody else."""
    with httpx.Client(base_url=server.url, timeout=DEADLINE_S, trust_env=False) as http:
        answer = http.request(method, path, json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def acknowledged(folder: Path) -> int:
    """How many acknowledgements the server has stored."""
    with closing(sqlite3.connect(folder / STORE)) as file:
        rows = file.execute("SELECT document FROM water_events").fetchall()
    return sum(json.loads(document)["type"] == "DEVICE_ACK" for (document,) in rows)


@programs
def test_a_reminder_is_shown_acknowledged_and_given_again(
    tmp_path: Path, program: Callable[[], list[str]]
) -> None:
    """The server has stored what the person did; and a minute later it is time again."""
    with server_in(tmp_path) as server:
        asked(server, "POST", "/api/water/schedule", SCHEDULE)
        with pet(program(), tmp_path, server.url, time_scale=TIME_SCALE) as desk:
            for times in (1, 2):
                until(lambda: desk.screen == TOLD_TO_DRINK)
                assert acknowledged(tmp_path) == times - 1
                desk.press()
                desk.wait_for(f"delivered: {ACK}", times)
                assert acknowledged(tmp_path) == times
            assert "tone 880 200" in desk.lines
            desk.quit()


@programs
def test_a_session_is_started_and_stopped_by_the_button(
    tmp_path: Path, program: Callable[[], list[str]]
) -> None:
    """The server counts, the pet shows what it counts."""
    active = "/api/breaks/pomodoro/active?user_id=audrey"
    with (
        server_in(tmp_path) as server,
        pet(program(), tmp_path, server.url, time_scale=TIME_SCALE) as desk,
    ):
        desk.wait_for('["IDLE"')
        desk.press()
        desk.wait_for('["POMODORO_TIMER"')
        assert desk.screen == ["POMODORO_TIMER", "focus", 25, False]
        assert asked(server, "GET", active)["active"] is True
        desk.press()
        desk.wait_for("delivered: /api/breaks/pomodoro/stop")
        assert asked(server, "GET", active)["active"] is False
        until(lambda: desk.screen[0] == "IDLE")
        desk.quit()


def test_what_was_acknowledged_survives_the_power_and_the_server(tmp_path: Path) -> None:
    """The server is away, the person presses, the power goes; when both are back, the server is
    told once.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with server_in(tmp_path, port) as server:
        asked(server, "POST", "/api/water/schedule", SCHEDULE)
    for times, cut_s in enumerate(CUTS_S, start=1):
        with pet(in_vm(), tmp_path, url, time_scale=TIME_SCALE) as desk:
            with server_in(tmp_path, port):
                until(lambda: desk.screen[:3] == TOLD_TO_DRINK[:3])
            desk.press()
            until(lambda: desk.screen[0] == "IDLE")
            time.sleep(cut_s)
            desk.kill()
            assert acknowledged(tmp_path) == times - 1
        with (
            server_in(tmp_path, port),
            pet(in_vm(), tmp_path, url, time_scale=TIME_SCALE) as desk,
        ):
            desk.wait_for(f"delivered: {ACK}")
            assert acknowledged(tmp_path) == times
            assert not (tmp_path / "flash" / "outbox").exists()


def test_what_was_acknowledged_arrives_once_whenever_the_power_goes(tmp_path: Path) -> None:
    """On its way, delivered and not yet forgotten, forgotten: the server counts it once."""
    with server_in(tmp_path) as server:
        asked(server, "POST", "/api/water/schedule", SCHEDULE)
        for times, cut_s in enumerate(CUTS_S, start=1):
            with pet(in_vm(), tmp_path, server.url, time_scale=TIME_SCALE) as desk:
                until(lambda: desk.screen[:3] == TOLD_TO_DRINK[:3])
                desk.press()
                until(lambda: desk.screen[0] == "IDLE")
                time.sleep(cut_s)
                desk.kill()
            with pet(in_vm(), tmp_path, server.url, time_scale=TIME_SCALE) as desk:
                desk.wait_for('["')
                until(lambda: not (tmp_path / "flash" / "outbox").exists())
                assert acknowledged(tmp_path) == times
                desk.quit()
