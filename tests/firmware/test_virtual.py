"""The virtual world that a pet lives in: its clock, its wire, its presses and its flash."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from firmware.hal.virtual.board import PowerLost, VirtualBoard
from firmware.hal.virtual.life import Trace, live
from firmware.hal.virtual.plan import DAY_MS, at, stamp
from firmware.hal.virtual.script import FAULTS, FLASH_FAULTS, PLAN, POWER_MS, PRESSES, clock
from firmware.hal.virtual.scripted import ScriptedServer
from firmware.hal.virtual.server import VirtualServer
from firmware.logic.config import Config
from firmware.logic.supervise import forever


def board_of(lines: list[str], **options: object) -> VirtualBoard:
    """Give a board whose server always answers the same."""
    make: Callable[..., VirtualBoard] = VirtualBoard
    return make(ScriptedServer([(200, {"ok": True})]), lines.append, **options)


@pytest.mark.parametrize("day", [0, 58, 59, 364, 365, 365 + 365 + 59])
@pytest.mark.parametrize("within_ms", [0, 1, clock(9, 5, 7), DAY_MS - 1])
def test_its_server_stamps_as_the_real_one_does(day: int, within_ms: int) -> None:
    """In whatever year, leap years among them, with a fraction where there is one."""
    instant = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day, milliseconds=within_ms)
    assert stamp(day * DAY_MS + within_ms) == instant.isoformat()


def test_its_clock_is_wrong_when_the_plan_says_so() -> None:
    """By an hour, and then right again."""
    (since, until, by_ms) = PLAN.steps[0]
    told = [PLAN.utc_ms(moment) - moment for moment in (since - 1, since, until - 1, until)]
    assert told == [clock(8), clock(8) + by_ms, clock(8) + by_ms, clock(8)]


@pytest.mark.parametrize("table", [PRESSES, [(at, "") for at in POWER_MS]])
def test_the_script_is_in_the_order_of_time(table: list[tuple[int, str]]) -> None:
    """A press in the past would be lost."""
    assert all(before[0] < after[0] for before, after in pairwise(table))
    assert all(since < until <= DAY_MS for since, until, *_ in (*FAULTS, *FLASH_FAULTS))


@pytest.mark.parametrize(
    ("fault", "what", "heard", "ends_ms"),
    [
        ("cut", None, False, 0),
        ("lose_request", None, False, 8_000),
        ("lose_answer", None, True, 8_000),
        ("slow", 9_000, True, 8_000),
    ],
)
def test_what_is_lost_fails_in_time(
    fault: str, what: int | None, heard: bool, ends_ms: int
) -> None:
    """As an OSError, whether or not the server has heard it."""
    lines: list[str] = []
    board = board_of(lines, faults=((0, 1, "/path", fault, what),))
    ended: list[int] = []

    async def ask() -> None:
        with pytest.raises(OSError, match=r"refused|timed out"):
            await board.http("GET", "/path", None, None, 8_000)
        ended.append(board.kernel.now_ms)

    board.spawn("ask", ask())
    board.kernel.run(20_000)
    assert bool(board.server.requests) is heard
    assert ends_ms <= ended[0] < ends_ms + 100


def test_presses_and_faults_come_again_every_period() -> None:
    """Also for a board that boots in a later one."""
    lines: list[str] = []
    board = board_of(
        lines,
        presses=((at(1), "short"), (at(2), "long")),
        period_ms=at(10),
        from_ms=at(31, 30),
    )
    pressed: list[tuple[int, str]] = []

    async def press() -> None:
        while True:
            kind = await board.button()
            pressed.append((board.kernel.now_ms, kind))

    board.spawn("press", press())
    board.kernel.run(at(42))
    board.kernel.close()
    assert pressed == [(at(32), "long"), (at(41), "short")]


@pytest.mark.parametrize(("fault", "kept"), [("torn", None), ("late", "text")])
def test_no_task_outlives_the_power(fault: str, kept: str | None) -> None:
    """It goes before something is kept, or right after; nobody can catch that."""
    lines: list[str] = []
    board = board_of(lines, flash_faults=((0, 1, fault),))

    async def turn() -> None:
        board.keep("name", "text")

    board.spawn("task", forever(board, "task", turn))
    with pytest.raises(PowerLost):
        board.kernel.run(1_000)
    board.kernel.close()
    assert board.kept("name") == kept
    assert lines[-1] == f"00000000 flash {fault} name"


def test_a_trace_counts_and_ends_with_its_checksum() -> None:
    """A life ends with the power, and its trace says how often what happened."""
    lines: list[str] = []
    trace = Trace(lines.append)
    board = VirtualBoard(VirtualServer(), trace.line)
    assert live(board, Config("audrey", "pet-1"), at(1)) == at(1)
    said = trace.end()
    assert lines[-1] == said
    assert f"show {len([line for line in lines[:-1] if ' show ' in line])}," in said
    assert "power 1," in said


def test_what_the_server_remembers_is_bounded() -> None:
    """Sessions of long ago are unknown; the numbers go on."""
    server = VirtualServer()
    for moment in range(0, 100 * DAY_MS, DAY_MS):
        server.answer(moment, "POST", "/api/breaks/pomodoro/start", {"user_id": "u"}, None)
        server.ack_prompt(moment, {"prompt_id": f"prompt-{moment}"})
    assert len(server.sessions) == len(server.acknowledged) == 3
    path = "/api/breaks/pomodoro/status?session_id=session-"
    assert server.answer(0, "GET", f"{path}0", None, None)[0] == 404
    last_ms = 99 * DAY_MS + 1
    assert server.answer(last_ms, "GET", f"{path}99", None, None)[1]["phase"] == "focus"
