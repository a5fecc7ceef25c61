"""The sequence chart: what led to a broken promise."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from simulator.report.sequence import EVENTS_MAX, Chart, chart
from simulator.report.sequence_drawing import drawing_of, svg
from simulator.report.wall import wall_at
from simulator.report.writing import write_chart, write_report
from tests.simulator.report.conftest import HOUR, Event, Write, pet, screen, served, student

WALL = wall_at("2026-03-02", "America/Vancouver")
HOSTILE = "<script>alert(1)</script> & 水"
TICK = 20 / HOUR


def other(event: Event) -> Event:
    """The same of another student."""
    return {**event, "who": str(event["who"]).replace("audrey", "ada"), "id": 1000}


def poll(at: float, id: int) -> list[Event]:
    """One that changes nothing."""
    asked = list(served(at, id, "GET /api/water/poll", {"remind_now": False}))
    return [*asked, pet(at + 2 * TICK, "answer", id=id, status=200)]


def lost(at: float, id: int, leg: str) -> Event:
    """A message that gets lost."""
    return {"at": round(at * HOUR), "kind": "lost", "id": id, "leg": leg, "why": "loss"}


@pytest.fixture
def trace(write: Write) -> Path:
    """An acknowledgement whose answer gets lost, and comes again; a fault of somebody else."""
    ack = list(served(9, 500, "POST /api/water/ack", {"ok": True}, {"note": HOSTILE}))
    again = list(served(9.1, 501, "POST /api/water/ack", {"ok": True}))
    copy = list(served(9.2, 502, "POST /api/water/ack", {"ok": True}, copy_of=501))
    polls = [event for n in range(100) for event in poll(8 + n / 200, n)]
    fault = pet(9, "fault", fault="lost answer", number=1)
    return write(
        *polls,
        screen(8.9, "WATER_DROP", HOSTILE, "", True),
        student(8.95, "drinks"),
        *ack,
        fault,
        lost(9.01, 500, "answer"),
        pet(9.02, "timeout", id=500),
        pet(9.05, "unplugged"),
        *again,
        pet(9.1 + 2 * TICK, "answer", id=501, status=200),
        *copy,
        other(fault),
        other(ack[0]),
        pet(10, "press", press="long"),
    )


def of(trace: Path, words: str = "of pet/audrey", at: float = 9.5) -> Chart:
    """The chart of an objection."""
    return chart(trace, round(at * HOUR), words)


def test_a_chart_tells_of_one_user_before_one_instant(trace: Path) -> None:
    """Of whom the judge speaks; of whoever acted last if it names nobody."""
    found = of(trace)
    assert found.user == "audrey"
    assert {event["who"] for event in found.events if "who" in event} == {"audrey", "pet/audrey"}
    assert "press" not in {event["kind"] for event in found.events}
    assert of(trace, "request 3 of edge/ada, POST /x: no").user == "ada"
    assert of(trace, "nobody").user == "audrey"


def test_polls_that_change_nothing_are_counted_only(trace: Path) -> None:
    """All that matters is there, though a hundred of them came before."""
    found = of(trace)
    assert len(found.events) <= EVENTS_MAX
    kinds = [event["kind"] for event in found.events]
    assert kinds[:2] == ["screen", "student"]
    assert kinds.count("request") == 3
    assert not any(event.get("method") == "GET" for event in found.events)


def test_a_poll_that_changes_the_screen_is_shown(write: Write) -> None:
    """So is one that gets lost, or is refused."""
    changing = [*poll(9, 1), screen(9 + 2 * TICK, "WATER_DROP", "", "", False)]
    refused = list(served(9.1, 2, "GET /api/water/poll", {}, status=503))
    quiet = [event for n in range(20) for event in poll(9.2 + n / 100, 10 + n)]
    found = of(write(*changing, *refused, *quiet))
    ids = {event["id"] for event in found.events if "id" in event}
    assert {1, 2} <= ids
    assert 10 not in ids
    assert found.left_out > 40


def test_a_judge_of_the_end_is_shown_what_it_speaks_of(write: Write) -> None:
    """Not what happened in the last hours."""
    first = list(served(9, 1, "POST /api/water/ack", {"event_id": "abc-123456"}))
    later = [pet(10 + n / 50, "press", press="short") for n in range(100)]
    found = of(write(*first, *later), "water_events abc-123456 is gone", 24)
    assert found.events[0]["kind"] == "request"
    assert len(found.events) < 10


def test_messages_are_lines_between_lanes(trace: Path) -> None:
    """Solid to the server, dashed back; a lost one ends in the network; a copy begins there."""
    drawing = drawing_of(of(trace), WALL)
    x = dict(drawing.lanes)
    assert list(x) == ["student", "pet", "network", "server"]
    lines = [(line.style, line.x1, line.x2, line.is_lost) for line in drawing.lines]
    assert ("request", x["pet"], x["server"], False) in lines
    assert ("answer", x["server"], x["network"], True) in lines
    assert ("answer", x["server"], x["pet"], False) in lines
    assert ("copy", x["network"], x["server"], False) in lines
    assert all(line.y1 <= line.y2 for line in drawing.lines)
    assert max(line.y2 for line in drawing.lines) < drawing.foot


def test_what_happens_is_said_where_it_happens(trace: Path) -> None:
    """With the time; faults stand out."""
    drawing = drawing_of(of(trace), WALL)
    x = dict(drawing.lanes)
    said = {label.words: label for label in drawing.labels}
    assert said["⚡ lost answer (1. of pet/audrey)"].look == "fault"
    assert said["⚡ lost answer (1. of pet/audrey)"].x == x["network"] + 6
    assert said["drinks"].x == x["student"] + 6
    assert said["no power"].look == "happening"
    assert drawing.clocks[0].words == "08:54:00.000"


def test_the_drawing_is_text_in_one_colour(trace: Path) -> None:
    """What was typed in the world stays text; every word can be marked; nothing is fetched."""
    drawn = svg(of(trace, f"pet/audrey said {HOSTILE}"), WALL)
    tree = ET.fromstring(drawn)  # noqa: S314 -- our own drawing
    texts = "\n".join("".join(text.itertext()) for text in tree.iter() if text.tag[-4:] == "text")
    assert HOSTILE in texts
    assert f"screen WATER_DROP {HOSTILE}"[:40] in texts
    assert "script" not in drawn.replace("&lt;script", "").replace("&lt;/script", "")
    assert set(re.findall(r"(?:fill|stroke): ([\w()#, -]+);", drawn)) == {
        "currentColor",
        "var(--paper, #fff)",
    }
    assert set(re.findall(r"url\(([^)]*)\)", drawn)) == {"#tip", "#lost"}


def test_the_report_shows_it_if_a_promise_is_broken(trace: Path, tmp_path: Path) -> None:
    """And only then; a story has a page of its own."""
    objections = [{"at_ms": round(9.5 * HOUR), "words": "of pet/audrey"}]
    broken = {"judges": [{"name": "toy", "cases": 1, "objections": objections}]}
    kept = {"judges": [{"name": "toy", "cases": 1, "objections": []}]}
    page = write_report(trace, broken, tmp_path / "broken")[0].read_text(encoding="utf-8")
    assert '<svg class="sequence"' in page
    assert "09:30:00.000 toy: of pet/audrey" in page
    page = write_report(trace, kept, tmp_path / "kept")[0].read_text(encoding="utf-8")
    assert '<svg class="sequence"' not in page
    path = tmp_path / "story.html"
    write_chart(trace, "2026-03-02", WALL.name, 9 * HOUR, "oh", ["1 person", HOSTILE], path)
    page = path.read_text(encoding="utf-8")
    assert '<svg class="sequence"' in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script" not in page
