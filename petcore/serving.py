"""Runs the app under uvicorn until it is told to stop."""

import asyncio
import signal
import socket
from typing import NoReturn

import uvicorn

from petcore.app import create_app
from petcore.errors import StartRefused
from petcore.services import Services
from petcore.settings import Settings, shown

_GRACE_S = 20
_BACKLOG = 2048


def serve(settings: Settings, services: Services) -> None:
    """Serve until SIGTERM or SIGINT; running requests are finished first.

    Prints one line once requests are answered. Raises ``StartRefused`` when the address is taken
    or the store cannot be opened.
    """
    # uvicorn obeys these signals while it serves, and repeats them when it is done.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    with _listen(settings.host, settings.port) as listener:
        config = uvicorn.Config(
            create_app(services),
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_S,
        )
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(_run(config, services, listener, settings))


class _Server(uvicorn.Server):
    """Says when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: str) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(self._ready, flush=True)  # noqa: T201 -- whoever started it waits for this line


async def _run(
    config: uvicorn.Config, services: Services, listener: socket.socket, settings: Settings
) -> None:
    host, port = listener.getsockname()[:2]
    address = f"[{host}]" if ":" in host else host
    await services.open()
    try:
        ready = f"petcore is ready at http://{address}:{port} with store {shown(settings.store)}"
        await _Server(config, ready).serve(sockets=[listener])
    finally:
        await services.close()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise StartRefused(
            f"cannot listen on port {port} of {host}: {error.strerror or error}. "
            "Choose others with --port (PETCORE_PORT) and --host (PETCORE_HOST)."
        ) from None


def _leave(*_: object) -> NoReturn:
    raise SystemExit(0)
