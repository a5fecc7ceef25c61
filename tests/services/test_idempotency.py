"""An operation happens once, however often and at the same time it is asked for."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from petcore.adapters.store_sqlite import SqliteStore
from petcore.errors import KeyReused, StoreUnavailable, WrongState
from petcore.marks import marked
from petcore.ports.store import Collection, Query, R, Store
from petcore.services.collections import COLLECTIONS
from petcore.services.desktop_pet.breaks import PomodoroWish
from petcore.services.desktop_pet.collections import (
    FOCUS_REPORTS,
    FOCUS_SAMPLES,
    POMODORO_SESSIONS,
    WATER_EVENTS,
)
from petcore.services.desktop_pet.stress import Reading, SessionWish
from petcore.services.desktop_pet.water import ScheduleWish
from petcore.services.idempotency import IDEMPOTENCY_KEYS, Call
from tests.services.interleaved import InterleavedStore
from tests.services.interrupted import InterruptedStore
from tests.services.server import Server

ALL_DAY = ScheduleWish("audrey", "UTC", "00:00", "00:00", 60, enabled=True)
POMODORO = PomodoroWish("audrey", 25, 5, 4)
SEEDS = range(12)


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", SEEDS)
async def test_twins_get_one_answer(seed: int) -> None:
    """Ten workers get the same keyed request at once: one Pomodoro starts, all hear of it."""
    server = Server()
    workers = [
        server.services(InterleavedStore(server.store, Random(f"{seed}/{n}"))) for n in range(10)
    ]
    call = Call("start", "key-1", "same")
    answers = await asyncio.gather(
        *(worker.desktop_pet.breaks.start_pomodoro(POMODORO, call) for worker in workers)
    )
    assert all(answer == answers[0] for answer in answers)
    assert await server.store.count(Query(POMODORO_SESSIONS)) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", SEEDS)
async def test_twin_polls_get_one_reminder(seed: int) -> None:
    """Twins of the poll that brings the reminder all bring it, and it is recorded once."""
    server = Server()
    await server.services().desktop_pet.water.set_schedule(ALL_DAY, Call("schedule"))
    workers = [
        server.services(InterleavedStore(server.store, Random(f"{seed}/{n}"))) for n in range(10)
    ]
    call = Call("poll", "key-1", "same")
    answers = await asyncio.gather(*(w.desktop_pet.water.poll("audrey", call) for w in workers))
    assert [answer["remind_now"] for answer in answers] == [True] * 10
    assert await server.store.count(Query(WATER_EVENTS)) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", SEEDS)
async def test_of_many_pollers_one_is_reminded(seed: int) -> None:
    """Polls with different keys, or none, compete: exactly one of them gets the reminder."""
    server = Server()
    await server.services().desktop_pet.water.set_schedule(ALL_DAY, Call("schedule"))
    workers = [
        server.services(InterleavedStore(server.store, Random(f"{seed}/{n}"))) for n in range(10)
    ]
    calls = [Call("poll", f"key-{n}" if n % 2 else None, "same") for n in range(10)]
    answers = await asyncio.gather(
        *(
            worker.desktop_pet.water.poll("audrey", call)
            for worker, call in zip(workers, calls, strict=True)
        )
    )
    assert [answer["remind_now"] for answer in answers].count(True) == 1
    assert await server.store.count(Query(WATER_EVENTS)) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", SEEDS)
async def test_no_acknowledged_sample_is_missing_from_the_report(seed: int) -> None:
    """Samples race with the end of their session: what was accepted is in the report, and what
    came too late was refused.
    """
    server = Server()
    wish = SessionWish("audrey", "Math", allow_prompted_breaks=True, signal_source="presage")
    started = (await server.services().desktop_pet.stress.start_session(wish, Call("start")))[
        "session"
    ]
    assert isinstance(started, dict)
    session_id = started["session_id"]
    workers = [
        server.services(InterleavedStore(server.store, Random(f"{seed}/{n}"))) for n in range(9)
    ]

    async def sample(number: int) -> bool:
        reading = Reading(session_id, 0.5, 0.9, None, 1.0, None, {})
        try:
            await workers[number].desktop_pet.stress.ingest_sample(reading, Call("sample"))
        except WrongState:
            return False
        return True

    *accepted, answer = await asyncio.gather(
        *(sample(number) for number in range(8)),
        workers[8].desktop_pet.stress.end_session(session_id, Call("end")),
    )
    assert isinstance(answer, dict)
    assert answer["report"]["sample_count"] == accepted.count(True)
    assert await server.store.count(Query(FOCUS_SAMPLES)) == accepted.count(True)


class OvertakenStore(InterruptedStore):
    """Says of the first ``rounds`` replaces that somebody else was quicker."""

    def __init__(self, store: Store, rounds: int, on_loss: Callable[[], None]) -> None:
        super().__init__(store, 10**6, is_stored=True)
        self.rounds = rounds
        self._on_loss = on_loss

    async def replace(self, collection: Collection[R], document: R, expected: int) -> bool:
        """Lose, or replace."""
        self.rounds -= 1
        if self.rounds < 0:
            return await super().replace(collection, document, expected)
        self._on_loss()
        return False


@pytest.mark.asyncio
async def test_who_is_overtaken_a_hundred_times_does_not_give_up() -> None:
    """Among many workers that is bad luck, and nothing to be refused for."""
    server = Server()
    await server.services().desktop_pet.water.set_schedule(ALL_DAY, Call("schedule"))
    store = OvertakenStore(server.store, 100, lambda: None)
    answer = await server.services(store).desktop_pet.water.poll("audrey", Call("poll", "key"))
    assert answer["remind_now"]


@pytest.mark.asyncio
async def test_who_is_overtaken_for_too_long_is_told_to_come_back() -> None:
    """A store that hides what was written last must not hold a request up for ever."""
    server = Server()
    await server.services().desktop_pet.water.set_schedule(ALL_DAY, Call("schedule"))
    store = OvertakenStore(server.store, 100, lambda: server.clock.advance(3))
    reached: list[str] = []
    with pytest.raises(StoreUnavailable, match="too many changes"), marked(reached.append):
        await server.services(store).desktop_pet.water.poll("audrey", Call("poll", "key"))
    assert store.rounds > 90
    assert reached[-1] == "overtaken too often"


@pytest.mark.asyncio
async def test_a_repeated_request_gets_the_first_answer_later_on() -> None:
    """A sample repeated after its session has ended is answered as it was, not refused."""
    server = Server()
    stress = server.services().desktop_pet.stress
    wish = SessionWish("audrey", "Math", allow_prompted_breaks=True, signal_source="presage")
    session = (await stress.start_session(wish, Call("start")))["session"]
    assert isinstance(session, dict)
    reading = Reading(session["session_id"], 0.5, 0.9, None, 1.0, None, {})
    call = Call("sample", "key-1", "same")
    first = await stress.ingest_sample(reading, call)
    await stress.end_session(session["session_id"], Call("end"))
    server.clock.advance(5)
    assert await stress.ingest_sample(reading, call) == first
    with pytest.raises(WrongState):
        await stress.ingest_sample(reading, Call("sample", "key-2", "same"))


@pytest.mark.asyncio
async def test_a_key_belongs_to_one_request() -> None:
    """The same key with another body is refused; of another user or route it is another key."""
    server = Server()
    breaks = server.services().desktop_pet.breaks
    await breaks.start_pomodoro(POMODORO, Call("start", "key-1", "a"))
    with pytest.raises(KeyReused):
        await breaks.start_pomodoro(POMODORO, Call("start", "key-1", "b"))
    await breaks.start_pomodoro(POMODORO, Call("elsewhere", "key-1", "b"))
    await breaks.start_pomodoro(PomodoroWish("ben", 25, 5, 4), Call("start", "key-1", "b"))
    assert await server.store.count(Query(POMODORO_SESSIONS)) == 3


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", SEEDS)
async def test_a_key_that_comes_twice_at_once_belongs_to_one_request(seed: int) -> None:
    """Ten workers are asked to end ten sessions under one key: one ends, the rest are refused."""
    server = Server()
    wish = SessionWish("audrey", "Math", allow_prompted_breaks=True, signal_source="presage")
    stress = server.services().desktop_pet.stress
    sessions = [(await stress.start_session(wish, Call("start")))["session"] for _ in range(10)]
    workers = [
        server.services(InterleavedStore(server.store, Random(f"{seed}/{n}"))) for n in range(10)
    ]

    async def end(number: int) -> object:
        session = sessions[number]
        assert isinstance(session, dict)
        call = Call("end", "key-1", f"body {number}")
        return await workers[number].desktop_pet.stress.end_session(session["session_id"], call)

    ends = await asyncio.gather(*map(end, range(10)), return_exceptions=True)
    assert [type(each) for each in ends].count(KeyReused) == 9
    assert await server.store.count(Query(FOCUS_REPORTS)) == 1
    winner = next(number for number, each in enumerate(ends) if isinstance(each, dict))
    assert await end(winner) == ends[winner]


@pytest.mark.asyncio
async def test_a_key_is_forgotten_after_a_day() -> None:
    """After 24 hours the key is free again, and what expired is swept out."""
    server = Server()
    breaks = server.services().desktop_pet.breaks
    first = await breaks.start_pomodoro(POMODORO, Call("start", "key-1", "a"))
    server.clock.advance(24 * 60 - 1)
    assert await breaks.start_pomodoro(POMODORO, Call("start", "key-1", "a")) == first
    server.clock.advance(1)
    second = await breaks.start_pomodoro(POMODORO, Call("start", "key-1", "b"))
    assert second != first
    assert await server.store.count(Query(IDEMPOTENCY_KEYS)) == 1


@pytest.mark.asyncio
async def test_old_keys_do_not_pile_up() -> None:
    """Whoever writes keys sweeps now and then, so that yesterday's do not stay for ever."""
    server = Server()
    breaks = server.services().desktop_pet.breaks
    for number in range(300):
        await breaks.start_pomodoro(POMODORO, Call("start", f"old-{number}", "a"))
    server.clock.advance(25 * 60)
    for number in range(300):
        await breaks.start_pomodoro(POMODORO, Call("start", f"new-{number}", "a"))
    assert await server.store.count(Query(IDEMPOTENCY_KEYS)) < 400


@pytest.mark.asyncio
async def test_a_poll_that_is_not_due_stores_nothing() -> None:
    """Not even its key."""
    server = Server()
    before = await server.stored()
    await server.services().desktop_pet.water.poll("audrey", Call("poll", "key-1", "a"))
    assert await server.stored() == before


@pytest.mark.asyncio
async def test_what_found_nothing_to_do_keeps_its_answer_too() -> None:
    """Stopping a stopped Pomodoro is an answer; its key cannot stop another one afterwards."""
    server = Server()
    breaks = server.services().desktop_pet.breaks
    ids = []
    for _ in range(2):
        session = (await breaks.start_pomodoro(POMODORO, Call("start")))["session"]
        assert isinstance(session, dict)
        ids.append(session["session_id"])
    await breaks.stop_pomodoro(ids[0], Call("stop"))
    first = await breaks.stop_pomodoro(ids[0], Call("stop", "key-1", "a"))
    assert await breaks.stop_pomodoro(ids[0], Call("stop", "key-1", "a")) == first
    with pytest.raises(KeyReused):
        await breaks.stop_pomodoro(ids[1], Call("stop", "key-1", "b"))


@pytest.mark.asyncio
async def test_hundreds_at_once_take_turns(tmp_path: Path) -> None:
    """A backlog of samples of one session, sent all at once, is taken whole."""
    server = Server()
    store = SqliteStore(tmp_path / "petcore.db", COLLECTIONS)
    services = server.services(store)
    await services.open()
    wish = SessionWish("audrey", "Math", allow_prompted_breaks=True, signal_source="presage")
    session = (await services.desktop_pet.stress.start_session(wish, Call("start")))["session"]
    assert isinstance(session, dict)
    reading = Reading(session["session_id"], 0.5, 0.9, None, 1.0, None, {})
    await asyncio.gather(
        *(services.desktop_pet.stress.ingest_sample(reading, Call("sample")) for _ in range(200))
    )
    assert await store.count(Query(FOCUS_SAMPLES)) == 200
    await services.close()


@pytest.mark.asyncio
@pytest.mark.parametrize("turns", range(12))
async def test_a_client_that_hangs_up_leaves_nothing_half_done(turns: int) -> None:
    """Cancelled after any number of turns, an operation is done whole or not at all."""
    server = Server()
    services = server.services(InterleavedStore(server.store, Random(turns)))
    work = asyncio.ensure_future(
        services.desktop_pet.breaks.start_pomodoro(POMODORO, Call("start", "key-1", "a"))
    )
    for _ in range(turns):
        await asyncio.sleep(0)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    await services.close()
    started = await server.store.count(Query(POMODORO_SESSIONS))
    kept = await server.store.find(Query(IDEMPOTENCY_KEYS))
    assert started == len(kept)
    assert all(answer["outbox_len"] == 0 for answer in kept)
