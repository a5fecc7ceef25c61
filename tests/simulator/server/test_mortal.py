"""Who waits for a store may die of it; nothing that a dead process does has an effect."""

from asyncio import CancelledError, ensure_future, sleep
from collections.abc import Awaitable, Callable

import pytest

from petcore.adapters.store_memory import MemoryStore
from petcore.ports.store import Query, Record, Store
from simulator.server.life import Life, beget
from simulator.server.mortal import Doom, MortalStore
from tests.simulator.server.processes import NOTES, cling, notes
from tests.simulator.stages import Scene, scene

OLD, NEW = Record(_id="note0", version=1), Record(_id="note1", version=1)
CHANGED = Record(_id="note0", version=2)

WRITES: dict[str, Callable[[Store], Awaitable[object]]] = {
    "insert": lambda store: store.insert(NOTES, NEW),
    "replace": lambda store: store.replace(NOTES, CHANGED, 1),
    "delete": lambda store: store.delete(Query(NOTES)),
}
READS: dict[str, Callable[[Store], Awaitable[object]]] = {
    "get": lambda store: store.get(NOTES, "note0"),
    "find": lambda store: store.find(Query(NOTES)),
    "count": lambda store: store.count(Query(NOTES)),
    "ping": lambda store: store.ping(),
    "open": lambda store: store.open(),
}
DONE = {"insert": [OLD, NEW], "replace": [CHANGED], "delete": []}


def die_of(
    empty: Scene, work: Callable[[Store], Awaitable[object]], doom: Doom, ms: int = 5_000
) -> tuple[str, list[Record], int]:
    """What comes of work during which its process dies when it first asks its store: what is
    heard, what is stored some seconds later, and how many deaths were told.
    """
    loop, sound, deaths = empty.stage.loop, MemoryStore(), list[None]()
    beget(loop)
    life = Life(loop, lambda: deaths.append(None))
    dooms = [doom]
    mortal = MortalStore(sound, life, lambda: dooms.pop() if dooms else "")
    heard: list[str] = []

    async def live() -> None:
        await sound.insert(NOTES, OLD)
        try:
            await life.run(_do(work, mortal))
            heard.append("all is well")
        except ConnectionResetError as failure:
            heard.append(str(failure))

    async def look() -> list[Record]:
        return await sound.find(Query(NOTES))

    loop.run_until_complete(live())
    empty.stage.loop.run_for(ms)
    return heard[0], loop.run_until_complete(look()), len(deaths)


async def _do(work: Callable[[Store], Awaitable[object]], store: Store) -> None:
    await work(store)


@pytest.mark.parametrize("kind", WRITES)
def test_who_dies_before_a_write_has_not_written(kind: str) -> None:
    """And hears nothing any more."""
    with scene() as empty:
        assert die_of(empty, WRITES[kind], "before") == ("the server has died", [OLD], 1)


@pytest.mark.parametrize("kind", WRITES)
def test_who_dies_after_a_write_has_written(kind: str) -> None:
    """Although nobody hears of it."""
    with scene() as empty:
        assert die_of(empty, WRITES[kind], "after") == ("the server has died", DONE[kind], 1)


@pytest.mark.parametrize("kind", READS)
@pytest.mark.parametrize("doom", ["before", "after"])
def test_one_can_die_of_reading(kind: str, doom: Doom) -> None:
    """Of everything for which one waits."""
    with scene() as empty:
        assert die_of(empty, READS[kind], doom) == ("the server has died", [OLD], 1)


@pytest.mark.parametrize("kind", [*WRITES, *READS])
def test_who_is_not_doomed_lives(kind: str) -> None:
    """The store is as it would be without all this."""
    with scene() as empty:
        heard, stored, deaths = die_of(empty, (WRITES | READS)[kind], "")
        assert (heard, stored, deaths) == ("all is well", DONE.get(kind, [OLD]), 0)


@pytest.mark.parametrize("doom", ["before", "after"])
def test_nothing_of_the_dead_has_an_effect(doom: Doom) -> None:
    """Neither what sleeps, nor what is shielded, nor who catches his death and writes on."""
    with scene() as empty:
        heard, stored, deaths = die_of(empty, cling, doom)
        assert (heard, stored, deaths) == ("the server has died", [OLD], 1)


@pytest.mark.parametrize("doom", ["", "before"])
def test_what_a_dead_process_began_does_not_go_on(doom: Doom) -> None:
    """Nor does what has nothing to do with the store, such as asking a service in a second."""
    asked: list[str] = []

    async def ask() -> None:
        await sleep(1)
        asked.append("a service")

    async def begin(store: Store) -> None:
        asking = ensure_future(ask())
        await store.ping()
        await asking

    with scene() as empty:
        die_of(empty, begin, doom)
        assert asked == ([] if doom else ["a service"])


def test_what_the_living_begin_goes_on() -> None:
    """The same work, if nobody dies, leaves a note at its end, and what it began does so, too."""
    with scene() as empty:
        heard, stored, _ = die_of(empty, cling, "")
        names = [note["_id"] for note in stored]
        assert (heard, names) == ("all is well", ["finally", "later", "note0"])


def test_who_swallows_his_death_has_no_answer() -> None:
    """What he makes of it, such as an error of his own, is heard by nobody."""

    async def swallow(store: Store) -> None:
        try:
            await store.get(NOTES, "note0")
        except CancelledError:
            raise ValueError("why?") from None

    with scene() as empty:
        assert die_of(empty, swallow, "before")[0] == "the server has died"


def test_the_shared_store_outlives_who_closes_it() -> None:
    """A process lets go of its store, and others go on."""

    async def leave(store: Store) -> None:
        await store.close()
        await sleep(0)
        await store.insert(NOTES, NEW)

    with scene() as empty:
        assert die_of(empty, leave, "")[1] == [OLD, NEW]
        assert empty.stage.loop.run_until_complete(notes(MemoryStore())) == 0
