"""Pictures one after the other as the contracts write them: strictly read, so that any client can.

Not here: what may be seen on them.
"""

import re

from tests.contracts.contract import PARTS_TYPE

SHOWN_AS = f"{PARTS_TYPE}; boundary=frame"

_HEAD = re.compile(rb"\r\ncontent-type: image/jpeg\r\ncontent-length: ([1-9][0-9]*)\r\n\r\n")
_BOUNDARY, _NEXT, _END = b"--frame", b"\r\n--frame", b"--\r\n"


def read_parts(body: bytes) -> list[bytes]:
    """All pictures of an answer that has come to its end. Raises ``ValueError`` if there is
    anything else in ``body``.
    """
    pictures, rest = begun_parts(body)
    if rest != _END:
        raise ValueError("it does not end as it should")
    return pictures


def begun_parts(body: bytes) -> tuple[list[bytes], bytes]:
    """The pictures of an answer so far, each with the boundary behind it, and what follows."""
    if not body.startswith(_BOUNDARY):
        raise ValueError("it does not begin with a boundary")
    pictures, at = [], len(_BOUNDARY)
    while head := _HEAD.match(body, at):
        end = head.end() + int(head[1])
        if not body.startswith(_NEXT, end):
            raise ValueError("behind a picture there is no boundary")
        pictures.append(picture(body[head.end() : end]))
        at = end + len(_NEXT)
    return pictures, body[at:]


def picture(body: bytes) -> bytes:
    """``body``, which begins and ends as a JPEG does. Raises ``ValueError``."""
    if not (body.startswith(b"\xff\xd8") and body.endswith(b"\xff\xd9")):
        raise ValueError("it is no JPEG")
    return body
