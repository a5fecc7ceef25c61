"""Work that was begun goes on as if nobody had looked whether it has to wait."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import TypeVar

import pytest

from petcore.api.answering import within
from petcore.errors import StoreUnavailable

R = TypeVar("R")

_LONG_S = 60.0


def _within(work: Coroutine[object, None, R]) -> Coroutine[object, None, R]:
    return within(_LONG_S, "this", work)


@pytest.mark.asyncio
async def test_what_need_not_wait_is_not_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is what fails at once."""
    loop = asyncio.get_running_loop()
    timed: list[object] = []
    set_timer = loop.call_at

    def noting(when: float, callback: Callable[..., object], *args: object) -> object:
        timed.append(callback)
        return set_timer(when, callback, *args)

    async def at_once() -> int:
        return 1

    async def in_vain() -> None:
        raise KeyError

    monkeypatch.setattr(loop, "call_at", noting)
    assert await _within(at_once()) == 1
    with pytest.raises(KeyError):
        await _within(in_vain())
    assert timed == []
    await _within(asyncio.sleep(0))
    assert len(timed) == 1


@pytest.mark.asyncio
async def test_it_hears_all_that_it_waits_for() -> None:
    """Results, and failures: those it may live with, as it likes."""
    loop = asyncio.get_running_loop()
    first, second = loop.create_future(), loop.create_future()

    async def work() -> list[object]:
        heard: list[object] = [await first]
        try:
            await second
        except KeyError as failure:
            heard.append(failure)
        return [*heard, await asyncio.sleep(0, "done")]

    failure = KeyError("second")
    loop.call_soon(first.set_result, "first")
    loop.call_soon(second.set_exception, failure)
    assert await _within(work()) == ["first", failure, "done"]


@pytest.mark.asyncio
async def test_a_cancellation_is_for_the_work() -> None:
    """It can tidy up, and take its time for that."""
    tidied: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            tidied.append("all")

    task = asyncio.create_task(_within(work()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert tidied == ["all"]


@pytest.mark.asyncio
async def test_who_waits_too_long_hears_so() -> None:
    """After the first step as after any other."""
    for steps in (0, 3):

        async def work(steps: int = steps) -> None:
            for _ in range(steps):
                await asyncio.sleep(0)
            await asyncio.Event().wait()

        with pytest.raises(StoreUnavailable, match=r"this was not done within 0\.01 s"):
            await within(0.01, "this", work())


def test_who_is_closed_closes_it() -> None:
    """As at the end of a loop that did not wait."""
    closed: list[bool] = []

    async def work() -> None:
        try:
            await asyncio.sleep(_LONG_S)
        finally:
            closed.append(True)

    async def begin() -> None:
        waiting = _within(work())
        waiting.send(None)
        waiting.close()

    asyncio.run(begin())
    assert closed == [True]
