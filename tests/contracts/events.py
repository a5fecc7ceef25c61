"""Server-sent events as the contracts write them: strictly read, so that any client can.

Not here: what may stand in them.
"""

import re

_EVENT = re.compile(rb"event: ([a-z]+)\ndata: ([^\r\n]+)\n\n")


def read_events(body: bytes) -> list[tuple[str, bytes]]:
    """Names and data of all events. Raises ``ValueError`` if there is anything else in ``body``."""
    found = [(match[1].decode(), match[2]) for match in _EVENT.finditer(body)]
    if b"".join(b"event: %b\ndata: %b\n\n" % (name.encode(), data) for name, data in found) != body:
        raise ValueError("this is not a row of events")
    return found
