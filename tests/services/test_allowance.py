"""What is counted in the store: for all processes, and through restarts."""

import asyncio
from random import Random

import pytest

from petcore.adapters.zones_tzdata import TzdataZones
from petcore.errors import RateLimited, StoreUnavailable
from petcore.ports import Ports
from petcore.ports.store import Query, Store
from petcore.rules.limits import Limit
from petcore.services.allowance import Allowance
from petcore.services.platform.collections import SPENT
from tests.services.interleaved import InterleavedStore
from tests.services.interrupted import InterruptedStore, RestlessStore
from tests.services.server import Server

THREE = Limit(requests=3, per_ms=60_000)


def _allowance(server: Server, store: Store | None = None, what: str = "tries") -> Allowance:
    return Allowance(
        Ports(server.clock, server.entropy, TzdataZones(), store or server.store), what, THREE
    )


async def _granted(allowance: Allowance, name: str, times: int) -> int:
    granted = 0
    for _ in range(times):
        try:
            await allowance.spend(name)
        except RateLimited:
            continue
        granted += 1
    return granted


@pytest.mark.asyncio
async def test_so_much_is_granted_and_no_more() -> None:
    """To each name, for each thing, and again when time has passed."""
    server = Server()
    assert await _granted(_allowance(server), "audrey", 5) == 3
    assert await _granted(_allowance(server), "bob", 5) == 3
    assert await _granted(_allowance(server, what="other tries"), "audrey", 5) == 3
    server.clock.advance(0.5)
    assert await _granted(_allowance(server), "audrey", 5) == 1
    server.clock.advance(60)
    assert await _granted(_allowance(server), "audrey", 5) == 3


@pytest.mark.asyncio
async def test_who_is_refused_hears_when_to_come_again() -> None:
    """And then is let in."""
    server = Server()
    await _granted(_allowance(server), "audrey", 3)
    with pytest.raises(RateLimited, match="too many tries") as caught:
        await _allowance(server).spend("audrey")
    assert (caught.value.limit, caught.value.retry_after_s) == (3, 20)
    server.clock.advance(20 / 60)
    await _allowance(server).spend("audrey")


@pytest.mark.asyncio
@pytest.mark.parametrize("minutes", [-1, -60, -60 * 24 * 365])
async def test_a_clock_set_back_shuts_nobody_out(minutes: int) -> None:
    """For longer than the limit itself could."""
    server = Server()
    await _granted(_allowance(server), "audrey", 3)
    server.clock.advance(minutes)
    assert await _granted(_allowance(server), "audrey", 5) <= 1
    server.clock.advance(1)
    assert await _granted(_allowance(server), "audrey", 5) >= 2


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", range(8))
async def test_processes_count_together(seed: int) -> None:
    """Eight at once get what one would."""
    server = Server()
    stores = [InterleavedStore(server.store, Random(f"{seed}/{n}")) for n in range(8)]
    granted = await asyncio.gather(
        *(_granted(_allowance(server, store), "audrey", 2) for store in stores)
    )
    assert sum(granted) == 3


@pytest.mark.asyncio
async def test_who_has_all_again_is_forgotten() -> None:
    """And who has not is not; nobody's name is written down."""
    server = Server()
    await _granted(_allowance(server), "192.0.2.1", 1)
    await _granted(_allowance(server), "192.0.2.2", 3)
    server.clock.advance(0.5)
    await _granted(_allowance(server), "192.0.2.3", 1)
    kept = await server.store.find(Query(SPENT))
    assert len(kept) == 2
    assert "192.0.2" not in str(kept)
    assert await _granted(_allowance(server), "192.0.2.2", 3) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("is_stored", [False, True])
async def test_a_lost_answer_costs_one_at_most(*, is_stored: bool) -> None:
    """Whether the write was stored or not, what is left can be spent."""
    server = Server()
    for has_spent in (0, 1):
        name = f"audrey {has_spent}"
        await _granted(_allowance(server), name, has_spent)
        cut = _allowance(server, InterruptedStore(server.store, 0, is_stored=is_stored))
        with pytest.raises(StoreUnavailable):
            await cut.spend(name)
        assert await _granted(_allowance(server), name, 5) == 3 - has_spent - is_stored


@pytest.mark.asyncio
async def test_what_a_wrong_clock_wrote_is_forgotten() -> None:
    """Otherwise it would stay until the time it was written at: for ever, as the case may be."""
    server = Server()
    server.clock.advance(60 * 24 * 365 * 100)
    await _granted(_allowance(server), "audrey", 3)
    server.clock.advance(-60 * 24 * 365 * 100)
    await _granted(_allowance(server), "bob", 1)
    assert await server.store.count(Query(SPENT)) == 1
    assert await _granted(_allowance(server), "bob", 5) == 2


@pytest.mark.asyncio
async def test_the_longest_limit_is_kept_to_its_end() -> None:
    """By others, too, whose own is short; one that would be forgotten is none."""
    server = Server()
    ports = Ports(server.clock, server.entropy, TzdataZones(), server.store)
    day = Allowance(ports, "rare tries", Limit(requests=3, per_ms=24 * 60 * 60_000))
    assert await _granted(day, "audrey", 5) == 3
    await _granted(_allowance(server), "bob", 1)
    assert await _granted(day, "audrey", 1) == 0
    with pytest.raises(ValueError, match="over more than a day"):
        Allowance(ports, "rarer tries", Limit(requests=3, per_ms=24 * 60 * 60_000 + 1))


@pytest.mark.asyncio
async def test_who_is_overtaken_for_ever_gives_up() -> None:
    """And has spent nothing."""
    server = Server()
    await _granted(_allowance(server), "audrey", 1)
    restless = _allowance(server, RestlessStore(server.store, 99, is_stored=False))
    with pytest.raises(StoreUnavailable, match="too many changes"):
        await restless.spend("audrey")
    assert await _granted(_allowance(server), "audrey", 5) == 2
