"""A frail store: each way in which it fails, what it does nevertheless, and when it is well."""

from asyncio import CancelledError, Future
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from petcore.adapters.store_memory import MemoryStore
from petcore.errors import Duplicate, PetcoreError, StartRefused, StoreUnavailable
from petcore.ports.store import Collection, Query, Record
from simulator.kernel.fate import Fate
from simulator.kernel.trace import Event, number
from simulator.server.disk import AWAY, FULL, LOST_ANSWER, SLOW, STORE, FrailStore
from simulator.server.faults import StoreFaults
from tests.simulator.stages import Scene, scene

DAY_MS = 86_400_000
ALWAYS = 1000
PETS: Collection[Record] = Collection("pets")


def frail(
    empty: Scene,
    faults: StoreFaults,
    only: tuple[str, ...] | None = None,
    heals_at: int | None = None,
) -> tuple[FrailStore, MemoryStore]:
    """A frail store, and what it keeps."""
    sound = MemoryStore()
    fate = Fate(empty.stage, only, heals_at)
    return FrailStore(sound, empty.stage, fate, faults), sound


def pet(which: int = 1, version: int = 1) -> Record:
    """A document."""
    return Record(_id=f"pet{which}", version=version)


async def passed(empty: Scene, ms: int) -> None:
    """So much time of the world has passed."""
    over: Future[None] = empty.stage.loop.create_future()
    empty.stage.loop.call_later(ms / 1000, over.set_result, None)
    await over


def do(empty: Scene, work: Awaitable[object]) -> object:
    """What came of it: its result, or its error."""

    async def come() -> object:
        try:
            return await work
        except PetcoreError as error:
            return error

    return empty.stage.loop.run_until_complete(come())


def writes(store: FrailStore) -> dict[str, Callable[[], Awaitable[object]]]:
    """Every operation that changes something, or must find out whether it could."""
    return {
        "insert": lambda: store.insert(PETS, pet(2)),
        "replace": lambda: store.replace(PETS, pet(1, 2), 1),
        "delete": lambda: store.delete(Query(PETS)),
        "ping": store.ping,
    }


def reads(store: FrailStore) -> dict[str, Callable[[], Awaitable[object]]]:
    """Every operation that looks something up."""
    return {
        "get": lambda: store.get(PETS, "pet1"),
        "find": lambda: store.find(Query(PETS)),
        "count": lambda: store.count(Query(PETS)),
    }


def wait_for(empty: Scene, fault: str) -> int:
    """Let time pass until a spell begins; how many milliseconds it lasts."""
    begins: Future[Event] = empty.stage.loop.create_future()

    def hear(event: Event) -> None:
        if event["kind"] == "fault" and not begins.done():
            begins.set_result(event)

    empty.stage.trace.listen(hear)
    begun = empty.stage.loop.run_until_complete(begins)
    assert (begun["fault"], begun["who"]) == (fault, STORE)
    return number(begun, "ms")


def test_a_store_without_faults_is_the_store() -> None:
    """Every operation does what it should, at once, and nothing is noted."""
    with scene() as empty:
        store, _ = frail(empty, StoreFaults())
        assert do(empty, store.open()) is None
        assert do(empty, store.insert(PETS, pet())) is None
        assert isinstance(do(empty, store.insert(PETS, pet())), Duplicate)
        assert do(empty, store.replace(PETS, pet(1, 2), 1)) is True
        assert do(empty, store.replace(PETS, pet(1, 2), 1)) is False
        assert do(empty, store.get(PETS, "pet1")) == pet(1, 2)
        assert do(empty, store.find(Query(PETS))) == [pet(1, 2)]
        assert do(empty, store.count(Query(PETS))) == 1
        assert do(empty, store.ping()) is None
        assert do(empty, store.delete(Query(PETS))) == 1
        assert do(empty, store.close()) is None
        assert empty.stage.now == 0
        assert not empty.events()


@pytest.mark.parametrize("operation", ["insert", "replace", "delete", "ping"])
def test_a_lost_answer_was_done(operation: str) -> None:
    """The store says that it is gone, and has done what was asked; the trace names the write."""
    with scene() as empty:
        store, sound = frail(empty, StoreFaults(lost_answer=ALWAYS))
        do(empty, sound.insert(PETS, pet()))
        assert isinstance(do(empty, writes(store)[operation]()), StoreUnavailable)
        after = {
            "insert": [pet(), pet(2)],
            "replace": [pet(1, 2)],
            "delete": [],
            "ping": [pet()],
        }
        assert do(empty, sound.find(Query(PETS))) == after[operation]
        (told,) = empty.events("fault")
        assert (told["fault"], told["who"], told["number"]) == (LOST_ANSWER, operation, 1)


def test_of_a_duplicate_nobody_hears_if_the_answer_is_lost() -> None:
    """That something is stored already is an answer like others."""
    with scene() as empty:
        store, sound = frail(empty, StoreFaults(lost_answer=ALWAYS))
        do(empty, sound.insert(PETS, pet()))
        assert isinstance(do(empty, store.insert(PETS, pet())), StoreUnavailable)


def test_reads_lose_no_answers() -> None:
    """Only what may have been done is in doubt."""
    with scene() as empty:
        store, _ = frail(empty, StoreFaults(lost_answer=ALWAYS))
        for read in reads(store).values():
            assert not isinstance(do(empty, read()), PetcoreError)
        assert not empty.events()


def test_a_slow_call_takes_its_time_and_others_have_their_turns() -> None:
    """It is done in the middle of its time, so that what it read may be old when it is told."""
    with scene() as empty:
        store, sound = frail(empty, StoreFaults(slow=ALWAYS, slow_ms=(1_000, 1_000)))
        stage = empty.stage
        seen: list[object] = []

        async def look() -> None:
            seen.append(await store.get(PETS, "pet1"))

        async def keep() -> None:
            await sound.insert(PETS, pet())

        def serve() -> None:
            stage.loop.serve(keep())

        stage.after(999, serve)
        for _ in range(20):
            began = stage.now
            stage.loop.run_until_complete(look())
            assert stage.now - began == 1_000
        assert seen[0] is None
        assert seen[-1] == pet()
        told = empty.events("fault")
        assert [event["number"] for event in told] == list(range(1, 21))
        assert {(event["fault"], event["who"]) for event in told} == {(SLOW, "get")}


def test_a_slow_write_is_done_before_it_is_answered_or_just_then() -> None:
    """At any place of its time: sometimes others see it long before whoever wrote hears of it."""
    with scene() as empty:
        store, sound = frail(empty, StoreFaults(slow=ALWAYS, slow_ms=(1_000, 1_000)))
        stage, done_at = empty.stage, []

        async def watch(which: int) -> None:
            for ms in range(0, 1_001, 100):
                if await sound.get(PETS, f"pet{which}"):
                    done_at.append(ms)
                    return
                await passed(empty, 100)

        for which in range(1, 31):
            stage.loop.serve(watch(which))
            do(empty, store.insert(PETS, pet(which)))
            stage.loop.run_for(1_000)
        assert min(done_at) < 300
        assert max(done_at) > 700
        assert do(empty, sound.count(Query(PETS))) == 30


def test_while_the_store_is_away_nothing_is_done() -> None:
    """Whoever asks hears so within five seconds; afterwards all is well again."""
    with scene() as empty:
        faults = StoreFaults(outages=24, outage_ms=(120_000, 120_000))
        store, sound = frail(empty, faults, (f"{AWAY}:{STORE}:1",))
        do(empty, sound.insert(PETS, pet()))
        lasts_ms = wait_for(empty, AWAY)
        until = empty.stage.now + lasts_ms
        for work in (*writes(store).values(), *reads(store).values()):
            began = empty.stage.now
            assert isinstance(do(empty, work()), StoreUnavailable)
            assert empty.stage.now - began <= 5_000
        assert isinstance(do(empty, store.open()), StartRefused)
        assert empty.stage.now < until
        assert do(empty, sound.find(Query(PETS))) == [pet()]
        empty.stage.loop.run_for(120_000)
        for work in (*writes(store).values(), *reads(store).values()):
            assert not isinstance(do(empty, work()), PetcoreError)
        assert do(empty, store.open()) is None
        assert do(empty, store.close()) is None


def test_who_waits_for_a_store_that_comes_back_is_answered() -> None:
    """A server looks for it for a while before it gives up, and is asked again then."""
    with scene() as empty:
        store, _ = frail(empty, StoreFaults(outages=1000, outage_ms=(1_000, 1_000)))
        came = 0
        for _ in range(40):
            lasts_ms = wait_for(empty, AWAY)
            came += do(empty, store.ping()) is None
            empty.stage.loop.run_for(lasts_ms)
        assert 0 < came < 40


def test_on_a_full_disk_what_is_there_can_be_read() -> None:
    """Nothing is written, and the lamp, which writes, says so."""
    with scene() as empty:
        faults = StoreFaults(full=24, full_ms=(120_000, 120_000))
        store, sound = frail(empty, faults, (f"{FULL}:{STORE}:1",))
        do(empty, sound.insert(PETS, pet()))
        wait_for(empty, FULL)
        for write in writes(store).values():
            assert isinstance(do(empty, write()), StoreUnavailable)
        for read in reads(store).values():
            assert not isinstance(do(empty, read()), PetcoreError)
        assert isinstance(do(empty, store.open()), StartRefused)
        assert do(empty, sound.find(Query(PETS))) == [pet()]
        empty.stage.loop.run_for(120_000)
        for write in writes(store).values():
            assert not isinstance(do(empty, write()), PetcoreError)


def test_after_the_healing_all_is_well() -> None:
    """No spell goes on, and no call fails or is slow."""
    with scene() as empty:
        faults = StoreFaults(
            slow=ALWAYS, lost_answer=ALWAYS, outages=1000, outage_ms=(DAY_MS, DAY_MS), full=1000
        )
        store, _ = frail(empty, faults, heals_at=3_600_000)
        empty.stage.loop.run_for(3_599_000)
        assert isinstance(do(empty, store.ping()), StoreUnavailable)
        empty.stage.loop.run_for(3_600_000)
        began = empty.stage.now
        for work in (*writes(store).values(), *reads(store).values()):
            assert not isinstance(do(empty, work()), PetcoreError)
        assert empty.stage.now == began


def test_what_is_spared_does_not_happen() -> None:
    """Of the misfortunes only the named ones befall the store."""
    with scene() as empty:
        store, sound = frail(empty, StoreFaults(lost_answer=ALWAYS), (f"{LOST_ANSWER}:insert:2",))
        outcomes = [do(empty, store.insert(PETS, pet(which))) for which in range(1, 4)]
        assert [isinstance(each, StoreUnavailable) for each in outcomes] == [False, True, False]
        assert do(empty, sound.count(Query(PETS))) == 3


def test_who_stops_waiting_leaves_nothing_behind() -> None:
    """A call that is cancelled in its wait ends, and its timer rings for nobody."""
    with scene() as empty:
        store, sound = frail(empty, StoreFaults(slow=ALWAYS, slow_ms=(10_000, 10_000)))
        loop = empty.stage.loop
        wrong: list[object] = []
        loop.set_exception_handler(lambda _, context: wrong.append(context))

        async def hang_up() -> None:
            asked = loop.create_task(store.insert(PETS, pet()))
            await passed(empty, 1)
            asked.cancel()
            with suppress(CancelledError):
                await asked

        loop.run_until_complete(hang_up())
        loop.run_for(20_000)
        assert wrong == []
        assert do(empty, sound.count(Query(PETS))) in (0, 1)
