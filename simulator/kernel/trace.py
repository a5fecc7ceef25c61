"""The record of what happened: one JSON object a line, and the digest of all lines.

A line is an ``Event``: ``at`` is milliseconds since the world began, ``kind`` says what it is, the
rest depends on that. Numbers are integers, for these are the same on every machine; scores of a
body stay inside the text in which they were sent. Who wants to know what happens, judges say,
listens.
"""

import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import IO

from simpy import Environment

Json = Mapping[str, object]
"""A JSON object."""

Event = Json
Listener = Callable[[Event], None]


class Trace:
    """Writes events to ``file`` as they happen, and tells them to all listeners."""

    def __init__(self, environment: Environment, file: IO[bytes]) -> None:
        self._environment = environment
        self._file = file
        self._hash = sha256()
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Tell ``listener`` each event from now on."""
        self._listeners.append(listener)

    def note(self, kind: str, **facts: object) -> None:
        """Record that ``kind`` happened now."""
        event: Event = {"at": int(self._environment.now), "kind": kind, **facts}
        line = (json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
        self._file.write(line)
        self._hash.update(line)
        for listener in self._listeners:
            listener(event)

    @property
    def digest(self) -> str:
        """SHA-256 of all that was written so far, in hexadecimal."""
        return self._hash.hexdigest()
