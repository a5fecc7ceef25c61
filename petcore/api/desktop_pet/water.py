"""Water (P1 to P4)."""

from typing import Annotated, Literal

from pydantic import Field

from petcore.api.operation import Section
from petcore.api.wire import (
    AnsweredInstant,
    ClockTime,
    Integral,
    Model,
    NextPoll,
    UserId,
    UserRequest,
    ZoneName,
)
from petcore.services.desktop_pet import DesktopPet
from petcore.services.desktop_pet.water import ScheduleWish
from petcore.services.fields import IntervalMin
from petcore.services.idempotency import Answer, Call

water = Section[DesktopPet]()


class ScheduleRequest(Model):
    """How a user wants to be reminded."""

    user_id: UserId
    timezone: ZoneName = "UTC"
    start_time: ClockTime = "09:00"
    end_time: ClockTime = "22:00"
    interval_min: Annotated[IntervalMin, Integral] = 60
    enabled: bool = True


class Schedule(Model):
    """The stored schedule."""

    user_id: UserId
    timezone: ZoneName
    start_time: ClockTime
    end_time: ClockTime
    interval_min: IntervalMin
    enabled: bool


class ScheduleAnswer(Model):
    """The schedule as stored."""

    ok: Literal[True]
    schedule: Schedule


class WaterPayload(Model):
    """What the device shows."""

    title: str
    message: str
    animation: str


class WaterPoll(Model):
    """Whether to remind now."""

    remind_now: bool
    reason: Literal["due", "not_due", "outside_window", "disabled", "no_schedule"]
    server_time_utc: AnsweredInstant
    payload: WaterPayload | None
    next_poll_s: NextPoll
    # Answers that a server of before kept under their keys have none.
    utc_offset_min: Annotated[int, Field(ge=-1080, le=1080)] | None = None


class Done(Model):
    """It is done."""

    ok: Literal[True]


@water.post("/api/water/schedule", request=ScheduleRequest, response=ScheduleAnswer)
async def set_water_schedule(pet: DesktopPet, request: ScheduleRequest, call: Call) -> Answer:
    """P1: Set drink-water schedule."""
    return await pet.water.set_schedule(ScheduleWish(**dict(request)), call)


@water.get("/api/water/schedule", request=UserRequest, response=Schedule)
async def get_water_schedule(pet: DesktopPet, request: UserRequest, call: Call) -> Answer:
    """P2: Get drink-water schedule."""
    return await pet.water.get_schedule(request.user_id)


@water.get("/api/water/poll", request=UserRequest, response=WaterPoll, acts=True, takes_key=True)
async def poll_water(pet: DesktopPet, request: UserRequest, call: Call) -> Answer:
    """P3: Poll for drink-water reminder (ESP32)."""
    return await pet.water.poll(request.user_id, call)


@water.post("/api/water/ack", request=UserRequest, response=Done)
async def ack_water(pet: DesktopPet, request: UserRequest, call: Call) -> Answer:
    """P4: Acknowledge drink-water reminder."""
    return await pet.water.acknowledge(request.user_id, call)
