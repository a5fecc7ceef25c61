"""Whole days: a seed is a world, and the default day is rich."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from simulator.kernel.trace import Json
from simulator.scenarios.reading import find
from simulator.scenarios.scenario import Scenario
from simulator.world import Outcome, World, run

ROOT = Path(__file__).parents[2]
HOUR_MS = 3_600_000
HAPPENS = (
    "student drinks late",
    "student ignores the reminder",
    "student accepts the prompt",
    "student dismisses the prompt",
    "student ignores the prompt",
    "lost request loss",
    "lost answer loss",
    "lost request cut",
    "copy",
    "retry",
    "timeout",
    "unplugged",
    "screen WATER_DROP",
    "screen BREAK_PROMPT",
    "student stops the Pomodoro",
    "student changes the water schedule",
)


@cache
def default_day() -> tuple[Outcome, bytes]:
    """The day that ``petsim day`` shows, with its trace."""
    trace = io.BytesIO()
    outcome = run(World(seed=1, scenario=find("ordinary")), trace)
    return outcome, trace.getvalue()


def digest_elsewhere(tmp_path: Path, seed: int, hash_seed: str, **environment: str) -> str:
    """The digest of a morning, simulated in a process of its own."""
    out = tmp_path / f"{seed}-{hash_seed}"
    command = [sys.executable, "-m", "simulator", "day", "--hours", "10", "--polling", "next"]
    subprocess.run(
        [*command, "--no-report", "--quiet", "--seed", str(seed), "--out", str(out)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, **environment},
        check=False,
        capture_output=True,
    )
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert isinstance(summary["digest"], str)
    return summary["digest"]


def test_a_seed_is_a_world(tmp_path: Path) -> None:
    """Processes with other hash seeds and settings agree to the last byte; another seed differs."""
    first = digest_elsewhere(tmp_path, 7, "1")
    hostile = {"PETCORE_HIGH_STRESS_HELD_S": "60", "PETCORE_PORT": "none", "TZ": "Asia/Tokyo"}
    assert digest_elsewhere(tmp_path, 7, "3", **hostile) == first
    here = [_digest(seed) for seed in (7, 8)]
    assert here[0] == first
    assert here[1] != first


def _digest(seed: int) -> str:
    """The same morning, in this process."""
    ordinary = find("ordinary")
    device = ordinary.device.model_copy(update={"polling": "next"})
    scenario = ordinary.model_copy(update={"hours": 10, "device": device})
    return run(World(seed=seed, scenario=scenario), io.BytesIO()).digest


def test_the_default_day() -> None:
    """One test, so that the day is lived once however tests are shared out."""
    _every_promise_is_kept()
    _it_is_rich()
    _the_trace_holds_integers()
    _what_the_server_holds_in_the_end_is_told()


def _every_promise_is_kept() -> None:
    """Each judge saw cases, none objects."""
    outcome, _ = default_day()
    for judge in outcome.court.judges:
        assert judge.cases, judge.name
        assert judge.objections == [], judge.name
    assert outcome.court.is_content


def _it_is_rich() -> None:
    """24 hours, five of them studied in three sessions, 5,000 requests, and all that goes wrong."""
    outcome, trace = default_day()
    assert outcome.sim_ms == 24 * HOUR_MS
    assert outcome.counts["request"] >= 5_000
    assert outcome.counts["student starts to study"] >= 3
    assert studied_ms(trace) >= 5 * HOUR_MS
    for happened in HAPPENS:
        assert outcome.counts[happened] > 0, happened


def studied_ms(trace: bytes) -> int:
    """How long all study sessions of a trace were together."""
    edges = [
        (event["does"], event["at"])
        for event in map(json.loads, trace.splitlines())
        if event["kind"] == "student" and event["does"] in ("starts to study", "ends the session")
    ]
    return sum(at if does == "ends the session" else -at for does, at in edges)


def _the_trace_holds_integers() -> None:
    """What a machine may compute another way in the last bit is not there, but inside of texts."""
    _, trace = default_day()
    for line in trace.splitlines()[1:]:
        assert b"." not in line or not any(
            isinstance(value, float) for value in json.loads(line).values()
        )


def _what_the_server_holds_in_the_end_is_told() -> None:
    """Every collection of the document's schema map that a day fills."""
    outcome, _ = default_day()
    for name in (
        "water_schedules",
        "water_events",
        "focus_sessions",
        "focus_samples",
        "focus_reports",
        "break_preferences",
        "break_prompts",
        "pomodoro_sessions",
        "encouragement_events",
    ):
        assert outcome.counts[f"stored {name}"] > 0, name


def test_a_time_that_is_skipped_is_the_moment_after_the_gap() -> None:
    """For the network and the pet's socket as for the student: 02:30 does not exist that night."""
    half_past = {"at": "02:30:00", "minutes": 1}
    ordinary = find("ordinary").model_dump(mode="json")
    scenario = Scenario.model_validate_json(
        json.dumps(
            {
                **ordinary,
                "date": "2026-03-08",
                "hours": 4,
                "network": {"cuts": [half_past]},
                "device": {"polling": "next", "unplugged": [half_past]},
            }
        )
    )
    trace = io.BytesIO()
    run(World(seed=1, scenario=scenario), trace)
    events = [json.loads(line) for line in trace.getvalue().splitlines()]
    assert [e["at"] for e in events if e["kind"] in ("cut", "unplugged")] == [2 * HOUR_MS] * 2


def test_many_live_side_by_side() -> None:
    """Each has a pet, a body and chance of their own; others leave the first one's days alone."""
    ordinary = find("ordinary")
    device = ordinary.device.model_copy(update={"polling": "next"})
    scenario = ordinary.model_copy(update={"hours": 10, "device": device})
    alone, among = (_morning(World(seed=5, scenario=scenario, pets=pets)) for pets in (1, 3))
    assert len(_told(among, "boot", "boot_id")) == 3
    assert len(set(_told(among, "boot", "boot_id"))) == 3
    for fact in ("activity", "stress"):
        assert _told(alone, "truth", fact)[:300] == _told(_of("audrey", among), "truth", fact)[:300]
        assert _told(_of("audrey-2", among), "truth", fact)


def _morning(world: World) -> list[Json]:
    trace = io.BytesIO()
    court = run(world, trace).court
    assert [judge.objections for judge in court.judges] == [[]] * len(court.judges)
    return [json.loads(line) for line in trace.getvalue().splitlines()]


def _of(who: str, events: Iterable[Json]) -> list[Json]:
    return [event for event in events if event.get("who") == who]


def _told(events: Iterable[Json], kind: str, fact: str) -> list[object]:
    return [event[fact] for event in events if event["kind"] == kind]
