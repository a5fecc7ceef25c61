"""``petcore serve`` with workers that hang when asked for ``/hang``.

    python -m tests.serving.hanging DEAF_S STOP_S serve ...

sets how long the supervisor bears with them (``petcore.workers``), for its workers, too.
"""

import logging
import sys
from datetime import datetime
from threading import Event
from unittest.mock import patch

from hypercorn.typing import ASGIFramework, ASGIReceiveCallable, ASGISendCallable, Scope

from petcore import serving, workers
from petcore.__main__ import main
from petcore.settings import Settings

_log = logging.getLogger("petcore.request")
_create_worker = serving.create_worker


def create_hanging(settings: Settings, began: datetime) -> ASGIFramework:
    """A worker's app whose event loop can be made to stand still for ever."""
    app = _create_worker(settings, began)

    async def hang(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] == "http" and scope["path"] == "/hang":
            _log.info("hangs")
            Event().wait()
        await app(scope, receive, send)

    return hang


# Workers import this module, too.
workers.DEAF_S, workers.STOP_S = map(int, sys.argv[1:3])
patch.object(serving, "create_worker", create_hanging).start()

if __name__ == "__main__":
    sys.exit(main(sys.argv[3:]))
