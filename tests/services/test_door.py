"""The door: who comes in, for whom he acts, and how often."""

from datetime import timedelta

import pytest

from petcore.adapters.zones_tzdata import TzdataZones
from petcore.errors import Forbidden, RateLimited, StoreUnavailable, Unauthorized
from petcore.ports import Ports
from petcore.ports.store import Collection, R, Store
from petcore.rules.limits import Limit
from petcore.services.door import Door, Lock, Visitor
from petcore.services.platform import Devices, tokens
from tests.services.interrupted import InterruptedStore
from tests.services.server import Server

THREE = Limit(requests=3, per_ms=60_000)
LOCKS = list(Lock)
BAD = tokens.token("0f8fad5b-d9cb-469f-a165-70867728950e", tokens.secret_text(bytes(32)))
HERE = "localhost"


class CountingStore(InterruptedStore):
    """Counts what is asked of it, and answers while ``is_there``."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, 10**9, is_stored=True)
        self.gets = 0
        self.is_there = True

    async def get(self, collection: Collection[R], id: str) -> R | None:
        """Ask the real store."""
        self.gets += 1
        if not self.is_there:
            raise StoreUnavailable("away")
        return await super().get(collection, id)


def _door(
    server: Server, lock: Lock, limit: Limit | None = None, store: Store | None = None
) -> Door:
    ports = Ports(server.clock, server.entropy, TzdataZones(), store or server.store)
    return Door(ports, Devices(ports), lock, limit, ("pet.lan",), ("https://pet.example",))


async def _enter(
    door: Door, token: str | None = None, address: str = "192.0.2.1", host: str = HERE
) -> str | None:
    return await door.enter(Visitor(address, host, token=token), is_public=False)


async def _token(server: Server, name: str = "desk", user_id: str = "audrey") -> str:
    return (await server.services().platform.devices.add(name, user_id)).token


def _pass(server: Server, seconds: float) -> None:
    server.clock.instant += timedelta(seconds=seconds)


@pytest.mark.asyncio
@pytest.mark.parametrize("lock", LOCKS)
async def test_who_has_a_token_acts_for_its_user(lock: Lock) -> None:
    """Behind every lock, and every time."""
    server = Server()
    door, token, other = _door(server, lock), await _token(server), await _token(server, "b", "bob")
    for _ in range(3):
        assert await _enter(door, token) == "audrey"
        assert await _enter(door, other) == "bob"


@pytest.mark.asyncio
@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.parametrize("bad", [BAD, "", "pet_", "other", "\u20ac"])
async def test_a_token_that_is_presented_is_checked(lock: Lock, bad: str) -> None:
    """Also where none is needed: whoever sends one means somebody. Yet not where anybody may ask,
    since a pet with an old token must be able to pair anew.
    """
    server = Server()
    door = _door(server, lock)
    with pytest.raises(Unauthorized, match="the token is not valid"):
        await _enter(door, bad)
    assert await door.enter(Visitor("192.0.2.1", HERE, token=bad), is_public=True) is None


@pytest.mark.asyncio
@pytest.mark.parametrize("lock", [Lock.LOCAL, Lock.OPEN])
async def test_who_has_none_comes_in_where_it_is_open(lock: Lock) -> None:
    """And acts for anybody."""
    assert await _enter(_door(Server(), lock)) is None


@pytest.mark.asyncio
async def test_who_has_none_stays_outside_a_locked_door() -> None:
    """But for what is public."""
    door = _door(Server(), Lock.LOCKED)
    with pytest.raises(Unauthorized, match="this server wants a token"):
        await _enter(door)
    assert await door.enter(Visitor("192.0.2.1"), is_public=True) is None


@pytest.mark.asyncio
@pytest.mark.parametrize("host", ["", "localhost", "127.0.0.1", "127.8.9.1", "::1", "pet.lan"])
async def test_a_local_door_knows_its_names(host: str) -> None:
    """Localhost, however it is spelt as an address, and what its owner calls it."""
    assert await _enter(_door(Server(), Lock.LOCAL), host=host) is None


@pytest.mark.asyncio
@pytest.mark.parametrize("is_public", [False, True])
@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "localhost.evil.example", "127.0.0.1.nip.io"),
        *("0.0.0.0", "::", "::ffff:127.0.0.1", "::ffff:0:0", "127.1", "192.0.2.9", "::1%lo"),  # noqa: S104
    ],
)
async def test_a_name_that_leads_here_does_not_open_a_local_door(
    host: str, *, is_public: bool
) -> None:
    """Neither with a token nor without, nor to what is public: a page could pair a pet.

    Of an address other than those of loopback browsers do not tell that a page asks for it.
    """
    server = Server()
    door = _door(server, Lock.LOCAL)
    for token in (None, await _token(server)):
        with pytest.raises(Forbidden, match="Host"):
            await door.enter(Visitor("127.0.0.1", host, token=token), is_public=is_public)


@pytest.mark.asyncio
async def test_pages_of_other_sites_do_not_open_a_local_door() -> None:
    """Unless their origin is one of those that may ask."""
    door = _door(Server(), Lock.LOCAL)
    for is_public in (False, True):
        with pytest.raises(Forbidden, match="Sec-Fetch-Site"):
            await door.enter(Visitor("127.0.0.1", HERE, is_sent_by_page=True), is_public=is_public)
    known = Visitor("127.0.0.1", HERE, is_sent_by_page=True, origin="https://pet.example")
    assert await door.enter(known, is_public=False) is None


@pytest.mark.asyncio
@pytest.mark.parametrize("lock", [Lock.OPEN, Lock.LOCKED])
async def test_names_do_not_matter_elsewhere(lock: Lock) -> None:
    """Where everybody can knock, a page gains nothing by asking from here."""
    server = Server()
    assert await _enter(_door(server, lock), await _token(server), host="any.example") == "audrey"


@pytest.mark.asyncio
@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.parametrize("does_rotate", [False, True])
async def test_a_token_is_believed_for_five_seconds(lock: Lock, *, does_rotate: bool) -> None:
    """The store need not be asked each time; one that was ended is refused after that."""
    server = Server()
    store = CountingStore(server.store)
    door, token = _door(server, lock, store=store), await _token(server)
    for _ in range(5):
        assert await _enter(door, token) == "audrey"
        _pass(server, 0.999)
    assert store.gets == 1
    devices = server.services().platform.devices
    await (devices.rotate("desk") if does_rotate else devices.revoke("desk"))
    assert await _enter(door, token) == "audrey"
    _pass(server, 0.005)
    for _ in range(2):
        with pytest.raises(Unauthorized):
            await _enter(door, token)


@pytest.mark.asyncio
@pytest.mark.parametrize("seconds", [-0.001, -4, -3600])
async def test_a_clock_that_was_set_back_makes_no_token_last(seconds: float) -> None:
    """Otherwise one that was ended would be believed until the clock has caught up."""
    server = Server()
    door, token = _door(server, Lock.LOCKED), await _token(server)
    assert await _enter(door, token) == "audrey"
    await server.services().platform.devices.revoke("desk")
    _pass(server, seconds)
    with pytest.raises(Unauthorized):
        await _enter(door, token)


@pytest.mark.asyncio
async def test_being_seen_does_not_make_a_token_last() -> None:
    """A device that knocks all the time is asked about as often as any other."""
    server = Server()
    door, token = _door(server, Lock.LOCKED), await _token(server)
    await _enter(door, token)
    _pass(server, 58)
    await _enter(door, token)
    await server.services().platform.devices.revoke("desk")
    _pass(server, 3)
    await _enter(door, token)
    _pass(server, 2)
    with pytest.raises(Unauthorized):
        await _enter(door, token)


async def _granted(door: Door, times: int, token: str | None, *addresses: str) -> int:
    refused = []
    for n in range(times):
        try:
            await _enter(door, token, addresses[n % len(addresses)])
        except RateLimited as refusal:
            refused.append((refusal.limit, refusal.retry_after_s))
        except Unauthorized:
            pass
    assert set(refused) <= {(3, 20)}
    return times - len(refused)


@pytest.mark.asyncio
async def test_a_local_door_holds_nobody_back() -> None:
    """Who is on the machine may ask as often as he likes."""
    server = Server()
    door, token = _door(server, Lock.LOCAL, THREE), await _token(server)
    assert await _granted(door, 50, None, "127.0.0.1") == 50
    assert await _granted(door, 50, token, "127.0.0.1") == 50


@pytest.mark.asyncio
@pytest.mark.parametrize("lock", [Lock.OPEN, Lock.LOCKED])
@pytest.mark.parametrize("token", [None, BAD, "nonsense"])
async def test_strangers_are_counted_by_address(lock: Lock, token: str | None) -> None:
    """Without a token or with a bad one, all addresses of an IPv6 network being one."""
    server = Server()
    door = _door(server, lock, THREE)
    assert await _granted(door, 9, token, "192.0.2.1") == 3
    assert await _granted(door, 9, token, "192.0.2.2") == 3
    assert await _granted(door, 9, token, "2001:db8::1", "2001:db8::2", "2001:db8::3") == 3
    assert await _granted(door, 9, token, "2001:db8:0:1::1") == 3
    _pass(server, 20)
    assert await _granted(door, 9, token, "192.0.2.1") == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("lock", [Lock.OPEN, Lock.LOCKED])
async def test_devices_are_counted_by_themselves(lock: Lock) -> None:
    """Wherever they ask from; many behind one router do not hold each other up."""
    server = Server()
    door = _door(server, lock, THREE)
    desk, shelf = await _token(server, "desk"), await _token(server, "shelf")
    assert await _granted(door, 9, desk, "192.0.2.1", "192.0.2.2", "2001:db8::1") == 3
    assert await _granted(door, 9, shelf, "192.0.2.1") == 3


@pytest.mark.asyncio
@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize("bad", [None, BAD])
async def test_a_device_is_held_up_by_no_stranger_behind_its_router(
    bad: str | None, *, is_known: bool
) -> None:
    """Known or not, as all are after a start: what others spend at its address is not its own."""
    server = Server()
    door, token = _door(server, Lock.LOCKED, THREE), await _token(server)
    granted = await _granted(door, 1, token, "192.0.2.1") if is_known else 0
    assert await _granted(door, 9, bad, "192.0.2.1") == 3
    assert granted + await _granted(door, 9, token, "192.0.2.1") == 3
    _pass(server, 20)
    assert await _granted(door, 9, bad, "192.0.2.1") == 1
    assert await _granted(door, 9, token, "192.0.2.1") == 1


@pytest.mark.asyncio
async def test_no_stranger_can_be_counted_as_a_device() -> None:
    """Whatever a proxy calls the address he comes from."""
    server = Server()
    door, token = _door(server, Lock.LOCKED, THREE), await _token(server)
    device = await server.services().platform.devices.named("desk")
    assert await _granted(door, 9, None, device["device_id"]) == 3
    assert await _granted(door, 9, token, "192.0.2.1") == 3


@pytest.mark.asyncio
async def test_what_is_public_is_counted_too() -> None:
    """By address, whatever token comes with it."""
    server = Server()
    door, token = _door(server, Lock.LOCKED, THREE), await _token(server)
    for n in range(3):
        await door.enter(Visitor("192.0.2.1", token=token if n else None), is_public=True)
    with pytest.raises(RateLimited):
        await door.enter(Visitor("192.0.2.1", token=token), is_public=True)


@pytest.mark.asyncio
async def test_whoever_tries_tokens_is_soon_told_to_stop() -> None:
    """Each costs the store one look, since it might be good; what cannot be a token costs none."""
    server = Server()
    store = CountingStore(server.store)
    door = _door(server, Lock.LOCKED, THREE, store)
    tried = [tokens.token(server.entropy.new_id(), tokens.secret_text(bytes(32))) for _ in "x" * 9]
    for n, token in enumerate(tried):
        with pytest.raises(Unauthorized if n < 3 else RateLimited):
            await _enter(door, token)
    assert store.gets == 9
    with pytest.raises(RateLimited):
        await _enter(door, "nonsense")
    assert store.gets == 9


@pytest.mark.asyncio
async def test_a_device_that_asks_too_often_costs_the_store_nothing() -> None:
    """Nor does one that tells of another firmware each time."""
    server = Server()
    store = CountingStore(server.store)
    door, token = _door(server, Lock.LOCKED, THREE, store), await _token(server)
    assert await _granted(door, 3, token, "192.0.2.1") == 3
    _pass(server, 6)
    before = await server.stored()
    for n in range(9):
        told = Visitor("192.0.2.1", token=token, firmware_version=str(n))
        with pytest.raises(RateLimited):
            await door.enter(told, is_public=False)
    assert store.gets == 1
    assert await server.stored() == before


@pytest.mark.asyncio
async def test_who_asks_too_often_is_told_of_once(caplog: pytest.LogCaptureFixture) -> None:
    """And again when he begins anew, but not each time that he is granted one in between."""
    server = Server()
    door, token = _door(server, Lock.LOCKED, THREE), await _token(server)
    device = await server.services().platform.devices.named("desk")
    for asked, address in ((token, "192.0.2.1"), (None, "2001:db8::1"), (None, "a proxy's word")):
        for wait_s, times in ((0, 9), (20, 3), (20, 3), (40, 5)):
            _pass(server, wait_s)
            await _granted(door, times, asked, address)
    who = [f"device {device['device_id']}", "address 2001:db8::/64", "address unknown"]
    assert [record.getMessage() for record in caplog.records] == [
        f"{each} asks too often" for each in who
    ]
    _pass(server, 60)
    await _granted(door, 9, token, "192.0.2.1")
    assert caplog.messages[3:] == [f"{who[0]} asks too often"]


@pytest.mark.asyncio
@pytest.mark.parametrize("seconds", [1, 59, 75, 119, 600])
async def test_a_clock_that_was_set_back_holds_nobody_up(seconds: float) -> None:
    """Who has asked little may go on at once, and who has asked too often gets nothing by it."""
    server = Server()
    door, token = _door(server, Lock.LOCKED, THREE), await _token(server)
    for asked in (token, None):
        await _granted(door, 1, asked, "192.0.2.1")
    assert await _granted(door, 9, None, "192.0.2.7") == 3
    _pass(server, -seconds)
    for asked in (token, None):
        assert await _granted(door, 9, asked, "192.0.2.1") == 2
    assert await _granted(door, 9, None, "192.0.2.7") == 0
    _pass(server, 20)
    assert await _granted(door, 9, None, "192.0.2.7") == 1


@pytest.mark.asyncio
async def test_no_limit_holds_nobody_back() -> None:
    """If the owner wants none."""
    assert await _granted(_door(Server(), Lock.OPEN), 50, None, "192.0.2.1") == 50


@pytest.mark.asyncio
async def test_who_cannot_be_recognised_hears_that_the_store_is_away() -> None:
    """He may have the right token, so he is not told that it is wrong; nor is he let in."""
    server = Server()
    store = CountingStore(server.store)
    door, token = _door(server, Lock.LOCKED, store=store), await _token(server)
    await _enter(door, token)
    store.is_there = False
    assert await _enter(door, token) == "audrey"
    _pass(server, 5)
    with pytest.raises(StoreUnavailable):
        await _enter(door, token)
    store.is_there = True
    assert await _enter(door, token) == "audrey"


@pytest.mark.asyncio
async def test_who_cannot_be_noted_comes_in() -> None:
    """When a device was seen last is worth no refusal; it is noted the next time."""
    server = Server()
    token = await _token(server)
    cut = InterruptedStore(server.store, 0, is_stored=False)
    assert await _enter(_door(server, Lock.LOCKED, store=cut), token) == "audrey"
    devices = server.services().platform.devices
    assert (await devices.named("desk"))["last_seen_at"] is None
    assert await _enter(_door(server, Lock.LOCKED), token) == "audrey"
    assert (await devices.named("desk"))["last_seen_at"] == server.clock.now()


@pytest.mark.asyncio
async def test_a_visit_is_noted_once_a_minute() -> None:
    """A pet asks every few seconds: a write for each time would be for nothing."""
    server = Server()
    door, token = _door(server, Lock.LOCKED), await _token(server)
    begun = server.clock.now()
    for _ in range(30):
        await _enter(door, token)
        kept = await server.services().platform.devices.named("desk")
        assert kept["last_seen_at"] is not None
        assert timedelta(0) <= server.clock.now() - kept["last_seen_at"] < timedelta(minutes=1)
        _pass(server, 6)
    assert kept["version"] == 1 + 3
    assert server.clock.now() == begun + timedelta(minutes=3)


@pytest.mark.asyncio
async def test_a_new_firmware_is_noted_at_once() -> None:
    """Whatever a device does not tell stays as it was."""
    server = Server()
    door, token = _door(server, Lock.OPEN), await _token(server)
    noted = []
    for told in (None, "1.0", "1.0", None, "1.1"):
        await door.enter(Visitor("192.0.2.1", token=token, firmware_version=told), is_public=False)
        kept = await server.services().platform.devices.named("desk")
        noted.append((kept["firmware_version"], kept["version"]))
    assert noted == [("", 2), ("1.0", 3), ("1.0", 3), ("1.0", 3), ("1.1", 4)]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three are remembered, not thousands."""
    monkeypatch.setattr("petcore.services.recent.KNOWN_MAX", 3)


async def _three_known(server: Server) -> tuple[CountingStore, Door, list[str]]:
    """A locked door that knows the first three of four tokens, and the store that it asks."""
    store = CountingStore(server.store)
    door = _door(server, Lock.LOCKED, store=store)
    known = [await _token(server, f"pet {n}") for n in range(4)]
    for token in known[:3]:
        await _enter(door, token)
    return store, door, known


@pytest.mark.asyncio
@pytest.mark.usefixtures("few")
async def test_a_door_remembers_only_so_many() -> None:
    """Those who came last, of addresses and of tokens; whoever is forgotten begins anew."""
    server = Server()
    door = _door(server, Lock.OPEN, THREE)
    assert await _granted(door, 3, None, "192.0.2.1") == 3
    for n in range(2, 4):
        await _enter(door, None, f"192.0.2.{n}")
    assert await _granted(door, 1, None, "192.0.2.1") == 0
    for n in range(4, 7):
        await _enter(door, None, f"192.0.2.{n}")
    assert await _granted(door, 4, None, "192.0.2.1") == 3

    store, door, known = await _three_known(server)
    await _enter(door, known[0])
    assert store.gets == 3
    await _enter(door, known[3])
    await _enter(door, known[0])
    assert store.gets == 5


@pytest.mark.asyncio
@pytest.mark.usefixtures("few")
async def test_who_goes_on_asking_is_not_forgotten() -> None:
    """Nobody begins anew because others came: neither who is refused, nor who is granted one now
    and then. The token that was asked for again outlives the others.
    """
    server = Server()
    door = _door(server, Lock.OPEN, THREE)
    assert await _granted(door, 3, None, "192.0.2.1") == 3
    for n in range(10, 20):
        await _enter(door, None, f"192.0.2.{n}")
        assert await _granted(door, 1, None, "192.0.2.1") == 0
    for n in range(20, 30):
        _pass(server, 20)
        await _enter(door, None, f"192.0.2.{n}")
        assert await _granted(door, 2, None, "192.0.2.1") == 1

    store, door, known = await _three_known(server)
    _pass(server, 5)
    await _enter(door, known[0])
    await _enter(door, known[3])
    store.gets = 0
    await _enter(door, known[0])
    assert store.gets == 0
