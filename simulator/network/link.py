"""A lossy network. Every exchange leaves its whole story in the trace.

Its events carry the exchange's number as ``id``: ``request`` when it is sent, ``lost`` with the
``leg`` on which a message got lost, ``served`` when the server has answered, and in the end
``answer`` or ``timeout`` at the client.
"""

from dataclasses import dataclass
from itertools import count

from hypercorn.typing import ASGIFramework
from simpy import Event

from simulator.kernel.loop import happening
from simulator.kernel.stage import Stage
from simulator.network.asgi import Request, Response, exchange

_ETIMEDOUT = 110
_THOUSAND = 1000


@dataclass(frozen=True, slots=True)
class Weather:
    """How bad the network is. A loss is in thousandths of all messages of that way."""

    delay_ms_min: int = 2
    delay_ms_max: int = 80
    request_loss_permille: int = 10
    answer_loss_permille: int = 10


class Network:
    """All ways to one server."""

    def __init__(self, app: ASGIFramework, stage: Stage, weather: Weather) -> None:
        self.app = app
        self.stage = stage
        self.weather = weather
        self.numbers = count(1)

    def link(self, who: str) -> "Link":
        """The way of the client called ``who``, with its own chance."""
        return Link(self, who)


class Link:
    """The way of one client to the server and back."""

    def __init__(self, network: Network, who: str) -> None:
        self._network = network
        self._stage = network.stage
        self._chance = network.stage.streams.stream(f"link/{who}")
        self._who = who

    async def send(self, request: Request, timeout_ms: int) -> Response:
        """The server's response. Raises ``OSError`` if none came within ``timeout_ms``."""
        number = next(self._network.numbers)
        self._note_request(number, request)
        arrived = self._stage.environment.event()
        self._stage.live(self._carry(number, request, arrived))
        self._stage.after(timeout_ms, lambda: _happen_once(arrived, None))
        response: Response | None = await happening(arrived)
        if response is None:
            self._stage.trace.note("timeout", id=number, who=self._who)
            raise OSError(_ETIMEDOUT, "timed out")
        self._stage.trace.note("answer", id=number, who=self._who, status=response.status)
        return response

    async def _carry(self, number: int, request: Request, arrived: Event) -> None:
        if await self._is_lost(number, "request", self._network.weather.request_loss_permille):
            return
        response: Response = await happening(
            self._stage.loop.serve(exchange(self._network.app, request))
        )
        self._note_served(number, response)
        if not await self._is_lost(number, "answer", self._network.weather.answer_loss_permille):
            _happen_once(arrived, response)

    async def _is_lost(self, number: int, leg: str, loss: int) -> bool:
        """Let the message of this leg be under way; say whether it got lost."""
        weather = self._network.weather
        # Both are drawn always, so that no draw depends on the outcome of another.
        delay_ms = self._chance.randint(weather.delay_ms_min, weather.delay_ms_max)
        lost = self._chance.randrange(_THOUSAND) < loss
        await self._stage.sleep(delay_ms)
        if lost:
            self._stage.trace.note("lost", id=number, leg=leg)
        return lost

    def _note_request(self, number: int, request: Request) -> None:
        self._stage.trace.note(
            "request",
            id=number,
            who=self._who,
            method=request.method,
            path=request.path,
            query=request.query,
            headers={name.decode(): value.decode() for name, value in request.headers},
            body=request.body.decode(),
        )

    def _note_served(self, number: int, response: Response) -> None:
        self._stage.trace.note(
            "served",
            id=number,
            status=response.status,
            headers={name.decode(): value.decode() for name, value in response.headers},
            body=response.body.decode(),
        )


def _happen_once(event: Event, value: object) -> None:
    if not event.triggered:
        event.succeed(value)
