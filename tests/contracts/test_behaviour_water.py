"""Water, over any sequence of requests: what is stored, when it is due, whose it is.

Not here: malformed requests; see ``test_hostile.py``.
"""

from datetime import timedelta
from functools import partial
from urllib.parse import quote
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tests.contracts.machine import USERS, Machine, keys, run, users
from tests.contracts.model import shown

ZONES = ("UTC", "America/Vancouver", "Asia/Kathmandu", "Australia/Lord_Howe")

clock_times = st.sampled_from(["00:00", "06:00", "09:00", "17:30", "18:00", "22:00", "23:59"])


class Water(Machine):
    """Schedules, polls and acknowledgements of several users."""

    @initialize(zone=st.sampled_from(ZONES), interval=st.sampled_from([1, 5]), key=keys)
    def begin(self, zone: str, interval: int, key: str | None) -> None:
        """One user wants to be reminded around the clock."""
        self.set_schedule(USERS[0], zone, "06:00", "06:00", interval, True, key)

    @rule(
        user=users,
        zone=st.sampled_from(ZONES),
        start=clock_times,
        end=clock_times,
        interval=st.sampled_from([1, 5, 60, 1440]),
        enabled=st.sampled_from([True, True, True, False]),
        key=keys,
    )
    def set_schedule(
        self,
        user: str,
        zone: str,
        start: str,
        end: str,
        interval: int,
        enabled: bool,
        key: str | None,
    ) -> None:
        """What is stored is what is answered."""
        wish = {
            "user_id": user,
            "timezone": zone,
            "start_time": start,
            "end_time": end,
            "interval_min": interval,
            "enabled": enabled,
        }
        reply = self.post(user, "/api/water/schedule", wish, key)
        if reply is not None:
            assert reply.json == {"ok": True, "schedule": wish}
            self.model.schedules[user] = wish

    @rule(user=users, interval=st.sampled_from([1, 5, 60]))
    def change_the_interval(self, user: str, interval: int) -> None:
        """A new interval counts from the last reminder, which a change of the schedule keeps."""
        for minutes in (interval, interval + 1):
            self.set_schedule(user, "UTC", "06:00", "06:00", minutes, True, None)
            self._poll(user, None)

    @rule(user=users, zone=st.sampled_from(ZONES), enabled=st.booleans())
    def want_to_be_left_alone(self, user: str, zone: str, enabled: bool) -> None:
        """Outside the window, or with the schedule switched off, no reminder comes."""
        wall = self.now.astimezone(ZoneInfo(zone))
        start, end = (f"{wall + timedelta(hours=hours):%H:%M}" for hours in (6, 7))
        self.set_schedule(user, zone, start, end, 5, enabled, None)
        self._poll(user, None)

    @rule(user=users)
    def get_schedule(self, user: str) -> None:
        """A user reads the own schedule and nobody else's."""
        reply = self.served.get(f"/api/water/schedule?user_id={quote(user)}")
        stored = self.model.schedules.get(user)
        assert reply.status == (404 if stored is None else 200)
        assert stored is None or reply.json == stored

    @rule(user=users, key=keys, more=st.sampled_from([0, 1, 59_999, 60_000]))
    def poll_water(self, user: str, key: str | None, more: int) -> None:
        """A reminder comes when it is due, and then not again for the interval."""
        self._poll(user, key)
        if more:
            self.time_passes(more)
            self._poll(user, None)

    def _poll(self, user: str, key: str | None) -> None:
        target = f"/api/water/poll?user_id={quote(user)}"
        reason = self.model.due(user, self.now)
        reply = self.ask_once(
            (user, "GET /api/water/poll", key),
            {"user_id": user},
            partial(self.served.get, target, key),
            keeps=reason == "due",
        )
        if reply is None:
            return
        answer = reply.json
        assert (answer["reason"], answer["remind_now"]) == (reason, reason == "due")
        assert (answer["payload"] is not None) == (reason == "due")
        assert answer["server_time_utc"] == shown(self.now)
        assert answer["utc_offset_min"] == self.model.ahead_min(user, self.now)
        self.meet(reason)
        if reason == "due":
            self.model.reminded[user] = self.now

    @rule(user=users, key=keys)
    def ack_water(self, user: str, key: str | None) -> None:
        """An acknowledgement is taken from anybody and changes no timer."""
        reply = self.post(user, "/api/water/ack", {"user_id": user}, key)
        assert reply is None or reply.json == {"ok": True}

    @rule(user=users, key=keys)
    def ask_for_heads(self, user: str, key: str | None) -> None:
        """HEAD has no effect, not even where GET has one."""
        head, before = [("idempotency-key", key)] if key else [], self.served.dump()
        for path in ("poll", "schedule"):
            target = f"/api/water/{path}?user_id={quote(user)}"
            assert self.served.ask("HEAD", target, headers=head).status in (200, 404)
        assert self.served.dump() == before


def test_water_behaves() -> None:
    """The machine finds no difference to the model."""
    run(
        Water,
        ("setWaterSchedule", "getWaterSchedule", "pollWater", "ackWater"),
        ("due", "not_due", "outside_window", "disabled", "no_schedule"),
    )
