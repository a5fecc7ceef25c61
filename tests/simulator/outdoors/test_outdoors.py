"""People and pets of a world at a server that runs: real time, real sockets."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path

import pytest

from simulator.invariants import Judge
from simulator.outdoors.run import Lived, run_outdoors, world_at
from simulator.outdoors.server import NoServer
from simulator.people.habits import Habits, Study, Timetable, WaterWish
from simulator.scenarios.scenario import Scenario
from simulator.signals.person import Camera
from simulator.world import Outcome, World
from tests.serving.process import ROOT, Serving, free_port, serving
from tests.simulator.outdoors.liar import Lie, liar

SCALE = 60
MINUTE_MS = 60_000
MINUTES = 6
"""Enough for a poll after a reminder is due for sure, however the polls fall."""
STORY = Scenario(
    title="A brief morning",
    date=date(2026, 3, 2),
    zone="America/Vancouver",
    timetable=Timetable(
        wake=time(7, 30),
        bed=time(23),
        study=(Study(label="algebra", start=time(7, 33), minutes=4),),
    ),
    habits=Habits(sets_out_late_min=(0, 0), at_once_s=(10, 20), drinks_late=0, ignores_reminder=0),
    water=WaterWish(start_time=time(7), end_time=time(22), interval_min=3),
    signal=Camera(sample_every_s=60),
)
WORLD = World(seed=1, scenario=STORY, pets=2)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Serving]:
    """A server whose minutes are seconds."""
    environment = {"PETCORE_TIME_SCALE": str(SCALE)}
    with serving(tmp_path, store="memory:", environment=environment) as running:
        yield running


def _lived(url: str, minutes: int = 12) -> tuple[Lived, list[str]]:
    """What came of living there, and the trace."""
    world, told = world_at(WORLD, url, SCALE)
    file = BytesIO()
    lived = run_outdoors(world, url, told, SCALE, file, lasts_ms=minutes * MINUTE_MS)
    return lived, file.getvalue().decode().splitlines()


def _objections(lived: Lived, name: str) -> list[str]:
    """Also those that nobody believes because this machine was late; here it is known better."""
    aside = [said.words for said in lived.set_aside if said.judge == name]
    judges = _called(lived.outcome, name)
    return [said.words for judge in judges for said in judge.objections] + aside


def _called(outcome: Outcome, name: str) -> list[Judge]:
    return [judge for judge in outcome.court.judges if judge.name == name]


def test_a_good_server_is_put_to_the_test_and_nobody_objects(server: Serving) -> None:
    """A morning is lived through: a session, reminders, samples; by people of whom it is new."""
    lived, lines = _lived(server.url)
    outcome = lived.outcome
    assert outcome.court.is_content, [
        (judge.name, judge.objections) for judge in outcome.court.judges if judge.objections
    ]
    assert not set(outcome.court.idle) - {"break prompts"}
    assert outcome.counts["student starts to study"] == 2
    assert outcome.counts["screen WATER_DROP"] >= 2
    assert outcome.sim_ms > 11 * MINUTE_MS
    assert f'"against":"{server.url}","time_scale":{SCALE}' in lines[0]
    world, _ = world_at(WORLD, server.url, SCALE)
    assert world.scenario.person.user_id not in "".join(lines)


def test_a_server_that_dies_is_objected_to(server: Serving) -> None:
    """It was there when its time was asked, and then it was not."""
    world, told = world_at(WORLD, server.url, SCALE)
    server.kill()
    lived = run_outdoors(world, server.url, told, SCALE, BytesIO(), lasts_ms=3 * MINUTE_MS)
    words = _objections(lived, "server can be reached")
    assert words
    assert all("nobody listens there" in said for said in words)


def _changed(path: str, change: Callable[[dict[str, object]], dict[str, object]]) -> Lie:
    """Change what is answered there; the first time it is the truth."""
    times = [0]

    def lie(asked: str, answer: bytes) -> bytes:
        times[0] += asked == path
        if asked != path or times[0] == 1:
            return answer
        return json.dumps(change(json.loads(answer))).encode()

    return lie


def _later(answer: dict[str, object]) -> dict[str, object]:
    then = datetime.fromisoformat(str(answer["server_time_utc"])) + timedelta(hours=1)
    return {**answer, "server_time_utc": then.isoformat()}


def _silent(answer: dict[str, object]) -> dict[str, object]:
    return {**answer, "remind_now": False}


def _garbled(path: str, answer: bytes) -> bytes:
    return b"\xff\xfe no JSON" if path == "/api/water/poll" else answer


@pytest.mark.parametrize(
    ("lie", "judge"),
    [
        (_changed("/api/water/poll", _later), "server time goes on"),
        (_changed("/api/water/poll", _silent), "water promises"),
        (_changed("/api/breaks/prompt/poll", lambda _: {"user_id": 7}), "contract kept"),
        (_changed("/api/water/schedule", lambda _: {}), "server can be reached"),
        (_garbled, "server can be reached"),
    ],
    ids=["another time", "no reminders", "another shape", "nothing", "no JSON"],
)
def test_a_server_that_lies_is_objected_to(server: Serving, lie: Lie, judge: str) -> None:
    """By the judge whose promise it breaks; and nobody falls over what makes no sense."""
    with liar(server.url, lie) as url:
        lived, _ = _lived(url, minutes=MINUTES)
    assert _objections(lived, judge)


def test_a_locked_server_wants_tokens_and_no_trace_has_them(tmp_path: Path) -> None:
    """Those of the file are handed to it, and to nobody else."""
    store = ("--store", "sqlite:///locked.db")
    tokens = {}
    for user in ("zoe", "zoe-2"):
        made = subprocess.run(
            [
                sys.executable,
                "-m",
                "petcore",
                "device",
                "add",
                f"of {user}",
                "--user",
                user,
                *store,
            ],
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT)},
            check=True,
            capture_output=True,
            text=True,
        )
        tokens[user] = made.stdout.strip()
    environment = {"PETCORE_TIME_SCALE": str(SCALE), "PETCORE_DOOR": "locked"}
    with serving(tmp_path, store=store[1], environment=environment) as running:
        with pytest.raises(NoServer, match="wants tokens: give --tokens"):
            world_at(WORLD, running.url, SCALE)
        world, told = world_at(WORLD, running.url, SCALE, tokens)
        file = BytesIO()
        outcome = run_outdoors(
            world, running.url, told, SCALE, file, tokens=tokens, lasts_ms=3 * MINUTE_MS
        ).outcome
    assert outcome.court.is_content, [
        (judge.name, judge.objections) for judge in outcome.court.judges if judge.objections
    ]
    assert outcome.counts["request"] > 20
    trace = file.getvalue().decode()
    assert "zoe-2" in trace
    assert not any(token in trace for token in tokens.values())


def test_nobody_there_is_told(server: Serving) -> None:
    """Before anything begins."""
    with pytest.raises(NoServer, match="nobody answers at"):
        world_at(WORLD, f"http://127.0.0.1:{free_port()}", SCALE)
    with pytest.raises(NoServer, match=r"time runs \d\d times as fast .* --time-scale \d\d"):
        world_at(WORLD, server.url, 1)
