"""Devices: each has a token of its own, which ends when its owner says so."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petcore.errors import BadInput, NotFound, StoreUnavailable, Unauthorized
from petcore.ports.store import Query, R
from petcore.services.platform import Devices, tokens
from petcore.services.platform.devices import Issued
from tests.services.interleaved import InterleavedStore
from tests.services.interrupted import InterruptedStore
from tests.services.platform.pairing_pet import use
from tests.services.server import Server

SEEDS = range(8)
SECRET = tokens.secret_text(bytes(32))


async def _refused(devices: Devices, token: str) -> bool:
    try:
        await devices.recognise(token)
    except Unauthorized as refusal:
        return str(refusal) == "the token is not valid"
    return False


@pytest.mark.asyncio
async def test_a_token_is_known_to_its_owner_only() -> None:
    """The store can tell whether it is right, and nobody can tell from the store what it is."""
    server = Server()
    devices = server.services().platform.devices
    issued = await devices.add("desk", "audrey")
    assert await use(devices, issued.token) == ("audrey", "desk")
    assert issued.token[-43:] not in str(await server.stored())


@pytest.mark.asyncio
async def test_a_token_proves_one_device() -> None:
    """The secret of one device does not open for another, nor for one that is not there."""
    devices = Server().services().platform.devices
    mine, other = await devices.add("mine", "audrey"), await devices.add("other", "bob")
    nobody = "0f8fad5b-d9cb-469f-a165-70867728950e"
    for device_id in (other.device["device_id"], nobody):
        assert await _refused(devices, tokens.token(device_id, mine.token[-43:]))
    assert await _refused(devices, tokens.token(mine.device["device_id"], SECRET))


@given(st.text() | st.text("pet_0123456789abcdefAZ-", max_size=90))
def test_any_text_is_refused_as_any_other(text: str) -> None:
    """Nothing that is no token disturbs."""
    devices = Server().services().platform.devices
    assert asyncio.run(_refused(devices, text))


@pytest.mark.asyncio
async def test_rotating_ends_the_old_token() -> None:
    """At once; everything else about the device stays."""
    devices = Server().services().platform.devices
    old = await devices.add("desk", "audrey")
    await use(devices, old.token)
    new = await devices.rotate("desk")
    assert await _refused(devices, old.token)
    assert await use(devices, new.token) == ("audrey", "desk")
    assert new.device["device_id"] == old.device["device_id"]
    assert new.device["last_seen_at"] is not None


@pytest.mark.asyncio
async def test_revoking_ends_the_device() -> None:
    """Its token is refused, its name is free, and the next of that name is another device."""
    devices = Server().services().platform.devices
    old = await devices.add("desk", "audrey")
    await devices.add("shelf", "audrey")
    assert (await devices.revoke("desk"))["device_id"] == old.device["device_id"]
    assert await _refused(devices, old.token)
    new = await devices.add("desk", "bob")
    assert await _refused(devices, old.token)
    assert await use(devices, new.token) == ("bob", "desk")
    assert [device["name"] for device in await devices.all()] == ["desk", "shelf"]


@pytest.mark.asyncio
@pytest.mark.parametrize("act", [Devices.rotate, Devices.revoke, Devices.named])
async def test_a_device_that_is_not_there(
    act: Callable[[Devices, str], Awaitable[object]],
) -> None:
    """Its name is told."""
    with pytest.raises(NotFound, match="'desk'"):
        await act(Server().services().platform.devices, "desk")


@pytest.mark.asyncio
async def test_a_name_belongs_to_one_device() -> None:
    """Also if both users ask in the same instant."""
    server = Server()
    for seed in SEEDS:
        name = f"desk {seed}"
        both = await asyncio.gather(
            *(
                server.services(
                    InterleavedStore(server.store, Random(f"{seed}/{user}"))
                ).platform.devices.add(name, user)
                for user in ("audrey", "bob")
            ),
            return_exceptions=True,
        )
        refused = [end for end in both if isinstance(end, BadInput)]
        assert [refusal.details[0].loc for refusal in refused] == [("name",)]
        assert sum(isinstance(end, Issued) for end in both) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("name", "user_id", "field"),
    [
        ("", "audrey", "name"),
        ("x" * 65, "audrey", "name"),
        ("a\x1b[2J", "audrey", "name"),
        ("desk ", "audrey", "name"),
        ("de\u200bsk", "audrey", "name"),
        ("desk", "", "user_id"),
        ("desk", "x" * 129, "user_id"),
        ("desk", "a\nb", "user_id"),
    ],
)
async def test_what_cannot_be_a_name_or_a_user(name: str, user_id: str, field: str) -> None:
    """It is refused before anything is stored."""
    server = Server()
    with pytest.raises(BadInput) as caught:
        await server.services().platform.devices.add(name, user_id)
    assert caught.value.details[0].loc == (field,)
    assert not any((await server.stored()).values())


@pytest.mark.asyncio
async def test_a_user_need_not_be_legible() -> None:
    """Whoever the API knows can have a device."""
    devices = Server().services().platform.devices
    issued = await devices.add("desk", " \x9b\u200b")
    assert await use(devices, issued.token) == (" \x9b\u200b", "desk")


@pytest.mark.asyncio
async def test_a_device_is_seen_once_a_minute() -> None:
    """Otherwise nothing is written, unless it has another firmware."""
    server = Server()
    devices = server.services().platform.devices
    device = await devices.recognise((await devices.add("desk", "audrey")).token)
    first = await devices.see(device, None)
    assert first["last_seen_at"] == server.clock.now()
    server.clock.advance(0.99)
    assert await devices.see(first, None) is first
    newer = await devices.see(first, "1.1")
    assert (newer["firmware_version"], newer["last_seen_at"]) == ("1.1", server.clock.now())
    assert await devices.see(newer, "1.1") is newer
    server.clock.advance(1)
    assert (await devices.see(newer, None))["firmware_version"] == "1.1"
    assert [kept["last_seen_at"] for kept in await devices.all()] == [server.clock.now()]


@pytest.mark.asyncio
async def test_a_clock_that_was_set_back_still_sees() -> None:
    """Not only when it has caught up."""
    server = Server()
    devices = server.services().platform.devices
    device = await devices.see((await devices.add("desk", "audrey")).device, None)
    server.clock.advance(-60)
    assert (await devices.see(device, None))["last_seen_at"] == server.clock.now()


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", SEEDS)
async def test_seeing_never_brings_an_old_token_back(seed: int) -> None:
    """Whoever saw the device before its token changed does not write it as it was."""
    server = Server()
    calm = server.services().platform.devices
    old = await calm.add("desk", "audrey")
    racing = [
        server.services(InterleavedStore(server.store, Random(f"{seed}/{n}"))).platform.devices
        for n in range(6)
    ]
    ends = await asyncio.gather(
        racing[0].rotate("desk"),
        *(devices.see(old.device, f"1.{n}") for n, devices in enumerate(racing[1:])),
    )
    new = ends[0]
    assert isinstance(new, Issued)
    assert await _refused(calm, old.token)
    assert await use(calm, new.token) == ("audrey", "desk")


class _SeenMeanwhileStore(InterruptedStore):
    """The device knocks after whoever wants to change it has read it."""

    def __init__(self, server: Server) -> None:
        super().__init__(server.store, 99, is_stored=True)
        self._server = server

    async def find(self, query: Query[R]) -> list[R]:
        """Read, then let the device be seen, once."""
        found = await super().find(query)
        devices = self._server.services().platform.devices
        await devices.see(await devices.named("desk"), "1.0")
        return found


@pytest.mark.asyncio
async def test_a_device_seen_meanwhile_gets_its_new_token() -> None:
    """Nobody is handed a token that was not stored."""
    server = Server()
    devices = server.services().platform.devices
    await devices.add("desk", "audrey")
    new = await server.services(_SeenMeanwhileStore(server)).platform.devices.rotate("desk")
    assert await use(devices, new.token) == ("audrey", "desk")
    assert (await devices.named("desk"))["firmware_version"] == "1.0"


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", SEEDS)
async def test_of_two_new_tokens_the_last_one_holds(seed: int) -> None:
    """Two commands rotate at once: one of the two tokens is right, not a mixture."""
    server = Server()
    await server.services().platform.devices.add("desk", "audrey")
    issued = await asyncio.gather(
        *(
            server.services(
                InterleavedStore(server.store, Random(f"{seed}/{n}"))
            ).platform.devices.rotate("desk")
            for n in range(3)
        )
    )
    devices = server.services().platform.devices
    assert [await _refused(devices, one.token) for one in issued].count(False) == 1


@pytest.mark.asyncio
async def test_seeing_does_not_bring_a_device_back() -> None:
    """Nor does rotating what was revoked in the middle of it."""
    server = Server()
    devices = server.services().platform.devices
    device = (await devices.add("desk", "audrey")).device
    await devices.revoke("desk")
    assert await devices.see(device, "1.1") is device
    assert await devices.all() == []


@pytest.mark.asyncio
@pytest.mark.parametrize("is_stored", [False, True])
async def test_a_lost_answer_leaves_a_way_on(*, is_stored: bool) -> None:
    """What was perhaps stored can be asked for again, or be given a token that is known."""
    server = Server()
    devices = server.services().platform.devices
    cut = server.services(InterruptedStore(server.store, 0, is_stored=is_stored)).platform.devices
    with pytest.raises(StoreUnavailable):
        await cut.add("desk", "audrey")
    if is_stored:
        with pytest.raises(BadInput):
            await devices.add("desk", "audrey")
    else:
        await devices.add("desk", "audrey")
    cut = server.services(InterruptedStore(server.store, 0, is_stored=is_stored)).platform.devices
    with pytest.raises(StoreUnavailable):
        await cut.rotate("desk")
    assert await use(devices, (await devices.rotate("desk")).token) == ("audrey", "desk")
