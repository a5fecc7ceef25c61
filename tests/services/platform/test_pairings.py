"""Pairing: a device shows a code, its owner confirms it, the device gets its own token."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from random import Random

import pytest

from petcore.errors import (
    BadInput,
    Duplicate,
    NotFound,
    PetcoreError,
    RateLimited,
    StoreUnavailable,
    Unauthorized,
    WrongState,
)
from petcore.ports.store import Collection, Query, R
from petcore.rules import pairing
from petcore.services import Services
from petcore.services.platform import tokens
from petcore.services.platform.collections import DEVICES, PAIRINGS
from petcore.services.platform.pairings import PairingWish
from petcore.wiring import wire_checker
from tests.services.interrupted import InterruptedStore, RestlessStore
from tests.services.platform.pairing_pet import PairingPet, started, use
from tests.services.server import Server
from tests.stores import fresh_store

SECRET = tokens.secret_text(bytes(32))


async def _heard(ask: Awaitable[object]) -> tuple[type[PetcoreError], str]:
    """Which error, and in which words."""
    with pytest.raises(PetcoreError) as caught:
        await ask
    return type(caught.value), caught.value.message


@pytest.mark.asyncio
async def test_a_device_gets_the_token_of_who_confirmed_it() -> None:
    """It waits until then; what it said of itself decides nothing, but its firmware is noted."""
    server = Server()
    services = server.services()
    pet = PairingPet(wish=PairingWish("my pet", "1.0.3", "mallory"))
    await pet.start(services)
    assert await pet.poll(services) is None
    waiting = await services.platform.pairings.waiting(pet.user_code.lower().replace("-", " "))
    assert (waiting["device_name"], waiting["firmware_version"]) == ("my pet", "1.0.3")
    assert waiting["user_id"] == "mallory"
    device = await services.platform.pairings.confirm(pet.user_code, "audrey", "desk")
    answer = await services.platform.pairings.collect(pet.device_code, pet.address)
    assert (answer["user_id"], answer["device_id"]) == ("audrey", device["device_id"])
    assert await use(services.platform.devices, str(answer["token"])) == ("audrey", "desk")
    assert (await services.platform.devices.named("desk"))["firmware_version"] == "1.0.3"


@pytest.mark.asyncio
async def test_the_token_is_given_until_it_was_used() -> None:
    """The same again and again, as answers get lost; then never more."""
    services = Server().services()
    pet = await started(services)
    await services.platform.pairings.confirm(pet.user_code, "audrey", "desk")
    given = {await pet.poll(services) for _ in range(5)}
    (token,) = given
    assert token is not None
    await use(services.platform.devices, token)
    with pytest.raises(NotFound):
        await pet.poll(services)
    assert await use(services.platform.devices, token) == ("audrey", "desk")


@pytest.mark.asyncio
async def test_no_secret_is_stored() -> None:
    """At no time of a pairing: neither the token nor the device code nor their secrets."""
    server = Server()
    services = server.services()
    pet = await started(services)
    seen = [str(await server.stored())]
    await services.platform.pairings.confirm(pet.user_code, "audrey", "desk")
    seen.append(str(await server.stored()))
    token = await pet.poll(services)
    assert token is not None
    await use(services.platform.devices, token)
    seen.append(str(await server.stored()))
    secrets = (pet.device_code, pet.device_code[-43:], token, token[-43:])
    assert not [secret for secret in secrets for stored in seen if secret in stored]
    assert pet.device_code[-43:] != token[-43:]


@pytest.mark.asyncio
async def test_codes_that_do_not_count_are_refused_alike() -> None:
    """Unknown, wrong, used and expired ones, and whatever else is sent: nobody learns which."""
    server = Server()
    services = server.services()
    used, revoked, rotated, other = [await started(services) for _ in range(4)]
    for pet, name in ((used, "used"), (revoked, "revoked"), (rotated, "rotated")):
        await services.platform.pairings.confirm(pet.user_code, "audrey", name)
    await use(services.platform.devices, await used.poll(services) or "")
    await services.platform.devices.revoke("revoked")
    await services.platform.devices.rotate("rotated")
    texts = [
        used.device_code,
        revoked.device_code,
        rotated.device_code,
        other.user_code,
        tokens.device_code("BCDFGHJK", SECRET),
        tokens.device_code(other.user_code.replace("-", ""), SECRET),
        tokens.device_code(other.user_code.replace("-", ""), used.device_code[-43:]),
        other.device_code[:-1],
        other.device_code + "\n",
        "",
    ]
    collect = services.platform.pairings.collect
    heard = {await _heard(collect(text, f"192.0.2.{n}")) for n, text in enumerate(texts)}
    server.clock.advance(10)
    heard.add(await _heard(collect(other.device_code, "192.0.2.100")))
    assert len(heard) == 1
    assert heard.pop()[0] is NotFound


@pytest.mark.asyncio
async def test_a_code_holds_for_ten_minutes() -> None:
    """And for ten more once it was confirmed."""
    server = Server()
    services = server.services()
    pet, late = await started(services), await started(services)
    server.clock.advance(10 - 1 / 60)
    assert await pet.poll(services) is None
    await services.platform.pairings.confirm(pet.user_code, "audrey", "desk")
    server.clock.advance(1 / 60)
    with pytest.raises(NotFound, match="no device shows this code now"):
        await services.platform.pairings.confirm(late.user_code, "audrey", "shelf")
    server.clock.advance(10 - 2 / 60)
    assert await pet.poll(services) is not None
    server.clock.advance(1 / 60)
    with pytest.raises(NotFound):
        await pet.poll(services)


@pytest.mark.asyncio
@pytest.mark.parametrize("minutes", [-1 / 60, -9])
async def test_a_clock_set_back_a_little_disturbs_no_pairing(minutes: float) -> None:
    """As happens when a server asks what time it is."""
    server = Server()
    services = server.services()
    pet = await started(services)
    server.clock.advance(minutes)
    assert await pet.poll(services) is None
    await started(services, "192.0.2.2")
    await services.platform.pairings.confirm(pet.user_code, "audrey", "desk")
    assert await use(services.platform.devices, await pet.poll(services) or "")


@pytest.mark.asyncio
async def test_a_clock_set_back_far_ends_codes() -> None:
    """Otherwise they would hold, and keep others out, for as long as the clock was wrong."""
    server = Server()
    services = server.services()
    pets = [await started(services, f"192.0.2.{n}") for n in range(pairing.OPEN_MAX)]
    server.clock.advance(-60 * 24 * 365)
    with pytest.raises(NotFound):
        await pets[0].poll(services)
    await started(services)
    assert await server.store.count(Query(PAIRINGS)) == 1


@pytest.mark.asyncio
async def test_a_clock_that_leaps_forward_ends_codes() -> None:
    """They are swept away, and the device begins anew."""
    server = Server()
    services = server.services()
    pet = await started(services)
    server.clock.advance(60)
    with pytest.raises(NotFound):
        await pet.poll(services)
    await pet.start(services)
    assert await server.store.count(Query(PAIRINGS)) == 1
    assert await pet.poll(services) is None


@pytest.mark.asyncio
async def test_a_code_is_confirmed_once() -> None:
    """The same once more is answered the same; for another user or name it is refused."""
    services = Server().services()
    pet = await started(services)
    confirm = services.platform.pairings.confirm
    device = await confirm(pet.user_code, "audrey", "desk")
    assert await confirm(pet.user_code, "audrey", "desk") == device
    for user_id, name in (("bob", "desk"), ("audrey", "shelf")):
        with pytest.raises(WrongState, match="confirmed before, as 'desk' of 'audrey'"):
            await confirm(pet.user_code, user_id, name)
    with pytest.raises(WrongState, match="confirmed before, as 'desk' of 'audrey'"):
        await services.platform.pairings.waiting(pet.user_code)
    assert [kept["name"] for kept in await services.platform.devices.all()] == ["desk"]


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ["desk", "", "a\x07b"])
async def test_a_name_that_cannot_be_leaves_the_code_open(name: str) -> None:
    """It is taken, or none: the owner chooses another."""
    services = Server().services()
    await services.platform.devices.add("desk", "bob")
    pet = await started(services)
    with pytest.raises(BadInput) as caught:
        await services.platform.pairings.confirm(pet.user_code, "audrey", name)
    assert caught.value.details[0].loc == ("name",)
    assert await pet.poll(services) is None
    await services.platform.pairings.confirm(pet.user_code, "audrey", "shelf")
    assert await use(services.platform.devices, await pet.poll(services) or "")


@pytest.mark.asyncio
async def test_a_revoked_device_does_not_pair_again_with_its_code() -> None:
    """Its owner said no: the code is gone with it, used or not. Other pairings stay."""
    services = Server().services()
    pet, other = await started(services), await started(services)
    await services.platform.pairings.confirm(pet.user_code, "audrey", "desk")
    await services.platform.pairings.confirm(other.user_code, "audrey", "shelf")
    token = await pet.poll(services)
    await services.platform.devices.revoke("desk")
    with pytest.raises(NotFound):
        await pet.poll(services)
    with pytest.raises(NotFound):
        await services.platform.pairings.confirm(pet.user_code, "audrey", "desk")
    with pytest.raises(Unauthorized):
        await services.platform.devices.recognise(token or "")
    assert await use(services.platform.devices, await other.poll(services) or "")


@pytest.mark.asyncio
async def test_of_a_revoked_device_stays_its_id() -> None:
    """Nothing of its user, no hash that anything proves, no name that anybody could give; and what
    stays is as it has to be, to the letter.
    """
    server = Server()
    services = server.services()
    pet = PairingPet(wish=PairingWish("my pet", "1.0.3", None))
    await pet.start(services)
    device = await services.platform.pairings.confirm(pet.user_code, "audrey", "desk")
    await use(services.platform.devices, await pet.poll(services) or "")
    await services.platform.devices.revoke("desk")
    (kept,) = await server.store.find(Query(DEVICES))
    for gone in ("audrey", "desk", "1.0.3", device["token_hash"]):
        assert gone not in str(kept)
    assert kept["device_id"] == device["device_id"]
    assert not pairing.is_name(kept["name"])
    for act in (services.platform.devices.rotate, services.platform.devices.revoke):
        with pytest.raises(NotFound):
            await act(kept["name"])
    check = wire_checker().faults
    assert list(check("devices", kept)) == []
    for field in ("user_id", "token_hash", "firmware_version", "last_seen_at"):
        spoiled = {**kept, field: {**device, "last_seen_at": server.clock.now()}[field]}
        assert {fault.field for fault in check("devices", spoiled)} == {field}


@pytest.mark.asyncio
async def test_a_token_rotated_before_it_was_collected_is_not_given() -> None:
    """The device would get one that does not work."""
    services = Server().services()
    pet = await started(services)
    await services.platform.pairings.confirm(pet.user_code, "audrey", "desk")
    issued = await services.platform.devices.rotate("desk")
    with pytest.raises(NotFound):
        await pet.poll(services)
    assert await use(services.platform.devices, issued.token) == ("audrey", "desk")


@pytest.mark.asyncio
async def test_so_many_pair_at_a_time() -> None:
    """With more, a mistyped code might be somebody else's. The next hears when there is room."""
    server = Server()
    services = server.services()
    for n in range(pairing.OPEN_MAX):
        await started(services, f"192.0.2.{n}")
        server.clock.advance(1 / 60)
    with pytest.raises(RateLimited, match="too many devices pair now") as caught:
        await started(services, "192.0.2.200")
    assert caught.value.retry_after_s == 600 - pairing.OPEN_MAX
    server.clock.instant += timedelta(seconds=caught.value.retry_after_s)
    await started(services, "192.0.2.200")


@pytest.mark.asyncio
async def test_nobody_starts_too_often() -> None:
    """Ten times at once from an address, all of an IPv6 network being one."""
    services = Server().services()
    for n in range(10):
        await started(services, f"2001:db8::{n}")
    with pytest.raises(RateLimited, match="too many pairing starts") as caught:
        await started(services, "2001:db8::ffff")
    assert caught.value.retry_after_s == 60
    await started(services, "2001:db8:0:1::")


@pytest.mark.asyncio
@pytest.mark.parametrize("addresses", [1, 500])
async def test_ten_thousand_guesses_open_nothing(addresses: int) -> None:
    """While time goes by, from one address or many, at two processes, with a restart in between:
    none is right, few are even looked at twice, and a pet pairs meanwhile.
    """
    server, chance = Server(), Random(5)
    processes = [server.services(), server.services()]
    pet, victim = await started(processes[0]), await started(processes[0])
    expired = tokens.device_code("BCDFGHJK", SECRET)
    texts = [
        lambda: tokens.device_code(
            pairing.user_code(chance.randbytes(8)), tokens.secret_text(chance.randbytes(32))
        ),
        lambda: tokens.device_code(
            victim.user_code.replace("-", ""), tokens.secret_text(chance.randbytes(32))
        ),
        lambda: victim.user_code,
        lambda: expired,
    ]
    heard = {NotFound: 0, RateLimited: 0}
    for n in range(10_000):
        if n == 5_000:
            processes = [server.services(), server.services()]
            await processes[0].platform.pairings.confirm(pet.user_code, "audrey", "desk")
        server.clock.instant += timedelta(milliseconds=30)
        guess = processes[n % 2].platform.pairings.collect(
            texts[n % 4](), f"198.51.{n % addresses // 250}.{n % addresses % 250}"
        )
        try:
            await guess
        except (NotFound, RateLimited) as refusal:
            heard[type(refusal)] += 1
    assert sum(heard.values()) == 10_000
    assert heard[NotFound] <= addresses * (10 + 5)
    token = await pet.poll(processes[1])
    assert await use(processes[0].platform.devices, token or "") == ("audrey", "desk")
    assert await victim.poll(processes[0]) is None


@pytest.mark.asyncio
async def test_ten_thousand_guesses_of_the_short_code_confirm_nothing() -> None:
    """While as many pair as may. Only who owns the server gets as far as guessing these."""
    services, chance = Server().services(), Random(7)
    pets = [await started(services, f"192.0.2.{n}") for n in range(pairing.OPEN_MAX)]
    pairings = services.platform.pairings
    for n in range(10_000):
        code = pairing.user_code(chance.randbytes(8))
        with pytest.raises(NotFound):
            await (pairings.waiting(code) if n % 2 else pairings.confirm(code, "mallory", "m"))
    assert {await pet.poll(services) for pet in pets} == {None}
    assert await services.platform.devices.all() == []


@pytest.mark.asyncio
async def test_a_guesser_with_a_whole_network_is_one() -> None:
    """Of IPv6 everybody has 2**64 addresses."""
    collect = Server().services().platform.pairings.collect
    for n in range(10):
        assert (await _heard(collect("guess", f"2001:db8::{n}")))[0] is NotFound
    assert (await _heard(collect("guess", "2001:db8::ffff")))[0] is RateLimited
    assert (await _heard(collect("guess", "2001:db8:0:1::")))[0] is NotFound


@pytest.mark.asyncio
async def test_a_guesser_does_not_hold_up_who_shares_his_address() -> None:
    """Behind one router all have one address. Who has the right code makes no guess."""
    server = Server()
    services = server.services()
    pet = await started(services)
    for _ in range(10):
        with pytest.raises(NotFound):
            await services.platform.pairings.collect("guess", pet.address)
    with pytest.raises(RateLimited, match="too many pairing guesses") as caught:
        await services.platform.pairings.collect("guess", pet.address)
    assert caught.value.retry_after_s == 60
    assert await pet.poll(services) is None
    await services.platform.pairings.confirm(pet.user_code, "audrey", "desk")
    assert await use(services.platform.devices, await pet.poll(services) or "")


@pytest.mark.asyncio
@pytest.mark.parametrize("kind", ["memory", "sqlite"])
async def test_devices_pair_on_every_store(kind: str) -> None:
    """From the first code to the revoked device; what is over is deleted, and nothing else."""
    server = Server()
    with fresh_store(kind) as store:
        services = server.services(store)
        await services.open()
        pets = [await started(services) for _ in range(3)]
        confirm = services.platform.pairings.confirm
        for n, pet in enumerate(pets[:2]):
            await confirm(pet.user_code, "audrey", f"desk {n}")
            assert await pet.poll(services) == await pet.poll(services) is not None
        with pytest.raises(BadInput):
            await confirm(pets[2].user_code, "audrey", "desk 1")
        await services.platform.devices.revoke("desk 0")
        with pytest.raises(NotFound):
            await pets[0].poll(services)
        token = await pets[1].poll(services)
        assert await use(services.platform.devices, token or "") == ("audrey", "desk 1")
        assert await store.count(Query(PAIRINGS)) == 2
        server.clock.advance(10)
        await started(services)
        assert await store.count(Query(PAIRINGS)) == 1
        assert [device["name"] for device in await services.platform.devices.all()] == ["desk 1"]
        await services.close()


Confirm = Callable[[Services, PairingPet], Awaitable[object]]


async def _the_same(services: Services, pet: PairingPet) -> object:
    return await services.platform.pairings.confirm(pet.user_code, "audrey", "desk")


async def _otherwise(services: Services, pet: PairingPet) -> object:
    try:
        return await services.platform.pairings.confirm(pet.user_code, "audrey", "shelf")
    except WrongState:
        return await services.platform.devices.named("desk")


async def _nothing(services: Services, pet: PairingPet) -> object:
    del pet
    return await services.platform.devices.all()


@pytest.mark.asyncio
@pytest.mark.parametrize("again", [_the_same, _otherwise, _nothing])
@pytest.mark.parametrize("is_restarted", [False, True])
@pytest.mark.parametrize("is_stored", [False, True])
@pytest.mark.parametrize("writes", range(4))
async def test_a_confirmation_cut_off_is_whole_in_the_end(
    again: Confirm, writes: int, *, is_stored: bool, is_restarted: bool
) -> None:
    """After whatever write its process dies, and whoever comes next: its owner, who confirms once
    more, a start, or the device alone. It gets a token that works, or can still be confirmed.
    """
    server = Server()
    pet = await started(server.services())
    cut = server.services(InterruptedStore(server.store, writes, is_stored=is_stored))
    is_whole = True
    try:
        await _the_same(cut, pet)
    except StoreUnavailable:
        is_whole = False
    assert is_whole == (writes >= 3)
    services = server.services()
    if is_restarted:
        await services.open()
    await again(services, pet)
    token = await pet.poll(services)
    if token is None:
        assert again is _nothing
        assert await services.platform.devices.all() == []
        await _the_same(services, pet)
        token = await pet.poll(services)
    assert await use(services.platform.devices, token or "") in [
        ("audrey", "desk"),
        ("audrey", "shelf"),
    ]
    assert len(await services.platform.devices.all()) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("is_stored", [False, True])
@pytest.mark.parametrize("writes", range(3))
@pytest.mark.parametrize("before", [1, 2])
async def test_a_collection_cut_off_can_be_repeated(
    before: int, writes: int, *, is_stored: bool
) -> None:
    """The device finishes what the confirmation left half done, or leaves it half done itself."""
    server = Server()
    pet = await started(server.services())
    with pytest.raises(StoreUnavailable):
        await _the_same(
            server.services(InterruptedStore(server.store, before, is_stored=False)), pet
        )
    services = server.services()
    cut = server.services(InterruptedStore(server.store, writes, is_stored=is_stored))
    try:
        token = await pet.poll(cut)
    except StoreUnavailable:
        token = await pet.poll(services)
    assert await use(services.platform.devices, token or "") == ("audrey", "desk")


@pytest.mark.asyncio
@pytest.mark.parametrize("is_stored", [False, True])
@pytest.mark.parametrize("writes", range(2))
async def test_a_start_cut_off_can_be_repeated(writes: int, *, is_stored: bool) -> None:
    """A code that nobody was told opens nothing and is gone with time."""
    server = Server()
    with pytest.raises(StoreUnavailable):
        await started(server.services(InterruptedStore(server.store, writes, is_stored=is_stored)))
    services = server.services()
    pet = await started(services)
    await _the_same(services, pet)
    assert await use(services.platform.devices, await pet.poll(services) or "")
    server.clock.advance(10)
    await started(services)
    assert await server.store.count(Query(PAIRINGS)) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("is_stored", [False, True])
async def test_a_revocation_cut_off_can_be_repeated(*, is_stored: bool) -> None:
    """What was begun never leaves a code that could be confirmed anew."""
    server = Server()
    services = server.services()
    pet = await started(services)
    await _the_same(services, pet)

    class CutStore(InterruptedStore):
        async def delete(self, query: Query[R]) -> int:
            """Fail; nothing more is deleted than the first."""
            if is_stored:
                await server.store.delete(query)
            raise StoreUnavailable("cut off")

    with pytest.raises(StoreUnavailable):
        await server.services(CutStore(server.store, 9, is_stored=False)).platform.devices.revoke(
            "desk"
        )
    await services.platform.devices.revoke("desk")
    with pytest.raises(NotFound):
        await services.platform.pairings.waiting(pet.user_code)
    with pytest.raises(NotFound):
        await pet.poll(services)


class _TwinNameStore(InterruptedStore):
    """Somebody takes the name between the question for it and the device."""

    def __init__(self, server: Server) -> None:
        super().__init__(server.store, 99, is_stored=True)
        self._server = server

    async def replace(self, collection: Collection[R], document: R, expected: int) -> bool:
        """Let the other go first."""
        if collection.name == "pairings" and document["device_id"]:
            devices = self._server.services().platform.devices
            if not await devices.all():
                await devices.add("desk", "bob")
        return await super().replace(collection, document, expected)


@pytest.mark.asyncio
@pytest.mark.parametrize("does_poll", [False, True])
async def test_a_code_that_lost_its_name_can_be_confirmed_again(*, does_poll: bool) -> None:
    """The device shows it still: it hears that it has to wait."""
    server = Server()
    services = server.services()
    pet = await started(services)
    with pytest.raises(BadInput, match="another device is named 'desk'"):
        await _the_same(server.services(_TwinNameStore(server)), pet)
    if does_poll:
        assert await pet.poll(services) is None
    assert (await services.platform.pairings.waiting(pet.user_code))["firmware_version"] == ""
    await services.platform.pairings.confirm(pet.user_code, "audrey", "shelf")
    assert await use(services.platform.devices, await pet.poll(services) or "") == (
        "audrey",
        "shelf",
    )


@pytest.mark.asyncio
async def test_who_is_overtaken_for_ever_gives_up() -> None:
    """A code that is there is never said not to be."""
    server = Server()
    pet = await started(server.services())
    restless = server.services(RestlessStore(server.store, 99, is_stored=False))
    with pytest.raises(StoreUnavailable, match="too many changes"):
        await _the_same(restless, pet)
    half = server.services(InterruptedStore(server.store, 1, is_stored=False))
    with pytest.raises(StoreUnavailable):
        await _the_same(half, pet)
    with pytest.raises(StoreUnavailable, match="too many changes"):
        await pet.poll(restless)


class _CrowdedStore(InterruptedStore):
    """Somebody has the first ``codes`` codes already."""

    def __init__(self, server: Server, codes: int) -> None:
        super().__init__(server.store, 999, is_stored=False)
        self._codes = codes

    async def insert(self, collection: Collection[R], document: R) -> None:
        """Refuse so many."""
        if collection.name == "pairings" and self._codes:
            self._codes -= 1
            raise Duplicate("taken")
        await super().insert(collection, document)


@pytest.mark.asyncio
async def test_a_code_that_somebody_has_is_not_given_to_another() -> None:
    """The next is; but whoever finds none that is free gives up."""
    server = Server()
    pet = await started(server.services(_CrowdedStore(server, 5)))
    assert await pet.poll(server.services()) is None
    with pytest.raises(StoreUnavailable, match="too many changes"):
        await started(server.services(_CrowdedStore(server, 999)))


@pytest.mark.asyncio
@pytest.mark.parametrize("act", ["revoke", "rotate"])
async def test_who_cannot_change_a_device_says_so(act: str) -> None:
    """It is not said to be revoked when it is not."""
    server = Server()
    await server.services().platform.devices.add("desk", "audrey")
    devices = server.services(RestlessStore(server.store, 99, is_stored=False)).platform.devices
    with pytest.raises(StoreUnavailable, match="too many changes"):
        await (devices.revoke if act == "revoke" else devices.rotate)("desk")
    assert await server.services().platform.devices.named("desk")
