"""The record of what happened: one JSON object a line, and the digest of all lines.

A line is an ``Event``: ``at`` is milliseconds since the world began, ``kind`` says what it is, the
rest depends on that. Numbers are integers, for these are the same on every machine; scores of a
body stay inside the text in which they were sent. Tokens and codes are masked. Who wants to know
what happens, judges say, listens.

A request bears ``copy_of`` if the network made it, ``body_ms`` if its body took so long to come.

| kind | facts |
|---|---|
| world | seed, pets, and the scenario; talkative, camera, metrics, faults, only, if so: first |
| fault | fault, who, number: it befalls somebody, for the so-many-th time; ms, if it lasts |
| heals | from now on nothing goes wrong any more |
| reopens | the world is over; the server starts once more, to finish what lies in outboxes |
| dropped | id, why (died or refused): nobody answers this request |
| broken | id, who: the client hears that the connection is gone |
| worker | who (a process of the server), does: starts, leaves (takes no more), stops, dies |
| clock | off_ms: somebody has set the server's clock, and by so much it is ahead now |
| student | who (a user), does; what else depends on that |
| truth | who, activity, focus, stress (thousandths): what nobody in the world can see |
| face | who, is_there, bpm, breaths (a minute, in tenths): what a camera in truth looks at now |
| measured | document (as text): a sample was stored in a world where the server makes the scores |
| boot | who (a device), boot_id, version (of the firmware), address (of the server) |
| unplugged | who: the device lost its power |
| request | id, who, method, path, query, headers, body; copy_of, body_ms |
| lost | id, leg (request or answer), why (loss, cut, half-open, shade or diverted) |
| thinks | id: the pet begins to think of the answer to this request |
| acted | id, tool, arguments, result (as texts): the pet used a tool to answer this request |
| failed | id, what: language, voice or hearing failed while this request was answered |
| late | id, what: language, voice or hearing takes very long while this request is answered |
| served | id, status, headers, body: the server has answered |
| answer | id, who, status: the answer arrived; by, if it is not the server's |
| timeout | id, who: nothing arrived in time |
| cut | until (milliseconds since the world began): nothing gets through before that |
| screen | who, scene: screen, title, detail, offline |
| device | name, user_id, token: it may act for the user from now on |
| stranger | user_id; attempts, rights: by name, the status and code that each may be answered |
| tone | who, hz, ms |
| press | who, press: short, long or second |
| log | who, line: what the firmware says |
| stored | collection, document (as text): what the server holds in the end |
"""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import IO

import orjson
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
        line = orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE)
        self._file.write(line)
        self._hash.update(line)
        for listener in self._listeners:
            listener(event)

    @property
    def digest(self) -> str:
        """SHA-256 of all that was written so far, in hexadecimal."""
        return self._hash.hexdigest()


def number(event: Event, name: str) -> int:
    """The integer ``name`` of an event."""
    value = event[name]
    if not isinstance(value, int):
        raise TypeError(f"{name} of {event} is not an integer")
    return value


def words(event: Event, name: str) -> str:
    """The text ``name`` of an event."""
    value = event[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} of {event} is not a text")
    return value
