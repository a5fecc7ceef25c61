"""Pomodoro timers and break prompts through the services."""

from collections.abc import Mapping

import pytest

from petcore.errors import NotFound
from petcore.ports.store import Query
from petcore.services import Services
from petcore.services.desktop_pet.breaks import PomodoroWish
from petcore.services.desktop_pet.collections import BREAK_PROMPTS, POMODORO_SESSIONS
from petcore.services.desktop_pet.stress import Reading, SessionWish
from petcore.services.idempotency import Answer, Call
from tests.services.server import NOON, Server

CALL = Call("test")


def part(answer: Answer, name: str) -> Mapping[str, object]:
    """An object inside an answer."""
    value = answer[name]
    assert isinstance(value, dict)
    return value


async def start(services: Services, cycles: int = 4) -> str:
    """Start a classic Pomodoro."""
    answer = await services.desktop_pet.breaks.start_pomodoro(
        PomodoroWish("audrey", 25, 5, cycles), CALL
    )
    return str(part(answer, "session")["session_id"])


async def study(server: Server, allows: bool | None, minutes: int, stress: float = 0.9) -> str:
    """Study under stress, a sample a minute."""
    services = server.services()
    wish = SessionWish("audrey", "Math", allows, "presage")
    session_id = str(
        part(await services.desktop_pet.stress.start_session(wish, CALL), "session")["session_id"]
    )
    await suffer(server, session_id, minutes, stress)
    return session_id


async def suffer(server: Server, session_id: str, minutes: int, stress: float = 0.9) -> None:
    """Post a sample a minute."""
    for _ in range(minutes):
        reading = Reading(session_id, 0.5, stress, None, 1.0, None, {})
        await server.services().desktop_pet.stress.ingest_sample(reading, CALL)
        server.clock.advance(1)


@pytest.mark.asyncio
async def test_a_finished_pomodoro_is_closed_by_whoever_looks() -> None:
    """Nobody watched it end; the next poll records when it did."""
    server = Server()
    services = server.services()
    session_id = await start(services, cycles=1)
    server.clock.advance(600)
    status = await services.desktop_pet.breaks.get_pomodoro_status(session_id, Call("status"))
    assert (status["phase"], status["cycle_index"], status["seconds_remaining"]) == (
        "completed",
        1,
        0,
    )
    (stored,) = await server.store.find(Query(POMODORO_SESSIONS))
    assert (stored["status"], stored["ended_at"]) == ("completed", NOON.replace(minute=30))


@pytest.mark.asyncio
async def test_the_newest_running_pomodoro_is_the_active_one() -> None:
    """Stopped and finished ones are passed over; without any all is null."""
    server = Server()
    services = server.services()
    breaks = services.desktop_pet.breaks
    assert (await breaks.get_active_pomodoro("audrey"))["session_id"] is None
    oldest = await start(services)
    server.clock.advance(1)
    await start(services, cycles=1)
    server.clock.advance(1)
    stopped = await start(services)
    first = await breaks.stop_pomodoro(stopped, CALL)
    server.clock.advance(60)
    assert (await breaks.get_active_pomodoro("audrey"))["session_id"] == oldest
    assert await breaks.stop_pomodoro(stopped, CALL) == first
    assert (await breaks.get_active_pomodoro("ben"))["active"] is False


@pytest.mark.asyncio
async def test_many_forgotten_pomodoros_do_not_hide_the_running_one() -> None:
    """However many ran out unseen after it began, the one that still runs is found."""
    server = Server()
    services = server.services()
    running = await start(services, cycles=24)
    for _ in range(40):
        server.clock.advance(0.1)
        await start(services, cycles=1)
    server.clock.advance(40)
    assert (await services.desktop_pet.breaks.get_active_pomodoro("audrey"))[
        "session_id"
    ] == running
    active = Query(POMODORO_SESSIONS, {"user_id": "audrey", "status": "active"})
    assert await server.store.count(active) == 1


@pytest.mark.asyncio
async def test_study_sessions_and_pomodoros_are_different_things() -> None:
    """Both have a session_id, but the one is unknown to the other."""
    server = Server()
    services = server.services()
    pomodoro = await start(services)
    session_id = await study(server, allows=True, minutes=1)
    with pytest.raises(NotFound):
        await services.desktop_pet.stress.end_session(pomodoro, CALL)
    with pytest.raises(NotFound):
        await services.desktop_pet.breaks.get_pomodoro_status(session_id, Call("status"))
    with pytest.raises(NotFound):
        await services.desktop_pet.breaks.stop_pomodoro(session_id, CALL)


@pytest.mark.asyncio
async def test_ten_stressed_minutes_queue_one_prompt() -> None:
    """It stays until it is answered, however often it is polled, and no second one joins it."""
    server = Server()
    breaks = server.services().desktop_pet.breaks
    session_id = await study(server, allows=True, minutes=10)
    assert (await breaks.poll_prompt("audrey"))["show_prompt"] is False
    await suffer(server, session_id, 20)
    shown = await breaks.poll_prompt("audrey")
    assert shown == await breaks.poll_prompt("audrey")
    assert shown["reason"] == "High stress detected for 10+ minutes"
    assert await server.store.count(Query(BREAK_PROMPTS)) == 1


@pytest.mark.asyncio
async def test_after_an_answer_the_pet_is_quiet_for_a_while() -> None:
    """Fifteen minutes of cool-down, then ten minutes of stress, then the next prompt."""
    server = Server()
    breaks = server.services().desktop_pet.breaks
    session_id = await study(server, allows=True, minutes=11)
    first = await breaks.poll_prompt("audrey")
    await breaks.acknowledge_prompt(str(first["prompt_id"]), False, CALL)
    await suffer(server, session_id, 25)
    assert (await breaks.poll_prompt("audrey"))["show_prompt"] is False
    await suffer(server, session_id, 1)
    assert (await breaks.poll_prompt("audrey"))["prompt_id"] not in (None, first["prompt_id"])


@pytest.mark.asyncio
@pytest.mark.parametrize("acknowledged", [True, False])
async def test_what_was_decided_about_a_prompt_is_what_was_said(acknowledged: bool) -> None:
    """In the answer, in the next one, and in the store."""
    server = Server()
    breaks = server.services().desktop_pet.breaks
    await study(server, allows=True, minutes=11)
    prompt_id = str((await breaks.poll_prompt("audrey"))["prompt_id"])
    for said in (acknowledged, not acknowledged):
        answer = await breaks.acknowledge_prompt(prompt_id, said, CALL)
        assert answer["acknowledged"] is acknowledged
    stored = await server.store.find(Query(BREAK_PROMPTS))
    assert [prompt["acknowledged"] for prompt in stored] == [acknowledged]


@pytest.mark.asyncio
async def test_the_first_decision_about_a_prompt_is_kept() -> None:
    """Accepted stays accepted; what the session's end resolved stays unanswered."""
    server = Server()
    services = server.services()
    breaks = services.desktop_pet.breaks
    session_id = await study(server, allows=True, minutes=11)
    prompt_id = str((await breaks.poll_prompt("audrey"))["prompt_id"])
    assert (await breaks.acknowledge_prompt(prompt_id, True, CALL))["acknowledged"] is True
    assert (await breaks.acknowledge_prompt(prompt_id, False, CALL))["acknowledged"] is True
    await suffer(server, session_id, 30)
    prompt_id = str((await breaks.poll_prompt("audrey"))["prompt_id"])
    await services.desktop_pet.stress.end_session(session_id, CALL)
    assert (await breaks.poll_prompt("audrey"))["show_prompt"] is False
    assert (await breaks.acknowledge_prompt(prompt_id, True, CALL))["acknowledged"] is None


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("preference", "allows", "switched", "is_asked"),
    [
        (None, None, None, False),
        (True, None, None, True),
        (False, None, None, False),
        (False, True, None, True),
        (True, False, None, False),
        (True, None, False, False),
        (None, True, False, False),
        (None, False, True, False),
    ],
)
async def test_who_is_asked_for_a_break(
    preference: bool | None, allows: bool | None, switched: bool | None, is_asked: bool
) -> None:
    """The session's flag wins, else the preference; switching that off later stops prompts."""
    server = Server()
    breaks = server.services().desktop_pet.breaks
    if preference is not None:
        await breaks.set_stress_prompts("audrey", preference, CALL)
    session_id = await study(server, allows, minutes=5)
    if switched is not None:
        await breaks.set_stress_prompts("audrey", switched, CALL)
    await suffer(server, session_id, 10)
    assert (await breaks.poll_prompt("audrey"))["show_prompt"] is is_asked


@pytest.mark.asyncio
async def test_a_prompt_poll_says_when_to_come_back() -> None:
    """As late as may be without a session, and as soon as stress could be high with one."""
    server = Server()
    breaks = server.services().desktop_pet.breaks
    assert (await breaks.poll_prompt("audrey"))["next_poll_s"] == 300
    await study(server, allows=True, minutes=7)
    assert (await breaks.poll_prompt("audrey"))["next_poll_s"] == 180
