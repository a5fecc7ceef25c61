"""Several processes that answer on one address, and the one that looks after them.

Each worker has services of its own; what they share is the store and the listening socket. The
supervisor answers nothing: it starts them, listens to their heartbeats, and has them stop. It never
waits for a worker longer than a tick, and counts ticks instead of reading a clock: when all of them
are suspended together, nobody grows deaf. Not here: what a single process does (``serving``).
"""

import asyncio
import logging
import math
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import c_uint64
from multiprocessing import get_context, parent_process, resource_tracker
from multiprocessing.sharedctypes import RawValue
from threading import Event, Thread

import uvicorn
from uvicorn.config import STARTUP_FAILURE

from petcore.api.connection import STOPPING
from petcore.errors import StartRefused

_log = logging.getLogger("petcore.workers")

DEAF_S = 60
"""How long the event loop of a worker may stand still, in seconds, before it is killed as hung.
Before it has turned for the first time, a worker may take as long as it needs."""

STOP_S = 25
"""How long workers have to finish what they do, in seconds: longer than uvicorn waits for requests,
and shorter than the 30 s that ``compose.yaml`` grants the whole."""

_TICK_S = 0.5
# What a terminal tells all its processes. Workers are told by their supervisor.
_FOR_ALL = {signal.SIGINT} if sys.platform == "win32" else {signal.SIGINT, signal.SIGHUP}


def supervise(config: uvicorn.Config, listener: socket.socket, ready: str) -> None:
    """Keep ``config.workers`` processes answering on ``listener`` until SIGTERM, SIGINT or SIGHUP.

    Prints ``ready`` once all of them answer. Raises ``StartRefused`` when a worker cannot start
    (one that replaces another later is tried until it can), and ``SystemExit`` with 1 when one did
    not stop by itself.
    """
    supervisor = _Supervisor(config, listener)
    try:
        supervisor.run(ready)
    finally:
        have_all_left = supervisor.stop()
    if not have_all_left:
        raise SystemExit(1)


class _Worker:
    """A worker as its supervisor sees it. Making one starts it, or raises ``OSError``."""

    def __init__(self, config: uvicorn.Config, listener: socket.socket) -> None:
        self._beats = RawValue(c_uint64)
        self._heard = 0
        self._deaf_ticks = 0
        self.process = get_context("spawn").Process(
            target=_work, args=(config, listener, self._beats)
        )
        with _undisturbed():
            self.process.start()

    def listen(self) -> None:
        """Compare its heartbeats with the last tick's."""
        beats = self._beats.value
        is_quiet = self.is_up and beats == self._heard
        self._deaf_ticks = self._deaf_ticks + 1 if is_quiet else 0
        self._heard = beats
        if self._deaf_ticks > _ticks(DEAF_S):
            self._deaf_ticks = 0
            _log.error("worker %s has hung for %s s and is killed", self.process.pid, DEAF_S)
            self.process.kill()

    @property
    def is_up(self) -> bool:
        """Whether it has ever answered requests."""
        return self._heard > 0


class _Supervisor:
    def __init__(self, config: uvicorn.Config, listener: socket.socket) -> None:
        self._config = config
        self._listener = listener
        self._workers: list[_Worker] = []
        self._is_ready = False
        self._told: list[int] = []
        self._never = Event()
        # Were it started with the first worker, it would lift what ``_undisturbed`` lays on.
        resource_tracker.ensure_running()
        for number in {signal.SIGTERM, *_FOR_ALL}:
            # nohup has SIGHUP ignored.
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, lambda number, _: self._told.append(number))

    def run(self, ready: str) -> None:
        """Replace workers that are gone or hang until told to stop."""
        _log.info("starting %s workers", self._config.workers)
        while not self._told:
            self._bury()
            self._fill()
            for worker in self._workers:
                worker.listen()
            if not self._is_ready and all(worker.is_up for worker in self._workers):
                self._is_ready = True
                print(ready, flush=True)  # noqa: T201 -- whoever started it waits for this line
            self._never.wait(_TICK_S)

    def stop(self) -> bool:
        """Let nobody in any more, have all finish what they do, and kill who does not, at once if
        told to stop again. Say whether all left by themselves.
        """
        self._listener.close()
        for worker in self._workers:
            worker.process.terminate()
        for _ in range(_ticks(STOP_S)):
            if not self._left() or self._is_hurried():
                break
            self._never.wait(_TICK_S)
        killed = self._left()
        for worker in killed:
            _log.error("worker %s did not stop and is killed", worker.process.pid)
            worker.process.kill()
        return not killed

    def _bury(self) -> None:
        left = self._left()
        for worker in self._workers:
            if worker not in left:
                code = worker.process.exitcode
                if code == STARTUP_FAILURE and not self._is_ready:
                    raise StartRefused("no worker could start; the log says why")
                _log.error("worker %s ended (%s) and is replaced", worker.process.pid, code)
        self._workers = left

    def _fill(self) -> None:
        """Start whoever is missing. Where the system has no room for another, wait for a tick."""
        try:
            while len(self._workers) < self._config.workers:
                self._workers.append(_Worker(self._config, self._listener))
        except OSError as error:
            _log.error("a worker cannot be started, and is tried again: %s", error)

    def _left(self) -> list[_Worker]:
        return [worker for worker in self._workers if worker.process.is_alive()]

    def _is_hurried(self) -> bool:
        # A closed terminal may say so more than once.
        return len([n for n in self._told if n in (signal.SIGINT, signal.SIGTERM)]) > 1


class Server(uvicorn.Server):
    """Tells answers without an end when it stops, since it waits until all are given."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        self._stopping = asyncio.get_running_loop().create_future()
        self.lifespan.state[STOPPING] = self._stopping
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let nobody in any more, and wait until all answers are given."""
        # They hear of it in the next turn of the loop. By then nobody new is let in.
        self._stopping.set_result(None)
        await super().shutdown(sockets)


class _Server(Server):
    """Its heart beats when its event loop turns, about once in a second."""

    def __init__(self, config: uvicorn.Config, beats: c_uint64) -> None:
        super().__init__(config)
        self._beats = beats

    async def on_tick(self, counter: int) -> bool:
        if counter % 10 == 0:
            self._beats.value += 1
        return await super().on_tick(counter)


def _work(config: uvicorn.Config, listener: socket.socket, beats: c_uint64) -> None:
    """All that happens in a worker."""
    for number in _FOR_ALL:
        signal.signal(number, signal.SIG_IGN)
    _set_mask("SIG_UNBLOCK")
    config.configure_logging()
    Thread(target=_leave_with_parent, name="petcore-parent", daemon=True).start()
    _Server(config, beats).run([listener])


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Who is started here does not hear what is told to all processes of a terminal until it can
    do something better with it than to complain or to die. Here it is heard a moment later.
    """
    _set_mask("SIG_BLOCK")
    try:
        yield
    finally:
        _set_mask("SIG_UNBLOCK")


def _set_mask(how: str) -> None:
    # Windows has none.
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(getattr(signal, how), _FOR_ALL)


def _leave_with_parent() -> None:
    """Stop as if asked to once the parent is gone: nobody else would ever stop this process."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        signal.raise_signal(signal.SIGTERM)
        Event().wait(STOP_S)
        os._exit(1)


def _ticks(seconds: float) -> int:
    return math.ceil(seconds / _TICK_S)
