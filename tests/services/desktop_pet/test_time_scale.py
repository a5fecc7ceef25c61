"""A server whose time runs faster: a person lives in scaled time, all else in real time."""

from datetime import datetime, timedelta

import pytest

from petcore.adapters.language_scripted import Wait
from petcore.adapters.store_memory import MemoryStore
from petcore.services import Services
from petcore.services.desktop_pet.breaks import PomodoroWish
from petcore.services.desktop_pet.stress import SessionWish
from petcore.services.desktop_pet.water import ScheduleWish
from petcore.services.door import Visitor
from petcore.services.idempotency import Call
from petcore.services.platform.pairings import PairingWish
from petcore.settings import default_settings
from petcore.wiring import wire
from tests.services.desktop_pet.talk import said, send, steps
from tests.services.server import NOON, Server, SetClock

CALL = Call("test")
ALL_DAY = ScheduleWish("audrey", "UTC", "00:00", "00:00", 60, enabled=True)
SECOND = 1 / 60
"""In minutes."""


def scaled(
    clock: SetClock, scale: int, *, began: datetime | None = None, talking: Server | None = None
) -> Services:
    """The services of a server whose time runs so fast, and that talks as another does."""
    settings = default_settings(store="memory:", door="locked", time_scale=scale)
    faculties = (talking or Server()).faculties()
    return wire(settings, clock=clock, store=MemoryStore(), faculties=faculties, began=began)


@pytest.mark.asyncio
async def test_water_is_due_after_scaled_minutes() -> None:
    """An hour passes in a minute; the device is told to come back in a sixtieth of the wait."""
    clock = SetClock()
    water = scaled(clock, 60).desktop_pet.water
    await water.set_schedule(ALL_DAY, CALL)
    first = await water.poll("audrey", CALL)
    assert (first["remind_now"], first["server_time_utc"], first["next_poll_s"]) == (True, NOON, 5)
    clock.advance(59 * SECOND)
    early = await water.poll("audrey", CALL)
    assert (early["remind_now"], early["next_poll_s"]) == (False, 1)
    clock.advance(SECOND)
    due = await water.poll("audrey", CALL)
    assert (due["remind_now"], due["server_time_utc"]) == (True, NOON + timedelta(hours=1))


@pytest.mark.asyncio
async def test_a_pomodoro_runs_in_scaled_time() -> None:
    """What remains is told in the server's seconds, when to come back in the device's."""
    clock = SetClock()
    breaks = scaled(clock, 60).desktop_pet.breaks
    none = await breaks.get_active_pomodoro("audrey")
    assert (none["active"], none["next_poll_s"]) == (False, 5)
    await breaks.start_pomodoro(PomodoroWish("audrey", 25, 5, 4), CALL)
    clock.advance(24 * SECOND)
    told = await breaks.get_active_pomodoro("audrey")
    assert (told["phase"], told["seconds_remaining"], told["next_poll_s"]) == ("focus", 60, 1)
    clock.advance(SECOND)
    assert (await breaks.get_active_pomodoro("audrey"))["phase"] == "break"
    assert (await breaks.poll_prompt("audrey"))["next_poll_s"] == 5


@pytest.mark.asyncio
async def test_a_study_session_runs_in_scaled_time() -> None:
    """It is as long as the person who lives in scaled time says."""
    clock = SetClock()
    services = scaled(clock, 60)
    stress = services.desktop_pet.stress
    started = await stress.start_session(SessionWish("audrey", "Essay", False, "manual"), CALL)
    session = started["session"]
    assert isinstance(session, dict)
    clock.advance(2)
    ended = await stress.end_session(session["session_id"], CALL)
    assert ended["ended_at"] == NOON + timedelta(hours=2)


@pytest.mark.asyncio
async def test_codes_and_limits_live_in_real_time() -> None:
    """A code holds for ten real minutes, even if those are days of the person who types it."""
    clock = SetClock()
    services = scaled(clock, 3600)
    pairings = services.platform.pairings
    began = await pairings.start(PairingWish("pet", None, "audrey"), "192.0.2.1")
    assert (began["expires_in_s"], began["next_poll_s"]) == (600, 5)
    clock.advance(9.9)
    device = await pairings.confirm(str(began["user_code"]), "audrey", "pet")
    assert device["created_at"] == NOON + timedelta(minutes=9.9)
    collected = await pairings.collect(str(began["device_code"]), "192.0.2.1")
    token = str(collected["token"])
    visitor = Visitor("192.0.2.1", token=token)
    assert await services.door.enter(visitor, is_public=False) == "audrey"
    assert services.clock.now() == clock.now(), "nor is the log stamped by the scaled clock"


@pytest.mark.asyncio
async def test_a_talk_is_remembered_in_scaled_time_and_measured_in_real_time() -> None:
    """A person lives in the one, a network that is waited for in the other."""
    clock = SetClock()

    async def pause(_: float) -> None:
        clock.advance(1)

    chat = scaled(clock, 60, talking=Server(script=steps(Wait(1), "Yes."), pause=pause))
    answer = await send(chat, said())
    assert answer["timings_ms"]["language"] == 60_000
    memory = await chat.desktop_pet.chat.get_memory("audrey")
    assert isinstance(memory["turns"], list)
    assert memory["turns"][0]["created_at"] == NOON + timedelta(hours=1)


@pytest.mark.asyncio
async def test_a_kept_answer_is_kept_for_a_real_day() -> None:
    """A device that has no answer asks again by its own clock; it must not be told twice."""
    clock = SetClock()
    water = scaled(clock, 3600).desktop_pet.water
    await water.set_schedule(ALL_DAY, CALL)
    told = await water.poll("audrey", Call("poll", key="a"))
    clock.advance(23 * 60)
    assert await water.poll("audrey", Call("poll", key="a")) == told
    clock.advance(61)
    assert await water.poll("audrey", Call("poll", key="a")) != told


@pytest.mark.asyncio
async def test_a_process_that_comes_later_goes_on_with_the_time() -> None:
    """It is told when time began to run faster."""
    clock = SetClock(NOON + timedelta(minutes=1))
    told = await scaled(clock, 60, began=NOON).desktop_pet.water.poll("audrey", CALL)
    assert told["server_time_utc"] == NOON + timedelta(hours=1)
