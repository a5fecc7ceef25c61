"""A day on which two students talk to their pets behind a locked door, which somebody tries to
open: rich, judged, and the same each time.
"""

import io
import json
from collections import Counter
from pathlib import Path

import pytest

from simulator.__main__ import main
from simulator.invariants.nothing_for_strangers import NothingForStrangers
from simulator.kernel.server_events import server_events
from simulator.kernel.trace import Event
from simulator.report.telling import tell
from simulator.scenarios.reading import find
from simulator.world import Outcome, World, run

TOOLS = (
    *("start_pomodoro", "stop_pomodoro", "start_study_session", "end_study_session"),
    *("set_water_schedule", "read_water", "read_pomodoro", "read_break", "read_focus_report"),
)


SEED = 1


def world(*, talkative: bool = True) -> World:
    """Two students in a network that says many things twice."""
    locked = find("locked")
    device = locked.device.model_copy(update={"polling": "next"})
    network = locked.network.model_copy(update={"duplication": 30})
    scenario = locked.model_copy(update={"device": device, "network": network})
    return World(seed=SEED, scenario=scenario, pets=2, talkative=talkative)


def test_a_talkative_day() -> None:
    """One test, so that the day is lived once however tests are shared out."""
    trace = io.BytesIO()
    outcome = run(world(), trace)
    happened = [json.loads(line) for line in trace.getvalue().splitlines()]
    _every_promise_is_kept(outcome)
    _it_is_rich(happened)
    _the_trace_holds_integers(happened)


def _every_promise_is_kept(outcome: Outcome) -> None:
    """Each judge saw cases, those of talk among them, none objects."""
    assert outcome.court.idle == ()
    names = [judge.name for judge in outcome.court.judges]
    assert names[-3:] == ["chat isolation", "chat turns", "chat streams"]
    for judge in outcome.court.judges:
        assert judge.objections == [], judge.name
        if isinstance(judge, NothingForStrangers):
            assert judge.untried == ()


def _it_is_rich(happened: list[Event]) -> None:
    """All tools are used and each of the services fails; turns are tried again, refused, erased."""
    tools = Counter(str(event["tool"]) for event in happened if event["kind"] == "acted")
    assert set(tools) == set(TOOLS)
    assert {event["what"] for event in happened if event["kind"] == "failed"} == {
        *("language", "voice", "hearing")
    }
    requests = [e for e in happened if e["kind"] == "request" and _is_talk(e)]
    assert any("copy_of" in event for event in requests)
    keys = Counter(json.dumps(event["headers"]) for event in requests if event["method"] == "POST")
    assert max(keys.values()) > 1
    asked = {event["id"]: event for event in requests}
    told = Counter(event["status"] for event in happened if _is_of(event, asked))
    assert told[200] > 60
    assert set(told) == {200, 404, 502}
    streams = {
        name
        for event in happened
        if event["kind"] == "served" and "text/event-stream" in json.dumps(event["headers"])
        for name, _ in server_events(str(event["body"]))
    }
    assert streams >= {"heard", "action", "text", "audio", "done"}


def _is_talk(event: Event) -> bool:
    return "/api/chat/" in str(event["path"]) and str(event["who"]).startswith("phone/")


def _is_of(event: Event, asked: dict[object, Event]) -> bool:
    return event["kind"] == "served" and event["id"] in asked


def _the_trace_holds_integers(happened: list[Event]) -> None:
    """Scores stand inside of texts, also those that a tool was told."""
    for event in happened[1:]:
        assert not any(isinstance(value, float) for value in event.values())


def test_a_plain_world_is_told_as_ever() -> None:
    """Trace and summary do not know that there could be talk."""
    plain, talkative = world(talkative=False), world()
    assert "talkative" not in plain.told
    assert talkative.told == {**plain.told, "talkative": True}


def test_a_talkative_day_is_told_and_lived_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its report knows what was said, replay knows that somebody talked, the log keeps quiet."""
    short = ["--talkative", "--hours", "14", "--polling", "next", "--seed", "3"]
    assert main(["day", *short, "--no-report", "--out", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert "the students talk to their pets" in told.out
    assert "said to the pets" in told.out
    assert told.err == ""
    story = tell(tmp_path / "trace.jsonl")
    assert len(story.talk) > 3
    assert main(["replay", "--quiet", str(tmp_path)]) == 0
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert summary["talkative"] is True
    del summary["talkative"]
    (tmp_path / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    assert main(["replay", "--quiet", str(tmp_path)]) == 1
