"""Who measures a session: exactly one goes on, whoever was quicker, killed or wrong about time."""

import asyncio
from dataclasses import replace
from itertools import chain
from random import Random
from typing import cast

import pytest

from petcore.adapters.absent import AbsentSight
from petcore.adapters.entropy_seeded import SeededEntropy
from petcore.adapters.store_memory import MemoryStore
from petcore.adapters.zones_tzdata import TzdataZones
from petcore.errors import SightAbsent
from petcore.ports import Ports
from petcore.ports.store import Query, Store
from petcore.services import Services
from petcore.services.desktop_pet.collections import FOCUS_SESSIONS, VIDEO_WATCHES
from petcore.services.desktop_pet.sessions import session_key
from petcore.services.desktop_pet.shapes import FocusSession, VideoWatch
from petcore.services.desktop_pet.stress import SessionWish
from petcore.services.desktop_pet.watches import BEYOND_S, LEASE_S, Lease, Watches
from petcore.services.idempotency import Call
from tests.services.desktop_pet.video import Seeing
from tests.services.interleaved import InterleavedStore

CALL = Call("test")


def session_of(number: int = 1, user_id: str | None = None) -> FocusSession:
    """A session that begins, each that of another person."""
    now = Seeing().time.now()
    id = f"00000000-0000-4000-8000-{number:012}"
    return FocusSession(
        _id=session_key(id),
        version=1,
        outbox=[],
        outbox_len=0,
        session_id=id,
        user_id=user_id or f"user-{number}",
        started_at=now,
        ended_at=None,
        status="active",
        study_label="Maths",
        allow_prompted_breaks=False,
        signal_source="presage",
        prompt_id="",
        high_at_ms=0,
    )


def process(seeing: Seeing, store: Store, time_scale: int = 1) -> Watches:
    """The watches as one process has them."""
    ports = Ports(seeing.time, SeededEntropy(Random(1)), TzdataZones(), store, time_scale)
    return Watches(ports, seeing.eyes)


async def opened(
    seeing: Seeing, store: MemoryStore, number: int = 1, user_id: str | None = None
) -> None:
    """Store the watch of a session that begins."""
    session = session_of(number, user_id)
    await store.insert(VIDEO_WATCHES, process(seeing, store).opening(session).document)


async def taken(watches: Watches) -> list[Lease]:
    """All that a process can take now."""
    return [lease async for lease in watches.take(lambda _: True)]


async def only(store: MemoryStore) -> VideoWatch:
    """The watch that is stored."""
    (watch,) = await store.find(Query(VIDEO_WATCHES))
    return watch


async def start(services: Services, watch: bool) -> str:
    """Start a session."""
    wish = SessionWish("audrey", "Maths", None, "presage", watch)
    session = (await services.desktop_pet.stress.start_session(wish, CALL))["session"]
    assert isinstance(session, dict)
    return str(session["session_id"])


@pytest.mark.asyncio
async def test_of_many_processes_one_takes_a_watch() -> None:
    """However many look for one at the same time."""
    seeing, store = Seeing(), MemoryStore()
    for number in range(5):
        await opened(seeing, store, number)
    processes = [process(seeing, InterleavedStore(store, Random(n))) for n in range(8)]
    leases = [*chain(*await asyncio.gather(*map(taken, processes)))]
    assert len(leases) == len({lease.session_id for lease in leases}) == 5


@pytest.mark.asyncio
async def test_a_watch_that_is_renewed_is_not_taken() -> None:
    """For hours, if its holder goes on."""
    seeing, store = Seeing(), MemoryStore()
    await opened(seeing, store)
    holder, other = process(seeing, store), process(seeing, store)
    lease: Lease | None = (await taken(holder))[0]
    for _ in range(200):
        await seeing.time.go(LEASE_S - 1)
        assert await taken(other) == []
        assert lease is not None
        lease = await holder.renew(lease)


@pytest.mark.asyncio
async def test_what_a_killed_process_held_is_taken_by_another() -> None:
    """When its time is over, and not before; if the first was only stalled, it hears of it."""
    seeing, store = Seeing(), MemoryStore()
    await opened(seeing, store)
    killed, other = process(seeing, store), process(seeing, store)
    (lease,) = await taken(killed)
    await seeing.time.go(LEASE_S - 0.1)
    assert await taken(other) == []
    await seeing.time.go(0.1)
    (taken_over,) = await taken(other)
    assert await killed.renew(lease) is None
    await killed.release(lease)
    await killed.finish(lease)
    assert await other.renew(taken_over) is not None


@pytest.mark.asyncio
async def test_what_is_released_is_free_after_its_rest() -> None:
    """At once, if there is none."""
    seeing, store = Seeing(), MemoryStore()
    await opened(seeing, store)
    watches = process(seeing, store)
    (lease,) = await taken(watches)
    await watches.release(lease)
    (lease,) = await taken(watches)
    await watches.release(lease, 10)
    await seeing.time.go(9.9)
    assert await taken(watches) == []
    await seeing.time.go(0.1)
    assert len(await taken(watches)) == 1


@pytest.mark.asyncio
async def test_a_finished_watch_is_never_taken() -> None:
    """It stays, and says that it is over."""
    seeing, store = Seeing(), MemoryStore()
    await opened(seeing, store)
    watches = process(seeing, store)
    (lease,) = await taken(watches)
    await watches.finish(lease)
    await seeing.time.go(10**6)
    assert await taken(watches) == []
    assert (await only(store))["is_open"] == 0
    assert await watches.closing(lease.session_id) == ()


@pytest.mark.asyncio
async def test_a_lease_of_a_clock_that_ran_ahead_is_not_believed() -> None:
    """Nobody takes one for that long: whoever did was wrong about time, or was set right."""
    seeing, store = Seeing(), MemoryStore()
    await opened(seeing, store)
    seeing.time.wrong_s = BEYOND_S + LEASE_S
    ahead, right = process(seeing, store), process(seeing, store)
    (lease,) = await taken(ahead)
    seeing.time.wrong_s = LEASE_S - 1
    assert len(await taken(right)) == 1
    assert await ahead.renew(lease) is None
    seeing.time.wrong_s = 0
    assert await taken(ahead) == []


@pytest.mark.asyncio
async def test_machines_whose_clocks_differ_do_not_take_it_from_each_other() -> None:
    """By minutes: it goes once to the one that is ahead, and stays there."""
    seeing, store = Seeing(), MemoryStore()
    await opened(seeing, store)
    right, ahead = process(seeing, store), process(seeing, store)
    assert len(await taken(right)) == 1
    seeing.time.wrong_s = 120
    lease: Lease | None = (await taken(ahead))[0]
    for _ in range(20):
        seeing.time.wrong_s = 0
        assert await taken(right) == []
        seeing.time.wrong_s = 120
        assert lease is not None
        lease = await ahead.renew(lease)
        await seeing.time.go(10)


@pytest.mark.asyncio
async def test_of_a_person_the_session_that_began_last_is_watched() -> None:
    """However many there are; the watches of the others are closed, and who holds one loses it."""
    seeing, store = Seeing(), MemoryStore()
    watches = process(seeing, store)
    for number in (5, 2, 9, 7):
        began = {**session_of(number, "audrey"), "started_at": seeing.time.now()}
        await store.insert(FOCUS_SESSIONS, cast("FocusSession", began))
        await seeing.time.go(60)
    await opened(seeing, store, 2, "audrey")
    (held,) = await taken(watches)
    for number in (9, 7, 5, 11):  # the session of the last is gone
        await opened(seeing, store, number, "audrey")
    await opened(seeing, store, 3, "ben")
    leases = await taken(process(seeing, store))
    assert {lease.user_id: lease.session_id[-2:] for lease in leases} == {
        "audrey": "07",
        "ben": "03",
    }
    assert await watches.renew(held) is None
    assert len(await store.find(Query(VIDEO_WATCHES, {"is_open": 1}, "leased_until_ms"))) == 2


@pytest.mark.asyncio
async def test_where_time_runs_faster_a_lease_takes_as_long() -> None:
    """It is for processes, and these live in real time."""
    seeing, store = Seeing(), MemoryStore()
    await opened(seeing, store)
    began_ms = (await only(store))["leased_until_ms"]
    assert began_ms == 0
    (lease,) = await taken(process(seeing, store, time_scale=60))
    until_ms = lease.watch["leased_until_ms"]
    assert until_ms - round(seeing.time.now().timestamp() * 1000) == LEASE_S * 60 * 1000


@pytest.mark.asyncio
async def test_a_server_that_cannot_see_opens_nothing() -> None:
    """It says so, and the session is not started either."""
    seeing, store = Seeing(), MemoryStore()
    absent = AbsentSight("not here")
    blind = replace(seeing.eyes, cameras=absent, sight=absent)
    ports = Ports(seeing.time, SeededEntropy(Random(1)), TzdataZones(), store)
    watches = Watches(ports, blind)
    assert not watches.can_see
    with pytest.raises(SightAbsent):
        watches.opening(session_of())


@pytest.mark.asyncio
async def test_a_session_opens_and_closes_its_watch() -> None:
    """One that was not asked for has none."""
    seeing, store = Seeing(), MemoryStore()
    services = seeing.services(store)
    await start(services, watch=False)
    assert await store.find(Query(VIDEO_WATCHES)) == []
    session_id = await start(services, watch=True)
    watch = await only(store)
    assert (watch["session_id"], watch["user_id"], watch["is_open"]) == (session_id, "audrey", 1)
    await services.desktop_pet.stress.end_session(session_id, CALL)
    assert (await only(store))["is_open"] == 0
