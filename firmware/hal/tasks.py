# Time, chance and tasks of a board by asyncio: on the ESP32, in MicroPython on a computer and in
# CPython. Belongs here: what all hosts in real time share. Does not: what a host is connected to.

import asyncio
import os
import time

from firmware.hal.board import Board

# Ticks wrap here on every interpreter, as they do on an ESP32.
LAST_TICK = (1 << 30) - 1
HALF = 1 << 29

# What MicroPython has and CPython has not.
_ticks_ms = getattr(time, "ticks_ms", None)
_sleep_ms = getattr(asyncio, "sleep_ms", None)
_wait_for_ms = getattr(asyncio, "wait_for_ms", None)


# Milliseconds of the real clock.
def ticks_ms() -> int:
    now = _ticks_ms() if _ticks_ms else time.monotonic_ns() // 1_000_000
    return now & LAST_TICK


# Never leaves the whole numbers that an ESP32 holds without memory of their own.
def ticks_diff(later: int, earlier: int) -> int:
    passed = (later - earlier) & LAST_TICK
    return passed if passed < HALF else passed - HALF - HALF


async def sleep_ms(ms: int) -> None:
    if _sleep_ms:
        await _sleep_ms(ms)
    else:
        await asyncio.sleep(ms / 1000)


# Whether the event was set in time. CPython's wait_for may forget that its task is cancelled.
async def wait_ms(event, timeout_ms: int) -> bool:
    if not _wait_for_ms:
        waiting = asyncio.ensure_future(event.wait())
        await asyncio.wait((waiting,), timeout=timeout_ms / 1000)
        return not waiting.cancel()
    try:
        await _wait_for_ms(event.wait(), timeout_ms)
    except asyncio.TimeoutError:
        return event.is_set()
    return True


class AsyncBoard(Board):
    # Its ticks and its sleeps run time_scale times as fast as the real clock.
    def __init__(self, time_scale: int = 1) -> None:
        self.time_scale = time_scale
        self.boot = int.from_bytes(os.urandom(4), "big")
        self.tasks: list = []

    def ticks_ms(self) -> int:
        return ticks_ms() * self.time_scale & LAST_TICK

    def ticks_diff(self, later: int, earlier: int) -> int:
        return ticks_diff(later, earlier)

    # 24 bits: what a single precision number holds without rounding up to 1.
    def rand(self) -> float:
        return int.from_bytes(os.urandom(3), "big") / (1 << 24)

    def boot_id(self) -> int:
        return self.boot

    # Kept, since CPython's loop lets go of a task that nobody else holds.
    def spawn(self, name: str, coro) -> None:
        self.tasks = [task for task in self.tasks if not task.done()]
        self.tasks.append(asyncio.create_task(coro))

    def event(self) -> asyncio.Event:
        return asyncio.Event()

    async def sleep_ms(self, ms: int) -> None:
        await sleep_ms(self.real_ms(ms))

    async def wait(self, event, timeout_ms: int | None = None) -> bool:
        if event.is_set():
            return True
        if timeout_ms is None:
            await event.wait()
            return True
        return await wait_ms(event, self.real_ms(timeout_ms))

    # Rounded up: a wait that ends early would be begun again and again.
    def real_ms(self, ms: int) -> int:
        return -(-ms // self.time_scale)
