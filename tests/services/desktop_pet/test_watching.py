"""The server measures a session by itself, for as long as it lasts, whatever happens to cameras,
stores and processes.
"""

import asyncio
import gc
import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from petcore.adapters.absent import AbsentSight
from petcore.adapters.camera_scripted import Step
from petcore.adapters.store_memory import MemoryStore
from petcore.errors import CameraFailed, StoreUnavailable
from petcore.ports.camera import Frame, Source, Stream, Webcam
from petcore.ports.sight import Seen, SightState
from petcore.ports.store import Collection, Query, R
from petcore.rules.instant import to_ms
from petcore.services import Services
from petcore.services.collections import COLLECTIONS
from petcore.services.desktop_pet.broadcast import LINGER_S
from petcore.services.desktop_pet.collections import FOCUS_SAMPLES, FOCUS_SESSIONS, VIDEO_WATCHES
from petcore.services.desktop_pet.measuring import DOUBT_S, LONGEST, RENEW_EVERY_S
from petcore.services.desktop_pet.shapes import FocusSample
from petcore.services.desktop_pet.stress import SessionWish
from petcore.services.desktop_pet.video import SourceWish
from petcore.services.desktop_pet.watches import LEASE_S
from petcore.services.desktop_pet.watching import SCAN_EVERY_S
from petcore.services.idempotency import Call
from petcore.services.upkeep.check import Complaint
from petcore.wiring import wire_checker
from tests.services.desktop_pet.video import Seeing, filming, seen, settle

CALL = Call("test")


class Shelf(MemoryStore):
    """A store that can be taken away, before or after it has done what it was asked."""

    is_away = False
    breaks = False
    loses_answers = False

    async def find(self, query: Query[R]) -> list[R]:
        """Ask the store, if it is there."""
        self._require()
        return await super().find(query)

    async def get(self, collection: Collection[R], id: str) -> R | None:
        """Ask the store, if it is there."""
        self._require()
        return await super().get(collection, id)

    async def insert(self, collection: Collection[R], document: R) -> None:
        """Insert, if it is there; the answer may be lost."""
        self._require()
        await super().insert(collection, document)
        if self.loses_answers:
            raise StoreUnavailable("the answer was lost")

    async def replace(self, collection: Collection[R], document: R, expected: int) -> bool:
        """Replace, if it is there."""
        self._require()
        return await super().replace(collection, document, expected)

    def _require(self) -> None:
        if self.breaks:
            raise RuntimeError("broken")
        if self.is_away:
            raise StoreUnavailable("away")


async def start(services: Services, user_id: str = "audrey") -> str:
    """Start a session that the server measures."""
    wish = SessionWish(user_id, "Maths", None, "presage", watch=True)
    session = (await services.desktop_pet.stress.start_session(wish, CALL))["session"]
    assert isinstance(session, dict)
    return str(session["session_id"])


async def prefer(services: Services, url: str) -> None:
    """Prefer another camera."""
    wish = SourceWish("audrey", "esp32", url, 0, None)
    await services.desktop_pet.video.save_source(wish, CALL)


async def samples(store: MemoryStore) -> list[FocusSample]:
    """All that were stored, by time."""
    found = await MemoryStore.find(store, Query(FOCUS_SAMPLES))
    return sorted(found, key=lambda sample: sample["captured_at_ms"])


async def seconds(store: MemoryStore, seeing: Seeing) -> list[float]:
    """When they were captured, in seconds since the beginning."""
    began_ms = to_ms(seeing.time.now()) - seeing.time.ms
    return [(each["captured_at_ms"] - began_ms) / 1000 for each in await samples(store)]


@pytest.mark.asyncio
async def test_a_session_is_measured_once_a_minute_until_it_ends() -> None:
    """From when both scores are known; then nothing is left, and the camera is let go of."""
    before = asyncio.all_tasks()
    seeing, store = Seeing(), Shelf()
    services = seeing.services(store)
    await services.open()
    idle = asyncio.all_tasks()
    session_id = await start(services)
    await seeing.time.go(SCAN_EVERY_S + 300)
    stored = await samples(store)
    assert await seconds(store, seeing) == [11 + 60 * number for number in range(5)]
    assert {each["signal_source"] for each in stored} == {"rppg_local"}
    assert {each["session_id"] for each in stored} == {session_id}
    report = (await services.desktop_pet.stress.end_session(session_id, CALL))["report"]
    assert isinstance(report, dict)
    assert report["sample_count"] == 5
    await seeing.time.go(120)
    assert len(await samples(store)) == 5
    assert (seeing.cameras.open, seeing.sight.looking) == (0, 0)
    assert asyncio.all_tasks() == idle
    await services.close()
    assert asyncio.all_tasks() == before


@pytest.mark.asyncio
async def test_what_it_stores_is_as_it_should_be() -> None:
    """The check of a store finds nothing, and no picture is in it."""
    seeing, store = Seeing(), Shelf()
    services = seeing.services(store)
    await services.open()
    session_id = await start(services)
    await prefer(services, "http://192.168.1.20:81/stream")
    await seeing.time.go(200)
    await services.desktop_pet.stress.end_session(session_id, CALL)
    await services.close()
    found = [event async for event in wire_checker().check(store, COLLECTIONS)]
    assert [event for event in found if isinstance(event, Complaint)] == []
    raw = (await samples(store))[-1]["raw_metrics"]
    assert "cardio" in str(raw)
    everything = [await store.find(Query(collection)) for collection in COLLECTIONS]
    assert "Stream(url" not in str(everything)


@pytest.mark.asyncio
async def test_a_score_that_is_not_known_is_not_made_up() -> None:
    """Without a pulse there is no stress, so there is no sample; with one there is."""
    seeing, store = Seeing(), Shelf()
    shows = list[bool]()

    def sees(frame: Frame) -> Seen:
        shown = seen(frame)
        focus = [each for each in shown.readings if each.name.startswith("face")]
        return shown if shows else replace(shown, readings=tuple(focus))

    seeing.sees = sees
    services = seeing.services(store)
    await services.open()
    await start(services)
    await seeing.time.go(300)
    assert await samples(store) == []
    shows.append(True)
    await seeing.time.go(2)
    assert len(await samples(store)) == 1
    await services.close()


@pytest.mark.asyncio
async def test_a_stressed_person_gets_a_prompt() -> None:
    """What the server measures leads to what every sample leads to."""
    seeing, store = Seeing(), Shelf()
    seeing.films = filming(seeing.time, every_s=2)
    seeing.sees = lambda frame: seen(frame, cardio__pulse_rate=118.0, breathing__rate=27.0)
    services = seeing.services(store)
    await services.open()
    breaks = services.desktop_pet.breaks
    await breaks.set_stress_prompts("audrey", True, CALL)
    await start(services)
    await seeing.time.go(13 * 60)
    assert (await breaks.poll_prompt("audrey"))["show_prompt"] is True
    assert (await samples(store))[-1]["stress_score"] > 0.8
    await services.close()


@pytest.mark.asyncio
async def test_several_processes_measure_a_session_once() -> None:
    """Whoever is closed lets another go on at once; of killed ones it is known soon."""
    seeing, store = Seeing(), Shelf()
    elsewhere = Seeing(seeing.time)
    first, second = seeing.services(store), elsewhere.services(store, seed=2)
    await first.open()
    await second.open()
    await start(first)
    await seeing.time.go(200)
    assert await seconds(store, seeing) == [11, 71, 131, 191]
    assert seeing.cameras.open + elsewhere.cameras.open == 1
    holders = [each for each in (first, second) if each.desktop_pet.watching.measured]
    assert len(holders) == 1
    (holder,) = holders
    other = second if holder is first else first
    await holder.close()
    await seeing.time.go(SCAN_EVERY_S + 1)
    assert len(other.desktop_pet.watching.measured) == 1
    assert len(await samples(store)) == 5
    await seeing.time.go(600)
    times = await seconds(store, seeing)
    assert [later - sooner for sooner, later in pairwise(times[4:])] == [60] * 10
    await other.close()


@pytest.mark.asyncio
async def test_a_process_that_stalled_stores_nothing_for_another() -> None:
    """It finds that its session was taken before it sends what it has."""
    seeing, store = Seeing(), Shelf()
    services = seeing.services(store)
    await services.open()
    await start(services)
    await seeing.time.go(70.6)
    (watch,) = await store.find(Query(VIDEO_WATCHES))
    until_ms = to_ms(seeing.time.now() + timedelta(seconds=LEASE_S))
    stolen = {**watch, "version": watch["version"] + 1, "leased_until_ms": until_ms}
    assert len(await samples(store)) == 1
    await store.replace(VIDEO_WATCHES, stolen, watch["version"])
    await seeing.time.go(0.6)
    assert services.desktop_pet.watching.measured == frozenset()
    assert len(await samples(store)) == 1
    await services.close()


@pytest.mark.asyncio
async def test_a_camera_that_stays_away_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    """For as long as the session runs; the log says so once."""
    seeing, store = Seeing(), Shelf()
    seeing.films = lambda _: iter((CameraFailed("webcam 0 cannot be opened"),))
    services = seeing.services(store)
    await services.open()
    with caplog.at_level(logging.WARNING, logger="petcore.video"):
        await start(services)
        await seeing.time.go(1200)
    assert len(caplog.records) == 1
    tried = len(seeing.cameras.watched)
    assert 15 <= tried <= 40
    seeing.films = None
    await seeing.time.go(120)
    assert len(await samples(store)) >= 1
    assert len(seeing.cameras.watched) == tried + 1
    await services.close()


@pytest.mark.asyncio
async def test_a_camera_that_was_back_is_told_of_again(caplog: pytest.LogCaptureFixture) -> None:
    """And tried as soon as the first time."""
    seeing, store = Seeing(), Shelf()
    services = seeing.services(store)
    await services.open()
    await start(services)
    gone = list[bool]()

    def films(source: Source) -> Iterable[Step]:
        return iter(()) if gone else filming(seeing.time, pictures=100)(source)

    seeing.films = films
    with caplog.at_level(logging.WARNING, logger="petcore.video"):
        for _ in range(3):
            await seeing.time.go(100)
            gone.append(True)
            await seeing.time.go(300)
            gone.clear()
    told = [record for record in caplog.records if "not measured" in record.getMessage()]
    assert len(told) == 3
    await services.close()


@pytest.mark.asyncio
async def test_a_camera_that_fails_in_the_middle_is_watched_again() -> None:
    """Also after it stayed away for so long that all viewers were sent home."""
    seeing, store = Seeing(), Shelf()
    gone = list[bool]()

    def films(source: Source) -> Iterable[Step]:
        return filming(seeing.time, pictures=200)(source) if not gone else iter(())

    seeing.films = films
    services = seeing.services(store)
    await services.open()
    await start(services)
    await seeing.time.go(300)
    assert len(await samples(store)) == 5
    gone.append(True)
    await seeing.time.go(600)
    few = len(await samples(store))
    gone.clear()
    await seeing.time.go(200)
    assert len(await samples(store)) >= few + 3
    await services.close()


@pytest.mark.asyncio
async def test_a_camera_that_is_preferred_now_is_looked_through() -> None:
    """Soon; the other is let go of."""
    seeing, store = Seeing(), Shelf()
    services = seeing.services(store)
    await services.open()
    await prefer(services, "http://192.168.1.20:81/stream")
    await start(services)
    await seeing.time.go(30)
    await prefer(services, "http://192.168.1.21:81/stream")
    await seeing.time.go(120)
    assert seeing.cameras.watched == [
        Stream("http://192.168.1.20:81/stream"),
        Stream("http://192.168.1.21:81/stream"),
    ]
    assert seeing.cameras.open == 1
    assert len(await samples(store)) >= 3
    await services.close()


@pytest.mark.asyncio
async def test_a_camera_that_shows_nobody_is_changed_as_well() -> None:
    """No sample need be due for that, nor ever have been."""
    seeing, store = Seeing(), Shelf()
    stream = Stream("http://192.168.1.20:81/stream")

    def sees(frame: Frame) -> Seen:
        shown = seen(frame)
        is_there = frame.jpeg.startswith(str(stream).encode())
        return shown if is_there else replace(shown, face=None, state="no_face", readings=())

    seeing.sees = sees
    services = seeing.services(store)
    await services.open()
    await start(services)
    await seeing.time.go(60)
    assert (seeing.cameras.watched, await samples(store)) == ([Webcam(0)], [])
    await prefer(services, stream.url)
    await seeing.time.go(RENEW_EVERY_S + 2)
    assert seeing.cameras.watched == [Webcam(0), stream]
    assert len(await samples(store)) == 1
    await services.close()


@pytest.mark.asyncio
async def test_of_a_person_one_session_is_measured() -> None:
    """The one that began last, however many there are; the others run on, and nobody measures."""
    seeing, store = Seeing(), Shelf()
    services = seeing.services(store)
    await services.open()
    await start(services)
    await seeing.time.go(60)
    idle = len(asyncio.all_tasks())
    for _ in range(30):
        last = await start(services)
        await seeing.time.go(0.1)
    other = await start(services, "ben")
    await seeing.time.go(2 * SCAN_EVERY_S)
    assert services.desktop_pet.watching.measured == {last, other}
    assert len(asyncio.all_tasks()) <= idle + 4
    running = await store.find(Query(FOCUS_SESSIONS))
    assert [each["ended_at"] for each in running] == [None] * 32
    await services.close()


@pytest.mark.asyncio
async def test_sessions_leave_one_camera_to_viewers() -> None:
    """Whoever is not measured for want of a camera is when one is free."""
    seeing, store = Seeing(cameras_max=2), Shelf()
    services = seeing.services(store)
    video = services.desktop_pet.video
    await services.open()
    await video.save_source(SourceWish("ben", "webcam", None, 1, None), CALL)
    await video.save_source(SourceWish("carl", "webcam", None, 2, None), CALL)
    session_id = await start(services)
    await seeing.time.go(15)
    await start(services, "ben")
    await seeing.time.go(15)
    assert seeing.cameras.watched == [Webcam(0)]
    assert (await video.get_latest("carl"))["ok"] is True
    await services.desktop_pet.stress.end_session(session_id, CALL)
    await seeing.time.go(120)
    assert seeing.cameras.watched == [Webcam(0), Webcam(2), Webcam(1)]
    assert {each["user_id"] for each in await samples(store)} == {"audrey", "ben"}
    await services.close()


@pytest.mark.asyncio
async def test_nothing_is_said_of_who_has_left() -> None:
    """What was measured of him before says nothing of now; who comes back is measured anew."""
    seeing, store = Seeing(), Shelf()
    state: list[SightState] = ["measured"]

    def sees(frame: Frame) -> Seen:
        if state == ["measured"]:
            return seen(frame)
        is_gone = state == ["no_face"]
        shown = seen(frame, face__presence=0.0 if is_gone else 1.0)
        kept = "face.presence" if is_gone else "face."
        readings = tuple(each for each in shown.readings if each.name.startswith(kept))
        return replace(shown, state=state[0], readings=readings)

    seeing.sees = sees
    services = seeing.services(store)
    await services.open()
    await start(services)
    await seeing.time.go(75)
    assert await seconds(store, seeing) == [11, 71]
    state[0] = "no_face"
    await seeing.time.go(85)
    assert await seconds(store, seeing) == [11, 71]
    state[0] = "measured"
    await seeing.time.go(62)
    assert await seconds(store, seeing) == [11, 71, 160.5, 220.5]
    state[0] = "no_face"
    await seeing.time.go(35)
    state[0] = "measuring"
    await seeing.time.go(40)
    assert len(await samples(store)) == 4
    state[0] = "measured"
    await seeing.time.go(1)
    assert len(await samples(store)) == 5
    assert all(each["confidence"] > 0.5 for each in await samples(store))
    await services.close()


@pytest.mark.asyncio
async def test_a_camera_is_let_go_of_when_this_process_ends_the_session() -> None:
    """Nobody waits for the next look at the session."""
    seeing, store = Seeing(), Shelf()
    services = seeing.services(store)
    await services.open()
    session_id = await start(services)
    await seeing.time.go(33)
    await services.desktop_pet.stress.end_session(session_id, CALL)
    await settle()
    assert services.desktop_pet.watching.measured == frozenset()
    await seeing.time.go(LINGER_S + 2.5)
    assert seeing.cameras.open == 0
    await services.close()


@pytest.mark.asyncio
async def test_what_goes_wrong_when_a_session_is_let_go_of_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Once, and not as the exception of a task that nobody has asked."""
    seeing, store = Seeing(), Shelf()
    services = seeing.services(store)
    await services.open()
    await start(services)
    await seeing.time.go(15)
    store.breaks = True
    await services.desktop_pet.watching.close()
    gc.collect()
    told = [(record.name, record.getMessage()) for record in caplog.records]
    assert told == [("petcore.video", "a session could not be let go of")]
    store.breaks = False
    await services.close()


@pytest.mark.asyncio
async def test_a_store_that_goes_away_costs_no_session() -> None:
    """Measuring goes on when it is back, and the camera was never let go of."""
    seeing, store = Seeing(), Shelf()
    services = seeing.services(store)
    await services.open()
    await start(services)
    await seeing.time.go(100)
    before = len(await samples(store))
    store.is_away = True
    await seeing.time.go(200)
    store.is_away = False
    await seeing.time.go(150)
    assert len(await samples(store)) >= before + 2
    assert len(services.desktop_pet.watching.measured) == len(seeing.cameras.watched) == 1
    await start(services, "ben")
    await seeing.time.go(SCAN_EVERY_S)
    assert len(services.desktop_pet.watching.measured) == 2
    await services.close()


@pytest.mark.asyncio
async def test_a_sample_whose_answer_was_lost_is_stored_once() -> None:
    """It is sent again, and found to be known."""
    seeing, store = Seeing(), Shelf()
    services = seeing.services(store)
    await services.open()
    await start(services)
    await seeing.time.go(65)
    store.loses_answers = True
    await seeing.time.go(8)
    store.loses_answers = False
    await seeing.time.go(60)
    times = await seconds(store, seeing)
    assert times[:2] == [11, 71]
    assert len(times) == len(set(times)) == 3
    await services.close()


@pytest.mark.asyncio
async def test_a_session_that_nobody_ends_is_left_alone_in_the_end() -> None:
    """Somebody has forgotten it. The camera is let go of at once, and nobody goes on after that."""
    seeing, store = Seeing(), Shelf()
    services = seeing.services(store)
    await services.open()
    await start(services)
    await seeing.time.go(100)
    seeing.time.wrong_s = LONGEST.total_seconds() - 150
    await seeing.time.go(40)
    assert len(services.desktop_pet.watching.measured) == 1
    await seeing.time.go(40)
    assert seeing.cameras.open == 0
    assert len(services.desktop_pet.watching.measured) == 1
    await seeing.time.go(DOUBT_S)
    assert services.desktop_pet.watching.measured == frozenset()
    (watch,) = await store.find(Query(VIDEO_WATCHES))
    assert watch["is_open"] == 0
    await services.close()


@pytest.mark.asyncio
async def test_a_clock_that_is_wrong_for_a_while_ends_nothing() -> None:
    """By half a day, for some minutes, twice: measuring goes on each time."""
    seeing, store = Seeing(), Shelf()
    services = seeing.services(store)
    await services.open()
    await start(services)
    for _ in range(2):
        await seeing.time.go(100)
        seeing.time.wrong_s = 13 * 3600
        await seeing.time.go(DOUBT_S / 2 + 30)
        seeing.time.wrong_s = 0
        await seeing.time.go(RENEW_EVERY_S + 1)
    before = len(await samples(store))
    await seeing.time.go(130)
    assert len(await samples(store)) >= before + 2
    assert len(services.desktop_pet.watching.measured) == 1
    await services.close()


@pytest.mark.asyncio
async def test_a_session_that_is_gone_is_measured_no_more() -> None:
    """A person was erased, or its end was stored and its watch was not closed."""
    seeing, store = Seeing(), Shelf()
    services = seeing.services(store)
    await services.open()
    await start(services)
    await start(services, "ben")
    await seeing.time.go(30)
    assert seeing.cameras.watched == [Webcam(0)]
    assert len(services.desktop_pet.watching.measured) == 2
    for collection in (FOCUS_SESSIONS, VIDEO_WATCHES):
        for document in await store.find(Query(collection)):
            if document["user_id"] == "audrey":
                await store.delete(Query(collection, {"session_id": document["session_id"]}))
    (session,) = await store.find(Query(FOCUS_SESSIONS))
    ended = {**session, "ended_at": seeing.time.now(), "status": "completed"}
    ended["version"] = session["version"] + 1
    await store.replace(FOCUS_SESSIONS, ended, session["version"])
    await seeing.time.go(SCAN_EVERY_S * 2)
    assert services.desktop_pet.watching.measured == frozenset()
    (watch,) = await store.find(Query(VIDEO_WATCHES))
    assert (watch["user_id"], watch["is_open"]) == ("ben", 0)
    await services.close()


@pytest.mark.asyncio
async def test_a_server_that_cannot_see_runs_nothing() -> None:
    """Not even a scan."""
    absent = AbsentSight("not here")
    seeing, store = Seeing(), Shelf()
    services = seeing.services(store, eyes=replace(seeing.eyes, cameras=absent, sight=absent))
    before = asyncio.all_tasks()
    await services.open()
    await settle()
    assert asyncio.all_tasks() == before
    await services.close()


@pytest.mark.asyncio
async def test_where_time_runs_faster_a_sample_is_due_sooner() -> None:
    """Once a minute of the person's time."""
    seeing, store = Seeing(), Shelf()
    services = seeing.services(store, time_scale=10)
    await services.open()
    await start(services)
    await seeing.time.go(SCAN_EVERY_S + 61)
    times = [each["captured_at_ms"] for each in await samples(store)]
    assert len(times) == 11
    assert {later - sooner for sooner, later in pairwise(times)} == {60_000}
    await services.close()


@pytest.mark.asyncio
async def test_however_fast_time_runs_samples_are_a_second_apart() -> None:
    """Nobody is measured with every picture."""
    seeing, store = Seeing(), Shelf()
    seeing.films = filming(seeing.time, every_s=0.1)

    def sees(frame: Frame) -> Seen:
        shown = seen(frame)
        each = frame.at_ms // 100 % len(shown.readings)
        return replace(shown, readings=shown.readings[each : each + 1])

    seeing.sees = sees
    services = seeing.services(store, time_scale=3600)
    await services.open()
    await start(services)
    await seeing.time.go(SCAN_EVERY_S + 11)
    assert 8 <= len(await samples(store)) <= 11
    await services.close()


@pytest.mark.asyncio
async def test_closing_in_the_middle_leaves_nothing() -> None:
    """Sessions of many, with viewers; all tasks end, and all watches are free."""
    before = asyncio.all_tasks()
    seeing, store = Seeing(), Shelf()
    services = seeing.services(store)
    await services.open()
    for number in range(20):
        await start(services, f"user-{number}")
    await seeing.time.go(75)
    assert len(await samples(store)) == 40
    assert (seeing.cameras.open, len(seeing.cameras.watched)) == (1, 1)
    await services.close()
    assert asyncio.all_tasks() == before
    now_ms = to_ms(seeing.time.now())
    watches = await store.find(Query(VIDEO_WATCHES))
    assert all(each["leased_until_ms"] <= now_ms and each["is_open"] for each in watches)
