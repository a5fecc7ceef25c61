"""What no line of a log may hold, and an ear that hears every line that any test causes.

Here: what gives access, and words that tests use as users' own. Not here: the masks of
``petcore.adapters.log_structlog``, which are a second line; what is heard here is what was said
before anything was masked. Nor the words of an error that goes with a record (``exc_info``): they
may be a user's, so the formatter leaves them out, which tests of its own prove, and what servers
have written is read whole (``require_quiet``).
"""

import logging
import re

_LETTER = "[BCDFGHJKLMNPQRSTVWXZ]"
_ACCESS = re.compile(
    rf"pet_[0-9a-f]{{32}}_[A-Za-z0-9_-]{{43}}|pair_[B-Z]{{8}}_[A-Za-z0-9_-]{{43}}"
    rf"|\b{_LETTER}{{4}}-{_LETTER}{{4}}\b"
)
PERSONAL = ("audrey", "mallory", "maya", "linear algebra", "math revision", "physics problems")
"""Names and labels of the tests' users, in lower case, which no line has a reason to hold."""

_heard: list[str] = []


def found(text: str) -> list[str]:
    """What of ``text`` should not stand in a log."""
    small = text.lower()
    return [*_ACCESS.findall(text), *(word for word in PERSONAL if word in small)]


def require_quiet(text: str) -> None:
    """Raise ``AssertionError`` if ``text``, lines of a log, holds what it should not."""
    loud = [line for line in text.splitlines() if found(line)]
    assert not loud, f"the log says what it must not: {loud[:3]}"


def listen() -> None:
    """Hear the message of every record that is made from now on, whoever writes it and wherever it
    goes.
    """
    make = logging.getLogRecordFactory()

    def heard(*arguments: object, **named: object) -> logging.LogRecord:
        record = make(*arguments, **named)
        # At the level debug anything may be said; a copy of a record has no level yet.
        if (record.levelno or 0) >= logging.INFO and found(record.getMessage()):
            _heard.append(f"{record.name}: {record.getMessage()}")
        return record

    logging.setLogRecordFactory(heard)


def require_nothing_heard() -> None:
    """Raise ``AssertionError`` if a record since the last time held what it should not."""
    heard = list(_heard)
    _heard.clear()
    assert not heard, f"the log says what it must not: {heard[:3]}"
