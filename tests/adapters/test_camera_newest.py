"""The newest picture: what is kept for whoever is slow, and how it ends."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from petcore.adapters.camera_newest import Newest
from petcore.errors import CameraFailed
from petcore.ports.camera import Frame
from tests.adapters.patient import Standing, at_once, until


async def counted(closed: list[int], end: Exception | None) -> AsyncGenerator[Frame, None]:
    """Three pictures, each in a moment of its own, then the end."""
    try:
        for number in range(3):
            await asyncio.sleep(0)
            yield Frame(b"x", number)
        if end is not None:
            raise end
    finally:
        closed.append(1)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("end", "words"),
    [
        (CameraFailed("it has gone"), "it has gone"),
        (None, "it sends no more pictures"),
        (ZeroDivisionError("a mistake"), "a mistake"),
    ],
)
async def test_the_last_one_comes_before_the_end(end: Exception | None, words: str) -> None:
    """However long nobody looked; then it is said how it ended, a mistake of ours, too."""
    closed: list[int] = []
    watched = Newest(at_once).of(counted(closed, end))
    assert (await anext(watched)).at_ms == 0
    for _ in range(9):
        await asyncio.sleep(0)
    assert (await anext(watched)).at_ms == 2
    with pytest.raises(type(end or CameraFailed("")), match=words):
        await anext(watched)
    assert closed == [1]


@pytest.mark.asyncio
async def test_it_is_closed_with_whoever_watches() -> None:
    """Also if it has failed, and nobody has heard of it."""
    for moments in range(12):
        closed: list[int] = []
        watched = Newest(at_once).of(counted(closed, CameraFailed("it has gone")))
        await anext(watched)
        for _ in range(moments):
            await asyncio.sleep(0)
        await watched.aclose()
        assert closed == [1]
        assert len(asyncio.all_tasks()) == 1


async def taken(every_s: float, ahead: Standing) -> AsyncGenerator[Frame, None]:
    """A picture after each ``every_s``, for ever, by a clock that is put ahead."""
    now = asyncio.get_running_loop().time
    due = now()
    while True:
        while now() < due:  # noqa: ASYNC110  a clock wakes nobody
            await asyncio.sleep(0)
        yield Frame(b"x", round(1_000 * now()))
        due += every_s


@pytest.mark.asyncio
@pytest.mark.parametrize(("every_s", "given"), [(1 / 60, 30), (1 / 1_000, 30), (1 / 10, 10)])
async def test_a_fast_camera_is_thinned(
    monkeypatch: pytest.MonkeyPatch, every_s: float, given: int
) -> None:
    """To thirty pictures a second, each of them the newest; a slow one is not."""
    ahead = Standing(monkeypatch)
    now = asyncio.get_running_loop().time

    async def pass_by(seconds: float) -> None:
        until_s = now() + seconds
        while now() < until_s:
            ahead.put(0.001)
            await at_once(0)

    passing = asyncio.create_task(pass_by(3))
    began_s = now()
    frames = 0
    async with aclosing(Newest(pass_by).of(taken(every_s, ahead))) as watched:
        async for frame in watched:
            frames += 1
            assert frame.at_ms >= 1_000 * (now() - every_s) - 5
            if now() > began_s + 1:
                break
    passing.cancel()
    assert given * 0.8 <= frames <= given * 1.1 + 1


@pytest.mark.asyncio
async def test_nothing_is_kept_of_whoever_is_cancelled_twice() -> None:
    """While he waits for the camera to be let go of."""
    let_go = asyncio.Event()

    async def slow() -> AsyncGenerator[Frame, None]:
        try:
            await asyncio.Event().wait()
            yield Frame(b"x", 0)
        finally:
            await let_go.wait()

    newest = Newest(at_once)
    watching = asyncio.ensure_future(anext(newest.of(slow())))
    for _ in range(2):
        for _ in range(5):
            await asyncio.sleep(0)
        watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    let_go.set()
    await until(lambda: not newest._readings)
