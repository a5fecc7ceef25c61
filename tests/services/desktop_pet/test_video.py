"""The preferred camera, and what is told of what is seen through it."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import aclosing
from dataclasses import replace

import pytest

from petcore.adapters.camera_scripted import Step, Wait
from petcore.adapters.store_memory import MemoryStore
from petcore.errors import BadInput, CameraFailed, KeyReused, NotFound
from petcore.ports.camera import Frame, Recording, Source, Stream, Webcam
from petcore.ports.sight import Seen
from petcore.ports.store import Query
from petcore.rules import vitals
from petcore.services import Services
from petcore.services.collections import COLLECTIONS
from petcore.services.desktop_pet.broadcast import LINGER_S, PATIENCE_S
from petcore.services.desktop_pet.collections import VIDEO_SOURCES
from petcore.services.desktop_pet.shapes import SourceType
from petcore.services.desktop_pet.stress import Reading, SessionWish
from petcore.services.desktop_pet.video import FrameWish, SourceWish
from petcore.services.idempotency import Answer, Call
from petcore.services.upkeep.check import Complaint
from petcore.wiring import wire_checker
from tests.services.desktop_pet.video import Seeing, filming, seen, settle

CALL = Call("test")
URL = "http://192.168.1.20:81/stream"
UNKNOWN = {"focus_score": None, "stress_score": None}


def keyed(key: str, request: str = "same") -> Call:
    """A request with a key."""
    return Call("frame", key, request)


def part(answer: Answer, *names: str) -> Mapping[str, object]:
    """An object inside an answer."""
    value: object = answer
    for name in names:
        assert isinstance(value, Mapping)
        value = value[name]
    assert isinstance(value, Mapping)
    return value


def wish(
    source_type: SourceType, url: str | None = None, recording: str | None = None
) -> SourceWish:
    """A source of Audrey's."""
    return SourceWish("audrey", source_type, url, 2, recording)


async def latest(seeing: Seeing, services: Services, user_id: str = "audrey") -> Answer:
    """P21, for which time may have to pass."""
    asked = asyncio.ensure_future(services.desktop_pet.video.get_latest(user_id))
    await seeing.time.go(0.6)
    return await asked


@pytest.mark.asyncio
async def test_a_source_is_stored_whole_and_told_again() -> None:
    """Nobody's is not there; a second one replaces all of the first."""
    store = MemoryStore()
    video = Seeing().services(store).desktop_pet.video
    with pytest.raises(NotFound, match="user_id"):
        await video.get_source("audrey")
    first = await video.save_source(wish("esp32", URL), CALL)
    assert first == {"ok": True, "source": await video.get_source("audrey")}
    assert first["source"] == {
        "user_id": "audrey",
        "source_type": "esp32",
        "esp32_stream_url": URL,
        "webcam_index": 2,
        "recording": None,
    }
    await video.save_source(SourceWish("audrey", "recording", None, 0, "face.avi"), CALL)
    assert await video.get_source("audrey") == {
        "user_id": "audrey",
        "source_type": "recording",
        "esp32_stream_url": None,
        "webcam_index": 0,
        "recording": "face.avi",
    }
    (stored,) = await store.find(Query(VIDEO_SOURCES))
    assert stored["version"] == 2
    found = [event async for event in wire_checker().check(store, COLLECTIONS)]
    assert [event for event in found if isinstance(event, Complaint)] == []


@pytest.mark.asyncio
async def test_a_source_is_stored_once_for_a_key() -> None:
    """Another source under the same key is refused."""
    video = Seeing().services(MemoryStore()).desktop_pet.video
    first = await video.save_source(wish("esp32", URL), keyed("a"))
    await video.save_source(wish("webcam"), keyed("b"))
    assert await video.save_source(wish("esp32", URL), keyed("a")) == first
    assert (await video.get_source("audrey"))["source_type"] == "webcam"
    with pytest.raises(KeyReused):
        await video.save_source(wish("webcam"), keyed("a", "other"))


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (wish("esp32"), "esp32_stream_url"),
        (wish("recording"), "recording"),
        (wish("esp32", "http://169.254.169.254/latest/meta-data"), "esp32_stream_url"),
        (wish("webcam", "http://8.8.8.8/stream"), "esp32_stream_url"),
        (wish("esp32", "file:///etc/passwd"), "esp32_stream_url"),
    ],
)
@pytest.mark.asyncio
async def test_what_may_not_be_asked_is_not_stored(wanted: SourceWish, field: str) -> None:
    """The field is named, and nothing of what was sent is repeated but an address."""
    store = MemoryStore()
    video = Seeing().services(store).desktop_pet.video
    with pytest.raises(BadInput) as refused:
        await video.save_source(wanted, CALL)
    assert [detail.loc for detail in refused.value.details] == [(field,)]
    assert "passwd" not in refused.value.message
    assert await store.find(Query(VIDEO_SOURCES)) == []


async def opened(stored: SourceWish | None, source_type: SourceType | None) -> Source:
    """Which camera a stream is opened from."""
    seeing = Seeing()
    services = seeing.services(MemoryStore())
    video = services.desktop_pet.video
    if stored is not None:
        await video.save_source(stored, CALL)
    async with aclosing(video.open_stream("audrey", source_type)) as pictures:
        await anext(pictures)
    await services.close()
    (source,) = seeing.cameras.watched
    return source


@pytest.mark.parametrize(
    ("stored", "source_type", "source"),
    [
        (None, None, Webcam(0)),
        (None, "webcam", Webcam(0)),
        (wish("webcam"), None, Webcam(2)),
        (wish("esp32", URL), None, Stream(URL)),
        (wish("esp32", URL), "webcam", Webcam(2)),
        (wish("webcam", URL, "face.avi"), "esp32", Stream(URL)),
        (wish("webcam", URL, "face.avi"), "recording", Recording("face.avi")),
    ],
)
@pytest.mark.asyncio
async def test_the_camera_is_the_stored_one_or_the_one_that_is_asked_for(
    stored: SourceWish | None, source_type: SourceType | None, source: Source
) -> None:
    """Without a stored source it is webcam 0."""
    assert await opened(stored, source_type) == source


@pytest.mark.parametrize("stored", [None, wish("webcam")])
@pytest.mark.parametrize("source_type", ["esp32", "recording"])
@pytest.mark.asyncio
async def test_what_the_stored_source_lacks_is_not_opened(
    stored: SourceWish | None, source_type: SourceType
) -> None:
    """The first step says so, and names the field."""
    with pytest.raises(BadInput) as refused:
        await opened(stored, source_type)
    assert [detail.loc for detail in refused.value.details] == [("source_type",)]


@pytest.mark.asyncio
async def test_a_stream_shows_the_pictures_until_the_viewer_leaves() -> None:
    """Looked at once each, with what is known written on them."""
    seeing = Seeing()
    services = seeing.services(MemoryStore())
    pictures = services.desktop_pet.video.open_stream("audrey", None)
    for number in range(8):
        assert await anext(pictures) == f"{Webcam(0)} {number}".encode()
        await seeing.time.go(0.5)
    caption = seeing.sight.caption
    assert caption is not None
    assert caption.focus_score is not None
    assert caption.stress_score is not None
    assert caption.confidence > 0
    await pictures.aclose()
    await seeing.time.go(LINGER_S + 5)
    assert seeing.cameras.open == 0
    await services.close()


@pytest.mark.asyncio
async def test_a_stream_fails_before_its_first_picture_and_ends_after_it() -> None:
    """Who sees pictures sees no error, only no more pictures."""
    seeing = Seeing(films=lambda _: iter((CameraFailed("nobody is at that address"),)))
    services = seeing.services(MemoryStore())
    video = services.desktop_pet.video
    with pytest.raises(CameraFailed, match="nobody is at that address"):
        await anext(video.open_stream("audrey", None))
    is_gone = list[bool]()

    def films(source: Source) -> Iterable[Step]:
        return iter(()) if is_gone else filming(seeing.time, pictures=3)(source)

    seeing.films = films
    pictures = video.open_stream("audrey", None)
    await anext(pictures)
    is_gone.append(True)
    rest = asyncio.ensure_future(_count(pictures))
    await seeing.time.go(PATIENCE_S + 10)
    assert await rest == 2
    await services.close()


async def _count(pictures: AsyncGenerator[bytes, None]) -> int:
    return len([picture async for picture in pictures])


@pytest.mark.asyncio
async def test_streams_end_when_the_server_does() -> None:
    """At once, and without an error; who waits for a picture is told."""
    before = asyncio.all_tasks()
    seeing = Seeing()
    services = seeing.services(MemoryStore())
    video = services.desktop_pet.video
    streams = [video.open_stream("audrey", None) for _ in range(5)]
    for pictures in streams:
        await anext(pictures)
    counts = [asyncio.ensure_future(_count(pictures)) for pictures in streams]
    await settle()
    await video.close()
    assert await asyncio.gather(*counts) == [0] * 5
    with pytest.raises(CameraFailed):
        await video.get_latest("audrey")
    await services.close()
    assert asyncio.all_tasks() == before


@pytest.mark.asyncio
async def test_the_latest_picture_says_what_is_known() -> None:
    """Of a calm face both scores; each reading with its instant in microseconds."""
    seeing = Seeing()
    services = seeing.services(MemoryStore())
    for _ in range(20):
        answer = await latest(seeing, services)
    assert (answer["ok"], answer["user_id"]) == (True, "audrey")
    assert isinstance(answer["image"], bytes)
    metrics = part(answer, "metrics")
    assert metrics.keys() == {"focus_score", "stress_score", "confidence"}
    assert None not in metrics.values()
    sighting = part(answer, "sighting")
    assert {name: sighting[name] for name in ("state", "signal_source", "estimator")} == {
        "state": "measured",
        "signal_source": "rppg_local",
        "estimator": vitals.VERSION,
    }
    assert (sighting["width"], sighting["height"]) == (320, 240)
    assert sighting["face"] == {"left": 115, "top": 75, "width": 90, "height": 90}
    pulse = part(answer, "sighting", "readings", "cardio.pulse_rate")
    assert (pulse["value"], pulse["stable"], pulse["confidence"]) == (72.0, True, 90.0)
    captured_at = answer["captured_at"]
    assert hasattr(captured_at, "timestamp")
    assert pulse["timestamp"] == str(round(captured_at.timestamp() * 1000) * 1000)
    assert len(seeing.cameras.watched) == 1
    await services.close()


@pytest.mark.asyncio
async def test_what_is_not_known_is_null() -> None:
    """Nobody before the camera has no pulse, no box and no stress."""
    seeing = Seeing()
    seeing.sees = lambda frame: replace(seen(frame), face=None, state="no_face", readings=())
    services = seeing.services(MemoryStore())
    answer = await latest(seeing, services)
    assert answer["metrics"] == {**UNKNOWN, "confidence": 0}
    sighting = part(answer, "sighting")
    assert (sighting["state"], sighting["face"], sighting["readings"]) == ("no_face", None, {})
    await services.close()


@pytest.mark.asyncio
async def test_what_was_read_is_known_until_it_is_out_of_date() -> None:
    """Between two polls nothing is forgotten, and nothing stands for ever."""
    seeing = Seeing()

    def sees(frame: Frame) -> Seen:
        return seen(frame) if frame.at_ms < 3_000 else replace(seen(frame), readings=())

    seeing.sees = sees
    services = seeing.services(MemoryStore())
    for _ in range(30):
        answer = await latest(seeing, services)
    assert None not in part(answer, "metrics").values()
    for _ in range(25):
        await seeing.time.go(5)
        answer = await latest(seeing, services)
    assert answer["metrics"] == {**UNKNOWN, "confidence": 0}
    assert part(answer, "sighting", "readings") == {}
    await services.close()


@pytest.mark.asyncio
async def test_scores_go_by_what_is_usual_for_the_person() -> None:
    """Through one camera, a pulse of 95 is more to who is calm otherwise than to who is not."""
    seeing, store = Seeing(), MemoryStore()
    services = seeing.services(store)
    for user_id, pulse in (("calm", 55.0), ("lively", 95.0)):
        await _studied(seeing, services, user_id, pulse)
    seeing.sees = lambda frame: seen(frame, cardio__pulse_rate=95.0)
    answers = {}
    for _ in range(12):
        for user_id in ("calm", "lively"):
            answers[user_id] = await latest(seeing, services, user_id)
    scores = {name: part(answer, "metrics")["stress_score"] for name, answer in answers.items()}
    calm, lively = scores["calm"], scores["lively"]
    assert isinstance(calm, float)
    assert isinstance(lively, float)
    assert calm > lively + 0.1
    assert len(seeing.cameras.watched) == 1
    await services.close()


async def _studied(seeing: Seeing, services: Services, user_id: str, pulse: float) -> None:
    """Four hours of samples."""
    stress = services.desktop_pet.stress
    answer = await stress.start_session(SessionWish(user_id, "Maths", None, "presage"), CALL)
    session_id = str(part(answer, "session")["session_id"])
    raw = {"estimator": vitals.VERSION, "readings": {"cardio_pulse_rate": pulse}}
    for _ in range(240):
        seeing.time.wrong_s += 60
        sample = Reading(session_id, 0.5, 0.3, None, 0.9, None, raw)
        await stress.ingest_sample(sample, CALL)


@pytest.mark.asyncio
async def test_one_frame_goes_the_whole_way() -> None:
    """From the camera that is asked for; the answer to a key is given again."""
    seeing, store = Seeing(), MemoryStore()
    services = seeing.services(store)
    video = services.desktop_pet.video
    await video.save_source(wish("webcam", URL), CALL)
    answer = await video.run_presage_test(FrameWish("audrey", None, None), keyed("one"))
    assert answer.keys() == {"ok", "source_type", "metrics", "sighting"}
    assert answer["source_type"] == "webcam"
    assert part(answer, "sighting")["state"] == "measured"
    await video.run_presage_test(FrameWish("audrey", "webcam", 1), CALL)
    await video.run_presage_test(FrameWish("audrey", "esp32", None), CALL)
    assert seeing.cameras.watched == [Webcam(2), Webcam(1), Stream(URL)]
    seeing.films = lambda _: iter((CameraFailed("unplugged"),))
    again = await video.run_presage_test(FrameWish("audrey", None, None), keyed("one"))
    assert again == answer
    with pytest.raises(KeyReused):
        await video.run_presage_test(FrameWish("audrey", None, 3), keyed("one", "other"))
    with pytest.raises(CameraFailed, match="unplugged"):
        await video.run_presage_test(FrameWish("audrey", None, 3), keyed("two"))
    await services.close()


@pytest.mark.asyncio
async def test_one_frame_does_not_wait_for_another() -> None:
    """A camera that is slow holds up only the twins of its own request."""
    seeing = Seeing()
    slow = Webcam(1)

    def films(source: Source) -> Iterable[Step]:
        return iter((Wait(10**6),)) if source == slow else filming(seeing.time)(source)

    seeing.films = films
    services = seeing.services(MemoryStore())
    test = services.desktop_pet.video.run_presage_test
    waiting = [
        asyncio.ensure_future(test(FrameWish("audrey", "webcam", 1), call))
        for call in (CALL, keyed("one"), keyed("one"))
    ]
    await settle()
    for call in (CALL, keyed("two")):
        quick = asyncio.ensure_future(test(FrameWish("audrey", "webcam", 0), call))
        await settle()
        assert quick.done()
        assert (await quick)["ok"] is True
    assert not any(each.done() for each in waiting)
    await services.close()
    ends = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(end, CameraFailed) for end in ends)


@pytest.mark.asyncio
async def test_one_frame_knows_no_pulse_where_nobody_has_watched() -> None:
    """It takes many; until then there is no score."""
    seeing = Seeing()

    def sees(frame: Frame) -> Seen:
        return replace(seen(frame), state="measuring", readings=())

    seeing.sees = sees
    services = seeing.services(MemoryStore())
    frame = FrameWish("audrey", None, None)
    answer = await services.desktop_pet.video.run_presage_test(frame, CALL)
    assert answer["metrics"] == {**UNKNOWN, "confidence": 0}
    assert part(answer, "sighting")["state"] == "measuring"
    await services.close()
