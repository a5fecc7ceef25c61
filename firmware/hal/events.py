# A stream of events (text/event-stream), line by line in one buffer that is made at the start. A
# line that is longer than the buffer is skipped, but for its beginning. Belongs here: lines, and
# which event they are of. Does not: what an event says (talking.py).

from firmware.hal.http_head import LINE_END, LINE_LEN_MAX

NEW_LINE = b"\n"
DATA = b"data"
EVENT = b"event"
COLON = b":"
TYPE = b"content-type:"
STREAM = b"text/event-stream"


class Events:
    def __init__(self, room: int) -> None:
        self.buffer = bytearray(room)
        self.view = memoryview(self.buffer)
        self.begin()

    def begin(self) -> None:
        self.filled = 0
        self.is_long = False  # longer than the buffer
        self.is_whole = False
        self.name = b""  # of the event whose lines these are; empty for one that has none

    # Reads up to the end of a line: `is_whole` says whether it has come. Returns where to read on.
    def take(self, buffer, view, at: int, end: int) -> int:
        if self.is_whole:
            self.filled = 0
            self.is_long = self.is_whole = False
        found = buffer.find(NEW_LINE, at, end)
        stop = end if found < 0 else found
        stays = min(stop - at, len(self.buffer) - self.filled)
        self.is_long = self.is_long or stays < stop - at
        self.view[self.filled : self.filled + stays] = view[at : at + stays]
        self.filled += stays
        self.is_whole = found >= 0
        return stop + self.is_whole

    # Where the data of the line begins; 0 if it has none, and then it may name the next event.
    def data(self) -> int:
        line = bytes(self.view[: min(self.filled, LINE_LEN_MAX)])
        field, colon, rest = line.partition(COLON)
        if field == DATA and colon:
            return len(DATA) + 1
        if field == EVENT or not line.strip():
            self.name = rest.strip()
        return 0


# Whether the head whose lines lie between the two says that such a stream follows.
def is_stream(buffer, begin: int, end: int) -> bool:
    line = buffer.find(LINE_END, begin, end) + len(LINE_END)
    while line < end:
        stop = min(buffer.find(LINE_END, line, end), line + LINE_LEN_MAX)
        said = bytes(buffer[line:stop]).lower()
        if said.startswith(TYPE) and STREAM in said:
            return True
        line = buffer.find(LINE_END, line, end) + len(LINE_END)
    return False
