"""Time, chance and tasks of a board in real time, on this interpreter."""

import asyncio
import time
from collections.abc import Callable

import pytest

from firmware.hal import tasks
from firmware.hal.tasks import HALF, LAST_TICK, AsyncBoard, ticks_diff

PERIOD = LAST_TICK + 1
# Longer than any of these tests takes: what ends earlier was not waited out.
LONG_MS = 3_600_000


class Clock:
    """A clock that a test sets, in milliseconds."""

    def __init__(self) -> None:
        self.ms = 0

    def monotonic_ns(self) -> int:
        """The clock's time."""
        return self.ms * 1_000_000


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the board."""
    clock = Clock()
    monkeypatch.setattr(tasks, "time", clock)
    return clock


@pytest.mark.parametrize("scale", [1, 7, 60, 200])
@pytest.mark.parametrize("at", [0, PERIOD - 5, 3 * PERIOD - 1, PERIOD // 60, PERIOD // 200 + 1])
def test_ticks_wrap_and_their_difference_does_not(clock: Clock, scale: int, at: int) -> None:
    """At whatever scale: the real clock wraps, too, and nothing jumps."""
    board = AsyncBoard(scale)
    for step_ms in (0, 1, 10, 1_000, (HALF - 1) // scale):
        clock.ms = at
        earlier = board.ticks_ms()
        clock.ms = at + step_ms
        later = board.ticks_ms()
        assert 0 <= earlier <= LAST_TICK
        assert 0 <= later <= LAST_TICK
        assert board.ticks_diff(later, earlier) == step_ms * scale
        assert board.ticks_diff(earlier, later) == -step_ms * scale


def test_half_a_wrap_is_told_as_before() -> None:
    """As MicroPython tells it."""
    assert ticks_diff(HALF, 0) == -HALF
    assert ticks_diff(HALF - 1, 0) == HALF - 1


@pytest.mark.parametrize(
    ("ms", "scale", "real_ms"),
    [(0, 60, 0), (1, 60, 1), (60, 60, 1), (61, 60, 2), (30_000, 1, 30_000)],
)
def test_a_wait_is_shortened_and_never_to_nothing(ms: int, scale: int, real_ms: int) -> None:
    """A wait of nothing, again and again, would be a busy one."""
    assert AsyncBoard(scale).real_ms(ms) == real_ms


def test_chance_is_a_fraction_and_differs() -> None:
    """And so does each boot."""
    boards = [AsyncBoard() for _ in range(20)]
    fractions = [board.rand() for board in boards]
    assert all(0 <= fraction < 1 for fraction in fractions)
    assert len(set(fractions)) > 15
    boots = {board.boot_id() for board in boards}
    assert len(boots) == 20
    assert all(0 <= boot_id < 2**32 for boot_id in boots)
    assert boards[0].boot_id() == boards[0].boot_id()


def test_chance_never_rounds_up_to_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the system draws."""
    monkeypatch.setattr("os.urandom", lambda length: b"\xff" * length)
    board = AsyncBoard()
    assert board.rand() < 1
    assert board.boot_id() == 2**32 - 1


async def nothing_else_runs(count: int) -> None:
    """Fail if more than so many tasks are left."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) == count


@pytest.mark.asyncio
async def test_a_wait_ends_with_its_time() -> None:
    """Without an exception, and without a task left behind."""
    board = AsyncBoard()
    event = board.event()
    for timeout_ms in (0, 1, 5):
        assert await board.wait(event, timeout_ms) is False
    await nothing_else_runs(1)
    assert not event._waiters


@pytest.mark.asyncio
async def test_a_wait_ends_with_its_event_which_stays_set() -> None:
    """Set before it or meanwhile, with a time or without one."""
    board = AsyncBoard()
    for timeout_ms in (None, 0, LONG_MS):
        event = board.event()
        event.set()
        assert await board.wait(event, timeout_ms) is True
        assert event.is_set()
    for timeout_ms in (None, LONG_MS):
        event = board.event()
        asyncio.get_running_loop().call_soon(event.set)
        assert await board.wait(event, timeout_ms) is True
        assert event.is_set()
    await nothing_else_runs(1)


@pytest.mark.asyncio
async def test_many_wait_for_one_event() -> None:
    """All of them wake."""
    board = AsyncBoard()
    event = board.event()
    waits = [asyncio.create_task(board.wait(event, ms)) for ms in (None, 1, LONG_MS)]
    assert await waits[1] is False
    event.set()
    assert await waits[0] is True
    assert await waits[2] is True


@pytest.mark.asyncio
@pytest.mark.parametrize("steps", range(6))
async def test_who_is_cancelled_while_he_waits_ends(steps: int) -> None:
    """Also if his event is set in that very moment: else the loop would wait for him for ever."""
    board = AsyncBoard()
    event = board.event()
    task = asyncio.create_task(board.wait(event, LONG_MS))
    for _ in range(3):
        await asyncio.sleep(0)
    event.set()
    for _ in range(steps):
        await asyncio.sleep(0)
    if task.cancel():
        with pytest.raises(asyncio.CancelledError):
            await task
    assert task.done()


@pytest.mark.asyncio
async def test_time_runs_faster_when_it_is_scaled() -> None:
    """An hour of a pet is a moment here; its clock agrees with its sleep."""
    board = AsyncBoard(1_000_000)
    began = board.ticks_ms()
    await board.sleep_ms(LONG_MS)
    assert await board.wait(board.event(), LONG_MS) is False
    assert board.ticks_diff(board.ticks_ms(), began) >= 2 * LONG_MS


@pytest.mark.asyncio
async def test_a_task_is_begun_later_and_held_as_long_as_it_runs() -> None:
    """What has ended is let go of, so that a board may spawn for ever."""
    board = AsyncBoard()
    done: list[int] = []

    def task(number: int) -> Callable[[], object]:
        async def act() -> None:
            done.append(number)

        return act

    for number in range(50):
        board.spawn("task", task(number)())
        assert len(done) == number
        await board.sleep_ms(0)
        await board.sleep_ms(0)
    assert done == list(range(50))
    assert len(board.tasks) == 1


def test_the_real_clock_is_read() -> None:
    """In milliseconds."""
    before = time.monotonic_ns() // 1_000_000
    assert 0 <= ticks_diff(tasks.ticks_ms(), before & LAST_TICK) < LONG_MS
