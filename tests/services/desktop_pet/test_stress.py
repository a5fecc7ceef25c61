"""Study sessions, samples and reports through the services."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import count

import pytest

from petcore.adapters.absent import AbsentSight
from petcore.adapters.store_memory import MemoryStore
from petcore.errors import NotFound, SightAbsent, StoreUnavailable
from petcore.ports.eyes import Eyes
from petcore.ports.store import Collection, Query, R, Store
from petcore.services import Services
from petcore.services.desktop_pet.collections import FOCUS_SAMPLES, VIDEO_WATCHES
from petcore.services.desktop_pet.stress import Reading, SessionWish
from petcore.services.idempotency import Call
from petcore.settings import default_settings
from petcore.wiring import wire
from tests.services.desktop_pet.test_breaks import part, study
from tests.services.desktop_pet.video import Seeing
from tests.services.interrupted import InterruptedStore
from tests.services.server import NOON, Server, a_turn

CALL = Call("test")


@pytest.mark.asyncio
async def test_a_second_end_answers_the_first_report() -> None:
    """The report is made once; ended_at does not move."""
    server = Server()
    stress = server.services().desktop_pet.stress
    session_id = await study(server, allows=True, minutes=3, stress=0.4)
    first = await stress.end_session(session_id, CALL)
    server.clock.advance(10)
    assert await stress.end_session(session_id, CALL) == first
    stored = await stress.get_report(session_id, Call("report"))
    assert (stored["report"], stored["generated_at"]) == (first["report"], first["ended_at"])


@pytest.mark.asyncio
async def test_there_is_no_report_before_the_end() -> None:
    """A running session has none, nor has an unknown one."""
    server = Server()
    stress = server.services().desktop_pet.stress
    session_id = await study(server, allows=True, minutes=1)
    for id in (session_id, "4fd31b3c-7b3d-4cce-90cf-c7c63e16d9eb"):
        with pytest.raises(NotFound):
            await stress.get_report(id, Call("report"))


@pytest.mark.asyncio
async def test_late_samples_stand_in_their_place() -> None:
    """Samples from before the start, out of order and ahead are accepted; the graph is sorted."""
    server = Server()
    stress = server.services().desktop_pet.stress
    wish = SessionWish("audrey", "Math", None, "presage")
    session_id = str(part(await stress.start_session(wish, CALL), "session")["session_id"])
    for minutes in (7, -30, 3):
        at = NOON + timedelta(minutes=minutes)
        await stress.ingest_sample(Reading(session_id, 0.5, 0.5, at, 1.0, None, {}), CALL)
    report = part(await stress.end_session(session_id, CALL), "report")
    points = report["graph_points"]
    assert isinstance(points, list)
    assert [point["timestamp"][11:16] for point in points] == ["11:30", "12:03", "12:07"]


@pytest.mark.asyncio
async def test_a_sample_takes_what_it_does_not_say_from_its_session() -> None:
    """Time, source and confidence have sources of their own; instants are cut to milliseconds."""
    server = Server()
    stress = server.services().desktop_pet.stress
    wish = SessionWish("audrey", "Math", None, "edge-7")
    session_id = str(part(await stress.start_session(wish, CALL), "session")["session_id"])
    at = NOON + timedelta(microseconds=1999)
    await stress.ingest_sample(Reading(session_id, 0.5, 0.5, at, 1.0, "camera", {"a": 1}), CALL)
    await stress.ingest_sample(Reading(session_id, 0.5, 0.5, None, 1.0, None, {}), CALL)
    by_time = Query(FOCUS_SAMPLES, {"session_id": session_id}, "captured_at_ms")
    silent, said = await server.store.find(by_time)
    assert (silent["captured_at"], silent["signal_source"]) == (NOON, "edge-7")
    assert said["captured_at"] == NOON + timedelta(milliseconds=1)
    assert (said["signal_source"], said["raw_metrics"]) == ("camera", {"a": 1})


@pytest.mark.asyncio
async def test_a_session_does_not_end_before_it_began() -> None:
    """When the server's clock was put back meanwhile, the session is empty, not negative."""
    server = Server()
    stress = server.services().desktop_pet.stress
    session_id = await study(server, allows=True, minutes=0)
    server.clock.advance(-5)
    assert (await stress.end_session(session_id, CALL))["ended_at"] == NOON


class ScoresAlone(MemoryStore):
    """Lets nobody read what a sample measured; counts how often samples were looked for."""

    finds = 0

    async def find(self, query: Query[R]) -> list[R]:
        """Find, and object if a sample comes with its metrics."""
        found = await super().find(query)
        if query.collection.name == FOCUS_SAMPLES.name:
            self.finds += 1
            assert not [sample for sample in found if "raw_metrics" in sample]
        return found


@pytest.mark.asyncio
async def test_what_a_sample_measured_is_never_read() -> None:
    """It may be many times the rest: not for the detector, a report or a message."""
    store = ScoresAlone()
    server = Server(store=store)
    services = server.services().desktop_pet
    session_id = await study(server, allows=True, minutes=11)
    assert (await services.breaks.poll_prompt("audrey"))["show_prompt"] is True
    assert store.finds == 22
    await services.encouragement.get_message("audrey", None, None, CALL)
    report = part(await services.stress.end_session(session_id, CALL), "report")
    assert (report["sample_count"], report["peak_stress"], store.finds) == (11, 0.9, 24)


async def _prompted(readings: Sequence[tuple[float, float, float, float]]) -> bool:
    """Whether samples (arrives at minute, captured at minute, stress, confidence) prompt."""
    server = Server()
    services = server.services()
    wish = SessionWish("audrey", "Math", allow_prompted_breaks=True, signal_source="presage")
    answer = await services.desktop_pet.stress.start_session(wish, CALL)
    session_id = str(part(answer, "session")["session_id"])
    for arrives, captured, level, confidence in readings:
        server.clock.instant = NOON + timedelta(minutes=arrives)
        at = NOON + timedelta(minutes=captured)
        reading = Reading(session_id, 0.5, level, at, confidence, None, {})
        await services.desktop_pet.stress.ingest_sample(reading, CALL)
    return bool((await services.desktop_pet.breaks.poll_prompt("audrey"))["show_prompt"])


@pytest.mark.asyncio
async def test_a_sample_from_the_future_is_never_believed() -> None:
    """Not even when its time has come: it neither breaks a run nor makes one."""
    future = (0, 30, 0.1, 1.0)
    run = [(m, m, 0.9, 1.0) for m in range(25, 36)]
    assert await _prompted(run)
    assert await _prompted([future, *run])


@pytest.mark.asyncio
async def test_a_doubtful_sample_hides_nothing() -> None:
    """Samples that do not count change nothing, whenever they arrive."""
    run = [(20, m, 0.9, 1.0) for m in range(11)]
    assert await _prompted(run)
    assert await _prompted([(20, 20, 0.9, 0.1), *run])
    assert await _prompted([*run, (20, 20, 0.1, 0.1)])


@pytest.mark.asyncio
async def test_the_order_of_arrival_does_not_matter() -> None:
    """Sent backwards, a stressed hour prompts as well."""
    run = [(20, m, 0.9, 1.0) for m in range(11)]
    assert await _prompted(run[::-1])


@pytest.mark.asyncio
async def test_a_report_that_was_not_delivered_is_delivered_on_reading() -> None:
    """The store failed after the end was decided; whoever asks for the report gets it."""
    server = Server()
    session_id = await study(server, allows=True, minutes=2)
    cut = server.services(InterruptedStore(server.store, 1, is_stored=False))
    with pytest.raises(StoreUnavailable):
        await cut.desktop_pet.stress.end_session(session_id, CALL)
    report = part(
        await server.services().desktop_pet.stress.get_report(session_id, Call("report")), "report"
    )
    assert report["sample_count"] == 2


WATCHED = SessionWish("audrey", "Math", allow_prompted_breaks=True, signal_source="x", watch=True)


async def _watches(store: Store) -> list[tuple[object, object]]:
    """Which sessions the server measures, or has measured."""
    found = await store.find(Query(VIDEO_WATCHES))
    return [(watch["session_id"], watch["is_open"]) for watch in found]


@pytest.mark.asyncio
async def test_a_session_is_watched_from_its_start_to_its_end() -> None:
    """If it was asked for; a second end changes nothing, and the answers say nothing of it."""
    store, seeing = MemoryStore(), Seeing()
    stress = seeing.services(store).desktop_pet.stress
    started = part(await stress.start_session(WATCHED, CALL), "session")
    session_id = str(started["session_id"])
    assert "is_watched" not in started
    assert await _watches(store) == [(session_id, 1)]
    first = await stress.end_session(session_id, CALL)
    assert await _watches(store) == [(session_id, 0)]
    assert await stress.end_session(session_id, CALL) == first
    assert await _watches(store) == [(session_id, 0)]


@pytest.mark.asyncio
async def test_a_keyed_start_is_watched_once() -> None:
    """Asked again, it is the same session and the same watch."""
    store, seeing = MemoryStore(), Seeing()
    stress = seeing.services(store).desktop_pet.stress
    keyed = Call("start", "key-1", "same")
    first = await stress.start_session(WATCHED, keyed)
    assert await stress.start_session(WATCHED, keyed) == first
    assert len(await _watches(store)) == 1


def _blind(store: Store) -> Services:
    """A server that cannot see."""
    absent = AbsentSight("no")
    return wire(
        default_settings(store="memory:"),
        store=store,
        faculties=Server().faculties(),
        eyes=Eyes(absent, absent, a_turn),
    )


@pytest.mark.asyncio
async def test_a_server_that_cannot_see_starts_no_session_to_be_watched() -> None:
    """It says so and stores nothing; without the wish it starts as ever."""
    store = MemoryStore()
    stress = _blind(store).desktop_pet.stress
    with pytest.raises(SightAbsent):
        await stress.start_session(WATCHED, Call("start", "key-1", "same"))
    assert not (await Server(store=store).stored())["focus_sessions"]
    wish = SessionWish("audrey", "Math", None, "presage")
    assert (await stress.start_session(wish, CALL))["ok"] is True
    assert await _watches(store) == []


class Unwatched(MemoryStore):
    """Lets nobody look for a watch."""

    async def get(self, collection: Collection[R], id: str) -> R | None:
        """Get, but no watch."""
        assert collection.name != VIDEO_WATCHES.name
        return await super().get(collection, id)


@pytest.mark.asyncio
async def test_a_session_that_is_not_watched_costs_no_look_for_a_watch() -> None:
    """Not at its end either."""
    server = Server(store=Unwatched())
    session_id = await study(server, allows=True, minutes=2)
    stress = server.services().desktop_pet.stress
    assert (await stress.end_session(session_id, CALL))["ok"] is True


@pytest.mark.asyncio
@pytest.mark.parametrize("is_stored", [False, True])
async def test_a_watch_is_closed_wherever_the_end_was_cut_off(is_stored: bool) -> None:
    """Whoever ends the session again finds it closed, or closes it."""
    for writes in count():
        store, seeing = MemoryStore(), Seeing()
        stress = seeing.services(store).desktop_pet.stress
        started = part(await stress.start_session(WATCHED, CALL), "session")
        cut = seeing.services(InterruptedStore(store, writes, is_stored=is_stored), seed=2)
        try:
            await cut.desktop_pet.stress.end_session(str(started["session_id"]), CALL)
        except StoreUnavailable:
            await stress.end_session(str(started["session_id"]), CALL)
            assert await _watches(store) == [(started["session_id"], 0)]
            continue
        assert writes == 4
        break
