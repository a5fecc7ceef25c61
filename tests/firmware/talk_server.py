"""A server that a pet talks with: it checks every byte of what comes up and streams an answer down,
honestly or with a fault of the table; what else the pet asks it answers as ``chaos.py`` does.

Belongs here: what goes wrong in the exchange of speech. Not here: what the pet must make of it
(``talk_outcomes.py``).
"""

import asyncio
import base64
import json
import struct
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from tests.firmware import talk_sounds
from tests.firmware.chaos import LINE_LEN, ChaosServer

STREAM = "/api/chat/stream"
PIECE_LEN = 1_536
CONVERSATION = "3f0c9a52-7d8e-4b6a-9c1f-2e5d7a90b1c4"
# Of a WAV whose length nobody knows yet.
UNKNOWN = 0xFFFFFFFF
HEARD = {"conversation_id": CONVERSATION, "pet_name": "Mochi", "transcript": "how are you"}
TEXTS = ("I am well, ", "schön, dass du fragst 🌱.")
ERROR = {"error": "The pet cannot think.", "code": "language_failed"}


def wav_head(rate: int) -> bytes:
    """The head of a WAV of 16 bits, mono, whose length nobody knows yet."""
    layout = struct.pack("<IHHIIHH", 16, 1, 1, rate, rate * 2, 2, 16)
    unknown = struct.pack("<I", UNKNOWN)
    return b"RIFF" + unknown + b"WAVEfmt " + layout + b"data" + unknown


def event(name: str, said: object) -> bytes:
    """One event, as the server writes it."""
    return f"event: {name}\ndata: {json.dumps(said, ensure_ascii=False)}\n\n".encode()


def sound(data: bytes) -> bytes:
    """An event of sound."""
    return event("audio", {"audio_base64": base64.b64encode(data).decode()})


def speech(length: int, head: bytes = b"", piece: int = PIECE_LEN) -> list[bytes]:
    """The events of so many bytes of sound."""
    begin, events = 0, []
    head = head or wav_head(22_050)
    while begin < length or head:
        count = min(piece - len(head), length - begin)
        events.append(sound(head + talk_sounds.spoken(begin, count)))
        begin += count
        head = b""
    return events


@dataclass
class Said:
    """One thing that a pet says: what came up, if anybody listened, and where to answer."""

    server: "TalkServer"
    named: Mapping[str, str]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    wish: dict[str, object] = field(default_factory=dict)
    sound: bytes = b""

    async def hear(self) -> None:
        """Listen to all of it, and check it."""
        body = b""
        while size := int((await self.reader.readuntil(b"\r\n")).decode(), 16):
            body += await self.reader.readexactly(size)
            assert await self.reader.readexactly(2) == b"\r\n"
        assert await self.reader.readexactly(2) == b"\r\n"
        self.wish = json.loads(body)
        wave = base64.b64decode(str(self.wish.pop("audio_base64")), validate=True)
        assert wave.startswith(wav_head(16_000))
        self.sound = wave[talk_sounds.HEAD_LEN :]
        self.server.heard_all.set()

    async def send(self, data: bytes) -> None:
        """Send these bytes."""
        self.writer.write(data)
        await self.writer.drain()

    async def begin(self, head: str = "", status: str = "200 OK") -> None:
        """Send the head of a stream, or another one."""
        head = head or "Content-Type: text/event-stream; charset=utf-8\nTransfer-Encoding: chunked"
        lines = head.replace("\n", "\r\n")
        await self.send(f"HTTP/1.1 {status}\r\nCache-Control: no-store\r\n{lines}\r\n\r\n".encode())

    async def chunk(self, data: bytes) -> None:
        """Send a chunk; an empty one is the last."""
        await self.send(b"%x\r\n%b\r\n" % (len(data), data))

    async def stream(self, *events: bytes) -> None:
        """Begin, and send each as a chunk of its own."""
        await self.begin()
        for data in events:
            await self.chunk(data)

    async def refuse(self, status: str, body: bytes, kind: str = "application/json") -> None:
        """An ordinary answer."""
        await self.begin(f"Content-Type: {kind}\nContent-Length: {len(body)}", status)
        await self.send(body)


Fault = Callable[[Said], Awaitable[None]]


def honest_events(seconds: float = 0.5) -> list[bytes]:
    """What an honest server says."""
    bytes_spoken = int(seconds * talk_sounds.SECOND_SPOKEN) // 2 * 2
    first, *others = speech(bytes_spoken)
    texts = [event("text", {"text": text}) for text in TEXTS]
    action = {"name": "start_pomodoro", "arguments": {}, "ok": True, "error": None, "result": {}}
    return [
        event("heard", HEARD),
        event("action", action),
        texts[0],
        first,
        texts[1],
        *others,
        event("done", {"ok": True, "reply_text": "".join(TEXTS), "reply_audio_base64": None}),
    ]


def honest(seconds: float = 0.5) -> Fault:
    """Nothing goes wrong."""

    async def answer(said: Said) -> None:
        await said.hear()
        said.server.sounds.append(said.sound)
        said.server.wishes.append({**said.wish, "key": said.named["Idempotency-Key"]})
        await said.stream(*honest_events(seconds))
        await said.chunk(b"")

    return answer


def _streams(*events: bytes) -> Fault:
    async def answer(said: Said) -> None:
        await said.hear()
        await said.stream(*events)

    return answer


def _refuses(status: str, body: bytes, kind: str = "application/json", *, early: bool) -> Fault:
    """An answer that is none; ``early`` before the pet has said all."""

    async def answer(said: Said) -> None:
        if not early:
            await said.hear()
        await said.refuse(status, body, kind)

    return answer


def _begins(head: str, *data: bytes) -> Fault:
    """A head of another kind, and these bytes."""

    async def answer(said: Said) -> None:
        await said.hear()
        await said.begin(head)
        await said.send(b"".join(data))

    return answer


def _chunked(*data: bytes) -> Fault:
    """The head of a stream, and these bytes."""
    return _begins("", *data)


async def _in_one(said: Said) -> None:
    """Honest, all of it as one chunk."""
    await said.hear()
    await said.begin()
    await said.chunk(b"".join(honest_events(0.1)))
    await said.chunk(b"")


async def _byte_by_byte(said: Said) -> None:
    """Honest, in chunks of one byte, each with something behind its size."""
    await said.hear()
    await said.begin()
    for byte in b"".join(honest_events(0.01)):
        await said.send(b"01;x=%d\r\n%c\r\n" % (byte, byte))


async def _early_close(said: Said) -> None:
    await said.reader.readexactly(2_000)


async def _early_reset(said: Said) -> None:
    await said.reader.readexactly(2_000)
    transport: asyncio.WriteTransport = said.writer.transport
    transport.abort()


async def _endless_sound(said: Said) -> None:
    await said.hear()
    await said.stream(event("heard", HEARD), *speech(PIECE_LEN))
    while True:
        await said.chunk(sound(bytes(PIECE_LEN)))


async def _endless_line(said: Said) -> None:
    await said.hear()
    await said.stream(event("heard", HEARD), b"data: ")
    while True:
        await said.chunk(b"x" * LINE_LEN)


async def _silence(said: Said) -> None:
    await said.hear()
    await said.reader.read()


async def _stalls(said: Said) -> None:
    await said.hear()
    await said.stream(event("heard", HEARD), speech(PIECE_LEN)[0])
    said.server.stalled.set()
    await said.reader.read()


async def refuse_and_listen(said: Said) -> None:
    """Says no, and closes only when the other end does."""
    await said.refuse("401 Unauthorized", REFUSED)
    while await said.reader.read(LINE_LEN):
        pass


async def deaf(said: Said) -> None:
    """Reads nothing, so that all that is on the way fills up."""
    await said.writer.wait_closed()


DONE_SAYS = {"ok": True}
DONE = event("done", DONE_SAYS)
SOME = speech(3_000)
TINY = [sound(talk_sounds.spoken(PIECE_LEN - talk_sounds.HEAD_LEN + at, 1)) for at in range(9)]
LONG = event("text", {"text": "x" * LINE_LEN})
REFUSED_SAYS = {"error": "no", "code": "not_found"}
REFUSED = json.dumps(REFUSED_SAYS).encode()
FAILED = json.dumps(ERROR).encode()
STREAM_HEAD = "Content-Type: text/event-stream\nTransfer-Encoding: chunked"

FAULTS: Mapping[str, Fault] = {
    "honest": honest(),
    "in_one": _in_one,
    "byte_by_byte": _byte_by_byte,
    # Refusals.
    "not_found": _refuses("404 Not Found", REFUSED, early=False),
    "bad_gateway": _refuses("502 Bad Gateway", FAILED, early=False),
    "proxy": _refuses("502 Bad Gateway", b"<html>" + b"x" * LINE_LEN, "text/html", early=False),
    "early_unauthorized": _refuses("401 Unauthorized", REFUSED, early=True),
    "early_too_large": _refuses("413 Too Large", REFUSED, early=True),
    "early_close": _early_close,
    "early_reset": _early_reset,
    # Heads.
    "html": _refuses("200 OK", b"<html>log in</html>", "text/html", early=False),
    "json": _refuses("200 OK", b"{}", early=False),
    "no_chunks": _begins("Content-Type: text/event-stream", *honest_events(0.1)),
    "small_letters": _begins(STREAM_HEAD.lower(), b"%x\r\n%b\r\n" % (len(DONE), DONE)),
    "long_head": _begins("X-Long: " + "x" * LINE_LEN),
    # Chunks.
    "no_size": _chunked(b"\r\n" + DONE),
    "size_of_letters": _chunked(b"many\r\n" + DONE),
    "negative_size": _chunked(b"-5\r\n" + DONE),
    "size_0x": _chunked(b"0x5\r\n" + DONE),
    "huge_size": _chunked(b"fffffffff\r\n" + DONE),
    "long_size": _chunked(b"5;" + b"x" * LINE_LEN),
    "bare_line_end": _chunked(b"5\n" + DONE),
    "longer_than_told": _chunked(b"5\r\n" + DONE + b"\r\n"),
    "shorter_than_told": _chunked(b"ffff\r\n" + DONE[:-1]),
    "endless_trailers": _chunked(b"0\r\n" + b"X: y\r\n" * 1_000),
    "nothing": _chunked(b"0\r\n\r\n"),
    # Events.
    "cut_in_a_word": _streams(event("heard", HEARD), SOME[0], event("text", {"text": "I am"})),
    "cut_in_a_line": _streams(event("heard", HEARD), SOME[0][:99]),
    "ended_without_done": _streams(event("heard", HEARD), b""),
    "error": _streams(event("heard", HEARD), SOME[0], event("error", ERROR)),
    "garbage": _streams(bytes(range(256)) * 20, b"\n", event("heard", HEARD), DONE),
    "no_json": _streams(b"event: text\ndata: {oh\n\n", b"event: heard\ndata\n\n", DONE),
    "nested": _streams(b"event: text\ndata: " + b"[" * 900 + b"]" * 900 + b"\n\n", DONE),
    "wrong_types": _streams(event("heard", [1]), event("text", {"text": 5}), DONE),
    "unknown_events": _streams(b": hello\n\n", b"retry: 5\n\n", event("news", HEARD), DONE),
    "line_ends": _streams(event("heard", HEARD).replace(b"\n", b"\r\n"), DONE),
    "long_text": _streams(LONG, event("text", {"text": "short"}), DONE),
    "long_done": _streams(event("done", {"reply_text": "x" * LINE_LEN})),
    "long_name": _streams(b"event: " + b"x" * LINE_LEN + b"\ndata: {}\n\n", DONE),
    # Sound.
    "odd_pieces": _streams(*speech(9_000, piece=777), DONE),
    "odd_end": _streams(*speech(3_001), DONE),
    "tiny_pieces": _streams(SOME[0], *TINY, DONE),
    "long_sound": _streams(SOME[0], sound(bytes(3_000)), SOME[1], DONE),
    "mp3": _streams(sound(b"\xff\xfb\x90" * 300), SOME[1], DONE),
    "other_rate": _streams(*speech(3_000, wav_head(44_100)), DONE),
    "no_base64": _streams(SOME[0], event("audio", {"audio_base64": "A"}), SOME[1], DONE),
    "no_sound": _streams(event("audio", {}), event("audio", "audio_base64"), *SOME, DONE),
    "empty_sound": _streams(event("audio", {"audio_base64": ""}), *SOME, DONE),
}
"""What takes no time of its own."""

SLOW_FAULTS: Mapping[str, Fault] = {
    "silence": _silence,
    "stalls": _stalls,
}
"""What only the pet's own time-out ends."""

ENDLESS_FAULTS: Mapping[str, Fault] = {
    "endless_sound": _endless_sound,
    "endless_line": _endless_line,
}
"""What ends only when the talker has enough of it."""


@dataclass
class TalkServer(ChaosServer):
    """Answers each thing said with the next fault of ``talks``, and honestly after the last one."""

    talks: deque[Fault] = field(default_factory=deque)
    sounds: list[bytes] = field(default_factory=list)
    wishes: list[dict[str, object]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.stalled = asyncio.Event()
        self.heard_all = asyncio.Event()

    async def hear(
        self,
        line: str,
        named: Mapping[str, str],
        head: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        """A thing said, or what ``chaos.py`` knows."""
        if STREAM not in line:
            await super().hear(line, named, head, reader, writer)
            return
        self.asked.set()
        fault = self.talks.popleft() if self.talks else honest()
        try:
            await fault(Said(self, named, reader, writer))
        except (AssertionError, ValueError) as wrong:
            self.complaints.append(f"{type(wrong).__name__}: {wrong}")
