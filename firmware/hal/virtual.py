# A host in virtual time. Runs alike on MicroPython and on CPython, with a kernel of its own: a heap
# of (moment, number, task). An hour passes in a moment, and the same script gives the same log on
# both. Belongs here: time, tasks, chance, the wire's delay. Does not: what the server answers or
# what is pressed.

import heapq
import json

from firmware.hal.board import Board

# The ticks wrap in the middle of the first hour, so that every run crosses the place.
TICKS_PERIOD = 1 << 30
TICKS_FIRST = TICKS_PERIOD - 30 * 60_000
TIMED_OUT = 110
REFUSED = 111


class Chance:
    def __init__(self, seed: int) -> None:
        self.state = seed

    # The upper bits of a linear congruential generator; the lower ones repeat too soon.
    def below(self, limit: int) -> int:
        self.state = (self.state * 1664525 + 1013904223) & 0xFFFFFFFF
        return (self.state >> 16) % limit


# A task asleep is woken by the entry of the heap that carries its present nap; older entries are
# stale.
class Task:
    def __init__(self, coro) -> None:
        self.coro = coro
        self.nap = 0
        self.event = None  # what it waits for


# What a task awaits: MicroPython asks for __iter__, CPython for __await__.
class Wait:
    def __init__(self, event, timeout_ms: int | None) -> None:
        self.event = event
        self.timeout_ms = timeout_ms

    def __iter__(self):
        return (yield self)

    __await__ = __iter__


class Event:
    def __init__(self, kernel) -> None:
        self.kernel = kernel
        self.waiters: list = []
        self.value = False

    def is_set(self) -> bool:
        return self.value

    def clear(self) -> None:
        self.value = False

    def set(self) -> None:
        self.value = True
        for task in self.waiters:
            self.kernel.schedule(0, task, True)


class Kernel:
    def __init__(self) -> None:
        self.now_ms = 0
        self.number = 0
        self.heap: list = []
        self.tasks: list = []

    def spawn(self, coro) -> None:
        self.tasks.append(Task(coro))
        self.schedule(0, self.tasks[-1], None)

    # Takes the power away. Every task is closed from its outside: left to a garbage collector,
    # CPython may close one from its inside, and the task would take that for a failure of its own.
    def close(self) -> None:
        for task in self.tasks:
            task.coro.close()
        self.tasks = []
        self.heap = []

    # The number keeps entries of one moment in the order in which they were made.
    def schedule(self, delay_ms: int, task, value: bool | None) -> None:
        self.number += 1
        entry = (self.now_ms + delay_ms, self.number, task, task.nap, value)
        heapq.heappush(self.heap, entry)

    def run(self, until_ms: int) -> None:
        while self.heap and self.heap[0][0] < until_ms:
            moment, _, task, nap, value = heapq.heappop(self.heap)
            if nap == task.nap:
                self.now_ms = moment
                self._step(task, value)
        self.now_ms = until_ms

    def _step(self, task, value: bool | None) -> None:
        self._wake(task)
        try:
            wait = task.coro.send(value)
        except StopIteration:
            self.tasks.remove(task)
            return
        if wait.event is not None and wait.event.is_set():
            self.schedule(0, task, True)
            return
        if wait.event is not None:
            task.event = wait.event
            task.event.waiters.append(task)
        if wait.timeout_ms is not None:
            self.schedule(wait.timeout_ms, task, False)

    def _wake(self, task) -> None:
        task.nap += 1
        if task.event is not None:
            task.event.waiters.remove(task)
            task.event = None


# `server.answer(now_ms, method, path, obj, headers)` gives (status, object);
# `faults` holds (from_ms, until_ms, fault, what) and the first that fits a call decides its fate;
# `presses` holds (at_ms, kind); `write` takes each line of the log; `flash` is what outlasts the
# power, to be given to the board that boots after this one.
class VirtualBoard(Board):
    def __init__(self, server, write, faults=(), presses=(), seed: int = 1, flash=None) -> None:
        self.kernel = Kernel()
        self.server = server
        self.write = write
        self.faults = faults
        self.presses = list(presses)
        self.chance = Chance(seed)
        self.flash: dict = {} if flash is None else flash

    def kept(self, name: str) -> str | None:
        return self.flash.get(name)

    def keep(self, name: str, value: str | None) -> None:
        if value is None:
            self.flash.pop(name, None)
        else:
            self.flash[name] = value

    def ticks_ms(self) -> int:
        return (TICKS_FIRST + self.kernel.now_ms) % TICKS_PERIOD

    def ticks_diff(self, later: int, earlier: int) -> int:
        half = TICKS_PERIOD // 2
        return (later - earlier + half) % TICKS_PERIOD - half

    # A fraction of few bits, exact in the single precision of a board as well.
    def rand(self) -> float:
        return self.chance.below(1024) / 1024

    def boot_id(self) -> int:
        return self.chance.below(1 << 16) << 16 | self.chance.below(1 << 16)

    def log(self, line: str) -> None:
        self.note(f"log {line}")

    def tone(self, hz: int, ms: int) -> None:
        self.note(f"tone {hz} {ms}")

    def show(self, scene: tuple, known) -> None:
        self.note(f"show {json.dumps(scene[0])} {scene[1]} | {scene[2]} | {scene[3]}")

    def link(self) -> str:
        return "-50 dBm"

    def address(self) -> str:
        return "virtual:5000"

    # Nothing watches a virtual board, and it has no link to make anew.
    def feed(self) -> None:
        pass

    def renew_link(self) -> None:
        self.note("renew_link")

    def mark_good(self) -> None:
        self.note("mark_good")

    def note(self, line: str) -> None:
        self.write(f"{self.kernel.now_ms:08d} {line}")

    def spawn(self, name: str, coro) -> None:
        self.note(f"spawn {name}")
        self.kernel.spawn(coro)

    def event(self) -> Event:
        return Event(self.kernel)

    async def sleep_ms(self, ms: int) -> None:
        await Wait(None, ms)

    async def wait(self, event, timeout_ms: int | None = None) -> bool:
        return await Wait(event, timeout_ms)

    # A press in the past was lost: nobody waited.
    async def button(self) -> str:
        at_ms, kind = self._next_press()
        if kind is None:
            await Wait(self.event(), None)
        await self.sleep_ms(at_ms - self.kernel.now_ms)
        return kind

    def _next_press(self) -> tuple:
        while self.presses:
            press = self.presses.pop(0)
            if press[0] >= self.kernel.now_ms:
                return press
        return 0, None

    async def http(
        self,
        method: str,
        path: str,
        obj: dict | None = None,
        headers: dict | None = None,
        timeout_ms: int = 8_000,
    ) -> tuple:
        key = (headers or {}).get("Idempotency-Key")
        self.note(f"call {method} {path} {key} {written(obj)}")
        status, answer = await self._carry((method, path, obj, headers), timeout_ms)
        self.note(f"answer {status} {written(answer)}")
        return status, answer

    # Both ways through JSON, as on a wire.
    async def _carry(self, request: tuple, timeout_ms: int) -> tuple:
        fault, what = self._fault(request[1])
        if fault == "cut":
            raise OSError(REFUSED, "connection refused")
        await self.sleep_ms(20 + self.chance.below(80))
        if fault == "lose_request":
            await self._time_out(timeout_ms)
        if fault == "answer":
            return what
        status, answer = self.server.answer(self.kernel.now_ms, *request)
        if fault == "lose_answer":
            await self._time_out(timeout_ms)
        await self.sleep_ms(20 + self.chance.below(80))
        return status, json.loads(json.dumps(what if fault == "garble" else answer))

    async def _time_out(self, timeout_ms: int) -> None:
        await self.sleep_ms(timeout_ms)
        raise OSError(TIMED_OUT, "timed out")

    def _fault(self, path: str) -> tuple:
        for from_ms, until_ms, part, fault, what in self.faults:
            if from_ms <= self.kernel.now_ms < until_ms and part in path:
                return fault, what
        return None, None


# JSON with its keys in order: on MicroPython a dict has none of its own.
def written(obj) -> str:
    if isinstance(obj, dict):
        return "{" + ", ".join([f"{name}: {written(obj[name])}" for name in sorted(obj)]) + "}"
    if isinstance(obj, (list, tuple)):
        return "[" + ", ".join([written(item) for item in obj]) + "]"
    return obj if isinstance(obj, str) else json.dumps(obj)
