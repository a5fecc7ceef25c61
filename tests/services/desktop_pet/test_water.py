"""Water schedules and reminders through the services."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from petcore.api.desktop_pet.water import WaterPoll
from petcore.errors import BadInput, NotFound
from petcore.ports.store import Query
from petcore.services.desktop_pet.collections import WATER_EVENTS
from petcore.services.desktop_pet.water import ScheduleWish
from petcore.services.idempotency import Call
from tests.services.server import NOON, Server, SetClock

CALL = Call("test")
ALL_DAY = ScheduleWish("audrey", "UTC", "00:00", "00:00", 60, enabled=True)


@pytest.mark.asyncio
async def test_a_new_schedule_keeps_the_last_reminder() -> None:
    """Changing the schedule is no way to be reminded twice."""
    server = Server()
    water = server.services().desktop_pet.water
    await water.set_schedule(ALL_DAY, CALL)
    assert (await water.poll("audrey", CALL))["remind_now"] is True
    await water.set_schedule(
        ScheduleWish("audrey", "UTC", "08:00", "20:00", 30, enabled=True), CALL
    )
    assert (await water.poll("audrey", CALL))["reason"] == "not_due"
    server.clock.advance(30)
    assert (await water.poll("audrey", CALL))["reason"] == "due"


@pytest.mark.asyncio
async def test_reminders_and_acknowledgements_are_recorded() -> None:
    """Each leaves an event; acknowledging needs no schedule and does not move the timer."""
    server = Server()
    water = server.services().desktop_pet.water
    await water.acknowledge("audrey", CALL)
    await water.set_schedule(ALL_DAY, CALL)
    await water.poll("audrey", CALL)
    server.clock.advance(59)
    await water.acknowledge("audrey", CALL)
    assert (await water.poll("audrey", CALL))["remind_now"] is False
    server.clock.advance(1)
    assert (await water.poll("audrey", CALL))["remind_now"] is True
    events = await server.store.find(Query(WATER_EVENTS, {"user_id": "audrey"}, "at_utc_ms"))
    types = [event["type"] for event in events]
    assert sorted(types[:2]) == ["DEVICE_ACK", "REMINDER_SENT"]
    assert types[2:] == ["DEVICE_ACK", "REMINDER_SENT"]
    assert events[0]["at_utc"] == NOON


@pytest.mark.asyncio
async def test_users_do_not_share_a_schedule() -> None:
    """One user's schedule is nobody else's."""
    server = Server()
    water = server.services().desktop_pet.water
    await water.set_schedule(ALL_DAY, CALL)
    with pytest.raises(NotFound):
        await water.get_schedule("ben")
    assert (await water.poll("ben", CALL))["reason"] == "no_schedule"


@pytest.mark.asyncio
@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "america/vancouver", ""])
async def test_an_unknown_zone_changes_nothing(zone: str) -> None:
    """The error names the field, and the stored schedule stays."""
    server = Server()
    water = server.services().desktop_pet.water
    await water.set_schedule(ALL_DAY, CALL)
    before = await server.stored()
    with pytest.raises(BadInput) as caught:
        await water.set_schedule(
            ScheduleWish("audrey", zone, "00:00", "00:00", 60, enabled=True), CALL
        )
    assert caught.value.details[0].loc == ("timezone",)
    assert await server.stored() == before


@pytest.mark.asyncio
async def test_a_poll_tells_how_far_the_wall_clock_is_ahead() -> None:
    """With a schedule always; a reminder that is asked for again tells what it told before."""
    server = Server()
    water = server.services().desktop_pet.water
    assert (await water.poll("audrey", CALL))["utc_offset_min"] is None
    await water.set_schedule(replace(ALL_DAY, timezone="Asia/Kathmandu"), CALL)
    key = Call("test", key="a")
    assert (await water.poll("audrey", key))["utc_offset_min"] == 345
    await water.set_schedule(replace(ALL_DAY, timezone="UTC", enabled=False), CALL)
    assert (await water.poll("audrey", key))["utc_offset_min"] == 345
    assert (await water.poll("audrey", CALL))["utc_offset_min"] == 0


@pytest.mark.asyncio
async def test_the_offset_changes_when_the_clocks_do() -> None:
    """It is that of this moment, whenever the last reminder was."""
    server = Server(SetClock(datetime(2026, 10, 25, 0, 59, tzinfo=UTC)))
    water = server.services().desktop_pet.water
    await water.set_schedule(replace(ALL_DAY, timezone="Europe/Berlin"), CALL)
    assert (await water.poll("audrey", CALL))["utc_offset_min"] == 120
    server.clock.advance(1)
    assert (await water.poll("audrey", CALL))["utc_offset_min"] == 60


def test_an_answer_that_was_kept_before_there_was_an_offset_is_given_again() -> None:
    """Whoever asks again with the key of a lost answer may meet a newer server."""
    kept = {
        "remind_now": False,
        "reason": "due",
        "server_time_utc": NOON,
        "payload": None,
        "next_poll_s": 300,
    }
    assert WaterPoll.model_validate(kept).utc_offset_min is None
