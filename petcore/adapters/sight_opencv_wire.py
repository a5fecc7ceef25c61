"""What is said to the process that looks at pictures, and what it says: bytes.

Both sides have it from here. A picture is copied, not packed: everything else is a few numbers.
"""

import json
import struct
from dataclasses import astuple

from petcore.ports.camera import Frame
from petcore.ports.sight import Box, Caption, Reading, Seen

JPEG_MAX = 8 << 20
"""Bytes of a frame's picture."""

_HEAD = struct.Struct(">I")


def question(frame: Frame, caption: Caption) -> bytes:
    """What does it show?"""
    return _packed([frame.at_ms, *astuple(caption)], frame.jpeg)


def asked(question: bytes) -> tuple[Frame, Caption]:
    """What a question is about."""
    head, jpeg = _parts(question)
    at_ms, *caption = json.loads(head)
    return Frame(jpeg, at_ms), Caption(*caption)


def answer(seen: Seen) -> bytes:
    """What was seen."""
    face = None if seen.face is None else astuple(seen.face)
    readings = [astuple(reading) for reading in seen.readings]
    return _packed([seen.width, seen.height, face, seen.state, readings], seen.picture)


def answered(answer: bytes) -> Seen:
    """What an answer says."""
    head, picture = _parts(answer)
    width, height, face, state, readings = json.loads(head)
    return Seen(
        picture,
        width,
        height,
        None if face is None else Box(*face),
        state,
        tuple(Reading(*reading) for reading in readings),
    )


def _packed(numbers: object, picture: bytes) -> bytes:
    head = json.dumps(numbers).encode()
    return b"".join((_HEAD.pack(len(head)), head, picture))


def _parts(packed: bytes) -> tuple[bytes, bytes]:
    (size,) = _HEAD.unpack_from(packed)
    body = _HEAD.size + size
    return packed[_HEAD.size : body], packed[body:]
