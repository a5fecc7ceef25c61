"""``petcore serve --time-scale``: a day in minutes, from the outside."""

import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.serving.line import Json
from tests.serving.process import (
    DEADLINE_S,
    JSON_LOG,
    Serving,
    refused,
    serving,
    standing_still,
    until,
)

SCHEDULE = {
    "user_id": "audrey",
    "timezone": "UTC",
    "start_time": "00:00",
    "end_time": "00:00",
    "interval_min": 60,
    "enabled": True,
}
_TICK = timedelta(milliseconds=1)
LOUD = "TIME RUNS %d TIMES AS FAST"


def _poll(server: Serving) -> Json:
    # A connection of its own, so that any worker may answer.
    url = f"{server.url}/api/water/poll?user_id=audrey"
    with httpx.Client(timeout=DEADLINE_S, trust_env=False) as client:
        answer: Json = client.get(url).json()
    return answer


def _set_schedule(server: Serving) -> None:
    with httpx.Client(base_url=server.url, timeout=DEADLINE_S, trust_env=False) as client:
        assert client.post("/api/water/schedule", json=SCHEDULE).status_code == 200


def _seen(server: Serving) -> tuple[datetime, datetime, datetime]:
    """What the server's clock shows, and between which real instants it did."""
    before = datetime.now(UTC)
    return _told(_poll(server)), before, datetime.now(UTC)


def _told(answer: Json) -> datetime:
    return datetime.fromisoformat(str(answer["server_time_utc"]))


def _seen_by_each(
    server: Serving, workers: set[object]
) -> list[tuple[datetime, datetime, datetime]]:
    """What each worker's clock shows, while the others stand still."""
    seen = []
    for worker in workers:
        with standing_still(*workers - {worker}):
            seen += [_seen(server) for _ in range(10)]
    return seen


def test_an_hour_passes_in_seconds(tmp_path: Path) -> None:
    """A reminder of every hour comes again while a test waits; the log keeps real time."""
    before = datetime.now(UTC)
    with serving(
        tmp_path,
        store="memory:",
        log_level="info",
        environment={**JSON_LOG, "PETCORE_TIME_SCALE": "3600"},
    ) as server:
        assert "time runs 3600 times as fast" in server.out
        _set_schedule(server)
        first = _poll(server)
        assert (first["remind_now"], first["next_poll_s"]) == (True, 1)
        told = [first]

        def is_due() -> bool:
            told.append(_poll(server))
            return told[-1]["remind_now"] is True

        until(is_due)
        assert _told(told[-1]) - _told(first) >= timedelta(hours=1)
        assert {answer["next_poll_s"] for answer in told} == {1}
        loud = [line for line in server.log if LOUD % 3600 in str(line["event"])]
        assert [line["level"] for line in loud] == ["critical"]
        stamps = [datetime.fromisoformat(str(line["at"])) for line in server.log]
    assert before <= min(stamps)
    assert max(stamps) <= datetime.now(UTC)


@pytest.mark.skipif(sys.platform == "win32", reason="there, no process is asked to stop")
def test_all_workers_live_at_the_same_time(tmp_path: Path) -> None:
    """Also one that replaces another: its time goes on, and does not begin anew."""
    environment = {**JSON_LOG, "PETCORE_TIME_SCALE": "600"}
    store = "sqlite:///scaled.db"
    with serving(
        tmp_path, store=store, workers=2, log_level="info", environment=environment
    ) as server:
        first = _seen(server)
        begun = set(server.workers)
        for worker in begun:
            assert isinstance(worker, int)
            os.kill(worker, signal.SIGKILL)
        until(lambda: len(server.workers) == 4)
        for told, before, after in _seen_by_each(server, server.workers - begun):
            assert 600 * (before - first[2] - _TICK) <= told - first[0]
            assert told - first[0] <= 600 * (after - first[1] + _TICK)
        asked = {line["pid"] for line in server.log if line["logger"] == "petcore.request"}
        assert server.workers - begun <= asked
        assert server.err.count(LOUD % 600) == 1


def test_the_store_of_every_day_is_refused(tmp_path: Path) -> None:
    """What is dated ahead of time would stay there; the refusal says what to do."""
    for store in ([], ["--store", "sqlite:///./petcore.db"]):
        ended = refused(tmp_path, "--port", "0", "--time-scale", "60", *store)
        assert (ended.returncode, ended.stdout) == (2, "")
        (line,) = ended.stderr.splitlines()
        words = ("--time-scale", "PETCORE_TIME_SCALE", "--store", "memory:", "sqlite:///scaled.db")
        assert all(word in line for word in words)
    assert not (tmp_path / "petcore.db").exists()


@pytest.mark.parametrize("given", ["0", "-1", "3601", "1.5", "fast"])
def test_a_scale_that_cannot_be_is_refused(tmp_path: Path, given: str) -> None:
    """It is a whole number from 1 to 3600."""
    ended = refused(tmp_path, "--port", "0", "--store", "memory:", f"--time-scale={given}")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("petcore: --time-scale (PETCORE_TIME_SCALE): ")


def test_at_a_scale_of_one_nothing_is_said(tmp_path: Path) -> None:
    """Nor is another store wanted."""
    with serving(tmp_path, log_level="info", environment={"PETCORE_TIME_SCALE": "1"}) as server:
        assert "fast" not in server.out
        assert "TIME RUNS" not in server.err
