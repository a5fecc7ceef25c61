"""Refuses, by name, what would tie a simulated world to the real one.

Inside ``tripwires()`` no thread starts, no socket connects or listens, no real clock is read, no
global chance is drawn, whoever asks for it: petcore, a library, a judge. The few exceptions stand
in a table. What is refused is raised once more at the end, so that nobody can swallow it. A thread
that was there before belongs to the real world (``kernel.outside``), and nothing is refused to it.

A type of C cannot be wired: ``datetime.now`` is found by the architecture tests instead, and the
adapters that may say it are wired here.
"""

import _thread
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


_CLOCKS = ("time", "monotonic", "perf_counter", "process_time", "thread_time")
_CHANCE = tuple(name for name in random.__all__ if name[0].islower() and name != "seed")

_WIRES: tuple[tuple[ModuleType | type, tuple[str, ...]], ...] = (
    (_thread, ("start_new_thread",)),
    (threading.Thread, ("start",)),
    (socket.socket, ("connect", "connect_ex", "bind", "listen", "sendto")),
    (time, (*_CLOCKS, *(f"{name}_ns" for name in _CLOCKS), "localtime", "sleep")),
    (random, (*_CHANCE, "seed")),
    (random.SystemRandom, ("random", "getrandbits")),
    (secrets, ("token_bytes", "token_hex", "token_urlsafe", "randbelow", "choice")),
    (uuid, ("uuid1", "uuid4")),
    (os, ("urandom", "getrandom")),
    (SystemClock, ("now",)),
    (SystemEntropy, ("new_id",)),
)

_ALLOWED = {
    ("logging", "time"),  # stamps records of its own; petcore's log is stamped by the Clock
    ("logging", "time_ns"),  # the same, from Python 3.13 on
    ("rich", "monotonic"),  # draws the progress of the run, outside of the world
    ("rich", "time"),
}


@contextmanager
def tripwires() -> Iterator[None]:
    """Refuse the real world for as long as this lasts. Raises ``Tripped`` if anybody reached."""
    tripped: list[Tripped] = []
    world = threading.get_ident()
    with ExitStack() as stack:
        for owner, names in _WIRES:
            for name in names:
                if hasattr(owner, name):
                    wire = _wire(owner, name, tripped, world)
                    stack.enter_context(patch.object(owner, name, wire))
        yield
    if tripped:
        raise tripped[0]


def _wire(
    owner: ModuleType | type, name: str, tripped: list[Tripped], world: int
) -> Callable[..., object]:
    """What stands for ``name`` meanwhile; ``world`` is the thread to which it is refused."""
    real: Callable[..., object] = getattr(owner, name)

    def wire(*arguments: object, **named: object) -> object:
        caller = sys._getframe(1).f_globals.get("__name__", "?")  # noqa: SLF001 -- the documented way
        allowed = (caller.partition(".")[0], name) in _ALLOWED
        if allowed or threading.get_ident() != world:
            return real(*arguments, **named)
        refusal = Tripped(f"{caller} reached for {owner.__name__}.{name} in a simulated world")
        tripped.append(refusal)
        raise refusal

    return wire
