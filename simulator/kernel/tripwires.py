"""Refuses, by name, what would tie a simulated world to the real one.

Inside ``tripwires()`` no thread starts, no socket connects or listens, no real clock is read, no
global chance is drawn, whoever asks for it: petcore, a library, a judge. The few exceptions stand
in a table.
"""

import os
import random
import secrets
import socket
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from unittest.mock import patch

from petcore.adapters.clock_system import SystemClock
from petcore.adapters.entropy_system import SystemEntropy


class Tripped(Exception):
    """Something reached for the real world."""


_WIRES: tuple[tuple[ModuleType | type, tuple[str, ...]], ...] = (
    (threading.Thread, ("start",)),
    (socket.socket, ("connect", "connect_ex", "bind", "listen", "sendto")),
    (time, ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "sleep")),
    (random, ("random", "randint", "randrange", "choice", "uniform", "getrandbits", "shuffle")),
    (secrets, ("token_bytes", "token_hex", "token_urlsafe", "randbelow", "choice")),
    (uuid, ("uuid1", "uuid4")),
    (os, ("urandom", "getrandom")),
    (SystemClock, ("now",)),
    (SystemEntropy, ("new_id",)),
)

_ALLOWED = {
    ("logging", "time"),  # stamps records of its own; petcore's log is stamped by the Clock
    ("rich", "monotonic"),  # draws the progress of the run, outside of the world
    ("rich", "time"),
}


@contextmanager
def tripwires() -> Iterator[None]:
    """Refuse the real world for as long as this lasts."""
    with ExitStack() as stack:
        for owner, names in _WIRES:
            for name in names:
                if hasattr(owner, name):
                    stack.enter_context(patch.object(owner, name, _wire(owner, name)))
        yield


def _wire(owner: ModuleType | type, name: str) -> Callable[..., object]:
    real: Callable[..., object] = getattr(owner, name)

    def wire(*arguments: object, **named: object) -> object:
        caller = sys._getframe(1).f_globals.get("__name__", "?")  # noqa: SLF001 -- the documented way
        if (caller.partition(".")[0], name) in _ALLOWED:
            return real(*arguments, **named)
        raise Tripped(f"{caller} reached for {owner.__name__}.{name} in a simulated world")

    return wire
