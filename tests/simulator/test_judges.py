"""Each judge rejects a bad trace made by hand, and accepts a good one."""

import json
from collections import Counter
from collections.abc import Mapping
from itertools import count

import pytest

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.invariants import Judge
from simulator.invariants.no_server_error import NoServerError
from simulator.invariants.pomodoro_oracle import PomodoroOracle
from simulator.invariants.water_promises import WaterPromises
from simulator.kernel.trace import Event
from simulator.world import Outcome

NUMBERS = count(1)
MINUTE_MS = 60_000


def exchanged(
    at: int, operation: str, asked: Mapping[str, object], answer: Mapping[str, object]
) -> list[Event]:
    """The events of one exchange that nothing happened to."""
    method, path = operation.split(" ")
    is_get = method == "GET"
    query = "&".join(f"{name}={value}" for name, value in asked.items()) if is_get else ""
    body = "" if is_get else json.dumps(asked)
    id = next(NUMBERS)
    request = {"at": at, "kind": "request", "id": id, "who": "pet", "method": method}
    served = {"at": at, "kind": "served", "id": id, "status": 200, "body": json.dumps(answer)}
    return [
        {**request, "path": path, "query": query, "body": body},
        served,
        {"at": at, "kind": "answer", "id": id, "who": "pet", "status": 200},
    ]


def schedule(start: str = "09:00", end: str = "22:00", zone: str = "UTC") -> list[Event]:
    """A user sets an hourly schedule."""
    wish = {
        "user_id": "audrey",
        "timezone": zone,
        "start_time": start,
        "end_time": end,
        "interval_min": 60,
        "enabled": True,
    }
    return exchanged(0, "POST /api/water/schedule", wish, {"ok": True, "schedule": wish})


def poll(minute: int, *, reminds: bool, shows: bool = True) -> list[Event]:
    """A poll at some minute of the day, and what the screen did."""
    at = f"2026-05-05T{minute // 60:02}:{minute % 60:02}:00+00:00"
    answer = {"remind_now": reminds, "server_time_utc": at}
    events = exchanged(minute * MINUTE_MS, "GET /api/water/poll", {"user_id": "audrey"}, answer)
    if reminds and shows:
        events += screen(minute, "WATER_DROP") + screen(minute + 1, "IDLE")
    return events


def screen(minute: int, name: str) -> list[Event]:
    """The screen shows something."""
    return [
        {"at": minute * MINUTE_MS, "kind": "screen", "who": "pet", "scene": [name, "", "", False]}
    ]


def verdict(judge: Judge, *stories: list[Event]) -> list[str]:
    """What the judge has to say about the stories, told one after the other."""
    for story in stories:
        for event in story:
            judge.see(event)
    judge.see({"at": 10**9, "kind": "log", "who": "pet", "line": "the end"})
    return [objection.words for objection in judge.objections]


def water() -> WaterPromises:
    """A fresh judge."""
    return WaterPromises(TzdataZones())


def test_a_day_as_promised_is_accepted() -> None:
    """Reminders every hour inside the window, none outside, each on the screen."""
    polls = [poll(m, reminds=m % 60 == 0) for m in range(9 * 60, 22 * 60 + 1, 10)]
    outside = [poll(8 * 60 + 59, reminds=False), poll(22 * 60 + 1, reminds=False)]
    judge = water()
    assert verdict(judge, schedule(), *polls, *outside) == []
    assert judge.cases > 100


@pytest.mark.parametrize(
    ("stories", "complaint"),
    [
        ([poll(600, reminds=True)], "without a schedule"),
        ([schedule(), poll(8 * 60 + 59, reminds=True)], "outside the window"),
        ([schedule(), poll(22 * 60 + 1, reminds=True)], "outside the window"),
        ([schedule(), poll(600, reminds=True), poll(659, reminds=True)], "too soon"),
        ([schedule(), poll(600, reminds=False)], "although it was due"),
        ([schedule(), poll(600, reminds=True), poll(660, reminds=False)], "although it was due"),
        ([schedule("22:00", "06:00"), poll(600, reminds=True)], "outside the window"),
        ([schedule("22:00", "06:00"), poll(360, reminds=False)], "although it was due"),
        ([schedule("07:00", "07:00"), poll(180, reminds=False)], "although it was due"),
        ([schedule(zone="Asia/Tokyo"), poll(20 * 60, reminds=True)], "outside the window"),
        ([schedule(), poll(600, reminds=True, shows=False)], "did not show it"),
    ],
)
def test_a_broken_water_promise_is_noticed(stories: list[list[Event]], complaint: str) -> None:
    """One fault in a trace made by hand, and the judge names it."""
    objections = verdict(water(), *stories)
    assert len(objections) == 1
    assert complaint in objections[0]


def test_the_same_answer_twice_is_one_reminder() -> None:
    """A lost answer that is given again to the same key does not come too soon."""
    assert verdict(water(), schedule(), poll(600, reminds=True), poll(600, reminds=True)) == []


def test_a_more_urgent_screen_excuses_the_drop() -> None:
    """While a break prompt is shown the reminder may wait behind it."""
    told = poll(600, reminds=True, shows=False)
    assert verdict(water(), schedule(), screen(590, "BREAK_PROMPT"), told) == []


def started(id: str = "p1", user: str = "audrey", ended_at: str | None = None) -> list[Event]:
    """A classic Pomodoro starts at noon, or is stopped."""
    session = {
        "session_id": id,
        "user_id": user,
        "focus_minutes": 25,
        "break_minutes": 5,
        "cycles": 2,
        "started_at": "2026-05-05T12:00:00+00:00",
        "ended_at": ended_at,
    }
    operation = f"POST /api/breaks/pomodoro/{'stop' if ended_at else 'start'}"
    return exchanged(0, operation, {"user_id": user}, {"ok": True, "session": session})


def status(at: str, phase: str, cycle: int, seconds: int, id: str = "p1") -> list[Event]:
    """The server's answer about a Pomodoro."""
    answer = {
        "session_id": id,
        "phase": phase,
        "cycle_index": cycle,
        "seconds_remaining": seconds,
        "server_time_utc": f"2026-05-05T{at}+00:00",
    }
    return exchanged(1, "GET /api/breaks/pomodoro/status", {"session_id": id}, answer)


def active(at: str, id: str | None) -> list[Event]:
    """The server's answer about the running Pomodoro, right after it began if there is one."""
    answer: dict[str, object] = {
        "active": id is not None,
        "session_id": id,
        "phase": "focus" if id else None,
        "cycle_index": 1 if id else None,
        "seconds_remaining": 1500 if id else None,
        "server_time_utc": f"2026-05-05T{at}+00:00",
    }
    return exchanged(1, "GET /api/breaks/pomodoro/active", {"user_id": "audrey"}, answer)


def test_a_pomodoro_as_documented_is_accepted() -> None:
    """Focus, break, focus, break, over; and stopped means over."""
    judge = PomodoroOracle()
    story = [
        active("11:59:59", None),
        started(),
        active("12:00:00", "p1"),
        status("12:01:20", "focus", 1, 1420),
        status("12:24:59.999000", "focus", 1, 1),
        status("12:25:00", "break", 1, 300),
        status("12:59:59", "break", 2, 1),
        status("13:00:00", "completed", 2, 0),
        active("13:00:00", None),
        started("p2"),
        started("p2", ended_at="2026-05-05T12:40:00+00:00"),
        status("12:41:00", "completed", 2, 0, "p2"),
    ]
    assert verdict(judge, *story) == []
    assert judge.cases == 10


@pytest.mark.parametrize(
    "story",
    [
        [status("12:00:00", "focus", 1, 1500)],
        [started(), status("12:01:20", "focus", 1, 1421)],
        [started(), status("12:25:00", "focus", 1, 0)],
        [started(), status("12:30:00", "focus", 1, 1500)],
        [started(), status("12:55:00", "completed", 2, 0)],
        [started(), active("12:10:00", None)],
        [started(), started("p2"), active("12:00:00", "p1")],
        [
            started(),
            started(ended_at="2026-05-05T12:05:00+00:00"),
            status("12:06:00", "focus", 1, 1140),
        ],
    ],
)
def test_a_wrong_pomodoro_is_noticed(story: list[list[Event]]) -> None:
    """One fault in a trace made by hand, and the oracle objects."""
    assert len(verdict(PomodoroOracle(), *story)) == 1


def test_an_error_of_the_server_is_noticed() -> None:
    """Any status of 500 and above, whatever the request was."""
    good = {"at": 1, "kind": "served", "id": 1, "status": 404, "body": "{}"}
    assert verdict(NoServerError(), [good, {**good, "kind": "lost"}]) == []
    assert len(verdict(NoServerError(), [good, {**good, "status": 503}])) == 1


def test_a_judge_who_saw_nothing_has_not_acquitted() -> None:
    """A run whose judges had no case is not good."""
    judge = water()
    assert not Outcome("", Counter(), (judge,), 0).is_good
    verdict(judge, schedule(), poll(600, reminds=True))
    assert Outcome("", Counter(), (judge,), 0).is_good
