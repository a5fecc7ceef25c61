"""Several devices, owners and processes at once: each device gets what its own owner confirmed."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from petcore.errors import (
    BadInput,
    NotFound,
    RateLimited,
    StoreUnavailable,
    Unauthorized,
    WrongState,
)
from petcore.ports.store import Collection, Query, R
from petcore.rules import pairing
from petcore.services import Services
from petcore.services.platform import tokens
from petcore.services.platform.collections import PAIRINGS, Device
from tests.services.interleaved import InterleavedStore
from tests.services.interrupted import InterruptedStore
from tests.services.platform.pairing_pet import PairingPet, started, use
from tests.services.server import Server, SetClock

SEEDS = range(12)
USERS = ("audrey", "bob")

T = TypeVar("T")


def _processes(server: Server, seed: object, count: int) -> list[Services]:
    return [
        server.services(InterleavedStore(server.store, Random(f"{seed}/{n}"))) for n in range(count)
    ]


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", SEEDS)
async def test_one_confirmation_sent_twice(seed: int) -> None:
    """All who confirm a code alike hear of one device."""
    server = Server()
    pet = await started(server.services())
    devices = await asyncio.gather(
        *(
            services.platform.pairings.confirm(pet.user_code, "audrey", "desk")
            for services in _processes(server, seed, 4)
        )
    )
    assert await server.services().platform.devices.all() == devices[:1]
    assert all(device == devices[0] for device in devices)


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", SEEDS)
async def test_two_owners_confirm_one_code(seed: int) -> None:
    """One of them does; the others are told that it was confirmed before."""
    server = Server()
    pet = await started(server.services())
    ends = await asyncio.gather(
        *(
            services.platform.pairings.confirm(pet.user_code, f"user {n}", f"desk {n}")
            for n, services in enumerate(_processes(server, seed, 4))
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(end, WrongState) for end in ends) == 3
    (device,) = [end for end in ends if isinstance(end, dict)]
    services = server.services()
    mine = (device["user_id"], device["name"])
    assert await use(services.platform.devices, await pet.poll(services) or "") == mine
    assert len(await services.platform.devices.all()) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", SEEDS)
async def test_two_codes_are_confirmed_under_one_name(seed: int) -> None:
    """One gets it; the others still show their codes, and get another name and their own token."""
    server = Server()
    services = server.services()
    pets = [await started(services) for _ in range(4)]
    ends = await asyncio.gather(
        *(
            process.platform.pairings.confirm(pet.user_code, f"user {n}", "desk")
            for n, (process, pet) in enumerate(zip(_processes(server, seed, 4), pets, strict=True))
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(end, BadInput) for end in ends) == 3
    for n, (pet, end) in enumerate(zip(pets, ends, strict=True)):
        if isinstance(end, BadInput):
            assert await pet.poll(services) is None
            await services.platform.pairings.confirm(pet.user_code, f"user {n}", f"shelf {n}")
        token = await pet.poll(services)
        assert (await use(services.platform.devices, token or ""))[0] == f"user {n}"


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", SEEDS)
async def test_a_device_asks_while_its_code_is_confirmed(seed: int) -> None:
    """It has to wait, or gets a token that works; never is it told that its code is wrong."""
    server = Server()
    pet = await started(server.services())
    owner, *others = _processes(server, seed, 6)

    async def poll(services: Services) -> str | None:
        token = await pet.poll(services)
        if token:
            await services.platform.devices.recognise(token)
        return token

    _, *given = await asyncio.gather(
        owner.platform.pairings.confirm(pet.user_code, "audrey", "desk"), *map(poll, others)
    )
    assert len({*given, await pet.poll(server.services())} - {None}) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", range(24))
async def test_codes_are_swept_away_while_one_is_confirmed(seed: int) -> None:
    """By a process whose clock is ahead: it is confirmed and collected, or neither."""
    server = Server()
    pet = await started(server.services())
    server.clock.advance(9.99)
    ahead = Server(SetClock(server.clock.instant + timedelta(seconds=2)), server.store)
    (owner,), (sweeper,) = _processes(server, seed, 1), _processes(ahead, f"{seed}/ahead", 1)
    confirmed, _ = await asyncio.gather(
        owner.platform.pairings.confirm(pet.user_code, "audrey", "desk"),
        started(sweeper, "192.0.2.2"),
        return_exceptions=True,
    )
    services = server.services()
    if isinstance(confirmed, NotFound):
        assert await services.platform.devices.all() == []
    else:
        token = await pet.poll(services)
        assert await use(services.platform.devices, token or "") == ("audrey", "desk")


async def _granted(processes: list[Services], count: int) -> int:
    """How many pets get a code, all asking at once, each from an address of its own."""
    ends = await asyncio.gather(
        *(
            started(processes[n % len(processes)], f"198.51.{n // 250}.{n % 250}")
            for n in range(count)
        ),
        return_exceptions=True,
    )
    assert {type(end) for end in ends} <= {PairingPet, RateLimited}
    return sum(isinstance(end, PairingPet) for end in ends)


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", range(4))
async def test_so_many_of_a_hundred_pair(seed: int) -> None:
    """Of a hundred that ask one process at once, all places are given and none twice."""
    server = Server()
    assert await _granted(_processes(server, seed, 1), 100) == pairing.OPEN_MAX
    assert await server.store.count(Query(PAIRINGS)) == pairing.OPEN_MAX


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", range(6))
async def test_processes_never_let_too_many_pair(seed: int) -> None:
    """Those that met on the last place have left nothing, so it can be taken."""
    server = Server()
    granted = await _granted(_processes(server, seed, 5), 100)
    assert pairing.OPEN_MAX - 5 < granted <= pairing.OPEN_MAX
    assert await server.store.count(Query(PAIRINGS)) == granted
    assert await _granted([server.services()], 40) == pairing.OPEN_MAX - granted


class _StalledStore(InterruptedStore):
    """Its process stands still before it delivers a device, until it is ``awake``."""

    def __init__(self, server: Server) -> None:
        super().__init__(server.store, 99, is_stored=True)
        self.is_stalled, self.awake = asyncio.Event(), asyncio.Event()

    async def insert(self, collection: Collection[R], document: R) -> None:
        """Insert, but a device only when awake."""
        if collection.name == "devices":
            self.is_stalled.set()
            await self.awake.wait()
        await super().insert(collection, document)


async def _polls(services: Services, pet: PairingPet) -> None:
    with suppress(NotFound):
        await pet.poll(services)


async def _starts_anew(services: Services, pet: PairingPet) -> None:
    del pet
    await services.open()


async def _confirms_again(services: Services, pet: PairingPet) -> None:
    with suppress(NotFound):
        await services.platform.pairings.confirm(pet.user_code, "audrey", "desk")


@pytest.mark.asyncio
@pytest.mark.parametrize("settle", [_polls, _starts_anew, _confirms_again])
@pytest.mark.parametrize("minutes", [0, 60 * 24 * 365])
@pytest.mark.parametrize("is_used", [False, True])
async def test_a_revoked_device_never_comes_back(
    settle: Callable[[Services, PairingPet], Coroutine[object, object, None]],
    minutes: int,
    *,
    is_used: bool,
) -> None:
    """Although a process that found it in an outbox, before, delivers it afterwards."""
    server = Server()
    services = server.services()
    pet = await started(services)
    half = server.services(InterruptedStore(server.store, 2, is_stored=False))
    with pytest.raises(StoreUnavailable):
        await half.platform.pairings.confirm(pet.user_code, "audrey", "desk")
    stalled = _StalledStore(server)
    settling = asyncio.create_task(settle(server.services(stalled), pet))
    await stalled.is_stalled.wait()
    token = await pet.poll(services) or ""
    if is_used:
        await use(services.platform.devices, token)
    await services.platform.devices.revoke("desk")
    server.clock.advance(minutes)
    await started(services, "192.0.2.2")
    stalled.awake.set()
    await settling
    assert await services.platform.devices.all() == []
    with pytest.raises(Unauthorized):
        await services.platform.devices.recognise(token)
    with pytest.raises(NotFound):
        await pet.poll(services)
    with pytest.raises(NotFound):
        await services.platform.pairings.confirm(pet.user_code, "audrey", "desk")
    new = await services.platform.devices.add("desk", "bob")
    assert await use(services.platform.devices, new.token) == ("bob", "desk")


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", range(16))
async def test_revoking_amid_all_that_a_pet_does(seed: int) -> None:
    """It asks for its token, uses it, and its code is confirmed once more, all while its owner
    revokes it: then it is revoked, and nobody is told that the code waits.
    """
    server = Server()
    pet = await started(server.services())
    half = server.services(InterruptedStore(server.store, 2, is_stored=False))
    with pytest.raises(StoreUnavailable):
        await half.platform.pairings.confirm(pet.user_code, "audrey", "desk")
    owner, again, *others = _processes(server, seed, 6)
    told: list[bool] = []

    async def poll(services: Services) -> None:
        with suppress(NotFound, Unauthorized):
            token = await pet.poll(services)
            told.append(token is not None)
            await use(services.platform.devices, token or "")

    await asyncio.gather(
        owner.platform.devices.revoke("desk"), _confirms_again(again, pet), *map(poll, others)
    )
    assert await server.services().platform.devices.all() == []
    assert all(told)
    with pytest.raises(NotFound):
        await pet.poll(server.services())


@dataclass(slots=True)
class _Paired:
    """What is known of a pet: what its owners tried, and what they were told."""

    pet: PairingPet
    tried: set[tuple[str, str]] = field(default_factory=set)
    told: tuple[str, str] | None = None
    is_ended: bool = False

    @property
    def token_hash(self) -> str:
        """What the store keeps of the token that this pet shall get."""
        return tokens.Proof("", tokens.token_secret(self.pet.device_code[-43:])).hash


class Household(RuleBasedStateMachine):
    """Pets and owners do what they like, at two processes of which each may die at any write."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.server = Server()
        self.processes = [self.server.services(), self.server.services()]
        self.pets: list[_Paired] = []
        self.tokens: dict[str, _Paired] = {}

    def teardown(self) -> None:
        """Let go of the loop."""
        self.runner.close()

    def do(self, work: Coroutine[object, object, T]) -> T:
        """Do it now."""
        return self.runner.run(work)

    @rule(process=st.integers(0, 1))
    def start(self, process: int) -> None:
        """One pet more shows a code."""
        address = f"192.0.2.{len(self.pets)}"
        try:
            pet = self.do(started(self.processes[process], address))
        except RateLimited:
            return
        self.pets.append(_Paired(pet))

    @precondition(lambda self: self.pets)
    @rule(
        data=st.data(),
        process=st.integers(0, 1),
        user=st.sampled_from(USERS),
        number=st.integers(0, 2),
        cut=st.none() | st.tuples(st.integers(0, 3), st.booleans()),
    )
    def confirm(
        self,
        data: st.DataObject,
        process: int,
        user: str,
        number: int,
        cut: tuple[int, bool] | None,
    ) -> None:
        """Some owner types some code; the process may die of it."""
        paired = data.draw(st.sampled_from(self.pets))
        services, name = self.processes[process], f"pet {number}"
        if cut:
            store = InterruptedStore(self.server.store, cut[0], is_stored=cut[1])
            services = self.server.services(store)
        paired.tried.add((user, name))
        try:
            device = self.do(services.platform.pairings.confirm(paired.pet.user_code, user, name))
        except (NotFound, WrongState, BadInput, StoreUnavailable):
            return
        assert (device["user_id"], device["name"]) == (user, name)
        assert paired.told in (None, (user, name))
        paired.told = (user, name)

    @precondition(lambda self: self.pets)
    @rule(data=st.data(), process=st.integers(0, 1))
    def collect(self, data: st.DataObject, process: int) -> None:
        """Some pet asks for its token; what it gets is its own and works."""
        paired = data.draw(st.sampled_from(self.pets))
        services = self.processes[process]
        try:
            token = self.do(paired.pet.poll(services))
        except (NotFound, RateLimited):
            return
        if token is None:
            assert paired.told is None
            return
        assert not paired.is_ended
        assert self.tokens.setdefault(token, paired) is paired
        device = self.do(services.platform.devices.recognise(token))
        assert self._is_of(device, paired)

    @precondition(lambda self: self.tokens)
    @rule(data=st.data(), process=st.integers(0, 1))
    def use(self, data: st.DataObject, process: int) -> None:
        """Some pet uses its token: it acts for its owner, or the token was ended."""
        token = data.draw(st.sampled_from(sorted(self.tokens)))
        paired = self.tokens[token]
        devices = self.processes[process].platform.devices
        try:
            mine = self.do(use(devices, token))
        except Unauthorized:
            assert paired.is_ended
            return
        assert not paired.is_ended
        assert mine in paired.tried if paired.told is None else mine == paired.told

    @rule(process=st.integers(0, 1), number=st.integers(0, 2), does_rotate=st.booleans())
    def end(self, process: int, number: int, *, does_rotate: bool) -> None:
        """An owner ends the token of some name."""
        devices, name = self.processes[process].platform.devices, f"pet {number}"
        try:
            device = self.do(devices.named(name))
        except NotFound:
            return
        if does_rotate:
            self.do(devices.rotate(name))
        else:
            self.do(devices.revoke(name))
        for paired in [*self.pets, *self.tokens.values()]:
            paired.is_ended |= paired.token_hash == device["token_hash"]

    @rule(seconds=st.sampled_from([1, 60, 300, 601, -1, -120, -100_000]))
    def time(self, seconds: int) -> None:
        """The clock goes on, or is set back."""
        self.server.clock.instant += timedelta(seconds=seconds)

    @rule(process=st.integers(0, 1))
    def restart(self, process: int) -> None:
        """A process is started anew and finishes what others left."""
        self.processes[process] = self.server.services()
        self.do(self.processes[process].open())

    @precondition(lambda self: self.pets)
    @rule(data=st.data(), process=st.integers(0, 1))
    def settle(self, data: st.DataObject, process: int) -> None:
        """Whatever happened: a pet that begins anew is paired."""
        paired, services = data.draw(st.sampled_from(self.pets)), self.processes[process]
        name = f"new {len(self.tokens)}"
        try:
            pet = self.do(started(services, "198.51.100.1"))
            self.do(services.platform.pairings.confirm(pet.user_code, "audrey", name))
        except RateLimited:
            return
        token = self.do(pet.poll(services))
        assert self.do(use(services.platform.devices, token or "")) == ("audrey", name)
        fresh = _Paired(pet, {("audrey", name)}, ("audrey", name))
        self.tokens[token or ""] = fresh
        self.pets[self.pets.index(paired)] = fresh

    @invariant()
    def names_are_unique(self) -> None:
        """And each device's hash, too."""
        devices = self.do(self.processes[0].platform.devices.all())
        assert len({device["name"] for device in devices}) == len(devices)
        assert len({device["token_hash"] for device in devices}) == len(devices)

    def _is_of(self, device: Device, paired: _Paired) -> bool:
        mine = (device["user_id"], device["name"])
        return mine in paired.tried and paired.told in (None, mine)


def test_no_two_devices_are_ever_mixed_up() -> None:
    """Whatever happens in whatever order."""
    run(Household, settings=settings(max_examples=60, stateful_step_count=30))
