"""MP3 as frames alone, which can be put one after the other and stay one file.

Services write tags and a head of their own around the frames. In the middle of a file a tag is
noise, and the head of the first piece says that the file ends with that piece. Not here: what the
frames sound like.
"""

from collections.abc import Iterator

SILENCE = bytes((0xFF, 0xF3, 0x40, 0xC4)).ljust(104, b"\0")
"""576 samples: MPEG 2, layer III, 32 kbit/s, 22,050 Hz, one channel."""

_HEAD = 4
_TAG_HEAD = 10
_FOOTER = 0x10
_LAYER_III = 1
_FREE, _NONE = 0, 15
_MPEG_1, _MPEG_2, _MPEG_2_5 = 3, 2, 0
_RATES = {
    _MPEG_1: (44_100, 48_000, 32_000),
    _MPEG_2: (22_050, 24_000, 16_000),
    _MPEG_2_5: (11_025, 12_000, 8_000),
}
_KBITS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_HEADS_OF_FILES = (b"Xing", b"Info", b"VBRI")
_HEAD_OF_FILE_ENDS = 40


def bare_frames(data: bytes) -> bytes:
    """The frames that ``data`` begins with, behind a tag if there is one. What follows them and is
    no whole frame is left out. Raises ``ValueError`` if there are none.
    """
    frames = list(_frames(data, _tag_bytes(data)))
    if frames and any(word in frames[0][:_HEAD_OF_FILE_ENDS] for word in _HEADS_OF_FILES):
        del frames[0]
    if not frames:
        raise ValueError("it holds no frame of MP3")
    return b"".join(frames)


def _tag_bytes(data: bytes) -> int:
    """How long the ID3v2 tag is that ``data`` begins with."""
    if not data.startswith(b"ID3") or len(data) < _TAG_HEAD:
        return 0
    length = 0
    for byte in data[6:_TAG_HEAD]:
        length = length << 7 | byte & 0x7F
    return _TAG_HEAD + length + (_TAG_HEAD if data[5] & _FOOTER else 0)


def _frames(data: bytes, place: int) -> Iterator[bytes]:
    while (length := _frame_bytes(data[place : place + _HEAD])) and place + length <= len(data):
        yield data[place : place + length]
        place += length


def _frame_bytes(head: bytes) -> int:
    """How long the frame is that begins so; 0 if none does."""
    if len(head) < _HEAD or head[0] != 0xFF or head[1] >> 5 != 0b111:  # noqa: PLR2004  the format's
        return 0
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    kbits, rate = head[2] >> 4, head[2] >> 2 & 3
    rates = _RATES.get(version, ())
    if layer != _LAYER_III or kbits in (_FREE, _NONE) or rate >= len(rates):
        return 0
    bits = (_KBITS_1 if version == _MPEG_1 else _KBITS_2)[kbits] * 1000
    return (144 if version == _MPEG_1 else 72) * bits // rates[rate] + (head[2] >> 1 & 1)
