# The head of an answer of HTTP/1.x, read where it lies in the buffer. Belongs here: what its bytes
# mean. Does not: fetching them (http.py). Whatever is not understood is an OSError(BAD_ANSWER,
# "reason"): nothing is guessed.

import errno

BAD_ANSWER = errno.EIO
LINE_END = b"\r\n"
HEAD_END = b"\r\n\r\n"
VERSIONS = (b"HTTP/1.1 ", b"HTTP/1.0 ")
STATUS_LEN = 12  # "HTTP/1.1 200"
INITIALS = b"CcTt"
LENGTH = b"content-length"
CODING = b"transfer-encoding"
# A line of a header that counts is short; a longer one is none of those, or not meant well.
LINE_LEN_MAX = 64
DIGITS_MAX = 9


# The status of the head that begins here.
def status_of(buffer, begin: int) -> int:
    line = bytes(buffer[begin : begin + STATUS_LEN + 1])
    digits = line[len(VERSIONS[0]) : STATUS_LEN]
    if line[: len(VERSIONS[0])] not in VERSIONS or line[STATUS_LEN:] not in (b" ", b"\r"):
        raise OSError(BAD_ANSWER, "no HTTP")
    if not digits.isdigit() or not b"100" <= digits < b"600":
        raise OSError(BAD_ANSWER, "no status")
    return int(digits)


# How many bytes follow the head whose lines lie between the two.
def length_of(buffer, begin: int, end: int) -> int:
    length = None
    line = buffer.find(LINE_END, begin, end) + len(LINE_END)
    while line < end:
        stop = buffer.find(LINE_END, line, end)
        if buffer[line] in INITIALS and stop - line <= LINE_LEN_MAX:
            length = _counted(bytes(buffer[line:stop]), length)
        line = stop + len(LINE_END)
    if length is None:
        raise OSError(BAD_ANSWER, "no Content-Length")
    return length


# The length that is known after one more line.
def _counted(line: bytes, known: int | None) -> int | None:
    name, _, value = line.partition(b":")
    name = name.lower()
    if name == CODING:
        raise OSError(BAD_ANSWER, "the body is coded")
    if name != LENGTH:
        return known
    value = value.strip()
    if not value.isdigit() or len(value) > DIGITS_MAX:
        raise OSError(BAD_ANSWER, "no length")
    if known not in (None, int(value)):
        raise OSError(BAD_ANSWER, "two lengths")
    return int(value)
