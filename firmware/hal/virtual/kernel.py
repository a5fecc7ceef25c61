# Virtual time and its tasks: a heap of (moment, number, task). Belongs here: whose turn it is.
# Does not: what a board can do.

import heapq


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
    def __init__(self, now_ms: int = 0) -> None:
        self.now_ms = now_ms
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

    # Until that moment, or until a task raises what no task survives.
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
