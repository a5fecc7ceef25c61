"""What petcore is compared with: a Quart handler that does nothing but answer.

``python -m tests.bench.bare`` serves it as ``petcore serve`` serves petcore, on any free port.
"""

import asyncio
import socket

import uvicorn
from quart import Quart

from tests.bench.filling import POLL_PATH

ANSWER = {
    "remind_now": False,
    "reason": "not_due",
    "server_time_utc": "2026-02-28T18:00:00.123000+00:00",
    "payload": None,
    "next_poll_s": 300,
}


def create_bare() -> Quart:
    """The app: one route, one constant answer of the size of petcore's."""
    app = Quart("bare", static_folder=None)

    @app.get(POLL_PATH)
    async def poll() -> dict[str, object]:
        return ANSWER

    return app


def main() -> None:
    """Serve until told to stop; say first where."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    config = uvicorn.Config(
        create_bare(), lifespan="off", log_config=None, access_log=False, server_header=False
    )
    # Who connects from now on waits in the backlog until the server is up.
    print(f"bare is ready at http://127.0.0.1:{listener.getsockname()[1]}", flush=True)  # noqa: T201
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(uvicorn.Server(config).serve(sockets=[listener]))


if __name__ == "__main__":
    main()
