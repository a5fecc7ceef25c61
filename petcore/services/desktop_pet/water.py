"""Water: schedule, poll and acknowledgement (P1 to P4)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta

from petcore.errors import NotFound
from petcore.ports import Ports
from petcore.rules.desktop_pet import next_poll_s, water
from petcore.rules.instant import seconds_up, to_ms
from petcore.services.desktop_pet.collections import WATER_EVENTS, WATER_SCHEDULES, id_of
from petcore.services.desktop_pet.shapes import EventType, WaterEvent, WaterSchedule
from petcore.services.idempotency import Answer, Call, Decision, Once, Plan
from petcore.services.outbox import Outbox, Write

_PAYLOAD = {"title": "Drink water", "message": "Time to hydrate!", "animation": "WATER_DROP"}


@dataclass(frozen=True, slots=True)
class ScheduleWish:
    """The schedule a user asks for. Times are ``HH:MM``, ``interval_min`` is 1..1440."""

    user_id: str
    timezone: str
    start_time: str
    end_time: str
    interval_min: int
    enabled: bool


USUAL: Mapping[str, object] = {
    "timezone": "UTC",
    "start_time": "09:00",
    "end_time": "22:00",
    "interval_min": 60,
    "enabled": True,
}
"""What a schedule is where its user says nothing, as P1 has it."""


@dataclass(frozen=True, slots=True)
class ScheduleChange:
    """What of a schedule is to change; None stays as it is."""

    timezone: str | None = None
    start_time: str | None = None
    end_time: str | None = None
    interval_min: int | None = None
    enabled: bool | None = None


class Water:
    """The operations of the document's section "Water"."""

    def __init__(self, ports: Ports, outbox: Outbox, once: Once) -> None:
        self._ports = ports
        self._outbox = outbox
        self._once = once

    async def set_schedule(self, wish: ScheduleWish, call: Call) -> Answer:
        """P1: store the schedule; when the last reminder was sent is kept."""
        return await self._store(wish.user_id, wish.timezone, lambda _: wish, call)

    async def change_schedule(self, user_id: str, change: ScheduleChange, call: Call) -> Answer:
        """As P1, with what is not said as it is stored, or ``USUAL``."""
        said = {name: value for name, value in asdict(change).items() if value is not None}

        def wish_of(stored: WaterSchedule | None) -> ScheduleWish:
            before = _shown(stored) if stored else {"user_id": user_id, **USUAL}
            return ScheduleWish(**{**before, **said})

        return await self._store(user_id, change.timezone, wish_of, call)

    async def _store(
        self,
        user_id: str,
        timezone: str | None,
        wish_of: Callable[[WaterSchedule | None], ScheduleWish],
        call: Call,
    ) -> Answer:
        if timezone is not None:
            self._ports.zones.zone(timezone)

        async def decide(stored: WaterSchedule | None) -> Decision:
            schedule = _schedule(wish_of(stored), stored)
            write = Write(WATER_SCHEDULES, schedule, stored["version"] if stored else 0)
            return Decision({"ok": True, "schedule": _shown(schedule)}, write)

        return await self._once.run(call, self._plan(user_id, decide))

    async def get_schedule(self, user_id: str) -> Answer:
        """P2: the stored schedule. Raises ``NotFound``."""
        stored = await self._ports.store.get(WATER_SCHEDULES, _schedule_id(user_id))
        if stored is None:
            raise NotFound("user_id: no water schedule is stored")
        return _shown(stored)

    async def get_outlook(self, user_id: str) -> Answer:
        """The stored schedule, and in how many seconds a poll would remind; None where there is
        no such thing.
        """
        stored = await self._ports.store.get(WATER_SCHEDULES, _schedule_id(user_id))
        left = water.next_reminder(self._rule_of(stored), self._ports.clock.now())
        return {
            "schedule": _shown(stored) if stored else None,
            "next_reminder_in_s": None if left is None else seconds_up(left),
        }

    async def poll(self, user_id: str, call: Call) -> Answer:
        """P3: whether to remind now. A reminder is recorded in the same write."""
        now = self._ports.clock.now()

        async def decide(stored: WaterSchedule | None) -> Decision:
            schedule = self._rule_of(stored)
            verdict = water.poll(schedule, now)
            answer = {
                "remind_now": verdict.is_due,
                "reason": verdict.reason.value,
                "server_time_utc": now,
                "payload": _PAYLOAD if verdict.is_due else None,
                "next_poll_s": next_poll_s(verdict.next_poll, self._ports.time_scale),
                "utc_offset_min": water.utc_offset_min(schedule, now),
            }
            if stored is None or not verdict.is_due:
                return Decision(answer, keeps="nothing")
            triggered: WaterSchedule = {**stored, "last_triggered_at": now}
            reminder = _event(f"reminder:{user_id}:{to_ms(now)}", user_id, "REMINDER_SENT", now)
            write = Write(WATER_SCHEDULES, triggered, stored["version"])
            return Decision(answer, write, (Write(WATER_EVENTS, reminder),))

        return await self._once.run(call, self._plan(user_id, decide))

    async def acknowledge(self, user_id: str, call: Call) -> Answer:
        """P4: record that the device saw the reminder. The timer runs on from the reminder."""

        async def find() -> tuple[str, None]:
            return user_id, None

        async def decide(_: None) -> Decision:
            id = f"ack:{self._ports.entropy.new_id()}"
            event = _event(id, user_id, "DEVICE_ACK", self._ports.clock.now())
            return Decision({"ok": True}, Write(WATER_EVENTS, event), is_fresh=True)

        return await self._once.run(call, Plan(f"ack:{user_id}", find, decide))

    def _plan(
        self, user_id: str, decide: Callable[[WaterSchedule | None], Awaitable[Decision]]
    ) -> Plan[WaterSchedule | None]:
        """Decide on the user's schedule."""
        id = _schedule_id(user_id)

        async def find() -> tuple[str, WaterSchedule | None]:
            return user_id, await self._outbox.load(WATER_SCHEDULES, id)

        return Plan(id, find, decide)

    def _rule_of(self, stored: WaterSchedule | None) -> water.Schedule | None:
        if stored is None:
            return None
        return water.Schedule(
            zone=self._ports.zones.zone(stored["timezone"]),
            start=time.fromisoformat(stored["start_time"]),
            end=time.fromisoformat(stored["end_time"]),
            interval=timedelta(minutes=stored["interval_min"]),
            enabled=stored["enabled"],
            last_triggered_at=stored["last_triggered_at"],
        )


def _schedule_id(user_id: str) -> str:
    return id_of(WATER_SCHEDULES, user_id=user_id)


def _schedule(wish: ScheduleWish, stored: WaterSchedule | None) -> WaterSchedule:
    return WaterSchedule(
        _id=_schedule_id(wish.user_id),
        version=0,
        user_id=wish.user_id,
        timezone=wish.timezone,
        start_time=wish.start_time,
        end_time=wish.end_time,
        interval_min=wish.interval_min,
        enabled=wish.enabled,
        last_triggered_at=stored["last_triggered_at"] if stored else None,
        outbox=[],
        outbox_len=0,
    )


def _shown(schedule: WaterSchedule) -> dict[str, object]:
    return {
        "user_id": schedule["user_id"],
        "timezone": schedule["timezone"],
        "start_time": schedule["start_time"],
        "end_time": schedule["end_time"],
        "interval_min": schedule["interval_min"],
        "enabled": schedule["enabled"],
    }


def _event(id: str, user_id: str, type: EventType, at: datetime) -> WaterEvent:
    return WaterEvent(_id=id, version=1, user_id=user_id, at_utc=at, type=type, at_utc_ms=to_ms(at))
