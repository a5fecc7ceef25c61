"""One day of a pet in virtual time, by the script of a day: right, whatever goes wrong."""

import re
from collections import Counter
from itertools import pairwise

import pytest

from firmware.hal.virtual.script import FAULTS, PLAN, clock
from tests.firmware.lived import Day

ACKS = ("/api/water/ack", "/api/breaks/prompt/ack")
POSTS = (*ACKS, "/api/breaks/pomodoro/start", "/api/breaks/pomodoro/stop")
POLLS = ("/api/water/poll", "/api/breaks/prompt/poll")
OWN_REMINDER = '"WATER_DROP" Drink water | Time to hydrate!'
WIRE_MS = 200
"""At most how long a question and its answer are under way, where nothing is planted."""


@pytest.fixture(scope="module")
def day() -> Day:
    """Live through the day once."""
    return Day()


def test_nothing_stumbles(day: Day) -> None:
    """Whatever is answered, kept or not kept, no task of the pet has to be caught."""
    assert day.told("log", "stumbled") == []
    assert re.fullmatch(r".*, checksum [0-9a-f]{8}", day.text[-1])


def test_every_fault_met_the_pet(day: Day) -> None:
    """A fault in which nobody asked anything proves nothing."""
    for since, until, part, *_ in FAULTS:
        assert [line for line in day.told("call", since=since, until=until) if part in line.rest]
    assert {line.rest.split(" ")[0] for line in day.told("flash")} == {"late", "torn", "full"}
    assert len(day.boards) == 6


@pytest.mark.parametrize("glass", range(1, 14))
def test_every_reminder_is_shown_once(day: Day, glass: int) -> None:
    """Until it is acknowledged, and never after that."""
    ((since, until),) = day.stands(f"Glass {glass} ")
    assert day.told("log", "short press on WATER_DROP", since=until, until=until + 1)
    assert len(day.told("tone", "880 200", since=since, until=since + 1)) == 1


def test_a_key_never_names_two_things(day: Day) -> None:
    """Not over a day with six boots."""
    things: dict[str, set[str]] = {}
    for _, method, path, obj, key in day.server.requests:
        if key is not None:
            things.setdefault(key, set()).add(f"{method} {path} {obj}")
    assert len(things) > 1_000
    assert [key for key, said in things.items() if len(said) > 1] == []


@pytest.mark.parametrize("path", POSTS)
def test_what_the_person_decided_leaves_once(day: Day, path: str) -> None:
    """Each key is delivered or dropped once, and not heard of afterwards."""
    sent = Counter(line.rest.split(" ")[2] for line in day.told("call", f"POST {path} "))
    leaves = day.told("log", f": {path} ")
    left = Counter(line.rest.split(" ")[-1] for line in leaves)
    assert sent.keys() == left.keys()
    assert set(left.values()) == {1}
    for line in leaves:
        assert not day.told("call", f" {line.rest.split(' ')[-1]} ", since=line.at_ms + 1)


def test_every_decision_arrives(day: Day) -> None:
    """As many as were pressed: but for the one refused, and the one whose keeping was cut off."""
    presses = day.told("log", "short press on WATER_DROP")
    arrived = {key for _, _, path, _, key in day.server.requests if path == "/api/water/ack"}
    (refused,) = day.told("log", "dropped after 404: /api/water/ack")
    torn = [line for line in day.told("flash", "torn") if "outbox" in line.rest]
    assert len(presses) == 14
    assert refused.rest.split(" ")[-1] not in arrived
    assert len(arrived) == len(presses) - 1 - len(torn)


@pytest.mark.parametrize("pressed", [clock(12, 2), clock(19, 5)])
def test_an_acknowledgement_outlasts_the_power(day: Day, pressed: int) -> None:
    """What was pressed in one life is delivered in the next, under the key of the first."""
    (boot,) = day.told("power", since=pressed, until=pressed + clock(0, 2))
    (delivered,) = day.told(
        "log", "delivered: /api/water/ack", since=pressed, until=pressed + clock(0, 20)
    )
    key = delivered.rest.split(" ")[-1]
    earlier = {
        line.rest.split(" ")[2].rpartition("-")[0] for line in day.told("call", until=pressed)
    }
    assert boot.at_ms < delivered.at_ms
    assert key.rpartition("-")[0] in earlier


def test_it_reminds_by_itself_only_while_it_is_cut_off(day: Day) -> None:
    """Once in the cut of 40 minutes, an hour after the last; not at night, not when it has lost the
    time with the power, and not when the server is heard and has its reasons.
    """
    ((since, until),) = day.stands(OWN_REMINDER)
    assert clock(15, 2) <= since <= clock(15, 3, 10)
    assert until == clock(15, 6)
    assert all("| True" in line.rest for line in day.told("show", OWN_REMINDER))
    assert len(day.told("tone", "880 200", since=clock(14, 30), until=clock(15, 10))) == 1


def test_a_withdrawn_prompt_leaves_the_screen(day: Day) -> None:
    """Within a poll, though an answer of before comes late."""
    prompts = day.stands('"BREAK_PROMPT"')
    assert [start // clock(0, 1) for start, _ in prompts] == [
        15 * 60 + 40,
        17 * 60 + 35,
        20 * 60 + 10,
    ]
    assert clock(20, 31) <= prompts[2][1] <= clock(20, 31, 30)


def test_a_prompt_answered_leaves_the_screen_at_once(day: Day) -> None:
    """The server takes no answer for a minute, and offers it meanwhile."""
    prompts = day.stands('"BREAK_PROMPT"')
    assert [end for _, end in prompts[:2]] == [clock(15, 42), clock(17, 36)]
    offered = day.told("answer", "prompt_id: prompt-0-0", since=clock(15, 42))
    assert offered
    (delivered,) = day.told("log", "delivered: /api/breaks/prompt/ack", until=clock(16))
    assert offered[-1].at_ms < delivered.at_ms


@pytest.mark.parametrize(
    ("tone", "moments"),
    [
        ("660 400", [clock(20, minute) for minute in (10, 15, 20, 25, 30)]),
        ("880 200", [clock(21, minute) for minute in (0, 5, 10, 15, 20)]),
    ],
)
def test_what_stays_open_sounds_every_five_minutes(day: Day, tone: str, moments: list[int]) -> None:
    """Until it is answered or withdrawn."""
    heard = day.told("tone", tone, since=moments[0], until=moments[0] + clock(0, 50))
    assert len(heard) == len(moments)
    assert all(0 <= line.at_ms - at < 40_000 for line, at in zip(heard, moments, strict=True))
    gaps = {later.at_ms - at.at_ms for at, later in pairwise(heard)}
    assert gaps == {clock(0, 5)}


def test_the_count_is_the_servers_whatever_its_clock_says(day: Day) -> None:
    """Each new minute appears within a second of the truth: the server tells whole seconds."""
    starts = [started for started, _ in day.server.sessions]
    assert len(starts) == 3
    checked = 0
    for line in day.told("show", '"POMODORO_TIMER"'):
        phase, minutes = re.findall(r'" (\w+) \| (\d+)', line.rest)[0]
        begun = max(start for start in starts if start <= line.at_ms)
        if not _is_new_minute(day, line.at_ms):
            continue
        true_phase, left_ms = PLAN.phase(line.at_ms - begun)
        if true_phase != phase:
            assert minutes == "0"
            assert left_ms > 0
            continue
        assert abs(left_ms - int(minutes) * 60_000) <= 1_000 + WIRE_MS
        checked += 1
    assert checked > 100


def _is_new_minute(day: Day, at_ms: int) -> bool:
    """Whether the line at this moment shows the minute after the one before."""
    shown = [
        re.findall(r'" (\w+) \| (\d+)', line.rest) for line in day.told("show", until=at_ms + 1)
    ]
    if len(shown) < 2 or not shown[-2] or not shown[-1]:
        return False
    (before, was), (after, is_now) = shown[-2][0], shown[-1][0]
    return before == after and int(was) - int(is_now) == 1


def test_a_session_is_found_again_after_a_reboot(day: Day) -> None:
    """The server owns it: the pet knows nothing of it, and asks."""
    (boot,) = day.told("spawn", "pet", since=clock(16, 40), until=clock(16, 41))
    found = day.told("show", '"POMODORO_TIMER"', since=boot.at_ms)[0]
    assert found.at_ms - boot.at_ms < 1_000
    assert len(day.told("show", '"POMODORO_TIMER" focus | 2', since=clock(17, 0, 30))) > 0


def test_the_screen_is_lit_before_anything_is_answered(day: Day) -> None:
    """At each of the boots, at once."""
    for boot in day.told("spawn", "pet"):
        assert day.told("show", since=boot.at_ms)[0].at_ms == boot.at_ms


@pytest.mark.parametrize(
    ("at_ms", "ends_ms", "lines"),
    [
        (clock(0, 30, 5), clock(0, 30, 15), "time 00:30"),
        (clock(18, 40, 5), clock(18, 40, 25), "time 18:40"),
        (clock(23, 0, 5), clock(23, 0, 25), "time 23:00"),
    ],
)
def test_the_status_is_told_and_goes_by(day: Day, at_ms: int, ends_ms: int, lines: str) -> None:
    """With the time on the wall, until a press or for twenty seconds."""
    assert (at_ms, ends_ms) in day.stands('"STATUS"')
    (shown,) = day.told("show", '"STATUS"', since=at_ms, until=at_ms + 1)
    assert lines in shown.rest
    assert "wifi -50 dBm; server virtual:5000" in shown.rest


def test_a_full_disk_loses_nothing(day: Day) -> None:
    """It is logged, and what could not be kept is delivered from memory."""
    assert day.told("flash", "full outbox", since=clock(14, 2), until=clock(14, 3))
    assert day.told("log", "delivered: /api/water/ack", since=clock(14, 2), until=clock(14, 3))


@pytest.mark.parametrize("path", POLLS)
def test_no_wait_is_busy(day: Day, path: str) -> None:
    """Whatever goes wrong, a second lies between two questions."""
    moments = [line.at_ms for line in day.told("call", f"GET {path}?")]
    assert min(later - at for at, later in pairwise(moments)) >= 1_000
    assert len(moments) < clock(24) // 20_000 + 100


def test_the_tasks_sleep(day: Day) -> None:
    """The whole pet is woken a little more than once a second of the day."""
    steps = sum(board.kernel.number for board in day.boards)
    assert steps < 2 * clock(24) // 1_000
