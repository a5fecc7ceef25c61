"""The production server in virtual time, and one household that asks it over its API. No network
stands between them: what is lost on the way is another subject.
"""

import orjson

from petcore.adapters.absent import AbsentSight
from petcore.adapters.clock_system import pause
from petcore.adapters.entropy_seeded import SeededEntropy
from petcore.adapters.store_memory import MemoryStore
from petcore.app import create_app
from petcore.ports.eyes import Eyes
from petcore.settings import default_settings
from petcore.wiring import wire
from simulator.kernel.loop import happening
from simulator.kernel.stage import Stage
from simulator.kernel.trace import Json
from simulator.network.asgi import Request, Response, exchange
from simulator.network.client import json_request

_REFUSED_FROM = 400
_NO_SIGHT = AbsentSight("metrics are posted here, nobody looks")


class Refused(Exception):
    """The server did not want what was asked: the run is worth nothing."""


class Server:
    """A new one, with an empty store and an open door."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        services = wire(
            default_settings(store="memory:"),
            clock=stage.clock,
            entropy=SeededEntropy(stage.streams.stream("server")),
            store=MemoryStore(),
            eyes=Eyes(_NO_SIGHT, _NO_SIGHT, pause),
        )
        stage.loop.run_until_complete(services.open())
        self._app = create_app(services)

    async def post(self, path: str, body: Json) -> Json:
        """The JSON that answers a POST. Raises ``Refused``."""
        return await self._asked(json_request("POST", path, body))

    async def get(self, target: str) -> Json:
        """The same for a GET of a path with its query."""
        return await self._asked(json_request("GET", target))

    async def _asked(self, request: Request) -> Json:
        serving = self._stage.loop.serve(exchange(self._app, request))
        response: Response = await happening(serving)
        if response.status >= _REFUSED_FROM:
            raise Refused(f"{request.method} {request.path} was answered {response.status}")
        answer: Json = orjson.loads(response.body)
        return answer
