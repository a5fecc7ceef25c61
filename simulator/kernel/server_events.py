"""A stream of server-sent events, once it is whole."""

from typing import NamedTuple

import orjson

from simulator.kernel.trace import Json

MEDIA_TYPE = "text/event-stream"
_EVENT, _DATA = "event: ", "data: "


class ServerEvent(NamedTuple):
    """One of them: its name, and the JSON object that is its data."""

    name: str
    data: Json


def server_events(body: str) -> tuple[ServerEvent, ...]:
    """The events of a body. Raises ``ValueError`` if it is anything else than a line with a name, a
    line with an object, and an empty line, over and over.
    """
    *blocks, rest = body.split("\n\n")
    if rest:
        raise ValueError(f"the stream ends in the middle of an event: {rest[:80]!r}")
    return tuple(map(_event, blocks))


def _event(block: str) -> ServerEvent:
    name, _, data = block.partition("\n")
    if not name.startswith(_EVENT) or not data.startswith(_DATA) or "\n" in data:
        raise ValueError(f"this is no event with a name and a line of data: {block[:80]!r}")
    said = orjson.loads(data.removeprefix(_DATA))
    if not isinstance(said, dict):
        raise ValueError(f"the data is no object: {block[:80]!r}")  # noqa: TRY004 -- as promised
    return ServerEvent(name.removeprefix(_EVENT), said)
