"""Two schedulers, one clock; named chance; the record."""

import asyncio
import gc
import io
import os
import random
import socket
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import closing, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from hashlib import sha256
from weakref import ref

import pytest
from simpy import Environment

from petcore.adapters.clock_system import SystemClock
from petcore.adapters.entropy_system import SystemEntropy
from simulator.kernel.clock import VirtualClock
from simulator.kernel.loop import Stalled, VirtualLoop, happening
from simulator.kernel.stage import Stage
from simulator.kernel.streams import Streams, below
from simulator.kernel.trace import Trace
from simulator.kernel.tripwires import Tripped, tripwires


def _stage(environment: Environment, loop: VirtualLoop) -> Stage:
    clock = VirtualClock(environment, datetime(2026, 3, 2, tzinfo=UTC))
    return Stage(environment, loop, clock, Streams(1), Trace(environment, io.BytesIO()))


def test_asyncio_and_simpy_share_one_time() -> None:
    """Sleepers of both worlds wake in the order of their time, and the clock shows it."""
    environment = Environment(0)
    log: list[tuple[float, str]] = []

    async def asleep(ms: int) -> None:
        await asyncio.sleep(ms / 1000)
        log.append((environment.now, "asyncio"))

    with closing(VirtualLoop(environment)) as loop:
        for ms in (10, 30, 50):
            environment.timeout(ms).callbacks.append(
                lambda _: log.append((environment.now, "simpy"))
            )
        tasks = [loop.create_task(asleep(ms)) for ms in (20, 40)]
        loop.run_for(100)
        assert all(task.done() for task in tasks)
        assert loop.time() == 0.1
    assert log == [(10, "simpy"), (20, "asyncio"), (30, "simpy"), (40, "asyncio"), (50, "simpy")]


def test_a_simpy_process_awaits_asyncio_work() -> None:
    """``serve`` runs a coroutine in asyncio; a SimPy process waits for its result or failure."""
    environment = Environment(0)
    heard: list[object] = []

    async def work(value: int) -> int:
        await asyncio.sleep(0.005)
        return 10 // value

    with closing(VirtualLoop(environment)) as loop:

        async def process() -> None:
            heard.append(await happening(loop.serve(work(2))))
            heard.append(environment.now)
            try:
                await happening(loop.serve(work(0)))
            except ZeroDivisionError:
                heard.append("failed")

        _stage(environment, loop).live(process())
        loop.run_for(100)
    assert heard == [5, 5, "failed"]


@pytest.mark.parametrize("waits_ms", [0, 2])
def test_work_that_is_cancelled_fails(waits_ms: int) -> None:
    """Whoever waits for it in SimPy is told, and does not wait for ever."""
    environment = Environment(0)
    heard: list[str] = []

    async def work() -> None:
        if waits_ms:
            await asyncio.sleep(waits_ms / 1000)
        raise asyncio.CancelledError

    with closing(VirtualLoop(environment)) as loop:

        async def life() -> None:
            try:
                await happening(loop.serve(work()))
            except RuntimeError as error:
                heard.append(str(error))

        _stage(environment, loop).live(life())
        loop.run_for(10)
    assert heard == ["the work was cancelled"]


def test_nothing_is_left_undone_at_the_end(caplog: pytest.LogCaptureFixture) -> None:
    """Who is cancelled need not cancel what he began; asyncio complains of what is forgotten."""
    ended: list[str] = []

    async def begun() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("begun")

    async def begins() -> None:
        try:
            await asyncio.wait([asyncio.create_task(begun())])
        finally:
            ended.append("begins")

    with closing(VirtualLoop(Environment(0))) as loop:
        loop.serve(begins())
        loop.run_for(1)
    gc.collect()
    assert (sorted(ended), caplog.text) == (["begins", "begun"], "")


def test_work_is_a_task_of_its_own() -> None:
    """From its first step on, so that it can limit its time; failures reach it where it waits."""
    environment = Environment(0)
    heard: list[object] = []

    async def work(future: "asyncio.Future[str] | None") -> int:
        assert asyncio.current_task() is not None
        try:
            heard.append("done" if future is None else await future)
        except KeyError as failure:
            heard.append(failure.args[0])
        return len(asyncio.all_tasks())

    with closing(VirtualLoop(environment)) as loop:

        async def life() -> None:
            fails, goes_on = loop.create_future(), loop.create_future()
            loop.call_later(0.001, fails.set_exception, KeyError("failed"))
            loop.call_later(0.002, goes_on.set_result, "went on")
            heard.extend(
                [await happening(loop.serve(work(each))) for each in (None, fails, goes_on)]
            )

        _stage(environment, loop).live(life())
        loop.run_for(10)
    assert heard == ["done", "failed", "went on", 1, 1, 1]


def test_a_timer_that_a_first_step_sets_rings_on_time() -> None:
    """Also if nothing else happens then, and only if it is not cancelled."""
    environment = Environment(0)
    heard: list[object] = []

    async def work() -> None:
        loop.call_later(0.003, lambda: heard.append(environment.now))
        loop.call_later(0.003, heard.append, "cancelled").cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(0.007):
                await asyncio.Event().wait()
        heard.append(environment.now)

    with closing(VirtualLoop(environment)) as loop:

        async def life() -> None:
            loop.serve(work())

        _stage(environment, loop).live(life())
        loop.run_for(20)
    assert heard == [3, 7]


@pytest.mark.parametrize("is_served", [False, True])
def test_a_task_has_work_served(is_served: bool) -> None:
    """Two tasks cannot be at a step at once: such work begins when that of the task is over, also
    if that step is its first, which it takes at once.
    """
    environment = Environment(0)
    heard: list[str] = []

    async def work() -> None:
        assert asyncio.current_task() is not None
        heard.append("the work")

    async def ask() -> None:
        own = asyncio.current_task()
        done = loop.serve(work())
        heard.append("who asks")
        assert asyncio.current_task() is own
        await asyncio.sleep(0.001)
        assert done.processed

    def begin(_: object) -> None:
        loop.let(ask())

    with closing(VirtualLoop(environment)) as loop:
        if is_served:
            environment.timeout(1).callbacks.append(begin)
            loop.run_for(10)
        else:
            loop.run_until_complete(ask())
    assert heard == ["who asks", "the work"]


@pytest.mark.parametrize("waits_s", [0, 0.002])
def test_work_for_nobody_ends_the_world_if_it_fails(waits_s: float) -> None:
    """What goes wrong is not swallowed because nobody waits for it."""
    environment = Environment(0)

    async def work() -> None:
        if waits_s:
            await asyncio.sleep(waits_s)
        raise KeyError("failed")

    with closing(VirtualLoop(environment)) as loop:

        async def life() -> None:
            loop.let(work())

        _stage(environment, loop).live(life())
        with pytest.raises(KeyError):
            loop.run_for(10)


@pytest.mark.parametrize("bound", [1, 2, 79, 1000, 1024])
def test_a_draw_is_that_of_the_library(bound: int) -> None:
    """Whoever draws very often draws the same as everybody else, one after the other."""
    one, other = random.Random(bound), random.Random(bound)
    assert [below(one, bound) for _ in range(200)] == [other.randrange(bound) for _ in range(200)]


def test_work_that_is_done_is_let_go_of() -> None:
    """Whether it waited for something or not; a world of days serves a million of them."""
    environment = Environment(0)
    begun: list[ref[asyncio.Task[object]]] = []

    async def work(waits_s: float) -> None:
        task = asyncio.current_task()
        assert task is not None
        begun.append(ref(task))
        if waits_s:
            await asyncio.sleep(waits_s)

    with closing(VirtualLoop(environment)) as loop:

        async def life() -> None:
            for waits_s in (0, 0.002, 60):
                loop.serve(work(waits_s))

        _stage(environment, loop).live(life())
        loop.run_for(10)
        gc.collect()
        assert [task() is None for task in begun] == [True, True, False]


def test_work_that_waits_for_ever_disturbs_nobody() -> None:
    """It is neither collected while the world goes on nor complained of when it ends."""
    environment = Environment(0)
    with closing(VirtualLoop(environment)) as loop:

        async def work() -> None:
            await asyncio.Event().wait()

        async def life() -> None:
            loop.serve(work())

        _stage(environment, loop).live(life())
        loop.run_for(5)
        gc.collect()
        loop.run_for(5)
        gc.collect()
    assert environment.now == 10


def test_pieces_of_work_have_contexts_of_their_own() -> None:
    """What one sets in a context variable no other sees, not even one that is under way."""
    environment = Environment(0)
    name: ContextVar[str] = ContextVar("name", default="nobody")
    seen: list[str] = []

    async def work(own: str) -> None:
        seen.append(name.get())
        name.set(own)
        await asyncio.sleep(0.005)
        seen.append(name.get())

    with closing(VirtualLoop(environment)) as loop:

        async def life(own: str) -> None:
            await happening(loop.serve(work(own)))

        stage = _stage(environment, loop)
        stage.live(life("a"))
        stage.live(life("b"))
        loop.run_for(10)
    assert seen == ["nobody", "nobody", "a", "b"]


def test_a_world_in_which_nothing_can_happen_says_so() -> None:
    """Waiting for something that never comes is an error, not a hang."""
    environment = Environment(0)
    with closing(VirtualLoop(environment)) as loop:
        waiting = loop.create_future()
        with pytest.raises(Stalled):
            loop.run_until_complete(waiting)


def test_the_clock_shows_the_environments_time() -> None:
    """In UTC, to the millisecond."""
    environment = Environment(0)
    clock = VirtualClock(environment, datetime(2026, 3, 2, tzinfo=UTC))
    environment.run(until=90_061_001)
    assert clock.now() == datetime(2026, 3, 3, 1, 1, 1, 1000, tzinfo=UTC)


def test_streams_do_not_disturb_each_other() -> None:
    """What one stream draws depends on the seed and its name, and on nobody else."""
    alone = Streams(1).stream("wind").random()
    streams = Streams(1)
    streams.stream("rain").random()
    assert streams.stream("wind").random() == alone
    assert Streams(2).stream("wind").random() != alone
    assert Streams(1).stream("rain").random() != alone


def test_the_digest_is_that_of_the_file() -> None:
    """Anyone with sha256sum can check it; listeners hear every event."""
    environment, file = Environment(0), io.BytesIO()
    trace = Trace(environment, file)
    heard: list[object] = []
    trace.listen(heard.append)
    trace.note("lost", id=1, leg="request")
    environment.run(until=5)
    trace.note("log", line="ü")
    assert file.getvalue().decode() == (
        '{"at":0,"kind":"lost","id":1,"leg":"request"}\n{"at":5,"kind":"log","line":"ü"}\n'
    )
    assert trace.digest == sha256(file.getvalue()).hexdigest()
    assert len(heard) == 2


def test_a_stage_does_things_later() -> None:
    """``after`` and ``sleep`` count milliseconds."""
    environment = Environment(0)
    log: list[int] = []
    with closing(VirtualLoop(environment)) as loop:
        stage = _stage(environment, loop)

        async def life() -> None:
            await stage.sleep(7)
            log.append(stage.now)

        stage.live(life())
        stage.after(3, lambda: log.append(stage.now))
        loop.run_for(10)
    assert log == [3, 7]


def _connect() -> None:
    with socket.socket() as wire:
        wire.connect(("127.0.0.1", 9))


REACHES: dict[str, Callable[[], object]] = {
    "time.time": lambda: time.time() + 1,
    "time.monotonic": lambda: time.monotonic() + 1,
    "time.perf_counter_ns": lambda: time.perf_counter_ns() + 1,
    "random.random": lambda: random.random() + 1,
    "random.sample": lambda: random.sample([1], 1),
    "SystemRandom.random": lambda: random.SystemRandom().random() + 1,
    "os.urandom": lambda: os.urandom(1),
    "uuid.uuid4": lambda: str(uuid.uuid4()),
    "SystemClock.now": lambda: SystemClock().now(),
    "SystemEntropy.new_id": lambda: SystemEntropy().new_id(),
    "Thread.start": lambda: threading.Thread(target=print).start(),
    "socket.connect": _connect,
}


@pytest.mark.parametrize("name", REACHES)
def test_reaching_for_the_real_world_trips(name: str) -> None:
    """Clocks, chance, threads and sockets are refused, by the name of what was reached for."""
    with pytest.raises(Tripped, match=f"reached for {name}"), tripwires():
        REACHES[name]()


def test_nobody_can_swallow_a_trip() -> None:
    """Caught inside the run, it is raised again at its end."""
    with pytest.raises(Tripped, match=r"time\.time"), tripwires(), suppress(Exception):
        time.time()


def test_the_real_world_comes_back() -> None:
    """After the run the wires are gone."""
    with tripwires():
        pass
    assert time.time() > 0
    assert SystemClock().now().tzinfo is UTC
