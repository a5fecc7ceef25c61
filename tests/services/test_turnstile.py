"""Those who begin something at the same moment begin one by one."""

import asyncio

import pytest

from petcore.services.turnstile import Turnstile


@pytest.mark.asyncio
async def test_one_begins_in_each_turn_of_the_event_loop() -> None:
    """Whoever else waits for the loop comes in between; those who begin keep their order."""
    turnstile, turns, began = Turnstile(), 0, list[tuple[int, int]]()
    loop = asyncio.get_running_loop()

    def count() -> None:
        nonlocal turns
        turns += 1
        loop.call_soon(count)

    async def begin(number: int) -> None:
        await turnstile.turn()
        began.append((number, turns))

    loop.call_soon(count)
    await asyncio.gather(*(begin(number) for number in range(20)))
    assert [number for number, _ in began] == list(range(20))
    assert len({turn for _, turn in began}) == 20


@pytest.mark.asyncio
async def test_who_leaves_holds_nobody_up() -> None:
    """Neither before a turn nor after it."""
    turnstile = Turnstile()
    tasks = [asyncio.create_task(turnstile.turn()) for _ in range(4)]
    await tasks[0]
    for task in tasks[1:3]:
        task.cancel()
    await asyncio.wait_for(tasks[3], 60)
    await asyncio.wait_for(turnstile.turn(), 60)
