"""The stand-in of an ESP32-CAM: what it answers when it is well, and that each fault is one."""

import asyncio
import re
from contextlib import aclosing
from email import message_from_bytes

import pytest

from simulator.standins.camera import CAPTURE, STREAM, Esp32Cam
from simulator.standins.server import Received, StandIn
from tests.adapters.patient import Pauses
from tests.simulator.standins.client import a_client

JPEG = b"\xff\xd8\xff\xe0" + bytes(500) + b"\xff\xd9"
_STAMP = re.compile(rb"X-Timestamp: [0-9.]+")
ASKED = Received("GET", STREAM, "", {}, b"")


async def sent(camera: Esp32Cam, count: int) -> list[bytes]:
    """What it writes to a stream, so many pieces of it."""
    reply = camera(ASKED)
    assert reply.more is not None
    async with aclosing(reply.more()) as more:
        return [await anext(more) for _ in range(count)]


@pytest.mark.asyncio
async def test_it_streams_as_the_example_does() -> None:
    """A type with a boundary; parts with a type, a length and when they were taken."""
    camera = Esp32Cam(lambda: JPEG, 1_000)
    heard = b""
    async with (
        StandIn(camera) as stand_in,
        a_client() as client,
        client.stream("GET", f"{stand_in.url}{STREAM}") as response,
    ):
        async for piece in response.aiter_raw():
            heard += piece
            if heard.count(b"\xff\xd9") >= 3:
                break
    kind, _, boundary = response.headers["content-type"].partition(";boundary=")
    assert (response.status_code, kind) == (200, "multipart/x-mixed-replace")
    assert response.headers["access-control-allow-origin"] == "*"
    before, *parts = heard.split(f"\r\n--{boundary}\r\n".encode())
    assert before == b""
    times = []
    for part in parts[:3]:
        head, _, body = part.partition(b"\r\n\r\n")
        fields = message_from_bytes(head)
        assert fields["Content-Type"] == "image/jpeg"
        assert int(fields["Content-Length"]) == len(body) == len(JPEG)
        times.append(float(fields["X-Timestamp"]))
    assert times == sorted(set(times))


@pytest.mark.asyncio
async def test_it_gives_one_picture() -> None:
    """The newest, of a length that is told."""
    async with StandIn(Esp32Cam(lambda: JPEG)) as stand_in, a_client() as client:
        response = await client.get(f"{stand_in.url}{CAPTURE}")
    assert response.content == JPEG
    assert response.headers["content-type"] == "image/jpeg"
    assert response.headers["content-length"] == str(len(JPEG))
    assert float(response.headers["x-timestamp"]) > 0


@pytest.mark.asyncio
async def test_what_it_does_not_know() -> None:
    """Nothing is at its root, and it is asked, not told."""
    async with StandIn(Esp32Cam(lambda: JPEG)) as stand_in, a_client() as client:
        assert (await client.get(f"{stand_in.url}/")).status_code == 404
        assert (await client.post(f"{stand_in.url}{STREAM}")).status_code == 405


@pytest.mark.asyncio
async def test_it_keeps_its_rate() -> None:
    """Each picture is what is before it then."""
    pauses = Pauses()
    looks = iter(range(9))
    camera = Esp32Cam(lambda: b"%d" % next(looks), 20, pause=pauses)
    parts = await sent(camera, 4)
    assert [part[-1:] for part in parts[1:]] == [b"0", b"1", b"2"]
    assert pauses.asked == [0.05, 0.05]


@pytest.mark.asyncio
async def test_a_fault_lasts_as_long_as_it_is_told() -> None:
    """Or for ever. Elsewhere it is well."""
    for lasting, statuses in ((2, [500, 500, 200]), (None, [500, 500, 500])):
        camera = Esp32Cam(lambda: JPEG, fault="failed", lasting=lasting)
        assert [camera(ASKED).status for _ in range(3)] == statuses
        assert camera(Received("GET", "/elsewhere", "", {}, b"")).status == 200


BETWEEN = [
    "corrupt_picture",
    "truncated_picture",
    "length_too_large",
    "length_too_small",
    "empty_between",
    "garbage_between",
]


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", BETWEEN)
async def test_every_third_is_spoilt(fault: str) -> None:
    """Beginning with the second; the others are as they should be."""
    camera = Esp32Cam(lambda: JPEG, fault=fault, pause=Pauses())
    (_, *parts) = [_STAMP.sub(b"", each) for each in await sent(camera, 7)]
    good = _STAMP.sub(b"", camera.part(JPEG))
    assert [part == good for part in parts] == [True, False, True] * 2


@pytest.mark.asyncio
async def test_others_can_read_it() -> None:
    """FFmpeg, which knows nothing of ours."""
    cv2 = pytest.importorskip("cv2")
    np = pytest.importorskip("numpy")
    is_done, jpeg = cv2.imencode(".jpg", np.full((48, 64, 3), 200, np.uint8))
    assert is_done

    def read(url: str) -> list[float]:
        capture = cv2.VideoCapture(url, cv2.CAP_FFMPEG)
        brightness = [float(capture.read()[1].mean()) for _ in range(5)]
        capture.release()
        return brightness

    async with StandIn(Esp32Cam(jpeg.tobytes, 100)) as stand_in:
        read_it = await asyncio.to_thread(read, f"{stand_in.url}{STREAM}")
    assert read_it == [pytest.approx(200, abs=3)] * 5
