"""The log of a simulated server, without what this world is to blame for."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

_ON_PURPOSE = (
    *("language_failed:", "voice_failed:", "hearing_failed:"),
    "store_unavailable: ",
    "sight_absent: there is no camera",
)
"""How lines of the server's log begin that this world is to blame for."""


@contextmanager
def unheard() -> Iterator[None]:
    """The server complains of who asks too often, and of what it talks by; here somebody does so,
    and that fails, on purpose.
    """
    door, *others = map(logging.getLogger, ("petcore.door", "petcore.api", "petcore.chat"))
    level = door.level
    door.setLevel(logging.ERROR)
    for log in others:
        log.addFilter(_is_news)
    try:
        yield
    finally:
        door.setLevel(level)
        for log in others:
            log.removeFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith(_ON_PURPOSE)
