"""The store in MongoDB when things go wrong: databases that die, hang or are not there, answers
that get lost, callers that hang up, addresses that cannot be.
"""

import asyncio
import gc
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TypeVar

import pytest
from pymongo import _csot, monitoring
from pymongo.monitoring import CommandListener, CommandStartedEvent

from petcore.adapters.store_mongo import MongoStore
from petcore.adapters.store_mongo_connection import Driver, connect
from petcore.errors import Duplicate, StartRefused, StoreUnavailable
from petcore.ports.store import Query, Store
from petcore.services import Services
from petcore.services.collections import COLLECTIONS
from petcore.services.desktop_pet.breaks import PomodoroWish
from petcore.services.desktop_pet.collections import POMODORO_SESSIONS
from petcore.services.idempotency import IDEMPOTENCY_KEYS, Answer, Call
from tests.adapters.store_conformance import PETS, Pet, ids, pet
from tests.mongo.proxy import Loss, Proxy, proxy_before
from tests.mongo.server import ROOT, MongoServer, mongo_server
from tests.services.server import Server

IMPATIENT = "?timeoutMS=1000"

# A driver whose handshake failed leaves its socket to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

T = TypeVar("T")


@pytest.fixture(scope="module", autouse=True)
def swept() -> Iterator[None]:
    """No socket is left to other tests."""
    yield
    gc.collect()


@pytest.fixture(scope="module")
def shared() -> Iterator[MongoServer]:
    """A stand-in for the tests of this file that leave it as it was."""
    with mongo_server() as server:
        yield server


@pytest.fixture
def server() -> Iterator[MongoServer]:
    """A stand-in to be killed."""
    with mongo_server() as server:
        yield server


@asynccontextmanager
async def opened(uri: str, driver: Driver) -> AsyncIterator[MongoStore]:
    """The store at ``uri``, open."""
    store = MongoStore(uri, [PETS], driver)
    await store.open()
    try:
        yield store
    finally:
        await store.close()


async def until_answered(act: Callable[[], Awaitable[T]]) -> T:
    """Try until the store is available again: a driver needs half a second to find it."""
    while True:
        try:
            return await act()
        except StoreUnavailable:
            await asyncio.sleep(0.02)


# Dying


@pytest.mark.asyncio
async def test_a_database_that_is_killed_has_lost_nothing_it_answered(
    server: MongoServer, driver: Driver
) -> None:
    """Ten writers insert and replace while the database is killed twice. What was answered is
    there; what was not is there or not and can be repeated; nobody opens the store again.
    """
    uri = server.uri(options="?timeoutMS=1000")
    async with opened(uri, driver) as store:
        load = _Load(store)
        writers = [asyncio.create_task(load.write(f"{number}w")) for number in range(10)]
        for goal in (100, 200):
            while load.answers < goal:  # noqa: ASYNC110  the writers make it true
                await asyncio.sleep(0.005)
            server.kill()
            await asyncio.sleep(0.05)
            server.start()
            await until_answered(store.ping)
        load.is_over = True
        await asyncio.gather(*writers)
        assert load.failures
        stored = {each["_id"]: each for each in await store.find(Query(PETS))}
        assert stored == load.expected


class _Load:
    """Writers, and what they were answered."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.answers = 0
        self.failures = 0
        self.is_over = False
        self.expected: dict[str, Pet] = {}

    async def write(self, writer: str) -> None:
        """Insert and replace one document after the other."""
        number = 0
        while not self.is_over:
            number += 1
            first = Pet(
                _id=f"p{writer}{number}", version=1, owner="a", at=0, handle=f"h{writer}{number}"
            )
            await self._sure(partial(self._insert, first))
            second: Pet = {**first, "version": 2, "at": number}
            await self._sure(partial(self._replace, second))
            self.expected[first["_id"]] = second

    async def _sure(self, act: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await act()
            except StoreUnavailable:
                self.failures += 1
                await asyncio.sleep(0.01)
            else:
                self.answers += 1
                return

    async def _insert(self, document: Pet) -> None:
        # A duplicate is one's own, of a write that was stored and not answered.
        with suppress(Duplicate):
            await self._store.insert(PETS, document)
        assert await self._store.get(PETS, document["_id"]) == document, "lost"

    async def _replace(self, document: Pet) -> None:
        if not await self._store.replace(PETS, document, 1):
            assert await self._store.get(PETS, document["_id"]) == document, "lost"


@pytest.mark.asyncio
async def test_a_database_that_is_not_there_refuses_the_start(driver: Driver) -> None:
    """In its time and in one line, which says what was looked for and where that is set."""
    store = MongoStore("mongodb://user:secret@127.0.0.1:1/db" + IMPATIENT, [PETS], driver)
    with pytest.raises(StartRefused) as caught:
        await store.open()
    message = str(caught.value)
    assert message.startswith("--store (PETCORE_STORE): the store mongodb://127.0.0.1:1/db failed")
    assert re.search("refused|Connect call failed|No servers found", message)
    assert "secret" not in message
    assert "\n" not in message
    assert len(message) < 250
    await store.close()


# Hanging


@pytest.mark.asyncio
async def test_a_database_that_hangs_is_unavailable_until_it_goes_on(
    server: MongoServer, driver: Driver
) -> None:
    """Every operation hears in its time, however many there are; afterwards all is as before."""
    async with opened(server.uri(options=IMPATIENT), driver) as store:
        await store.insert(PETS, pet(1))
        server.pause()
        ends = await asyncio.gather(
            store.ping(),
            store.insert(PETS, pet(2)),
            store.replace(PETS, pet(1, "bob", version=2), 1),
            store.find(Query(PETS)),
            store.count(Query(PETS)),
            store.delete(Query(PETS, {"owner": "nobody"})),
            *(store.get(PETS, "p1") for _ in range(100)),
            return_exceptions=True,
        )
        server.resume()
        assert {type(end) for end in ends} == {StoreUnavailable}
        await until_answered(store.ping)
        assert "p1" in ids(await store.find(Query(PETS)))


@pytest.mark.asyncio
async def test_closing_ends_what_is_under_way(shared: MongoServer, driver: Driver) -> None:
    """Whoever waits hears that the store is unavailable, or gets what it asked for."""
    store = MongoStore(shared.uri(options="?timeoutMS=1000"), [PETS], driver)
    await store.open()
    await store.insert(PETS, pet(0))
    work = [asyncio.create_task(store.insert(PETS, pet(number))) for number in range(1, 60)]
    work += [asyncio.create_task(store.ping()) for _ in range(20)]
    await asyncio.sleep(0.005)
    await store.close()
    ends = await asyncio.gather(*work, return_exceptions=True)
    assert {type(end) for end in ends} <= {type(None), StoreUnavailable}
    await store.open()
    found = set(ids(await store.find(Query(PETS))))
    assert {f"p{number + 1}" for number in range(59) if ends[number] is None} <= found
    await store.close()


# Losing answers


@pytest.mark.asyncio
@pytest.mark.parametrize("how", ["cut", "swallow"])
async def test_a_write_whose_answer_is_lost_can_be_repeated(
    shared: MongoServer, driver: Driver, how: Loss
) -> None:
    """The caller hears that it is unknown, the write is there, and to repeat it changes nothing."""
    async with proxied(shared, driver) as (store, proxy):
        proxy.lose("insert", how)
        with pytest.raises(StoreUnavailable):
            await store.insert(PETS, pet(1))
        assert await until_answered(lambda: store.get(PETS, "p1")) == pet(1)
        with pytest.raises(Duplicate):
            await store.insert(PETS, pet(1))
        proxy.lose("update", how)
        with pytest.raises(StoreUnavailable):
            await store.replace(PETS, pet(1, "bob", version=2), 1)
        assert proxy.is_done
        await until_answered(store.ping)
        assert await store.replace(PETS, pet(1, "bob", version=2), 1) is False
        assert await store.find(Query(PETS)) == [pet(1, "bob", version=2)]


@pytest.mark.asyncio
async def test_a_read_whose_answer_is_lost_is_repeated_by_itself(
    shared: MongoServer, driver: Driver
) -> None:
    """Nobody needs to hear of it."""
    async with proxied(shared, driver, options="") as (store, proxy):
        await store.insert(PETS, pet(1))
        proxy.lose("find", "cut")
        assert await store.get(PETS, "p1") == pet(1)
        assert proxy.is_done


@asynccontextmanager
async def proxied(
    server: MongoServer, driver: Driver, options: str = IMPATIENT
) -> AsyncIterator[tuple[MongoStore, Proxy]]:
    """A store whose answers may be lost."""
    async with proxy_before(server.port) as proxy:
        name = server.uri().rpartition("/")[2]
        async with opened(proxy.uri(name, options), driver) as store:
            yield store, proxy


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("driver", "how", "command"),
    [
        # Each driver meets each loss and each command, though not all at once.
        ("motor", "cut", "insert"),
        ("motor", "swallow", "update"),
        ("pymongo", "cut", "update"),
        ("pymongo", "swallow", "insert"),
    ],
)
async def test_a_keyed_request_whose_answer_is_lost_is_answered_once(
    shared: MongoServer, driver: Driver, how: Loss, command: str
) -> None:
    """A pet that asks again under its key gets the answer that was kept: one timer was started,
    whichever of the operation's writes was not answered.
    """
    async with proxy_before(shared.port) as proxy:
        name = shared.uri().rpartition("/")[2]
        store = MongoStore(proxy.uri(name, IMPATIENT), COLLECTIONS, driver)
        services = Server().services(store)
        await services.open()
        proxy.lose(command, how)
        with pytest.raises(StoreUnavailable):
            await _start(services)
        assert proxy.is_done
        answers = [await until_answered(lambda: _start(services)) for _ in range(2)]
        assert answers[0] == answers[1]
        (session,) = await store.find(Query(POMODORO_SESSIONS))
        (kept,) = await store.find(Query(IDEMPOTENCY_KEYS))
        started = answers[0]["session"]
        assert isinstance(started, dict)
        assert session["session_id"] == started["session_id"]
        assert (kept["answer"], kept["outbox_len"]) == (answers[0], 0)
        await services.close()


async def _start(services: Services) -> Answer:
    wish = PomodoroWish("audrey", 25, 5, 4)
    return await services.desktop_pet.breaks.start_pomodoro(wish, Call("start", "key-1", "same"))


# Hanging up


@pytest.mark.asyncio
async def test_a_caller_that_is_cancelled_breaks_nothing(
    shared: MongoServer, driver: Driver
) -> None:
    """Cancelled at any moment, an operation is done whole or not, and its neighbours go on."""
    async with opened(shared.uri(), driver) as store:
        for number in range(30):
            doomed = asyncio.create_task(store.insert(PETS, pet(number)))
            beside = asyncio.create_task(store.insert(PETS, pet(number + 100)))
            await asyncio.sleep(number * 0.0001)
            doomed.cancel()
            await asyncio.gather(doomed, return_exceptions=True)
            await beside
        await store.ping()
        found = {each["_id"]: each for each in await store.find(Query(PETS))}
        assert {f"p{number + 100}" for number in range(30)} <= set(found)
        assert all(found[f"p{n}"] == pet(n) for n in range(30) if f"p{n}" in found)


def test_a_program_that_does_not_close_its_store_ends(shared: MongoServer, driver: Driver) -> None:
    """No thread of a driver keeps it alive, whichever loop it ran on."""
    program = (
        "import asyncio, sys, uvloop\n"
        "from petcore.adapters.store_mongo import MongoStore\n"
        "from tests.adapters.store_conformance import PETS, pet\n"
        "async def main():\n"
        f"    store = MongoStore({shared.uri()!r}, [PETS], {driver!r})\n"
        "    await store.open()\n"
        "    await store.insert(PETS, pet(1))\n"
        "    assert await store.get(PETS, 'p1') == pet(1)\n"
        "uvloop.run(main())\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=60)


# Addresses


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("uri", "cause"),
    [
        ("mongodb://", "no MongoDB URI"),
        ("mongodb://h:99999/db", "Port must be"),
        ("mongodb://h/a.b", "cannot contain"),
        ("mongodb://h/a%20b", "Bad database name"),
        ("mongodb://h/db?colour=red", "Unknown option: colour"),
        ("mongodb://h/db?timeoutMS=soon", "must be an integer"),
        ("mongodb://h/db?timeoutMS=0", "timeoutMS must be at least 1"),
        ("mongodb://h/db?tlsCAFile=/nowhere/ca.pem", "No such file"),
        ("mongodb://h/db?w=0", "leave w out; here it is majority"),
        ("mongodb://h/db?w=1", "leave w out"),
        ("mongodb://h/db?W=1", "leave w out"),
        ("mongodb://h/db?journal=false", "leave journal out; here it is true"),
        ("mongodb://h/db?readConcernLevel=local", "leave readConcernLevel out"),
        ("mongodb://h/db?readPreference=nearest", "leave readPreference out"),
        ("mongodb://user:se@cret@h/db", "%-escaped"),
        ("mongodb://us/er:secret@h/db", "%-escaped"),
        ("mongodb://user:sec/ret@h/db", "%-escaped"),
        ("mongodb://user:se:cret@h/db", "%-escaped"),
        ("mongodb://user:sec%2ret@h/db", "must be escaped"),
        ("mongodb://user:secret@/db", "Empty host"),
        ("mongodb://user:secret@h/db?authMechanism=NEW", "authmechanism must be"),
        ("mongodb://user:secret@h:x/db", "%-escaped"),
    ],
)
async def test_an_address_that_cannot_be_refuses_the_start(
    driver: Driver, uri: str, cause: str
) -> None:
    """The message says what is wrong with it, and never what may be a password."""
    with pytest.raises(StartRefused, match=r"^--store \(PETCORE_STORE\): .*" + cause) as caught:
        await MongoStore(uri, driver=driver).open()
    assert not re.search("se.?cret|sec.?ret", str(caught.value))


@pytest.mark.asyncio
async def test_a_password_is_in_no_message(shared: MongoServer, driver: Driver) -> None:
    """A database that knows no passwords answers a login in a way that no driver expects, and then
    leaves a socket to the garbage collector.
    """
    uri = f"mongodb://user:secret@127.0.0.1:{shared.port}/db{IMPATIENT}"
    with pytest.raises(StartRefused, match=r"failed: the driver could not go on") as caught:
        await MongoStore(uri, driver=driver).open()
    assert "secret" not in str(caught.value)


@pytest.mark.asyncio
async def test_what_was_promised_is_asked_for(
    shared: MongoServer, driver: Driver, heard: "_Heard"
) -> None:
    """Every write wants a majority and its journal, every read what a majority has."""
    uri = shared.uri(options="?retryWrites=true&w=majority&journal=true&readPreference=primary")
    async with opened(uri, driver) as store:
        await store.insert(PETS, pet(1))
        await store.replace(PETS, pet(1, version=2), 1)
        await store.find(Query(PETS))
        await store.get(PETS, "p1")
        await store.count(Query(PETS))
        await store.delete(Query(PETS))
    concerns = {name: concern for name, concern in heard.concerns if name in _CONCERNS}
    assert concerns == _CONCERNS


_WRITE = {"w": "majority", "j": True}
_READ = {"level": "majority"}
_CONCERNS = {
    "insert": _WRITE,
    "update": _WRITE,
    "delete": _WRITE,
    "createIndexes": _WRITE,
    "find": _READ,
    "aggregate": _READ,
}


class _Heard(CommandListener):
    """What a driver asks for."""

    def __init__(self) -> None:
        self.concerns: list[tuple[str, object]] = []

    def started(self, event: CommandStartedEvent) -> None:
        """Note the concern."""
        asked = event.command.get("writeConcern") or event.command.get("readConcern")
        self.concerns.append((event.command_name, asked))

    def succeeded(self, event: object) -> None:
        """Nothing to note."""

    def failed(self, event: object) -> None:
        """Nothing to note."""


@pytest.fixture
def heard() -> Iterator[_Heard]:
    """What all drivers ask for during a test."""
    heard = _Heard()
    monitoring.register(heard)
    yield heard
    monitoring._LISTENERS.command_listeners.remove(heard)


@pytest.mark.asyncio
@pytest.mark.parametrize(("options", "seconds"), [("", 5), ("?timeoutMS=250", 0.25)])
async def test_an_operation_has_the_time_that_was_asked_for(
    driver: Driver, options: str, seconds: float
) -> None:
    """Five seconds, unless the address says otherwise; waiting for a thread is part of them."""
    connection = connect(f"mongodb://h/db{options}", driver)
    assert connection.seconds == seconds
    with connection.operation():
        remaining = await asyncio.to_thread(_csot.remaining)
        assert remaining is not None
        assert remaining <= seconds
    await connection.close()
