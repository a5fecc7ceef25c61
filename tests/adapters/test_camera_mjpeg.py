"""Cameras that send MJPEG: what is made of every fault, which address is asked, and that nothing is
left behind.
"""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from functools import partial
from ipaddress import IPv4Address, ip_address
from itertools import pairwise
from urllib.parse import urlsplit

import pytest

from petcore.adapters.camera_mjpeg import MjpegStreams, StreamPatience
from petcore.adapters.camera_mjpeg_route import Address, Resolve, Route, look_up, shown
from petcore.errors import CameraFailed
from petcore.ports.camera import Frame
from petcore.ports.clock import Pause
from petcore.rules.desktop_pet.video import refusal
from simulator.standins.camera import FAULTS, FIRMWARES, Esp32Cam
from simulator.standins.server import Received, Reply, StandIn
from tests.adapters.camera_stream import Numbered, Passing, a_while, number_of
from tests.adapters.patient import Ahead, at_once, stood_in, until

HERE = IPv4Address("127.0.0.1")
METADATA = IPv4Address("169.254.169.254")
MAY_ASK = partial(refusal, hosts=("127.0.0.1",))

GOES_ON = ""
NO_PICTURE = "no whole picture within 5 s"
HUNG_UP = "it hung up, or speaks no HTTP"
TOO_LARGE = "it sends pictures of more than 4 MiB"

OUTCOMES: Mapping[str, str] = {
    "hung_up": HUNG_UP,
    "slow_head": "no answer within 5 s",
    "dripped_head": "no answer within 5 s",
    "endless_head": HUNG_UP,
    "no_http": HUNG_UP,
    "web_page": "what it sends is no stream of pictures",
    "one_picture": "there is one picture only, and no stream; it may have another URL",
    "wants_password": "it wants a password (status 401)",
    "not_found": "there is nothing at this URL (status 404)",
    "failed": "it does not answer as asked (status 500)",
    "used_by_another": "it does not answer as asked (status 503)",
    "moved": GOES_ON,
    "moved_in_circles": "it redirects again and again",
    "moved_to_metadata": "169.254.169.254 is an address of cloud metadata, which is never asked",
    "moved_to_a_file": "it redirects to what is no URL of a camera",
    "moved_nowhere": "it redirects again and again",
    "no_boundary": "it does not tell the boundary between its pictures",
    "another_boundary": NO_PICTURE,
    "empty_parts": NO_PICTURE,
    "other_parts": NO_PICTURE,
    "garbage": NO_PICTURE,
    "drip": NO_PICTURE,
    "stall": NO_PICTURE,
    "dropped": HUNG_UP,
    "ended": HUNG_UP,
    "endless_part": TOO_LARGE,
    "endless_part_head": "the head of a picture does not end",
    "huge_length": TOO_LARGE,
    "length_of_many_digits": TOO_LARGE,
    "huge_picture": TOO_LARGE,
    "corrupt_picture": GOES_ON,
    "truncated_picture": GOES_ON,
    "length_too_large": GOES_ON,
    "length_too_small": GOES_ON,
    "empty_between": GOES_ON,
    "garbage_between": GOES_ON,
}
AFTER_SOME = {
    "stall",
    "dropped",
    "ended",
    "endless_part",
    "endless_part_head",
    "huge_length",
    "length_of_many_digits",
    "huge_picture",
}


def test_no_fault_is_missing() -> None:
    """Who adds one to the stand-in says what is made of it."""
    assert OUTCOMES.keys() == FAULTS.keys()


@pytest.fixture
def passing(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Passing]:
    """Of the running loop."""
    return lambda: Passing(Ahead(monkeypatch))


@asynccontextmanager
async def asked(
    answer: Callable[[Received], Reply],
    far_pause: Pause = at_once,
    resolve: Resolve = look_up,
    patience: StreamPatience | None = None,
) -> AsyncIterator[tuple[MjpegStreams, StandIn]]:
    """Streams, and a camera of this machine, which may be asked."""

    def create(_: str) -> MjpegStreams:
        return MjpegStreams(MAY_ASK, patience or StreamPatience(), resolve, at_once)

    async with stood_in(create, answer, far_pause) as both:
        yield both


async def frames_of(streams: MjpegStreams, url: str, count: int) -> list[Frame]:
    """The first of them, then nobody watches any more."""
    frames: list[Frame] = []
    async with aclosing(streams.watch(url)) as watched:
        while len(frames) < count:
            frames.append(await anext(watched))
    return frames


async def failure_of(streams: MjpegStreams, url: str, frames_max: int = 0) -> str:
    """The words of it, after so many frames at most."""
    frames = 0
    watched = streams.watch(url)
    with pytest.raises(CameraFailed) as caught:  # noqa: PT012  it comes in the middle
        async for _ in watched:
            frames += 1
    assert frames <= frames_max
    assert bool(frames) is bool(frames_max)
    with pytest.raises(StopAsyncIteration):
        await anext(watched)
    return caught.value.message


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", FAULTS)
async def test_every_fault(fault: str, passing: Callable[[], Passing]) -> None:
    """Pictures go on, or it is said what is wrong, of which URL, and nothing that it sent. Well
    again it is watched again.
    """
    far = passing()
    camera = Esp32Cam(Numbered(), fault=fault, pause=far)
    async with asked(camera, far) as (streams, stand_in):
        url = f"{stand_in.url}/stream"
        if OUTCOMES[fault] == GOES_ON:
            numbers = [number_of(each.jpeg) for each in await frames_of(streams, url, 8)]
            assert numbers == sorted(set(numbers))
        else:
            why = await failure_of(streams, url, 2 if fault in AFTER_SOME else 0)
            assert why == f"{url}: {OUTCOMES[fault]}"
            camera.fault, far.goes_by = None, False
            assert len(await frames_of(streams, url, 2)) == 2


@pytest.mark.asyncio
@pytest.mark.parametrize("name", FIRMWARES)
async def test_every_firmware(name: str) -> None:
    """Its pictures are those that it took, in that order, at times that rise."""
    camera = Esp32Cam(Numbered(), 1_000, firmware=FIRMWARES[name], pause=at_once)
    async with asked(camera) as (streams, stand_in):
        frames = await frames_of(streams, f"{stand_in.url}/stream", 5)
    numbers = [number_of(each.jpeg) for each in frames]
    assert numbers == sorted(set(numbers))
    assert {len(each.jpeg) for each in frames} == {len(Numbered()())}
    times = [each.at_ms for each in frames]
    assert times == sorted(set(times))


@pytest.mark.asyncio
async def test_a_broken_picture_is_left_out_and_a_corrupt_one_is_not() -> None:
    """Whether what is in it makes sense is for whoever looks at it."""
    for fault, is_given in (("truncated_picture", False), ("corrupt_picture", True)):
        camera = Esp32Cam(Numbered(), fault=fault, pause=a_while)
        async with asked(camera) as (streams, stand_in):
            frames = await frames_of(streams, f"{stand_in.url}/stream", 12)
        assert is_given is any(number_of(each.jpeg) % 3 == 2 for each in frames)
        assert is_given is (len({len(each.jpeg) for each in frames}) == 2)


@pytest.mark.asyncio
async def test_times_are_those_of_the_loop(passing: Callable[[], Passing]) -> None:
    """In whole milliseconds, when a picture had come."""
    far = passing()
    now = asyncio.get_running_loop().time
    async with asked(Esp32Cam(Numbered(), 10, pause=far), far) as (streams, stand_in):
        before = now()
        frames = await frames_of(streams, f"{stand_in.url}/stream", 5)
    assert before * 1_000 - 1 <= frames[0].at_ms < frames[-1].at_ms <= now() * 1_000 + 1
    gaps = [b.at_ms - a.at_ms for a, b in pairwise(frames)]
    assert all(gap >= 90 for gap in gaps)


@pytest.mark.asyncio
async def test_who_is_slow_sees_what_is_now() -> None:
    """However much was sent meanwhile; each picture is given once."""
    pictures = Numbered()
    async with (
        asked(Esp32Cam(pictures, 1_000, pause=at_once)) as (streams, stand_in),
        aclosing(streams.watch(f"{stand_in.url}/stream")) as watched,
    ):
        last = number_of((await anext(watched)).jpeg)
        for looks in (200, 400, 600):
            await until(partial(_has_looked, pictures, looks))
            number = number_of((await anext(watched)).jpeg)
            assert last < number
            assert looks - 50 < number
            last = number


@pytest.mark.asyncio
async def test_of_pictures_that_come_together_the_newest_is_taken() -> None:
    """The others were before it, and nobody could have seen them."""
    camera = Esp32Cam(Numbered(10), pause=at_once)

    async def more() -> AsyncGenerator[bytes, None]:
        for _ in range(3):
            yield b"".join(camera.part(camera.newest()) for _ in range(50))
            await a_while(1)

    async with (
        asked(lambda _: camera.told(more)) as (streams, stand_in),
        aclosing(streams._frames(stand_in.url)) as frames,
    ):
        assert [number_of((await anext(frames)).jpeg) for _ in range(3)] == [50, 100, 150]


def _has_looked(pictures: Numbered, times: int) -> bool:
    return pictures.looks >= times


@pytest.mark.asyncio
async def test_nothing_is_left_behind() -> None:
    """No task and no connection: whenever somebody stops to watch, and however."""
    camera = Esp32Cam(Numbered(), 1_000, pause=at_once)
    async with asked(camera) as (streams, stand_in):
        others = asyncio.all_tasks()
        for moments in range(40):
            watched = streams.watch(f"{stand_in.url}/stream")
            watching = asyncio.ensure_future(anext(watched))
            for _ in range(moments):
                await asyncio.sleep(0)
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await watched.aclose()
            left = asyncio.all_tasks() - others
            assert all("StandIn" in repr(task.get_coro()) for task in left)
        for _ in range(5):
            await frames_of(streams, f"{stand_in.url}/stream", 2)
        await until(lambda: stand_in.connections == 0)
        assert not streams._newest._readings


@pytest.mark.asyncio
async def test_who_is_forgotten_lets_go() -> None:
    """Also of a generator that nobody closes."""
    async with asked(Esp32Cam(Numbered(), pause=at_once)) as (streams, stand_in):
        watched = streams.watch(f"{stand_in.url}/stream")
        await anext(watched)
        assert stand_in.connections == 1
        del watched
        await until(lambda: stand_in.connections == 0)


@pytest.mark.asyncio
async def test_closing_ends_all() -> None:
    """Who waits is told, and so is who comes later; twice is once."""
    camera = Esp32Cam(Numbered(), fault="stall", pause=at_once)
    hours = StreamPatience(silence_s=3_600)
    async with asked(camera, patience=hours) as (streams, stand_in):
        url = f"{stand_in.url}/stream"
        camera.rate = 1_000_000
        watched = streams.watch(url)
        await anext(watched)
        assert stand_in.connections == 1
        await streams.close()
        await streams.close()
        with pytest.raises(CameraFailed, match="the cameras are closed"):
            async for _ in watched:
                pass
        assert await failure_of(streams, url) == "the cameras are closed"
        await until(lambda: stand_in.connections == 0)


class Names:
    """A ``Resolve`` whose answers are written beforehand, the last of them for ever."""

    def __init__(self, *answers: Sequence[Address]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[Address]:
        """The next answer."""
        self.asked.append(f"{host}:{port}")
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def named(stand_in: StandIn, name: str = "cam.test") -> str:
    """The URL of its stream by a name."""
    return f"http://{name}:{urlsplit(stand_in.url).port}/stream"


@pytest.mark.asyncio
async def test_a_name_is_looked_up_once() -> None:
    """What it leads to the next time is not asked; the camera hears its own name."""
    names = Names([HERE], [METADATA])
    async with asked(Esp32Cam(Numbered(), pause=at_once), resolve=names) as (streams, stand_in):
        url = named(stand_in)
        await frames_of(streams, url, 2)
        assert names.asked == [urlsplit(url).netloc]
        (received,) = stand_in.received
        assert received.headers["host"] == urlsplit(url).netloc
        assert "169.254.169.254" in await failure_of(streams, url)
        assert len(stand_in.received) == 1


@pytest.mark.asyncio
async def test_each_address_of_a_name_is_judged() -> None:
    """Those that may be asked are; those that may not are not, whichever comes first."""
    judged: list[Address] = []

    def may_ask(host: str, address: Address) -> str | None:
        judged.append(address)
        return refusal(host, address, ("127.0.0.1",))

    other = IPv4Address("8.8.8.8")
    for found in ([METADATA, HERE, other], [other, METADATA, HERE]):
        async with StandIn(Esp32Cam(Numbered(), pause=at_once), at_once) as stand_in:
            streams = MjpegStreams(may_ask, resolve=Names(found))
            assert await frames_of(streams, named(stand_in), 2)
            assert judged == found
            judged.clear()
            await streams.close()


@pytest.mark.asyncio
async def test_a_dead_address_is_not_the_last() -> None:
    """The next is tried, if that may be asked; none is, if none may be."""
    dead = IPv4Address("127.0.0.2")
    may_ask = partial(refusal, hosts=("127.0.0.1", "127.0.0.2"))
    async with StandIn(Esp32Cam(Numbered(), pause=at_once), at_once) as stand_in:
        streams = MjpegStreams(may_ask, resolve=Names([dead, HERE]))
        assert await frames_of(streams, named(stand_in), 2)
        streams = MjpegStreams(may_ask, resolve=Names([dead, METADATA]))
        why = await failure_of(streams, named(stand_in))
        assert why == f"{named(stand_in)}: there is no connection with it"
        streams = MjpegStreams(may_ask, resolve=Names([]))
        assert "its name has no address" in await failure_of(streams, named(stand_in))


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_judged_like_a_url(status: int) -> None:
    """By where its name leads, also if it is another one of the same camera."""
    names = Names([HERE], [METADATA], [HERE])

    def answer(received: Received) -> Reply:
        if received.path == "/stream":
            return Reply(status, {"Location": "//moved.test:81/elsewhere?a=b"})
        return Esp32Cam(Numbered(), pause=at_once)(received)

    async with asked(answer, resolve=names) as (streams, stand_in):
        why = await failure_of(streams, named(stand_in))
        assert why == (
            f"{named(stand_in)}: 169.254.169.254 is an address of cloud metadata, which is never "
            "asked"
        )
        assert names.asked[1] == "moved.test:81"
        assert len(stand_in.received) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("location", [b"/\xe4", b"http://[x/", b"ftp://x/", b"http://u:p@x/"])
async def test_a_redirect_to_nowhere(location: bytes) -> None:
    """What it says is not repeated."""
    head = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location + b"\r\n\r\n"
    reply = Reply(pieces=(head,), is_raw=True)
    async with asked(lambda _: reply) as (streams, stand_in):
        why = await failure_of(streams, f"{stand_in.url}/stream")
        assert why.endswith("/stream: it redirects to what is no URL of a camera")


@pytest.mark.asyncio
async def test_three_redirects_are_followed() -> None:
    """A fourth is not. Each has its own path."""

    def answer(received: Received) -> Reply:
        left = int(received.path[1:])
        if left:
            return Reply(302, {"Location": str(left - 1)})
        return Esp32Cam(Numbered(), pause=at_once)(received)

    async with asked(answer) as (streams, stand_in):
        assert await frames_of(streams, f"{stand_in.url}/3", 1)
        assert [each.path for each in stand_in.received] == ["/3", "/2", "/1", "/0"]
        assert "again and again" in await failure_of(streams, f"{stand_in.url}/4")
        await until(lambda: stand_in.connections == 0)


@pytest.mark.asyncio
@pytest.mark.parametrize("error", [OSError("secret"), UnicodeError("secret")])
async def test_a_name_that_is_none(error: Exception) -> None:
    """What the machine says about it is not told."""

    async def resolve(host: str, port: int) -> Sequence[Address]:
        raise error

    streams = MjpegStreams(MAY_ASK, resolve=resolve)
    why = await failure_of(streams, "http://cam.test/")
    assert why == "http://cam.test/: its name cannot be looked up"


@pytest.mark.asyncio
async def test_a_name_that_takes_for_ever(passing: Callable[[], Passing]) -> None:
    """It is not waited for."""
    far = passing()

    async def resolve(host: str, port: int) -> Sequence[Address]:
        await far(60)
        return [HERE]

    streams = MjpegStreams(MAY_ASK, resolve=resolve)
    why = await failure_of(streams, "http://cam.test/")
    assert why == "http://cam.test/: its name is not looked up within 5 s"


@pytest.mark.asyncio
async def test_this_machine_looks_names_up() -> None:
    """Addresses stay what they are, and a name that cannot be one is none."""
    assert await look_up("192.168.1.20", 81) == [ip_address("192.168.1.20")]
    assert await look_up("fd12::1", 81) == [ip_address("fd12::1")]
    assert {each.is_loopback for each in await look_up("localhost", 81)} == {True}
    # What somebody takes for an address is one here, and judged as such.
    streams = MjpegStreams(MAY_ASK)
    assert "127.0.0.2 is this machine" in await failure_of(streams, "http://2130706434:81/")
    assert "cannot be looked up" in await failure_of(streams, f"http://{'x' * 70}.test/")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "url",
    [
        "http://user:word@127.0.0.1:9/stream",
        "rtsp://127.0.0.1/stream",
        "http:///stream",
        "http://127.0.0.1:0/",
        "http://127.0.0.1:99999/",
        "http://[127/",
        "http://c\u00e4m.test/",
        "http://127.0.0.1:9/\x01",
        "http://127.0.0.1:9/\ud800",
        f"http://127.0.0.1:9/{'x' * 70_000}",
        "",
    ],
)
async def test_no_url_of_a_camera(url: str) -> None:
    """It is not asked, and no password is repeated."""
    why = await failure_of(MjpegStreams(MAY_ASK), url)
    assert why.endswith(": this is no URL of a camera")
    assert "word" not in why


def test_what_is_shown_of_a_url() -> None:
    """Neither passwords nor a query, and not all of a long one."""
    assert shown("http://u:p@cam:81/stream?key=k#f") == "http://cam:81/stream"
    assert shown("http://[fd12::1]/") == "http://[fd12::1]/"
    assert shown("http://[fd12/") == "this URL"
    assert len(shown("http://cam/" + "x" * 2_000)) < 210


def test_a_route_is_pinned() -> None:
    """Ports are told only if they are not the usual ones; IPv6 stands between brackets."""
    route = Route.to("http://Cam.test/a%20b/../c?d=e%2F#f")
    assert (route.host, route.told_host) == ("cam.test", "cam.test")
    assert route.pinned(HERE) == "http://127.0.0.1:80/a%20b/../c?d=e%2F"
    assert Route.to("https://cam:444").pinned(ip_address("fd12::1")) == "https://[fd12::1]:444/"
    assert Route.to("https://[FD12::1]:443/").told_host == "[fd12::1]"
    assert route.onward("//other:81") == Route("http", "other", 81, "/")
    assert route.onward("d").target == "/d"


@pytest.mark.asyncio
async def test_no_proxy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the environment says."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with asked(Esp32Cam(Numbered(), pause=at_once)) as (streams, stand_in):
        assert await frames_of(streams, f"{stand_in.url}/stream", 1)
        (received,) = stand_in.received
    assert received.headers["accept-encoding"] == "identity"
    assert "cookie" not in received.headers
    assert "authorization" not in received.headers


@pytest.mark.asyncio
async def test_tls_is_asked_by_the_name() -> None:
    """Of the address; what answers without a certificate is not believed."""
    hellos: list[bytes] = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hellos.append(await reader.read(4_096))
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(hear, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        streams = MjpegStreams(MAY_ASK, resolve=Names([HERE]))
        url = f"https://cam.test:{port}/stream"
        why = await failure_of(streams, url)
    assert why == f"{url}: its certificate is not trusted, or it speaks no TLS"
    assert b"cam.test" in hellos[0]


@pytest.mark.asyncio
async def test_who_does_not_listen_is_not_reached() -> None:
    """A port at which nobody is."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    why = await failure_of(MjpegStreams(MAY_ASK), f"http://127.0.0.1:{port}/")
    assert why == f"http://127.0.0.1:{port}/: there is no connection with it"
