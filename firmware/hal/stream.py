# A stream of events (text/event-stream) that comes in chunks of HTTP/1.1, read where it lies,
# however it is cut. Belongs here: what its bytes mean: chunks, lines, and which event a line is of.
# Does not: fetching them, and what an event says (talking.py).

from firmware.hal.http_head import BAD_ANSWER, LINE_END, LINE_LEN_MAX

NEW_LINE = b"\n"
HEX = b"0123456789abcdefABCDEF"
# A chunk is less than 2 ** 28 bytes, a whole number that a board holds without memory of its own.
DIGITS_MAX = 7
DATA = b"data"
EVENT = b"event"
COLON = b":"
TYPE = b"content-type:"
STREAM = b"text/event-stream"


class Chunks:
    def __init__(self) -> None:
        self.left = 0  # bytes of the chunk that is under way
        self.line = b""  # one that stands before a chunk, or behind it
        self.is_over = False  # what follows the last chunk nobody wants to know

    # Reads from `at` on: (where data begins, where it ends, where to read on). It may be none.
    # What is no size of a chunk is an OSError(BAD_ANSWER, "reason").
    def take(self, buffer, at: int, end: int) -> tuple:
        while at < end and not self.left and not self.is_over:
            self._read(bytes((buffer[at],)))
            at += 1
        stop = min(end, at + self.left)
        self.left -= stop - at
        return at, stop, end if self.is_over else stop

    def _read(self, byte: bytes) -> None:
        if byte != NEW_LINE:
            if len(self.line) == LINE_LEN_MAX:
                raise OSError(BAD_ANSWER, "a chunk's line is too long")
            self.line += byte
            return
        line, self.line = self.line.strip(), b""
        if line:
            self.left = _size(line)
            self.is_over = not self.left


# What stands behind a semicolon means nothing here.
def _size(line: bytes) -> int:
    digits = line.partition(b";")[0].strip()
    if not 1 <= len(digits) <= DIGITS_MAX or any(digit not in HEX for digit in digits):
        raise OSError(BAD_ANSWER, "no size of a chunk")
    return int(str(digits, "utf-8"), 16)


# Line by line, into a buffer of whoever reads them. A line that is longer is skipped, but for its
# beginning.
class Events:
    def __init__(self, view: memoryview) -> None:
        self.view = view
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
        stays = min(stop - at, len(self.view) - self.filled)
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
