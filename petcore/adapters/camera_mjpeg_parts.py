"""Takes multipart/x-mixed-replace apart as it comes: bytes in, pictures out. No network is here.

What cameras send is like the standard and not quite: dashes before the boundary are missing or told
twice, lines end in LF, lengths are absent or wrong, there is something before the first part and
after each picture. All that is read. What is no whole picture is left out; what would grow without
end is refused. At no time more is held than one part and what has just come.
"""

import re
from collections.abc import Callable
from email.message import Message

HEAD_MAX = 8 << 10
"""Bytes of the head of a part."""
FRAME_MAX = 4 << 20
"""Bytes of a picture."""

_MIB = 1 << 20
_BOUNDARY_MAX = 256
_DASHES_MAX = 8
_AFTER = rb"(?:--)?[ \t]{0,8}\r?\n"
_PARTS_MAX = 512
"""In one piece of a stream. The smallest picture with its head is larger than that part of it."""
_MARGIN = 32
"""Bytes that may belong to a boundary beside its name: dashes, blanks and the ends of lines."""
_HEAD_END = re.compile(rb"(?:\A|\n)\r?\n")
_LENGTH = re.compile(rb"(?im)^content-length[ \t]*:[ \t]*([0-9]+)[ \t]*\r?$")
_DIGITS_MAX = 12
_BEGIN, _END = b"\xff\xd8\xff", b"\xff\xd9"
_PADDING = b"\0\r\n"


class Unreadable(Exception):
    """What comes is no such stream, or does not end; ``why`` is for people."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def boundary_of(content_type: str) -> bytes:
    """The boundary that a ``Content-Type`` tells, without dashes before it. Raises ``Unreadable``
    if it tells none.
    """
    head = Message()
    head["Content-Type"] = content_type
    told = head.get_param("boundary")
    name = told.strip().lstrip("-").encode() if isinstance(told, str) else b""
    if not 0 < len(name) <= _BOUNDARY_MAX:
        raise Unreadable("it does not tell the boundary between its pictures")
    return name


class Parts:
    """Those of one stream; ``boundary`` is as ``boundary_of`` tells it."""

    def __init__(self, boundary: bytes) -> None:
        self._boundary = _line_of(re.escape(boundary))
        self._margin = len(boundary) + _MARGIN
        self._parts = 0
        self._held = bytearray(b"\n")  # a boundary begins a line, so the stream does
        self._searched = 0
        self._length: int | None = None
        self._pictures: list[bytes] = []
        self._step: Callable[[], bool] = self._seek

    def take(self, data: bytes) -> list[bytes]:
        """The pictures that ``data`` completes, often none. Raises ``Unreadable``; then there is no
        going on.
        """
        self._held += data
        self._parts = 0
        while self._step():
            pass
        pictures, self._pictures = self._pictures, []
        return pictures

    def _seek(self) -> bool:
        """Leave out what is before the next boundary."""
        found = self._found()
        self._drop(self._searched if found is None else found[1])
        if found is not None:
            self._step = self._take_head
        return found is not None

    def _take_head(self) -> bool:
        self._parts += 1
        if self._parts > _PARTS_MAX:
            raise Unreadable("it sends too many parts that are too small")
        end = _HEAD_END.search(self._held, 0, HEAD_MAX)
        if end is None:
            if len(self._held) >= HEAD_MAX:
                raise Unreadable("the head of a picture does not end")
            return False
        length = _LENGTH.search(self._held, 0, end.end())
        self._length = int(length[1][:_DIGITS_MAX]) if length else None
        if self._length is not None and self._length > FRAME_MAX:
            raise _too_large()
        self._drop(end.end())
        self._step = self._take_to_boundary if length is None else self._take_length
        return True

    def _take_length(self) -> bool:
        length = self._length or 0
        if len(self._held) < length:
            return False
        self._keep(length)
        self._held[:length] = b"\n"
        self._step = self._seek
        return True

    def _take_to_boundary(self) -> bool:
        found = self._found()
        if (len(self._held) if found is None else found[0]) > FRAME_MAX + _MARGIN:
            raise _too_large()
        if found is None:
            return False
        self._keep(found[0])
        self._drop(found[1])
        self._step = self._take_head
        return True

    def _found(self) -> tuple[int, int] | None:
        """Where the next boundary begins, with its dashes, and where its line ends; None if it has
        not come yet, or not all of it.
        """
        found = self._boundary.search(self._held, self._searched)
        if found is None:
            # What has only half come may be one.
            self._searched = max(0, len(self._held) - self._margin)
            return None
        begin = found.start()
        while found.start() - begin < _DASHES_MAX and self._held[begin - 1 : begin] == b"-":
            begin -= 1
        return begin, found.end()

    def _keep(self, length: int) -> None:
        """Take so many bytes for a picture, if they are a whole one."""
        picture = bytes(self._held[:length]).strip(_PADDING)
        if picture.startswith(_BEGIN) and picture.endswith(_END):
            self._pictures.append(picture)

    def _drop(self, length: int) -> None:
        del self._held[:length]
        self._searched = 0


def _line_of(name: bytes) -> re.Pattern[bytes]:
    """That of a boundary, from its name on, which is found fast: before it two dashes have to be,
    or else the line has to begin.
    """
    before = (rb"(?<=%b%b)" % (each, name) for each in (rb"--", rb"\n", rb"\n-"))
    return re.compile(rb"%b(?:%b)%b" % (name, b"|".join(before), _AFTER))


def _too_large() -> Unreadable:
    return Unreadable(f"it sends pictures of more than {FRAME_MAX // _MIB} MiB")
