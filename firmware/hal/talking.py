# Talking with the server: what the microphone hears goes up as it comes, in the JSON that the
# server expects, and the events that come back go to the amplifier and to the talker. Belongs here:
# one such exchange, in two buffers that are made at the start, on a connection of its own beside
# the one of the polls, which go on meanwhile. Does not: the grammar of chunks and events
# (stream.py), what the pet makes of them (logic/talk.py).
#
# What a hostile or broken server can cost is these buffers and the time. Memory is asked for in
# small pieces only, since a heap that is old has no others.

import binascii
import errno
import json

from firmware.hal.connection import Connection
from firmware.hal.http import Http, parsed
from firmware.hal.http_head import BAD_ANSWER, LINE_END
from firmware.hal.stream import Chunks, Events, is_stream
from firmware.hal.tasks import sleep_ms
from firmware.logic.talk import NO_MICROPHONE, STOPPED
from firmware.logic.wire import is_good

WIRE_LEN = 1_152
# A piece of sound of 1,536 bytes as base64 in JSON is 2,073.
LINE_LEN = 2_112
# Up: so many bytes at once, in smaller pieces made base64.
PIECE_LEN = 768
RAW_LEN = 96
SIZE_LEN = 6  # of "0400\r\n"
# Down.
TEXT_LEN = 128
SEND_MS = 10_000
# An answer may take its time before it begins, and between two words.
HEAR_MS = 75_000
LOOK_MS = 5
# A sixth of a second may be on its way to the ear.
FADE_LOOKS = 40
# An amplifier that takes nothing for so long is none.
FULL_LOOKS = 400

HEARD_HEAD = (
    b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0"
    b"data\xff\xff\xff\xff"
)
SPOKEN_FORMAT = b"WAVEfmt \x10\0\0\0\x01\0\x01\0\x22\x56\0\0\x44\xac\0\0\x02\0\x10\0"
FORMAT_BEGIN = 8
HEAD_LEN = 44
SOUND = b'"audio_base64"'
QUOTE = b'"'
# Events: of sound, of what the talker is told, and of those that are the last.
AUDIO = b"audio"
TOLD = (b"heard", b"text", b"action", b"done", b"error")
LAST = (b"done", b"error")
# What a line says whose other end has closed it.
LOST = (errno.ECONNRESET, errno.ENOTCONN, 32)


def require_going_on(talker) -> None:
    if not talker.goes_on():
        raise OSError(STOPPED, "stopped")


class Talking(Http):
    # `microphone` has start(), which may be in vain and then gives False, stop(), and read(view),
    # which gives how many bytes it could; so has `amplifier`, with write(view), unless it is None.
    def __init__(self, host: str, port: int, microphone, amplifier) -> None:
        super().__init__(host, port, room=WIRE_LEN)
        self.sound = bytearray(LINE_LEN)  # up, and down a line of an event
        self.sound_view = memoryview(self.sound)
        self.microphone = microphone
        self.amplifier = amplifier

    # As Board.talk() says.
    async def talk(self, path: str, wish: dict, headers: dict, talker) -> tuple:
        try:
            if self.microphone.start():
                return await self._talk(path, wish, headers, talker)
            raise OSError(NO_MICROPHONE, "no microphone")
        except MemoryError:
            pass
        finally:
            self.microphone.stop()
            if self.amplifier is not None:
                self.amplifier.stop()
        raise OSError(errno.ENOMEM, "no memory left")

    async def _talk(self, path: str, wish: dict, headers: dict, talker) -> tuple:
        self._look_up()
        line = Connection(SEND_MS, lambda: require_going_on(talker))
        try:
            line.open(self.address)
            await self._begin_saying(line, path, wish, headers)
            await self._say(line, talker)
            line.renew(HEAR_MS)
            return await self._hear(line, talker)
        except OSError as failure:
            if self.is_name and failure.args[0] != STOPPED:
                self.address = None
            raise
        finally:
            line.close()

    async def _begin_saying(self, line, path: str, wish: dict, headers: dict) -> None:
        self._begin("POST", path, headers)
        self._put("Content-Type: application/json")
        self._put("Transfer-Encoding: chunked")
        self._put("")
        await line.send(self.view[: self.filled])
        await self._send(line, self._copied(f'{json.dumps(wish)[:-1]}, "audio_base64": "'.encode()))

    # A server may refuse before it has heard all, and close. Then what it said is worth more than
    # that it closed.
    async def _say(self, line, talker) -> None:
        try:
            if await self._record(line, talker):
                await self._send(line, self._copied(b'"}'))
                await line.send(b"0\r\n\r\n")
        except OSError as failure:
            if failure.args[0] not in LOST:
                raise
        self.microphone.stop()

    # Whether it came to an end; the server may have answered before that.
    async def _record(self, line, talker) -> bool:
        raw = self.sound_view
        raw[:HEAD_LEN] = HEARD_HEAD
        filled = HEAD_LEN
        while talker.is_listening():
            heard = self.microphone.read(raw[filled:PIECE_LEN])
            filled += heard
            if filled == PIECE_LEN:
                await self._send(line, self._encoded(filled))
                filled = 0
            if line.has_news():
                return False
            await sleep_ms(0 if heard else LOOK_MS)
        require_going_on(talker)
        await self._send(line, self._encoded(filled))
        return True

    # Into the place of a chunk's data; how long it is.
    def _copied(self, data: bytes) -> int:
        self.filled = SIZE_LEN
        self._append(data)
        return self.filled - SIZE_LEN

    def _encoded(self, length: int) -> int:
        self.filled = SIZE_LEN
        for begin in range(0, length, RAW_LEN):
            raw = self.sound_view[begin : min(begin + RAW_LEN, length)]
            self._append(binascii.b2a_base64(raw, newline=False))
        return self.filled - SIZE_LEN

    # One chunk, whose data is in its place; an empty one would be the last.
    async def _send(self, line, length: int) -> None:
        if not length:
            return
        self._append(LINE_END)
        self.view[:SIZE_LEN] = f"{length:04x}\r\n".encode()
        line.renew(SEND_MS)
        await line.send(self.view[: self.filled])

    async def _hear(self, line, talker) -> tuple:
        status, begin, end = await self._head(line)
        if not is_good(status):
            return status, await self._said(line, status, begin, end)
        if not is_stream(self.buffer, begin, end - len(LINE_END)):
            raise OSError(BAD_ANSWER, "no stream of events")
        self.chunks = Chunks()
        self.events = Events(self.sound_view)
        self.is_begun = False  # the sound of this answer
        self.is_mute = self.amplifier is None
        self.odd: int | None = None  # a byte whose other half is still to come
        while not await self._follow(end, talker):
            line.renew(HEAR_MS)
            # Who is never made to wait would let nobody else run.
            await sleep_ms(0)
            require_going_on(talker)
            self.filled = end = 0
            await self._fetch(line)
        # What the amplifier has taken is still to be heard.
        for _ in range(FADE_LOOKS if self.is_begun and not self.is_mute else 0):
            require_going_on(talker)
            await sleep_ms(LOOK_MS)
        return status, None

    # Reads what is in the buffer. Whether the last event was there.
    async def _follow(self, at: int, talker) -> bool:
        while at < self.filled:
            begin, end, at = self.chunks.take(self.buffer, at, self.filled)
            while begin < end:
                begin = self.events.take(self.buffer, self.view, begin, end)
                if self.events.is_whole and await self._obey(talker):
                    return True
        if self.chunks.is_over:
            raise OSError(errno.ECONNRESET, "the answer is cut off")
        return False

    async def _obey(self, talker) -> bool:
        events = self.events
        begin = events.data()
        if not begin:
            return False
        if events.name == AUDIO:
            if not self.is_mute:
                await self._play(begin, talker)
        elif events.name in TOLD:
            talker.take(str(events.name, "utf-8"), self._object(begin))
        return events.name in LAST

    # What the talker is told: None for what is garbage or too long.
    def _object(self, begin: int):
        events = self.events
        if events.is_long:
            return None
        try:
            return parsed(self.sound, self.sound_view, begin, events.filled)
        except (OSError, MemoryError):
            return None

    async def _play(self, begin: int, talker) -> None:
        begin, end = self._sound(begin)
        try:
            filled = self._decoded(begin, end)
        except ValueError:
            return
        begin = self._begin_sound(filled)
        if self.is_mute:
            return
        self.odd = self.sound[filled - 1] if (filled - begin) % 2 else None
        await self._speak(begin, filled - (self.odd is not None), talker)

    # Where the base64 of an event begins and ends: nowhere, if it has none.
    def _sound(self, begin: int) -> tuple:
        buffer, filled = self.sound, self.events.filled
        key = buffer.find(SOUND, begin, filled)
        first = buffer.find(QUOTE, key + len(SOUND), filled)
        last = buffer.find(QUOTE, first + 1, filled)
        return (first + 1, last) if key >= 0 and first >= 0 and last >= 0 else (0, 0)

    # To the beginning of the same buffer, which is always behind; where it ends there.
    def _decoded(self, begin: int, end: int) -> int:
        view, filled = self.sound_view, 0
        if self.odd is not None:
            self.sound[0] = self.odd
            filled = 1
        for at in range(begin, end, TEXT_LEN):
            data = binascii.a2b_base64(view[at : min(at + TEXT_LEN, end)])
            view[filled : filled + len(data)] = data
            filled += len(data)
        return filled

    # Where the samples begin. What is no sound that can be played is not played.
    def _begin_sound(self, filled: int) -> int:
        if self.is_begun or not filled:
            return 0
        self.is_begun = True
        is_sound = filled >= HEAD_LEN and self.sound.find(SPOKEN_FORMAT) == FORMAT_BEGIN
        self.is_mute = not is_sound or not self.amplifier.start()
        return HEAD_LEN

    # As fast as the amplifier takes it. Meanwhile nothing is read, and the server waits.
    async def _speak(self, begin: int, end: int, talker) -> None:
        looks = 0
        while begin < end and looks < FULL_LOOKS:
            accepted = self.amplifier.write(self.sound_view[begin:end])
            begin += accepted
            looks = 0 if accepted else looks + 1
            if begin < end:
                require_going_on(talker)
                await sleep_ms(LOOK_MS)
        self.is_mute = self.is_mute or begin < end
