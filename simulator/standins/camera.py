"""What an ESP32-CAM answers, for ``StandIn``: MJPEG as its example firmware sends it, as others do,
and every way to fail.

Here: its two operations, how firmwares differ, and a table of faults. Not here: connections and
HTTP (``server``), and what is in a picture: whoever has one gives it.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from types import MappingProxyType

from petcore.adapters.clock_system import pause
from petcore.ports.clock import Pause
from simulator.standins.server import HUNG_UP, Received, Reply

STREAM, CAPTURE = "/stream", "/capture"

_BOUNDARY = "123456789000000000000987654321"
_EVERYBODY = {"Access-Control-Allow-Origin": "*"}
_LATE_S = 60.0
_FRAMES = 2
"""So many pictures come before a fault that is not there from the beginning."""
_NOISE = bytes(range(256)) * 16
_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Firmware:
    """How parts are written: the boundary as the head tells it (``told``) and as it ``stands``
    between parts, with what ends a line. ``before`` comes first of all.
    """

    told: str = f"boundary={_BOUNDARY}"
    stands: str = f"--{_BOUNDARY}"
    line: str = "\r\n"
    has_length: bool = True
    before: bytes = b""
    after: bytes = b""

    def part(self, jpeg: bytes, at_s: float, length: int | None = None) -> bytes:
        """A part, which says that its length is ``length`` if that is not None."""
        said = len(jpeg) if length is None else length
        lengths = (f"Content-Length: {said}", f"X-Timestamp: {at_s:.6f}")
        head = ("", self.stands, "Content-Type: image/jpeg", *(lengths if self.has_length else ()))
        return self.line.join((*head, "", "")).encode() + jpeg + self.after


FIRMWARES: Mapping[str, Firmware] = MappingProxyType(
    {
        "example": Firmware(),
        "without_length": Firmware(has_length=False),
        "lines_end_in_lf": Firmware(line="\n", has_length=False),
        "lf_and_length": Firmware(line="\n"),
        "dashes_are_told": Firmware(told=f"boundary=--{_BOUNDARY}"),
        "dashes_twice": Firmware(told="boundary=--frame", stands="----frame"),
        "no_dashes": Firmware(told="boundary=frame", stands="frame"),
        "no_dashes_no_length": Firmware(told="boundary=frame", stands="frame", has_length=False),
        "quoted": Firmware(told='boundary="a frame"; charset=x', stands="--a frame"),
        "capital_letters": Firmware(told=f"BOUNDARY={_BOUNDARY}"),
        "preamble": Firmware(before=b"This is a stream of pictures.\r\n" * 900),
        "padded": Firmware(has_length=False, after=bytes(64)),
        "line_after_picture": Firmware(after=b"\r\n"),
    }
)
"""What is sent out there, and can be read."""


@dataclass
class Esp32Cam:
    """Answers as the camera does, except for ``fault``, which the first ``lasting`` requests meet,
    or all of them. Each picture is what ``newest`` gives then, ``rate`` times a second; the
    requests for ``/stream`` do not share them.
    """

    newest: Callable[[], bytes]
    rate: float = 10.0
    fault: str | None = None
    lasting: int | None = None
    firmware: Firmware = field(default_factory=Firmware)
    pause: Pause = pause

    def __call__(self, received: Received) -> Reply:
        """The answer to one request."""
        if self.fault is None or self.lasting == 0 or received.path not in (STREAM, CAPTURE):
            return self._answer(received)
        if self.lasting is not None:
            self.lasting -= 1
        return FAULTS[self.fault](self)

    def stream(self, frames_max: int | None = None) -> Reply:
        """Pictures, for ever or so many."""
        return self.parts(lambda jpeg, _: self.part(jpeg), frames_max)

    def parts(self, part: Callable[[bytes, int], bytes], frames_max: int | None = None) -> Reply:
        """The stream of what ``part`` makes of each picture and its number, from 0."""

        async def more() -> AsyncGenerator[bytes, None]:
            yield self.firmware.before
            for number in count() if frames_max is None else range(frames_max):
                yield part(self.newest(), number)
                await self.pause(1 / self.rate)

        return self.told(more)

    def told(self, more: Callable[[], AsyncGenerator[bytes, None]]) -> Reply:
        """A stream with the usual head, of anything."""
        kind = f"multipart/x-mixed-replace;{self.firmware.told}"
        return Reply(headers={"Content-Type": kind, "X-Framerate": "60", **_EVERYBODY}, more=more)

    def part(self, jpeg: bytes, length: int | None = None) -> bytes:
        """One part, as the firmware writes it, taken now."""
        return self.firmware.part(jpeg, asyncio.get_running_loop().time(), length)

    def capture(self) -> Reply:
        """One picture, as it is asked for at ``/capture``."""
        stamp = f"{asyncio.get_running_loop().time():.6f}"
        head = {"Content-Type": "image/jpeg", "X-Timestamp": stamp, **_EVERYBODY}
        return Reply(headers=head, pieces=(self.newest(),), is_chunked=False)

    def _answer(self, received: Received) -> Reply:
        if received.method != "GET":
            return _page(405)
        if received.path == CAPTURE:
            return self.capture()
        return _page(404) if received.path == "/" else self.stream()


Fault = Callable[[Esp32Cam], Reply]


def _page(status: int) -> Reply:
    return Reply(status, {"Content-Type": "text/html"}, (b"<h1>This is a web page</h1>",))


def _to(location: str) -> Reply:
    return Reply(302, {"Location": location})


def _raw(*pieces: bytes, again: bytes = b"", pause_s: float = 0.0) -> Fault:
    """No HTTP but this, and the last of it ``again`` and again."""

    def fault(camera: Esp32Cam) -> Reply:
        async def more() -> AsyncGenerator[bytes, None]:
            while again:
                yield again
                await camera.pause(pause_s)

        return Reply(pieces=pieces, is_raw=True, more=more)

    return fault


def _then(first: bytes, again: bytes = b"") -> Fault:
    """Some pictures, then ``first``, then ``again`` for ever as fast as it goes, or nothing any
    more.
    """

    def fault(camera: Esp32Cam) -> Reply:
        async def more() -> AsyncGenerator[bytes, None]:
            for _ in range(_FRAMES):
                yield camera.part(camera.newest())
                await camera.pause(1 / camera.rate)
            yield first
            while again:
                yield again
            await camera.pause(_LATE_S)

        return camera.told(more)

    return fault


def _now_and_then(spoilt: Callable[[Esp32Cam, bytes], bytes]) -> Fault:
    """Good pictures, and what ``spoilt`` makes of every third."""

    def fault(camera: Esp32Cam) -> Reply:
        return camera.parts(
            lambda jpeg, number: spoilt(camera, jpeg) if number % 3 == 1 else camera.part(jpeg)
        )

    return fault


def _garbage(camera: Esp32Cam) -> Reply:
    async def more() -> AsyncGenerator[bytes, None]:
        while True:
            yield _NOISE
            await camera.pause(1 / camera.rate)

    return camera.told(more)


def _drip(camera: Esp32Cam) -> Reply:
    async def more() -> AsyncGenerator[bytes, None]:
        for byte in camera.part(camera.newest().ljust(_MIB, b"\0")):
            yield bytes((byte,))
            await camera.pause(1 / camera.rate)

    return camera.told(more)


def _corrupt(camera: Esp32Cam, jpeg: bytes) -> bytes:
    middle = len(jpeg) // 2
    return camera.part(jpeg[:middle] + _NOISE + jpeg[middle:])


_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n"
_PART = f"\r\n--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\n".encode()
_BEGUN = b"\xff\xd8\xff\xe0"

FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        # Before there is a picture.
        "hung_up": lambda _: HUNG_UP,
        "slow_head": lambda camera: replace(camera.stream(), delay_s=_LATE_S),
        "dripped_head": _raw(_HEAD, again=b"X", pause_s=0.02),
        "endless_head": _raw(_HEAD, again=b"X-Head: of a camera\r\n" * 200),
        "no_http": _raw(_NOISE),
        "web_page": lambda _: _page(200),
        "one_picture": lambda camera: camera.capture(),
        "wants_password": lambda _: _page(401),
        "not_found": lambda _: _page(404),
        "failed": lambda _: _page(500),
        "used_by_another": lambda _: _page(503),
        "moved": lambda _: _to("/elsewhere"),
        "moved_in_circles": lambda _: _to(STREAM),
        "moved_to_metadata": lambda _: _to("http://169.254.169.254/latest/meta-data/"),
        "moved_to_a_file": lambda _: _to("file:///etc/passwd"),
        "moved_nowhere": lambda _: Reply(302),
        "no_boundary": lambda camera: replace(
            camera.stream(), headers={"Content-Type": "multipart/x-mixed-replace"}
        ),
        "another_boundary": lambda camera: replace(
            camera.stream(),
            headers={"Content-Type": "multipart/x-mixed-replace; boundary=another"},
        ),
        "empty_parts": lambda camera: camera.parts(lambda *_: camera.part(b"")),
        "other_parts": lambda camera: camera.parts(lambda *_: camera.part(b"hello")),
        "garbage": _garbage,
        "drip": _drip,
        # After some.
        "stall": _then(b""),
        "dropped": lambda camera: replace(camera.stream(_FRAMES), is_cut=True),
        "ended": lambda camera: camera.stream(_FRAMES),
        "endless_part": _then(_PART + b"\r\n" + _BEGUN, _NOISE),
        "endless_part_head": _then(_PART, b"X-Part: of a stream\r\n" * 200),
        "huge_length": _then(_PART + b"Content-Length: 99999999999\r\n\r\n", _NOISE),
        "length_of_many_digits": _then(
            _PART + b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n", _NOISE
        ),
        "huge_picture": _then(
            _PART + b"\r\n" + _BEGUN + bytes(5 * _MIB) + b"\xff\xd9\r\n" + _PART, _NOISE
        ),
        # Between good ones.
        "corrupt_picture": _now_and_then(_corrupt),
        "truncated_picture": _now_and_then(lambda camera, jpeg: camera.part(jpeg[:-9])),
        "length_too_large": _now_and_then(lambda camera, jpeg: camera.part(jpeg, len(jpeg) + 9)),
        "length_too_small": _now_and_then(lambda camera, jpeg: camera.part(jpeg, len(jpeg) - 9)),
        "empty_between": _now_and_then(lambda camera, _: camera.part(b"")),
        "garbage_between": _now_and_then(lambda camera, jpeg: _NOISE + camera.part(jpeg) + _NOISE),
    }
)
"""What the camera does. What comes before a fault is as it should be, and so is what comes between
two of them.
"""

GROUPS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "before there is a picture": {
            "hung_up": "it hangs up without a word",
            "slow_head": "it answers after a minute",
            "dripped_head": "the head of its answer comes letter by letter",
            "endless_head": "the head of its answer does not end",
            "no_http": "it sends bytes that are no HTTP",
            "web_page": "it answers with a web page",
            "one_picture": "it answers with one picture",
            "wants_password": "status 401",
            "not_found": "status 404",
            "failed": "status 500",
            "used_by_another": "status 503",
            "moved": "it redirects, once, to where it is all right",
            "moved_in_circles": "it redirects to itself",
            "moved_to_metadata": "it redirects to where clouds keep secrets",
            "moved_to_a_file": "it redirects to a file",
            "moved_nowhere": "it redirects, and does not say where to",
            "no_boundary": "it does not tell the boundary between pictures",
            "another_boundary": "it tells another boundary than it sends",
            "empty_parts": "each of its pictures is empty",
            "other_parts": "none of its pictures is one",
            "garbage": "noise comes in place of pictures",
            "drip": "a picture comes byte by byte",
        },
        "after some": {
            "stall": "nothing comes any more",
            "dropped": "it hangs up",
            "ended": "the stream ends",
            "endless_part": "a picture does not end",
            "endless_part_head": "the head of a picture does not end",
            "huge_length": "a picture is said to have 100 GB",
            "length_of_many_digits": "the length of a picture has 5,000 digits",
            "huge_picture": "a picture has 5 MiB",
        },
        "between good ones": {
            "corrupt_picture": "there is noise within a picture",
            "truncated_picture": "a picture lacks its end",
            "length_too_large": "a picture is said to be longer than it is",
            "length_too_small": "a picture is said to be shorter than it is",
            "empty_between": "a picture is empty",
            "garbage_between": "there is noise around a picture",
        },
    }
)
"""The same for people: when each of them comes, and what it is."""
