"""How late reminders and prompts are, and how soon all has settled, out of a trace made by hand."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.sweep.gauges import Gauges
from simulator.sweep.spread import Spread, spread_of, together

BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000


class Tale:
    """Tells gauges what happens."""

    def __init__(self) -> None:
        self.gauges = Gauges(TzdataZones(), BEGAN)
        self._ids = 0

    def note(self, at: int, kind: str, **facts: object) -> None:
        """Something happens."""
        self.gauges.see({"at": at, "kind": kind, **facts})

    def exchange(self, at: int, path: str, answer: object, who: str = "pet/ada") -> None:
        """The server answers."""
        self._ids += 1
        asked = {"id": self._ids, "who": who, "method": "GET", "path": path}
        self.note(at, "request", **asked, query="user_id=ada", headers={}, body="")
        body = json.dumps(answer, separators=(",", ":"))
        self.note(at, "served", id=self._ids, status=200, headers={}, body=body)

    def wish(self, at: int) -> None:
        """Every hour from eight to ten in the evening, by UTC."""
        said = {"user_id": "ada", "timezone": "UTC", "interval_min": 60, "enabled": True}
        said |= {"start_time": "08:00", "end_time": "22:00"}
        self.exchange(at, "/api/water/schedule", {"schedule": said})

    def remind(self, at: int) -> None:
        """The server tells of a reminder."""
        now = (BEGAN + timedelta(milliseconds=at)).isoformat()
        self.exchange(at, "/api/water/poll", {"remind_now": True, "server_time_utc": now})

    def show(self, at: int, screen: str, *, offline: bool = False) -> None:
        """The pet shows something."""
        self.note(at, "screen", who="pet/ada", scene=[screen, "", "", offline])


@pytest.fixture(name="tale")
def _tale() -> Tale:
    tale = Tale()
    tale.wish(7 * HOUR)
    return tale


def test_the_first_reminder_is_due_when_the_window_opens(tale: Tale) -> None:
    """The next ones an interval after the one before; one is told twice and shown once."""
    tale.remind(8 * HOUR + 5 * SECOND)
    tale.show(8 * HOUR + 6 * SECOND, "WATER_DROP")
    second = 9 * HOUR + 5 * SECOND + 3 * MINUTE
    for _ in range(2):
        tale.remind(second)
    tale.show(second + SECOND, "WATER_DROP")
    tale.remind(second + 13 * HOUR)
    assert tale.gauges.late == [6 * SECOND, 3 * MINUTE + SECOND]
    tale.gauges.conclude(23 * HOUR)
    assert tale.gauges.unseen == 1


def test_a_reminder_of_the_next_morning_is_not_late_by_a_night(tale: Tale) -> None:
    """The window was shut meanwhile."""
    tale.remind(21 * HOUR + 30 * MINUTE)
    tale.show(21 * HOUR + 30 * MINUTE, "WATER_DROP")
    tale.remind(32 * HOUR + 2 * SECOND)
    tale.show(32 * HOUR + 3 * SECOND, "WATER_DROP")
    assert tale.gauges.late == [13 * HOUR + 30 * MINUTE, 3 * SECOND]


def test_a_pet_that_is_cut_off_reminds_by_itself(tale: Tale) -> None:
    """Then nobody has waited, though the server hears of it later."""
    tale.show(8 * HOUR + 2 * SECOND, "WATER_DROP", offline=True)
    tale.remind(8 * HOUR + 40 * MINUTE)
    assert tale.gauges.late == [2 * SECOND]


def test_a_prompt_is_timed_from_the_stress_to_the_screen(tale: Tale) -> None:
    """However often it is told."""
    said = {"show_prompt": True, "prompt_id": "1", "created_at": (BEGAN + timedelta(hours=1))}
    said["created_at"] = str(said["created_at"])
    for at in (HOUR + 9 * SECOND, HOUR + 19 * SECOND):
        tale.exchange(at, "/api/breaks/prompt/poll", said)
    tale.show(HOUR + 20 * SECOND, "BREAK_PROMPT")
    tale.show(HOUR + 30 * SECOND, "BREAK_PROMPT")
    assert tale.gauges.delays == [20 * SECOND]
    assert tale.gauges.unseen == 0


def test_a_world_has_settled_when_the_last_thing_went_wrong(tale: Tale) -> None:
    """After it healed: a timeout, a refusal, a pet that believes it is offline."""
    tale.show(HOUR, "IDLE", offline=True)
    tale.note(2 * HOUR, "heals")
    assert tale.gauges.settle_ms == 0
    tale.note(2 * HOUR + 1, "answer", id=1, who="pet/ada", status=503)
    assert tale.gauges.settle_ms == 1
    tale.note(2 * HOUR + 2, "timeout", id=2, who="pet/ada")
    tale.note(2 * HOUR + 3, "answer", id=3, who="pet/ada", status=404)
    assert tale.gauges.settle_ms == 2
    tale.show(2 * HOUR + 4, "IDLE")
    tale.show(2 * HOUR + 5, "IDLE")
    assert tale.gauges.settle_ms == 4
    tale.show(2 * HOUR + 6, "IDLE", offline=True)
    tale.gauges.conclude(3 * HOUR)
    assert tale.gauges.settle_ms == HOUR


def test_a_world_that_never_heals_does_not_settle(tale: Tale) -> None:
    """Nobody can say when it would have."""
    tale.note(HOUR, "timeout", id=1, who="pet/ada")
    assert tale.gauges.settle_ms is None


def test_spreads_are_added() -> None:
    """As if all had been counted at once."""
    one, other = [0, 1, 5_000], [5_001, 90_000_000]
    both = together([spread_of(one), spread_of(other)])
    assert both == spread_of([*one, *other])
    assert both.total == 5
    assert both.longest == 90_000_000
    assert both.within(200) == 0
    assert both.within(600) == 5_000
    assert both.within(1000) == 90_000_000
    assert next(name for name, _ in both.columns) == "0"
    assert sum(count for _, count in both.columns) == 5
    assert dict(both.columns)["5 s"] == dict(both.columns)["10 s"] == 1
    assert together([]) == Spread()
    assert spread_of([130]).within(500) == 130
