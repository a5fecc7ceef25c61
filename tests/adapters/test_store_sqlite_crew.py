"""The thread behind the SQLite store: which work is done when nobody waits for it any more."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from petcore.adapters.store_sqlite_crew import Crew

Diary = list[str]


class Gate:
    """Work that says it has begun and waits until it may end."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.begun = threading.Event()
        self.may_end = threading.Event()

    def __call__(self, diary: Diary) -> str:
        """Write the name into the diary."""
        self.begun.set()
        assert self.may_end.wait(60)
        return write(self._name)(diary)


def write(name: str) -> Callable[[Diary], str]:
    """Work that writes a name into the diary, and answers it."""

    def work(diary: Diary) -> str:
        diary.append(name)
        return name

    return work


@asynccontextmanager
async def crew(diary: Diary, is_reading: bool) -> AsyncIterator[Crew[Diary]]:
    """A crew that works on ``diary``."""

    def perform(works: Sequence[Callable[[Diary], object]]) -> list[object]:
        return [work(diary) for work in works]

    workers = Crew("test", perform, is_reading=is_reading)
    try:
        yield workers
    finally:
        await workers.leave()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("is_reading", "done"), [(True, ["a", "b", "d"]), (False, ["a", "b", "c", "d"])]
)
async def test_reading_for_nobody_is_passed_over(is_reading: bool, done: list[str]) -> None:
    """Even if they gave up after its group had begun. What is no reading is done all the same."""
    diary: Diary = []
    first, second = Gate("a"), Gate("b")
    async with crew(diary, is_reading) as workers:
        asked = [workers.ask(first)]
        await asyncio.to_thread(first.begun.wait, 10)
        asked += [workers.ask(work) for work in (second, write("c"), write("d"))]
        first.may_end.set()
        await asyncio.to_thread(second.begun.wait, 10)
        asked[2].cancel()
        second.may_end.set()
        answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [answer for answer in answers if isinstance(answer, str)] == ["a", "b", "d"]
    assert diary == done
