"""The schedule, and the pet that reminds by itself while the server is out of reach."""

from collections.abc import Callable

import pytest

from firmware.logic.clock import DAY_MS, HOUR_MS
from firmware.logic.parts import Parts
from firmware.logic.schedule import REMINDER, Schedule
from firmware.logic.supervise import forever
from firmware.logic.water import ACK, TONE, Water

CUT = OSError(111, "connection refused")
MINUTE_MS = 60_000
SET = {
    "user_id": "audrey",
    "timezone": "America/Vancouver",
    "start_time": "09:00",
    "end_time": "22:00",
    "interval_min": 60,
    "enabled": True,
}
UNKNOWN = (404, {"ok": False, "error": "No.", "code": "not_found"})

MakeParts = Callable[..., Parts]


def live(parts: Parts) -> Schedule:
    """Give the role, at work."""
    schedule = Schedule(parts)
    parts.hal.spawn("schedule", forever(parts.hal, "schedule", schedule.turn))
    return schedule


def pass_ms(parts: Parts, ms: int) -> None:
    """Let time pass, the screen looking at it now and then as it does."""
    kernel = parts.hal.kernel
    until_ms = kernel.now_ms + ms
    while kernel.now_ms < until_ms:
        kernel.run(min(until_ms, kernel.now_ms + 10 * MINUTE_MS))
        parts.known.expire(parts.hal.ticks_ms())


def asked_at(parts: Parts) -> list[int]:
    """Give the moments of every call."""
    return [
        int(line.split(maxsplit=1)[0])
        for line in parts.hal.lines
        if " call GET /api/water/schedule" in line
    ]


def reminded_at(parts: Parts) -> list[int]:
    """Give the moments at which it reminded by itself."""
    return [
        int(line.split(maxsplit=1)[0]) for line in parts.hal.lines if "reminds by itself" in line
    ]


def cut_off(parts: Parts, hour: int, schedule: tuple[int, int, int] | None = None) -> None:
    """Make it that hour of the day, with that schedule, and the server out of reach."""
    parts.known.schedule = schedule or (540, 1320, 60)
    parts.known.tell_time(hour * HOUR_MS, parts.hal.ticks_ms())
    parts.known.mark_offline(True)


@pytest.mark.parametrize("use_next_poll", [False, True])
def test_the_schedule_is_read_at_once_and_then_every_hour(
    parts_with: MakeParts, use_next_poll: bool
) -> None:
    """As the document gives it, which says nothing of a pace."""
    parts = parts_with((200, SET), use_next_poll=use_next_poll)
    live(parts)
    pass_ms(parts, 2 * HOUR_MS + MINUTE_MS)
    assert parts.known.schedule == (540, 1320, 60)
    moments = asked_at(parts)
    assert moments[0] == 0
    assert [moment // HOUR_MS for moment in moments] == [0, 1, 2]
    assert parts.hal.server.requests[0][1] == "/api/water/schedule?user_id=audrey"


@pytest.mark.parametrize(
    ("answer", "known"),
    [
        (SET, (540, 1320, 60)),
        ({"ok": True, "schedule": SET}, (540, 1320, 60)),
        ({**SET, "enabled": False}, None),
        ({**SET, "schedule": None}, (540, 1320, 60)),
    ],
)
def test_forms_of_a_schedule(parts_with: MakeParts, answer: object, known: object) -> None:
    """Bare, or as it is given after it was set; disabled is none."""
    parts = parts_with((200, answer))
    parts.known.schedule = (1, 2, 3)
    live(parts)
    pass_ms(parts, 1_000)
    assert parts.known.schedule == known


@pytest.mark.parametrize(
    "garbage",
    [
        [],
        {},
        {**SET, "start_time": "9:00"},
        {**SET, "end_time": 22},
        {**SET, "interval_min": 0},
        {**SET, "interval_min": 1441},
        {**SET, "interval_min": True},
        {**SET, "interval_min": 10**18},
        {**SET, "enabled": 1},
        {"schedule": []},
    ],
)
def test_a_schedule_that_is_garbage_changes_nothing(parts_with: MakeParts, garbage: object) -> None:
    """And it is asked for again within a minute or two."""
    parts = parts_with((200, garbage))
    parts.known.schedule = (1, 2, 3)
    live(parts)
    pass_ms(parts, 3 * MINUTE_MS)
    assert parts.known.schedule == (1, 2, 3)
    assert len(asked_at(parts)) >= 2


def test_no_schedule_is_none(parts_with: MakeParts) -> None:
    """404: nobody has set one; it is no failure."""
    parts = parts_with((200, SET), UNKNOWN)
    live(parts)
    pass_ms(parts, HOUR_MS + 2 * MINUTE_MS)
    assert parts.known.schedule is None
    pass_ms(parts, HOUR_MS - 5 * MINUTE_MS)
    assert len(asked_at(parts)) == 2


def test_a_proxy_takes_no_schedule_away(parts_with: MakeParts) -> None:
    """Its 404 says that the server is away, for which the schedule is kept."""
    parts = parts_with((200, SET), (404, None))
    live(parts)
    pass_ms(parts, HOUR_MS + 2 * MINUTE_MS)
    assert parts.known.schedule is not None


@pytest.mark.parametrize("answer", [CUT, (500, None), (403, {}), (200, []), UNKNOWN])
def test_its_failures_say_nothing_of_the_server(parts_with: MakeParts, answer: object) -> None:
    """Neither out of reach nor within reach: that is for the polls to say."""
    parts = parts_with(answer)
    live(parts)
    pass_ms(parts, 10 * MINUTE_MS)
    assert parts.known.offline is False
    assert not parts.marks.is_missed
    parts.known.mark_offline(True)
    pass_ms(parts, 2 * HOUR_MS)
    assert parts.known.offline is True


def test_its_success_does_not_either(parts_with: MakeParts) -> None:
    """A flag that it cleared would not be raised again by polls that have failed long since."""
    parts = parts_with((200, SET))
    parts.known.mark_offline(True)
    live(parts)
    pass_ms(parts, MINUTE_MS)
    assert parts.known.offline is True
    assert not parts.marks.is_heard


def test_another_user_has_another_schedule(parts_with: MakeParts) -> None:
    """It is asked for at once, and what was known is forgotten."""
    parts = parts_with((200, SET))
    live(parts)
    pass_ms(parts, 5 * MINUTE_MS)
    parts.known.tell_time(0, parts.hal.ticks_ms())
    parts.known.begin_quiet(parts.hal.ticks_ms())
    parts.known.forget()
    assert parts.known.schedule is None
    assert parts.known.quiet is None
    assert parts.known.clock.told is None
    parts.token.user_id = "bob"
    pass_ms(parts, 2 * MINUTE_MS)
    assert parts.hal.server.requests[-1][1] == "/api/water/schedule?user_id=bob"
    assert parts.known.schedule is not None


def test_offline_it_reminds_an_interval_after_the_last_reminder(parts_with: MakeParts) -> None:
    """Then again each interval after the acknowledgement; with tone, by the outbox."""
    parts = parts_with(CUT)
    live(parts)
    water = Water(parts)
    cut_off(parts, 12)
    parts.known.begin_quiet(parts.hal.ticks_ms())
    pass_ms(parts, HOUR_MS)
    assert reminded_at(parts) == []
    pass_ms(parts, 2 * MINUTE_MS)
    assert len(reminded_at(parts)) == 1
    assert parts.known.reminder == REMINDER == ("Drink water", "Time to hydrate!")
    assert [line[9:] for line in parts.hal.lines if " tone " in line] == [
        f"tone {TONE[0]} {TONE[1]}"
    ]
    pass_ms(parts, 3 * HOUR_MS)
    assert len(reminded_at(parts)) == 1
    water.acknowledge()
    assert parts.outbox.holds(ACK)
    acknowledged_at = parts.hal.kernel.now_ms
    pass_ms(parts, HOUR_MS - 1)
    assert len(reminded_at(parts)) == 1
    pass_ms(parts, 2 * MINUTE_MS)
    assert HOUR_MS <= reminded_at(parts)[1] - acknowledged_at <= HOUR_MS + 2 * MINUTE_MS


def test_without_a_reminder_before_it_counts_from_the_cut(parts_with: MakeParts) -> None:
    """And after the next cut from there."""
    parts = parts_with(CUT)
    live(parts)
    pass_ms(parts, 2 * HOUR_MS)
    cut_off(parts, 12)
    pass_ms(parts, 59 * MINUTE_MS)
    parts.known.mark_offline(False)
    pass_ms(parts, 30 * MINUTE_MS)
    assert reminded_at(parts) == []
    parts.known.mark_offline(True)
    cut_at = parts.hal.kernel.now_ms
    pass_ms(parts, 65 * MINUTE_MS)
    (moment,) = reminded_at(parts)
    assert HOUR_MS <= moment - cut_at <= HOUR_MS + 2 * MINUTE_MS


def test_what_is_acknowledged_in_a_first_cut_counts_in_the_next(parts_with: MakeParts) -> None:
    """The server's reminder stood there when it went; after it, there is a moment to count from."""
    parts = parts_with(CUT)
    live(parts)
    parts.known.remind(REMINDER)
    cut_off(parts, 12)
    pass_ms(parts, 10 * MINUTE_MS)
    Water(parts).acknowledge()
    acknowledged_at = parts.hal.kernel.now_ms
    parts.known.mark_offline(False)
    pass_ms(parts, 40 * MINUTE_MS)
    parts.known.mark_offline(True)
    pass_ms(parts, 25 * MINUTE_MS)
    (moment,) = reminded_at(parts)
    assert HOUR_MS <= moment - acknowledged_at <= HOUR_MS + 2 * MINUTE_MS


def test_its_own_reminder_counts_after_the_next_cut_too(parts_with: MakeParts) -> None:
    """A server that was back for a moment does not begin the interval anew."""
    parts = parts_with(CUT)
    live(parts)
    cut_off(parts, 12)
    pass_ms(parts, 62 * MINUTE_MS)
    Water(parts).acknowledge()
    acknowledged_at = parts.hal.kernel.now_ms
    pass_ms(parts, 30 * MINUTE_MS)
    parts.known.mark_offline(False)
    pass_ms(parts, 15 * MINUTE_MS)
    parts.known.mark_offline(True)
    pass_ms(parts, 18 * MINUTE_MS)
    assert len(reminded_at(parts)) == 2
    assert reminded_at(parts)[1] - acknowledged_at >= HOUR_MS


def test_the_servers_reminder_counts(parts_with: MakeParts) -> None:
    """A reminder that came by the poll holds the pet's own back for an interval."""
    due = {"remind_now": True, "payload": {"title": "Drink", "message": "Now"}}
    parts = parts_with((200, due))
    water = Water(parts)
    live(parts)
    parts.hal.spawn("ask", water.ask())
    pass_ms(parts, 1_000)
    water.acknowledge()
    told_at = parts.hal.kernel.now_ms
    pass_ms(parts, 30 * MINUTE_MS)
    cut_off(parts, 12)
    pass_ms(parts, 2 * HOUR_MS)
    assert HOUR_MS - 1_000 <= reminded_at(parts)[0] - told_at <= HOUR_MS + 2 * MINUTE_MS


def test_online_it_never_reminds_by_itself(parts_with: MakeParts) -> None:
    """The server alone decides."""
    parts = parts_with((200, SET))
    live(parts)
    cut_off(parts, 12)
    parts.known.begin_quiet(parts.hal.ticks_ms())
    parts.known.mark_offline(False)
    pass_ms(parts, 5 * HOUR_MS)
    assert reminded_at(parts) == []
    parts.known.mark_offline(True)
    pass_ms(parts, 2 * MINUTE_MS)
    assert len(reminded_at(parts)) == 1


@pytest.mark.parametrize("lacks", ["time", "schedule", "token"])
def test_what_it_does_not_know_keeps_it_silent(parts_with: MakeParts, lacks: str) -> None:
    """No time, no schedule; and a pet that pairs does not know whom to remind."""
    parts = parts_with(CUT)
    live(parts)
    cut_off(parts, 12)
    if lacks == "time":
        parts.known.clock.forget()
    if lacks == "schedule":
        parts.known.schedule = None
    if lacks == "token":
        parts.known.pair("BCDF-GHJK")
    pass_ms(parts, 5 * HOUR_MS)
    assert reminded_at(parts) == []
    assert parts.known.reminder is None


def test_outside_the_window_it_waits_for_the_morning(parts_with: MakeParts) -> None:
    """However long the night, across days, with ticks that wrap meanwhile."""
    parts = parts_with(CUT)
    water = Water(parts)
    live(parts)
    cut_off(parts, 20)
    for _ in range(8 * 24 * 6):
        pass_ms(parts, 10 * MINUTE_MS)
        if parts.known.reminder is not None:
            water.acknowledge()
            parts.outbox.forget()
    moments = [20 * HOUR_MS + moment for moment in reminded_at(parts)]
    assert all(9 * HOUR_MS <= moment % DAY_MS < 22 * HOUR_MS + MINUTE_MS for moment in moments)
    days = [moment // DAY_MS for moment in moments]
    assert [10 <= days.count(day) <= 13 for day in range(1, 8)] == [True] * 7
