"""Several processes that answer on one address, and the one that looks after them.

Each worker has services of its own; what they share is the store and the listening socket.
uvicorn's supervisor starts them, pings them and passes signals on. Not here: what a single process
does (``serving``).
"""

import asyncio
import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import parent_process, resource_tracker
from threading import Thread

import uvicorn
from hypercorn.typing import ASGIFramework
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors.multiprocess import Multiprocess, Process

from petcore.app import create_app
from petcore.errors import StartRefused
from petcore.services import Services
from petcore.settings import Settings
from petcore.wiring import configure_logging, wire

_log = logging.getLogger("petcore.workers")

DEAF_S = 60
"""How long a worker may be deaf, in seconds, before it is killed as hung. It cannot hear while it
imports, and a small computer that starts several at once takes its time."""


def require_shared(settings: Settings) -> None:
    """Raise ``StartRefused`` if several workers are asked for on a store that each has alone."""
    if settings.workers > 1 and settings.store == "memory:":
        raise StartRefused(
            f"--workers (PETCORE_WORKERS): {settings.workers} workers cannot share memory:, each "
            "would remember something else. Choose another store with --store (PETCORE_STORE), or "
            "--workers 1."
        )


def supervise(
    config: uvicorn.Config, services: Services, listener: socket.socket, ready: str
) -> None:
    """Keep ``config.workers`` processes answering on ``listener`` until SIGTERM or SIGINT.

    Prints ``ready`` once all of them answer. ``services`` serve to try the store before anybody
    needs it; ``config`` makes the app of each worker by ``create_worker``. Raises ``StartRefused``
    when a worker cannot start; one that replaces another later is tried until it can.
    """
    asyncio.run(_try(services))
    supervisor = _Supervisor(config, listener, ready)
    try:
        supervisor.run()
    finally:
        # Python waits for them when it ends, whatever the reason.
        supervisor.terminate_all()
    if supervisor.has_failed:
        raise StartRefused("no worker could start; the log says why")


def create_worker(settings: Settings) -> ASGIFramework:
    """The app of a worker, in its own process, with services of its own."""
    services = wire(settings)
    configure_logging(settings, services.clock)
    _set_mask("SIG_UNBLOCK")
    Thread(target=_leave_with_parent, name="petcore-parent", daemon=True).start()
    return create_app(services)


async def _try(services: Services) -> None:
    """Open and close the store: what is wrong with it is told once, indexes are made once."""
    try:
        await services.open()
    finally:
        await services.close()


class _Supervisor(Multiprocess):
    """Says when all workers are ready, and does not give up later when one cannot be replaced."""

    def __init__(self, config: uvicorn.Config, listener: socket.socket, ready: str) -> None:
        super().__init__(config, [listener])
        self._ready = ready
        self._is_ready = False
        self.has_failed = False
        # Were it started with the first worker, it would lift what ``_undisturbed`` lays on.
        resource_tracker.ensure_running()

    def init_processes(self) -> None:
        """Start the first workers."""
        self.processes.extend(self._started() for _ in range(self.processes_num))

    def keep_subprocess_alive(self) -> None:
        """Replace workers that are gone or hang."""
        for number, process in enumerate(self.processes):
            if self.should_exit.is_set():
                return
            if not process.is_alive(DEAF_S):
                self._replace(number, process)
        if not self._is_ready and all(process.is_ready() for process in self.processes):
            self._is_ready = True
            print(self._ready, flush=True)  # noqa: T201 -- whoever started it waits for this line

    def terminate_all(self) -> None:
        """Let nobody in any more, and have all workers finish what they do."""
        for listener in self.sockets:
            listener.close()
        super().terminate_all()

    def _replace(self, number: int, process: Process) -> None:
        process.kill()
        process.join()
        if process.exitcode == STARTUP_FAILURE and not self._is_ready:
            self.has_failed = True
            self.should_exit.set()
            return
        _log.error("worker %s ended (%s) and is replaced", process.pid, process.exitcode)
        self.processes[number] = self._started()

    def _started(self) -> Process:
        process = Process(self.config, self.sockets)
        with _undisturbed():
            process.start()
        # Its own end is the only one now, so that nobody waits for the answer of a dead worker.
        process.child_conn.close()
        return process


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Who is started here does not hear Ctrl-C, which goes to all processes of a terminal, until
    it can do something better with it than to complain. Here it is heard a moment later.
    """
    _set_mask("SIG_BLOCK")
    try:
        yield
    finally:
        _set_mask("SIG_UNBLOCK")


def _set_mask(how: str) -> None:
    # Windows has none.
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(getattr(signal, how), {signal.SIGINT})


def _leave_with_parent() -> None:
    """Stop as if asked to once the parent is gone: nobody else would ever stop this process."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        signal.raise_signal(signal.SIGTERM)
