"""The five video requests of the API document, at a server as it is started.

It looks through a local server that sends what an ESP32-CAM sends, by OpenCV, at a face that is
made up. Not here: what is read from a face, and all that a camera can do wrong.
"""

import asyncio
import signal
import sys
from base64 import b64decode
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from itertools import cycle
from pathlib import Path

import httpx
import pytest

from simulator.standins.camera import CAPTURE, STREAM, Esp32Cam
from simulator.standins.server import StandIn
from tests.contracts.contract import Json, facts
from tests.contracts.parts import SHOWN_AS, begun_parts, picture, read_parts
from tests.serving.process import DEADLINE_S, JSON_LOG, Serving, serving

pytest.importorskip("cv2")

DOCUMENTED = {fact["id"]: fact for fact in facts()["operations"][17:]}
WISH, TEST = (DOCUMENTED[id]["exchanges"][0]["request_example"] for id in ("P18", "P22"))
SOURCE, SHOW, LATEST, PRESAGE_TEST = (
    DOCUMENTED[id]["documented_path"] for id in ("P19", "P20", "P21", "P22")
)
STREAM_OF = "/api/video/stream"
HIDDEN = "swordfish"
NO_CAMERA = 63
"""No machine has so many webcams."""
IS_BLIND = sys.platform == "linux" and not Path("/dev/video0").exists()
"""Whether this machine surely has no webcam at all."""
SETTINGS: Mapping[str, str] = {**JSON_LOG, "PETCORE_CAMERA_HOSTS": "127.0.0.1"}

AT_ONCE = (
    "hung_up",
    "no_http",
    "web_page",
    "wants_password",
    "not_found",
    "failed",
    "used_by_another",
    "moved_in_circles",
    "moved_to_metadata",
    "moved_to_a_file",
    "moved_nowhere",
    "no_boundary",
)
"""Faults that are there from the beginning, and need no patience."""
AFTER_SOME = ("dropped", "ended", "huge_length")
"""Faults that end a stream at once after its first pictures; the others are the adapter's."""
BETWEEN = ("corrupt_picture", "truncated_picture", "empty_between", "garbage_between")


@pytest.fixture(scope="module")
def faces() -> tuple[bytes, ...]:
    """A few pictures of somebody."""
    from simulator.face.video import steady  # noqa: PLC0415  which needs OpenCV

    video = steady()
    return tuple(video.jpeg(at_ms) for at_ms in (0, 100, 200))


@asynccontextmanager
async def camera(
    faces: tuple[bytes, ...], fault: str | None = None, lasting: int | None = None
) -> AsyncIterator[StandIn]:
    """A camera that shows them over and over; so many requests meet its ``fault``, or all."""
    shown = cycle(faces)
    async with StandIn(Esp32Cam(lambda: next(shown), 10.0, fault, lasting)) as standing:
        yield standing


@contextmanager
def server(folder: Path, workers: int | None = None) -> Iterator[Serving]:
    """A server that may ask cameras of this machine."""
    with serving(folder, log_level="info", environment=SETTINGS, workers=workers) as running:
        yield running


@asynccontextmanager
async def asking(running: Serving) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who asks it."""
    async with httpx.AsyncClient(base_url=running.url, timeout=DEADLINE_S, trust_env=False) as http:
        yield http


async def prefer(
    http: httpx.AsyncClient, standing: StandIn, user: str = "audrey", path: str = STREAM
) -> Json:
    """Have the user's pictures come from this camera; the webcam of his is none."""
    url = f"{standing.url}{path}?token={HIDDEN}"
    wish = {"user_id": user, "source_type": "esp32", "esp32_stream_url": url}
    answer = await http.post("/api/video/source", json={**wish, "webcam_index": NO_CAMERA})
    assert answer.status_code == 200, answer.text
    source: Json = answer.json()["source"]
    return source


async def pictures(answer: httpx.Response, count: int) -> bytes:
    """What is shown until there are so many pictures."""
    body = b""
    async for piece in answer.aiter_raw():
        body += piece
        if len(begun_parts(body)[0]) >= count:
            break
    return body


def refused(answer: httpx.Response, *words: str) -> None:
    """There is no picture, and it says why."""
    assert (answer.status_code, answer.json()["code"]) == (503, "camera_unavailable"), answer.text
    for word in words:
        assert word in answer.json()["error"]
    assert HIDDEN not in answer.text


@pytest.mark.asyncio
async def test_the_documented_requests(tmp_path: Path, faces: tuple[bytes, ...]) -> None:
    """P18 and P19 as they are written; P20 to P22 as well, at a webcam that is not there, and then
    through a camera in the network.
    """
    with server(tmp_path) as running:
        async with camera(faces) as standing, asking(running) as http:
            saved = await http.post("/api/video/source", json=WISH)
            assert saved.json() == {"ok": True, "source": {**WISH, "recording": None}}
            assert (await http.get(SOURCE)).json() == {**WISH, "recording": None}

            source = await prefer(http, standing)
            refused(await http.get(SHOW), f"webcam {NO_CAMERA}")
            nowhere = {**TEST, "webcam_index": NO_CAMERA}
            refused(await http.post(PRESAGE_TEST, json=nowhere), f"webcam {NO_CAMERA}")
            if IS_BLIND:
                refused(await http.post(PRESAGE_TEST, json=TEST), "webcam 0")
            assert (await http.get(SOURCE)).json() == source

            async with http.stream("GET", f"{STREAM_OF}?user_id=audrey") as answer:
                assert (answer.status_code, answer.headers["content-type"]) == (200, SHOWN_AS)
                assert len(begun_parts(await pictures(answer, 3))[0]) >= 3
            latest = (await http.get(LATEST)).json()
            alone = await http.get(LATEST, headers={"accept": "image/*"})
            sent = {**TEST, "source_type": "esp32"}
            test = await http.post(PRESAGE_TEST, json=sent)
            assert test.status_code == 200, test.text
            ready = (await http.get("/readyz")).json()
        assert await asyncio.to_thread(running.stop) == 0
        log = "\n".join(str(line["event"]) for line in running.log)
    assert alone.headers["content-type"] == "image/jpeg"
    assert picture(alone.content)
    assert picture(b64decode(latest["image_base64"]))
    for seen in (latest["sighting"], test.json()["sighting"]):
        assert (seen["width"], seen["height"]) == (320, 240)
        assert seen["face"] is not None
        assert seen["state"] == "measuring"
        assert seen["signal_source"] == "rppg_local"
    assert test.json()["source_type"] == "esp32"
    # Of a pulse that nobody has looked at for long there is no number.
    assert "cardio.pulse_rate" not in latest["sighting"]["readings"]
    assert latest["metrics"]["stress_score"] is None
    assert ready["sight"] == "opencv"
    for line in ("GET /api/video/stream 200", "GET /api/video/latest 200"):
        assert line in log
    assert HIDDEN not in log


@pytest.mark.asyncio
async def test_viewers_share_a_camera(tmp_path: Path, faces: tuple[bytes, ...]) -> None:
    """However many watch, it is asked once; who reads nothing holds up nobody."""
    with server(tmp_path) as running:
        async with camera(faces) as standing, asking(running) as http:
            for user in ("audrey", "eddie", "nova"):
                await prefer(http, standing, user)
            async with (
                http.stream("GET", f"{STREAM_OF}?user_id=audrey"),
                http.stream("GET", f"{STREAM_OF}?user_id=eddie") as one,
                http.stream("GET", f"{STREAM_OF}?user_id=nova&source_type=esp32") as other,
            ):
                await pictures(one, 3)
                await pictures(other, 3)
                assert (await http.get("/api/video/latest?user_id=nova")).status_code == 200
                assert [asked.path for asked in standing.received] == [STREAM]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """One server for all faults."""
    with server(tmp_path_factory.mktemp("serving")) as up:
        yield up
        assert up.stop() == 0


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", AT_ONCE)
async def test_a_camera_that_gives_no_pictures(
    fault: str, running: Serving, faces: tuple[bytes, ...]
) -> None:
    """All three operations say what was tried, and nothing that is a secret; the log does not even
    say which camera it was.
    """
    user = {"user_id": fault}
    before = len(running.err)
    async with camera(faces, fault) as standing, asking(running) as http:
        await prefer(http, standing, fault, CAPTURE)
        refused(await http.get(STREAM_OF, params=user), "127.0.0.1")
        refused(await http.get("/api/video/latest", params=user), "127.0.0.1")
        refused(await http.post("/api/video/presage-test", json=user), "127.0.0.1")
    log = running.err[before:]
    assert "camera_unavailable" in log
    for word in (standing.url.removeprefix("http://"), CAPTURE, HIDDEN):
        assert word not in log


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", AFTER_SOME)
async def test_a_camera_that_comes_back(
    fault: str, running: Serving, faces: tuple[bytes, ...]
) -> None:
    """It is asked again, and the same answer goes on; the log does not say which camera it was."""
    before = len(running.err)
    async with camera(faces, fault, lasting=1) as standing, asking(running) as http:
        await prefer(http, standing, fault)
        async with http.stream("GET", STREAM_OF, params={"user_id": fault}) as answer:
            assert answer.status_code == 200
            body = await pictures(answer, 6)  # two came before the fault
        assert len(begun_parts(body)[0]) >= 6
        assert [asked.path for asked in standing.received] == [STREAM, STREAM]
    log = running.err[before:]
    assert "camera_unavailable: the stream went away" in log
    for word in (standing.url.removeprefix("http://"), HIDDEN):
        assert word not in log


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", BETWEEN)
async def test_a_camera_that_stumbles(
    fault: str, running: Serving, faces: tuple[bytes, ...]
) -> None:
    """What is no picture is passed over, and the next one is shown."""
    async with camera(faces, fault) as standing, asking(running) as http:
        await prefer(http, standing, fault)
        async with http.stream("GET", STREAM_OF, params={"user_id": fault}) as answer:
            assert answer.status_code == 200
            assert len(begun_parts(await pictures(answer, 3))[0]) >= 3


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("workers", "number"), [(None, signal.SIGTERM), (None, signal.SIGINT), (2, signal.SIGTERM)]
)
@pytest.mark.skipif(sys.platform == "win32", reason="there, no other process is asked to stop")
async def test_a_stream_ends_when_the_server_stops(
    workers: int | None, number: int, tmp_path: Path, faces: tuple[bytes, ...]
) -> None:
    """A viewer hears the end of the answer: nobody waits until it is cut off."""
    with server(tmp_path, workers) as running:
        async with camera(faces) as standing, asking(running) as http:
            await prefer(http, standing)
            async with http.stream("GET", f"{STREAM_OF}?user_id=audrey") as answer:
                pieces = answer.aiter_raw()
                body = await anext(pieces)
                running.process.send_signal(number)
                async for piece in pieces:
                    body += piece
            assert read_parts(body)
            assert await asyncio.to_thread(running.process.wait, DEADLINE_S) == 0
        assert "Cancel" not in running.err
        # However many work, it is told once.
        assert running.err.count("it sees by: opencv") == 1
