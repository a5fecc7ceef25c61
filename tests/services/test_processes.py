"""Several processes on one store: what one was told, all know at once."""

from dataclasses import replace

import pytest

from petcore.services.desktop_pet.stress import SessionWish
from petcore.services.desktop_pet.water import ScheduleWish
from petcore.services.idempotency import Call
from tests.services.server import Server

CALL = Call("test")
ALL_DAY = ScheduleWish("audrey", "UTC", "00:00", "00:00", 60, enabled=True)
BY_PREFERENCE = SessionWish("audrey", "Math", None, "presage")


@pytest.mark.asyncio
async def test_every_process_shows_the_schedule_that_is_stored() -> None:
    """Whichever stored it, and whatever the other has shown before."""
    server = Server()
    one, other = (server.services().desktop_pet.water for _ in range(2))
    for interval_min in (30, 45):
        await one.set_schedule(replace(ALL_DAY, interval_min=interval_min), CALL)
        assert (await one.get_schedule("audrey"))["interval_min"] == interval_min
        assert (await other.get_schedule("audrey"))["interval_min"] == interval_min


@pytest.mark.asyncio
async def test_every_process_knows_the_preference_of_now() -> None:
    """A session that does not say takes the one that was stored last, wherever that was."""
    server = Server()
    one, other = (server.services().desktop_pet for _ in range(2))
    for enabled in (True, False):
        await one.breaks.set_stress_prompts("audrey", enabled, CALL)
        session = (await other.stress.start_session(BY_PREFERENCE, CALL))["session"]
        assert isinstance(session, dict)
        assert session["allow_prompted_breaks"] is enabled
