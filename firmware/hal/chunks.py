# A body in chunks of HTTP/1.1, read where it lies, however it is cut. Belongs here: what
# its bytes mean. Does not: fetching them, and what they say (talking.py).

from firmware.hal.http_head import BAD_ANSWER, LINE_LEN_MAX

NEW_LINE = 0x0A
HEX = b"0123456789abcdefABCDEF"
# A chunk is less than 2 ** 28 bytes, a whole number that a board holds without memory of its own.
DIGITS_MAX = 7


class Chunks:
    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self.left = 0  # bytes of the chunk that is under way
        self.line = b""  # one that stands before a chunk, or behind it
        self.is_over = False  # what follows the last chunk nobody wants to know

    # Reads from `at` on: (where data begins, where it ends, where to read on). It may be none.
    # What is no size of a chunk is an OSError(BAD_ANSWER, "reason").
    def take(self, buffer, at: int, end: int) -> tuple:
        while at < end and not self.left and not self.is_over:
            self._read(buffer[at])
            at += 1
        stop = min(end, at + self.left)
        self.left -= stop - at
        return at, stop, end if self.is_over else stop

    def _read(self, byte: int) -> None:
        if byte != NEW_LINE:
            if len(self.line) == LINE_LEN_MAX:
                raise OSError(BAD_ANSWER, "a chunk's line is too long")
            self.line += bytes((byte,))
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
