"""The drink-water schedule as a student wants it, and the phone that tells the server."""

from datetime import time
from functools import partial
from typing import cast

from simulator.kernel.trace import Json
from simulator.network.client import Client
from simulator.people.agenda import Agenda
from simulator.people.habits import WaterChange, WaterWish
from simulator.people.mind import Mind

Schedule = dict[str, str | int]


class WaterSchedule:
    """One student's. The phone posts one schedule at a time, and the newest in the end."""

    def __init__(self, mind: Mind, phone: Client, wish: WaterWish, zone: str) -> None:
        self._mind, self._stage, self._phone = mind, mind.stage, phone
        self._changes = wish.change
        self._plan = 0
        self.interval_min = wish.interval_min
        self._wanted: Schedule = {
            "user_id": mind.user_id,
            "timezone": zone,
            "start_time": _clock_time(wish.start_time),
            "end_time": _clock_time(wish.end_time),
            "interval_min": wish.interval_min,
            "enabled": True,
        }
        self._posted: Schedule = {}
        self._is_posting = False

    def move_to(self, zone: str) -> None:
        """Keep the times, in another time zone."""
        self._wanted = {**self._wanted, "timezone": zone}
        self.tell_server()

    def plan(self, agenda: Agenda) -> None:
        """Mean to change the schedule at the times of this day. An earlier plan is void."""
        self._plan += 1
        for change in self._changes:
            wait_ms = agenda.when(change.at) - self._stage.now
            if wait_ms >= 0:
                self._stage.after(wait_ms, partial(self._change, change, self._plan))

    def tell_server(self) -> None:
        """Have the phone post the schedule, unless the server has it."""
        if not self._is_posting:
            self._stage.live(self._post())

    def hear(self, schedule: Json) -> None:
        """The server has set this schedule, since the pet was told to."""
        heard = {name: schedule[name] for name in self._wanted if name != "user_id"}
        self._wanted = {**self._wanted, **cast("Schedule", heard)}
        self._posted = self._wanted
        self.interval_min = int(self._wanted["interval_min"])

    def _change(self, change: WaterChange, plan: int) -> None:
        if plan == self._plan:
            self.change(_given(change))

    def change(self, given: Schedule) -> None:
        """Want what is ``given``, in the words of the API document, and all else as it was."""
        changed = {**self._wanted, **given}
        if changed != self._wanted:
            self._wanted = changed
            self.interval_min = int(changed["interval_min"])
            facts = {name: value for name, value in changed.items() if name != "user_id"}
            self._mind.does("changes the water schedule", **facts)
            self.tell_server()

    async def _post(self) -> None:
        self._is_posting = True
        while self._posted != self._wanted:
            posted = self._wanted
            await self._phone.post("/api/water/schedule", posted)
            self._posted = posted
        self._is_posting = False


def _clock_time(wall: time) -> str:
    return f"{wall:%H:%M}"


def _given(change: WaterChange) -> Schedule:
    """What a change says, in the words of the API document."""
    given = change.model_dump(exclude={"at"}, exclude_none=True)
    return {
        name: _clock_time(value) if isinstance(value, time) else value
        for name, value in given.items()
    }
