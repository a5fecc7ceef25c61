"""Runs the app under uvicorn until it is told to stop, in this process or in several workers."""

import asyncio
import gc
import logging
import signal
import socket
import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Literal, NoReturn

import uvicorn
from hypercorn.typing import ASGIFramework

from petcore.app import create_app
from petcore.errors import StartRefused
from petcore.services import Services
from petcore.services.door import Lock
from petcore.settings import Settings, is_loopback, shown
from petcore.wiring import are_one_store, configure_logging, lock_of, wire
from petcore.workers import Server, supervise

# Shorter than workers have to stop as a whole (``workers.STOP_S``).
_GRACE_S = 20
_BACKLOG = 2048
# Bytes that Linux takes of an answer and has not sent yet. Without it, it takes millions, and who
# watches a camera over a slow network sees what was half a minute ago.
_UNSENT_MAX = 32 * 1024
_OPEN = (
    "THE DOOR IS OPEN (--open): whoever can reach this server reads and changes what it knows of "
    "everybody. %s"
)
_OPEN_BEYOND = "Without --open it wants a token; `petcore device add` makes one."
_OPEN_HERE = (
    "Without --open it refuses pages of other sites; with --locked it wants a token, and "
    "`petcore device add` makes one."
)
_LOCKED = (
    "the door is locked: every device needs a token, by `petcore device confirm CODE` if it shows "
    "a code, else by `petcore device add`"
)
_TALKS = "the pet talks by: language %s, voice %s, hearing %s; it sees by: %s"
_SCALED = (
    "TIME RUNS %d TIMES AS FAST (--time-scale): what is stored is dated ahead of time, so keep the "
    "store for trials, and begin the next one with an empty store"
)

_log = logging.getLogger("petcore.serving")


def serve(settings: Settings, services: Services) -> None:
    """Serve until SIGTERM or SIGINT; running requests are finished first.

    Prints one line once requests are answered. Raises ``StartRefused`` when the address is taken,
    the store cannot be opened, or several workers cannot share it.
    """
    _require_shared(settings)
    _require_keys(settings)
    _require_proxies(settings)
    _require_store_for_trials(settings)
    # uvicorn obeys these signals while it serves, and repeats them when it is done.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    with listen(settings.host, settings.port) as listener:
        _announce(services.door.lock, listener)
        if settings.time_scale > 1:
            # At every level of the log.
            _log.critical(_SCALED, settings.time_scale)
        ready = _ready(listener, settings)
        if settings.workers > 1:
            # A worker that replaces another goes on with its time.
            began = services.clock.now()
            config = _config(partial(create_worker, settings, began), settings)
            # What is wrong with the store is told once, and its indexes are made once.
            asyncio.run(_try(services))
            _tell_faculties(services)
            supervise(config, listener, ready)
        else:
            config = _config(create_app(services, settings.cors_origins), settings)
            settle_memory()
            with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
                runner.run(_run(config, services, listener, ready))


def settle_memory() -> None:
    """What was imported and made until now stays: nobody needs to look through it again and again
    for what is garbage, which would hold up all requests for a tenth of a second.
    """
    gc.collect()
    gc.freeze()


def create_worker(settings: Settings, began: datetime) -> ASGIFramework:
    """The app of a worker, in its own process, with services of its own. All workers of a server
    have ``began`` in common, the instant from which time runs faster, if it does.
    """
    services = wire(settings, began=began)
    configure_logging(settings, services.clock)
    settle_memory()
    return create_app(services, settings.cors_origins)


def _require_shared(settings: Settings) -> None:
    if settings.workers > 1 and settings.store == "memory:":
        raise StartRefused(
            f"--workers (PETCORE_WORKERS): {settings.workers} workers cannot share memory:, each "
            "would remember something else. Choose another store with --store (PETCORE_STORE), or "
            "--workers 1."
        )


def _require_keys(settings: Settings) -> None:
    if lock_of(settings) is not Lock.LOCKED or settings.store != "memory:":
        return
    is_asked = settings.door == "locked"
    who = "everybody (--locked)" if is_asked else "whoever is not on this machine"
    else_ = "or --open" if is_asked else "--host 127.0.0.1, or --open"
    raise StartRefused(
        f"--store (PETCORE_STORE): {who} needs a token, and memory: cannot be reached by "
        f"`petcore device`, which gives them. Choose another store, {else_}."
    )


def _require_proxies(settings: Settings) -> None:
    """Whoever comes through a proxy comes from its address, and is not on this machine."""
    if settings.proxies and lock_of(settings) is Lock.LOCAL:
        raise StartRefused(
            "PETCORE_PROXIES: whoever comes through a proxy is not on this machine. Say --locked, "
            "or --open."
        )


def _require_store_for_trials(settings: Settings) -> None:
    """What is dated ahead of time would hold back what comes in time later."""
    usual = str(Settings.model_fields["store"].default)
    if settings.time_scale > 1 and are_one_store(settings.store, usual):
        raise StartRefused(
            f"--time-scale (PETCORE_TIME_SCALE): what is stored would be dated ahead of time, and "
            f"{usual} is the store of every day. Name another with --store (PETCORE_STORE): "
            "memory:, or sqlite:///scaled.db."
        )


def _announce(lock: Lock, listener: socket.socket) -> None:
    host = str(listener.getsockname()[0])
    if lock is Lock.LOCAL and not is_loopback(host):
        raise StartRefused(f"--host (PETCORE_HOST): means {host} here, which others can reach")
    if lock is Lock.OPEN:
        # At every level of the log.
        _log.critical(_OPEN, _OPEN_HERE if is_loopback(host) else _OPEN_BEYOND)
    if lock is Lock.LOCKED:
        _log.info("%s", _LOCKED)


def _tell_faculties(services: Services) -> None:
    _log.info(_TALKS, *services.faculties.names.values(), services.eyes.sight.name)


async def _try(services: Services) -> None:
    try:
        await services.open()
    finally:
        await services.close()


def _config(app: Callable[..., object], settings: Settings) -> uvicorn.Config:
    """What uvicorn is to do. Each of several workers makes its app itself, by ``app``."""
    is_shared = settings.workers > 1
    return uvicorn.Config(
        app,
        factory=is_shared,
        workers=settings.workers,
        http=_protocol(settings),
        lifespan="on" if is_shared else "off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        # Nobody else says from where he asks. Without a list, uvicorn would read the environment.
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=list(settings.proxies),
        timeout_graceful_shutdown=_GRACE_S,
    )


def _protocol(settings: Settings) -> type[asyncio.Protocol] | Literal["auto"]:
    try:
        # What it is made of is not there for Windows.
        from petcore.connections import Limits, bounded  # noqa: PLC0415
    except ImportError:
        _log.warning("slow clients are not kept in bounds here")
        return "auto"
    most, each = settings.connections_max, settings.connections_per_address_max
    return bounded(Limits(most, each, settings.proxies))


class _Server(Server):
    """Says when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: str) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(self._ready, flush=True)  # noqa: T201 -- whoever started it waits for this line


async def _run(
    config: uvicorn.Config, services: Services, listener: socket.socket, ready: str
) -> None:
    await services.open()
    _tell_faculties(services)
    try:
        await _Server(config, ready).serve(sockets=[listener])
    finally:
        await services.close()


def _ready(listener: socket.socket, settings: Settings) -> str:
    host, port = listener.getsockname()[:2]
    address = f"[{host}]" if ":" in host else host
    ready = f"petcore is ready at http://{address}:{port} with store {shown(settings.store)}"
    is_scaled = settings.time_scale > 1
    return f"{ready}; time runs {settings.time_scale} times as fast" if is_scaled else ready


def listen(host: str, port: int) -> socket.socket:
    """A socket for all who come. Raises ``StartRefused``."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise StartRefused(
            f"cannot listen on port {port} of {host}: {error.strerror or error}. "
            "Choose others with --port (PETCORE_PORT) and --host (PETCORE_HOST)."
        ) from None
    if sys.platform == "linux":
        # Whoever comes in by it inherits that.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _UNSENT_MAX)
    return listener


def _leave(*_: object) -> NoReturn:
    raise SystemExit(0)
