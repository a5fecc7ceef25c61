"""Those who want the same thing wait for each other, and share what the store refuses."""

import asyncio

import pytest

from petcore.errors import StoreUnavailable, WrongState
from petcore.services.turns import Turns


async def _fail(turns: Turns, error: Exception, tried: list[int], number: int) -> None:
    async with turns.of("thing"):
        tried.append(number)
        await asyncio.sleep(0)
        raise error


async def _all_fail(error: Exception) -> tuple[list[int], list[str]]:
    """Who of five tried, and what all of them heard."""
    turns, tried = Turns(), list[int]()
    ends = await asyncio.gather(
        *(_fail(turns, error, tried, number) for number in range(5)), return_exceptions=True
    )
    return tried, [f"{type(end).__name__}: {end}" for end in ends]


@pytest.mark.asyncio
async def test_who_waits_shares_what_the_store_refused() -> None:
    """Only the first asks a store that does not answer; the others hear of it at once."""
    tried, heard = await _all_fail(StoreUnavailable("away"))
    assert tried == [0]
    assert heard == ["StoreUnavailable: away"] * 5


@pytest.mark.asyncio
async def test_any_other_end_is_one_s_own() -> None:
    """What was wrong with one request says nothing about the next."""
    tried, _ = await _all_fail(WrongState("ended"))
    assert tried == [0, 1, 2, 3, 4]


@pytest.mark.asyncio
async def test_who_comes_later_tries_himself() -> None:
    """A failure is for those who waited, not for ever."""
    turns, tried = Turns(), list[int]()
    keeper = turns.of("thing")  # as long as somebody holds it, the queue remembers
    for number in range(3):
        with pytest.raises(StoreUnavailable):
            await _fail(turns, StoreUnavailable("away"), tried, number)
    assert tried == [0, 1, 2]
    async with keeper:
        pass
