"""What the pet does for its user, and for nobody else."""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

import pytest
from jsonschema_rs import Draft202012Validator
from pydantic import BaseModel

from petcore.api.desktop_pet.breaks import StartPomodoroRequest
from petcore.api.desktop_pet.stress import StartSessionRequest
from petcore.api.desktop_pet.water import ScheduleRequest
from petcore.errors import LanguageFailed, StoreUnavailable
from petcore.ports.language import Talk, ToolCall
from petcore.ports.store import Query
from petcore.services import Services
from petcore.services.desktop_pet.breaks import PomodoroWish
from petcore.services.desktop_pet.chat import Did
from petcore.services.desktop_pet.collections import (
    BREAK_PROMPTS,
    FOCUS_SESSIONS,
    POMODORO_SESSIONS,
    WATER_SCHEDULES,
)
from petcore.services.desktop_pet.hands import USES_MAX
from petcore.services.desktop_pet.stress import Reading, SessionWish
from petcore.services.desktop_pet.tools import ACTING, TOOLS
from petcore.services.desktop_pet.water import USUAL, ScheduleWish
from petcore.services.idempotency import Call
from tests.rules.desktop_pet.hostile import HOSTILE, Hostile
from tests.services.desktop_pet.talk import CALL, Steps, keyed, listen, said, send
from tests.services.interrupted import InterruptedStore
from tests.services.server import NOON, Server

Result = Mapping[str, object]

NAMES = {tool.name for tool in TOOLS}
ENDED_BY = {
    "stop_pomodoro": ("start_pomodoro", POMODORO_SESSIONS.name),
    "end_study_session": ("start_study_session", FOCUS_SESSIONS.name),
}
SCHEDULE = ScheduleWish("audrey", "UTC", "08:00", "20:00", 90, enabled=True)


class Asking:
    """A language that uses tools one after the other and keeps what came of them."""

    def __init__(self, *calls: ToolCall) -> None:
        self.calls = calls
        self.results: list[Result] = []

    def __call__(self, _: Talk) -> Steps:
        """Use them, and say so."""
        for call in self.calls:
            result = yield call
            assert result is not None
            self.results.append(result)
        yield "Done."


async def use(server: Server, name: str, user: str = "audrey", **arguments: object) -> Result:
    """What comes of a tool that is used in a turn of its own."""
    asking = Asking(ToolCall(name, arguments))
    server.script = asking
    await send(server.services(), said(user=user))
    [result] = asking.results
    json.dumps(result)
    return result


async def study(services: Services, server: Server, stress: float, label: str = "Math") -> str:
    """A study session of the user's with ten minutes of one reading."""
    wish = SessionWish("audrey", label, allow_prompted_breaks=True, signal_source="presage")
    session = (await services.desktop_pet.stress.start_session(wish, CALL))["session"]
    assert isinstance(session, dict)
    for _ in range(11):
        reading = Reading(session["session_id"], 0.5, stress, None, 1.0, None, {})
        await services.desktop_pet.stress.ingest_sample(reading, CALL)
        server.clock.advance(1)
    return str(session["session_id"])


def test_the_table_is_complete() -> None:
    """Every tool of the document, each with a schema of an object that says nothing of a user."""
    assert {
        "start_pomodoro",
        "stop_pomodoro",
        "start_study_session",
        "end_study_session",
        "set_water_schedule",
        "read_water",
        "read_pomodoro",
        "read_break",
        "read_focus_report",
    } == NAMES
    assert {name for name in NAMES if not name.startswith("read_")} == ACTING
    for tool in TOOLS:
        Draft202012Validator(dict(tool.parameters))
        assert tool.parameters["type"] == "object"
        assert tool.parameters["additionalProperties"] is False
        assert "user" not in json.dumps(dict(tool.parameters))
        assert tool.description


@pytest.mark.parametrize(
    ("name", "request_model"),
    [
        ("start_pomodoro", StartPomodoroRequest),
        ("start_study_session", StartSessionRequest),
        ("set_water_schedule", ScheduleRequest),
    ],
)
def test_arguments_have_the_bounds_of_requests(name: str, request_model: type[BaseModel]) -> None:
    """What a request may ask for, a transcript may; not more and not less."""
    [tool] = [tool for tool in TOOLS if tool.name == name]
    asked = request_model.model_json_schema()["properties"]
    given = tool.parameters["properties"]
    assert isinstance(given, dict)
    for argument, schema in given.items():
        assert _bounds(schema) == _bounds(asked[argument])
    if name == "start_pomodoro":
        assert {each: given[each]["default"] for each in given} == {
            each: asked[each]["default"] for each in given
        }


def test_a_schedule_is_usual_where_a_request_says_nothing() -> None:
    """Whoever asks the pet gets what he gets by a request."""
    assert dict(ScheduleRequest(user_id="audrey")) == {"user_id": "audrey", **USUAL}


def _bounds(schema: Mapping[str, object]) -> dict[str, object]:
    """What of a schema says which values are allowed."""
    return {
        word: value
        for word, value in schema.items()
        if word not in ("title", "default", "description", "format")
    }


@pytest.mark.asyncio
async def test_a_pomodoro_is_started_looked_at_and_stopped() -> None:
    """As by requests: with the document's defaults, and for whoever asks."""
    server = Server()
    nothing = {"active": False, "phase": None, "cycle_index": None, "seconds_remaining": None}
    assert await use(server, "read_pomodoro") == {"ok": True, **nothing}
    started = await use(server, "start_pomodoro", cycles=2.0)
    session = started["session"]
    assert isinstance(session, dict)
    assert session == {
        "session_id": session["session_id"],
        "user_id": "audrey",
        "focus_minutes": 25,
        "break_minutes": 5,
        "cycles": 2,
        "started_at": "2026-05-05T12:00:00+00:00",
        "ended_at": None,
        "status": "active",
    }
    server.clock.advance(26)
    running = await use(server, "read_pomodoro")
    assert running == {
        "ok": True,
        "active": True,
        "phase": "break",
        "cycle_index": 1,
        "seconds_remaining": 240,
    }
    stopped = (await use(server, "stop_pomodoro"))["session"]
    ended = {"ended_at": "2026-05-05T12:26:00+00:00", "status": "completed"}
    assert stopped == {**session, **ended}
    refused = {"ok": False, "error": "no Pomodoro is running"}
    assert await use(server, "stop_pomodoro") == refused


@pytest.mark.asyncio
async def test_a_study_session_is_started_and_ended() -> None:
    """Its end tells the report in short."""
    server = Server()
    refused = {"ok": False, "error": "no study session is running"}
    assert await use(server, "end_study_session") == refused
    session = (await use(server, "start_study_session", study_label="Kiwis"))["session"]
    assert isinstance(session, dict)
    assert (session["study_label"], session["status"]) == ("Kiwis", "active")
    server.clock.advance(3)
    assert await use(server, "end_study_session") == {
        "ok": True,
        "session_id": session["session_id"],
        "ended_at": "2026-05-05T12:03:00+00:00",
        "report": {
            "sample_count": 0,
            "average_focus": 0.0,
            "average_stress": 0.0,
            "peak_stress": 0.0,
            "lowest_focus": 0.0,
        },
        "ended": 1,
    }
    assert await use(server, "end_study_session") == refused


@pytest.mark.asyncio
async def test_of_several_running_sessions_the_latest_is_told_of() -> None:
    """That is the one that somebody talks about; but all of them are ended."""
    server = Server()
    for label in ("old", "older", "new"):
        server.clock.advance(-5 if label == "older" else 1)
        await use(server, "start_study_session", study_label=label)
    server.clock.advance(9)
    assert (await use(server, "read_focus_report"))["study_label"] == "old"
    ended = await use(server, "end_study_session")
    sessions = (await server.stored())["focus_sessions"]
    assert [each["status"] for each in sessions] == ["completed"] * 3
    [old] = [each["session_id"] for each in sessions if each["study_label"] == "old"]
    assert (ended["session_id"], ended["ended"]) == (old, 3)


@pytest.mark.asyncio
async def test_of_several_running_pomodoros_none_is_left() -> None:
    """Whoever starts another one is told that one is running, and stops both."""
    server = Server()
    for user, is_running in (("ben", False), ("audrey", False), ("audrey", True)):
        started = await use(server, "start_pomodoro", user)
        assert started["already_running"] is is_running
        server.clock.advance(1)
    session, stopped = started["session"], await use(server, "stop_pomodoro")
    assert isinstance(session, dict)
    ended = {"ended_at": "2026-05-05T12:03:00+00:00", "status": "completed"}
    assert stopped == {"ok": True, "session": {**session, **ended}, "stopped": 2}
    sessions = (await server.stored())["pomodoro_sessions"]
    assert [each["user_id"] for each in sessions if each["status"] == "active"] == ["ben"]


@pytest.mark.asyncio
@pytest.mark.parametrize("writes", range(8))
async def test_who_starts_something_again_is_not_told_of_it(writes: int) -> None:
    """The Pomodoro that a turn started before it was cut off is not another one."""
    server = Server(script=Asking(ToolCall("start_pomodoro", {})))
    cut = server.services(InterruptedStore(server.store, writes, is_stored=True))
    with suppress(StoreUnavailable):
        await send(cut, said(), keyed())
    [action] = (await send(server.services(), said(), keyed()))["actions"]
    assert isinstance(action["result"], dict)
    assert action["result"]["already_running"] is False
    assert await server.store.count(Query(POMODORO_SESSIONS)) == 1


@pytest.mark.asyncio
async def test_a_report_tells_of_the_running_session_or_the_last_one() -> None:
    """Also while it runs; and if none was measured, of one that was not."""
    server = Server()
    services = server.services()
    none = {"ok": False, "error": "no study session yet"}
    assert await use(server, "read_focus_report") == none
    await use(server, "start_study_session", study_label="empty")
    await use(server, "end_study_session")
    assert (await use(server, "read_focus_report"))["study_label"] == "empty"
    id = await study(services, server, 0.25)
    report = {
        "sample_count": 11,
        "average_focus": 0.5,
        "average_stress": 0.25,
        "peak_stress": 0.25,
        "lowest_focus": 0.5,
    }
    told = {"ok": True, "session_id": id, "study_label": "Math", "report": report}
    assert await use(server, "read_focus_report") == {**told, "status": "active"}
    await services.desktop_pet.stress.end_session(id, CALL)
    assert await use(server, "read_focus_report") == {**told, "status": "completed"}


@pytest.mark.asyncio
async def test_a_schedule_is_changed_in_part() -> None:
    """What is not said stays as it is stored; without any it is the usual one."""
    server = Server()
    usual = {
        "user_id": "audrey",
        "timezone": "UTC",
        "start_time": "09:00",
        "end_time": "22:00",
        "interval_min": 60,
        "enabled": True,
    }
    assert await use(server, "read_water") == {
        "ok": True,
        "schedule": None,
        "next_reminder_in_s": None,
    }
    changed = await use(server, "set_water_schedule", interval_min=30)
    assert changed == {"ok": True, "schedule": {**usual, "interval_min": 30}}
    changed = await use(server, "set_water_schedule", enabled=False, start_time="08:15")
    rest = {"interval_min": 30, "enabled": False, "start_time": "08:15"}
    assert changed == {"ok": True, "schedule": {**usual, **rest}}
    assert await use(server, "read_water") == {
        "ok": True,
        "schedule": {**usual, **rest},
        "next_reminder_in_s": None,
    }
    await use(server, "set_water_schedule", enabled=True)
    services = server.services()
    assert (await services.desktop_pet.water.poll("audrey", CALL))["remind_now"]
    server.clock.advance(10.5)
    assert (await use(server, "read_water"))["next_reminder_in_s"] == 19 * 60 + 30
    server.clock.advance(60 * 10)
    assert (await use(server, "read_water"))["next_reminder_in_s"] == 36_270
    assert [each["last_triggered_at"] for each in (await server.stored())["water_schedules"]] == [
        NOON
    ]


@pytest.mark.asyncio
async def test_a_break_is_told_of() -> None:
    """The one that is asked for, the one that is on, and the one that comes."""
    server = Server()
    services = server.services()
    nothing = {"ok": True, "prompt": None, "on_break": False, "next_break_in_s": None}
    assert await use(server, "read_break") == nothing
    wish = PomodoroWish("audrey", 25, 5, 4)
    await services.desktop_pet.breaks.start_pomodoro(wish, CALL)
    assert await use(server, "read_break") == {**nothing, "next_break_in_s": 25 * 60}
    server.clock.advance(26)
    assert await use(server, "read_break") == {**nothing, "on_break": True}
    await study(services, server, 0.9)
    assert await server.store.count(Query(BREAK_PROMPTS)) == 1
    prompt = (await use(server, "read_break"))["prompt"]
    assert prompt == {"message": "Your stress has stayed high. Take a short break."}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("name", "arguments", "complaint"),
    [
        ("start_pomodoro", {"focus_minutes": 0}, "focus_minutes: "),
        ("start_pomodoro", {"focus_minutes": 241}, "focus_minutes: "),
        ("start_pomodoro", {"focus_minutes": "25"}, "focus_minutes: "),
        ("start_pomodoro", {"focus_minutes": True}, "focus_minutes: "),
        ("start_pomodoro", {"focus_minutes": 25.5}, "focus_minutes: "),
        ("start_pomodoro", {"focus_minutes": float("nan")}, "focus_minutes: "),
        ("start_pomodoro", {"break_minutes": 121}, "break_minutes: "),
        ("start_pomodoro", {"cycles": 10**30}, "cycles: "),
        ("start_pomodoro", {"user_id": "mallory"}, "arguments: "),
        ("start_study_session", {"study_label": "x" * 201}, "study_label: "),
        ("start_study_session", {"study_label": "a\0b"}, "study_label: "),
        ("start_study_session", {"study_label": "\ud800"}, "study_label: "),
        ("start_study_session", {"study_label": {"a": ["deep"]}}, "study_label: "),
        ("stop_pomodoro", {"session_id": "mallory"}, "arguments: "),
        ("end_study_session", {"session_id": "mallory"}, "arguments: "),
        ("set_water_schedule", {}, "arguments: must say what to change"),
        ("set_water_schedule", {"enabled": None}, "arguments: must say what to change"),
        ("set_water_schedule", {"interval_min": 1441}, "interval_min: "),
        ("set_water_schedule", {"start_time": "9:00"}, "start_time: "),
        ("set_water_schedule", {"end_time": "24:00"}, "end_time: "),
        ("set_water_schedule", {"enabled": "mallory"}, "enabled: "),
        ("set_water_schedule", {"timezone": "mallory"}, "timezone: "),
        ("set_water_schedule", {"timezone": "../etc/passwd"}, "timezone: "),
        ("set_water_schedule", {"enabled": False, "user_id": "mallory"}, "arguments: "),
        ("read_water", {"user_id": "mallory"}, "arguments: "),
        ("no_such_tool", {"user_id": "mallory"}, "there is no such tool"),
        ("__init__", {}, "there is no such tool"),
    ],
)
async def test_arguments_are_looked_at_as_closely_as_a_request(
    name: str, arguments: dict[str, object], complaint: str
) -> None:
    """What is refused changes nothing, names the argument, and repeats nothing of it."""
    server = Server()
    asking = Asking(ToolCall(name, arguments))
    server.script = asking
    answer = await send(server.services(), said(), keyed())
    [result] = asking.results
    assert set(result) == {"ok", "error"}
    assert result["ok"] is False
    assert str(result["error"]).startswith(complaint)
    assert "mallory" not in str(result)
    stored = await server.stored()
    assert not any(stored[each.name] for each in (POMODORO_SESSIONS, FOCUS_SESSIONS))
    assert not stored[WATER_SCHEDULES.name]
    assert [action["ok"] for action in answer["actions"]] == [False] * (name in ACTING)


@pytest.mark.asyncio
@pytest.mark.parametrize("call", [CALL, keyed()], ids=["without key", "with key"])
@pytest.mark.parametrize(
    "hostile", [each for each in HOSTILE if each.tried], ids=lambda each: each.transcript[:30]
)
async def test_a_language_that_obeys_an_attacker_does_nothing(hostile: Hostile, call: Call) -> None:
    """Whatever it tries is refused: nothing of anybody's changes, but for what was said."""
    server = Server()
    for user in ("bob", "audrey"):
        for name in sorted(ACTING - set(ENDED_BY)):
            arguments = {"interval_min": 45} if name == "set_water_schedule" else {}
            await use(server, name, user, **arguments)
    before = await server.stored()
    asking = Asking(*(ToolCall(*tried) for tried in hostile.tried))
    server.script = asking
    await send(server.services(), said(hostile.transcript), call)
    assert [result["ok"] for result in asking.results] == [False] * len(hostile.tried)
    after = await server.stored()
    changed = {name for name, documents in after.items() if documents != before[name]}
    assert changed == {"chat_memories", "chat_messages"} | (
        {"idempotency_keys"} if call.key else set()
    )
    keys = [each["route"] for each in after["idempotency_keys"]]
    assert keys == ["chat message"] * len(keys)
    for name, documents in after.items():
        assert _of_others(documents) == _of_others(before[name])


def _of_others(documents: list[Result]) -> list[Result]:
    return [each for each in documents if each.get("user_id") != "audrey"]


def test_everything_is_tried() -> None:
    """A table without attempts would prove nothing."""
    assert {tried[0] for each in HOSTILE for tried in each.tried} >= ACTING


@pytest.mark.asyncio
async def test_actions_are_those_that_change_something() -> None:
    """In their order, with arguments as they were given; reading is none."""
    server = Server()
    server.script = Asking(
        ToolCall("read_pomodoro", {}),
        ToolCall("start_pomodoro", {"focus_minutes": 50, "cycles": None}),
        ToolCall("start_pomodoro", {"focus_minutes": 10**30, "made\nup": 1, "cycles": 2}),
        ToolCall("stop_pomodoro", {}),
    )
    events = await listen(server.services(), said())
    actions = [event.action for event in events if isinstance(event, Did)]
    assert [action["name"] for action in actions] == [
        "start_pomodoro",
        "start_pomodoro",
        "stop_pomodoro",
    ]
    assert [action["arguments"] for action in actions] == [
        {"focus_minutes": 50},
        {"cycles": 2},
        {},
    ]
    assert [action["ok"] for action in actions] == [True, False, True]
    assert [action["error"] is None for action in actions] == [True, False, True]
    assert [action["result"] is None for action in actions] == [False, True, False]


@pytest.mark.asyncio
async def test_nobody_acts_for_anybody_else() -> None:
    """What the users ask for is theirs, whatever else is there."""
    server = Server()
    for name in sorted(ACTING - {"stop_pomodoro", "end_study_session", "set_water_schedule"}):
        await use(server, name)
    await use(server, "set_water_schedule", interval_min=45)
    before = await server.stored()
    for name in sorted(NAMES):
        arguments = {"interval_min": 7} if name == "set_water_schedule" else {}
        await use(server, name, "ben", **arguments)
    after = await server.stored()
    for name, documents in before.items():
        assert [each for each in after[name] if each.get("user_id") == "audrey"] == documents
    assert "audrey" not in str(
        [
            await use(server, name, "ben")
            for name in ("read_water", "read_pomodoro", "read_break", "read_focus_report")
        ]
    )


@pytest.mark.asyncio
async def test_too_many_uses_are_refused() -> None:
    """Eight in a turn; who goes on after that gets no answer at all."""
    server = Server()
    asking = Asking(*[ToolCall("start_pomodoro", {})] * (USES_MAX + 3))
    server.script = asking
    answer = await send(server.services(), said())
    refused = {"ok": False, "error": "no more tools can be used in this turn"}
    assert [result["ok"] for result in asking.results] == [True] * USES_MAX + [False] * 3
    assert asking.results[USES_MAX:] == [refused] * 3
    assert len(answer["actions"]) == USES_MAX
    assert await server.store.count(Query(POMODORO_SESSIONS)) == USES_MAX
    server.script = Asking(*[ToolCall("read_water", {})] * 1000)
    with pytest.raises(LanguageFailed, match="does not stop"):
        await send(server.services(), said())


@pytest.mark.asyncio
async def test_with_a_key_nothing_is_done_twice_in_a_turn() -> None:
    """The same tool with the same arguments is the same wish; other arguments are another."""
    server = Server()
    calls = [ToolCall("start_pomodoro", {"cycles": cycles}) for cycles in (2, 2, 3)]
    server.script = Asking(*calls)
    await send(server.services(), said(), keyed())
    assert await server.store.count(Query(POMODORO_SESSIONS)) == 2
    await send(server.services(), said(), keyed("another"))
    assert await server.store.count(Query(POMODORO_SESSIONS)) == 4


@pytest.mark.asyncio
async def test_what_was_undone_in_a_turn_can_be_done_again_in_it() -> None:
    """Stop, start, stop: three wishes, each granted once, also when the turn is asked for again."""
    server = Server()
    await use(server, "start_pomodoro")
    stop = ToolCall("stop_pomodoro", {})
    server.script = Asking(stop, ToolCall("start_pomodoro", {}), stop)
    for writes in (12, 10**6):
        cut = server.services(InterruptedStore(server.store, writes, is_stored=False))
        with suppress(StoreUnavailable):
            answer = await send(cut, said(), keyed())
    stopped = [action["result"] for action in answer["actions"]]
    assert len({str(each) for each in stopped}) == 3
    sessions = (await server.stored())["pomodoro_sessions"]
    assert [each["status"] for each in sessions] == ["completed", "completed"]


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ["stop_pomodoro", "end_study_session"])
@pytest.mark.parametrize("writes", range(16))
async def test_who_ends_something_again_ends_nothing_else(name: str, writes: int) -> None:
    """A turn that was cut off and is asked for again means what it meant, also if that is over by
    then and another one has begun, once it was known what there was.
    """
    start, collection = ENDED_BY[name]
    server = Server()
    for _ in range(2):
        await use(server, start)
        server.clock.advance(1)
    server.script = Asking(ToolCall(name, {}))
    cut = server.services(InterruptedStore(server.store, writes, is_stored=True))
    with suppress(StoreUnavailable):
        await send(cut, said(), keyed())
    kept = (await server.stored())["idempotency_keys"]
    is_settled = sum(str(each["route"]).endswith(", found") for each in kept) == 3
    await use(server, start)
    server.script = Asking(ToolCall(name, {}))
    [action] = (await send(server.services(), said(), keyed()))["actions"]
    assert action["ok"]
    sessions = (await server.stored())[collection]
    ended = {each["started_at"] for each in sessions if each["status"] == "completed"}
    assert ended >= {NOON, NOON + timedelta(minutes=1)}
    assert len(ended) == (2 if is_settled else 3)


@pytest.mark.asyncio
async def test_a_store_that_fails_is_no_refusal() -> None:
    """The language is not told that it cannot be done: the turn fails, and may be repeated."""
    asking = Asking(ToolCall("start_pomodoro", {}))
    server = Server(script=asking)
    cut = server.services(InterruptedStore(server.store, 0, is_stored=False))
    with pytest.raises(StoreUnavailable):
        await send(cut, said(), keyed())
    assert not asking.results


@pytest.mark.asyncio
async def test_who_may_act_for_anybody_acts_for_the_user_of_the_turn() -> None:
    """At an open door a caller is nobody in particular; a tool is always somebody's."""
    server = Server(script=Asking(ToolCall("start_pomodoro", {})))
    await use(server, "start_pomodoro", "ben")
    server.script = Asking(ToolCall("stop_pomodoro", {}), ToolCall("start_pomodoro", {}))
    await send(server.services(), said(), Call("chat", user_id=None))
    sessions = (await server.stored())["pomodoro_sessions"]
    assert {(each["user_id"], each["status"]) for each in sessions} == {
        ("ben", "active"),
        ("audrey", "active"),
    }
