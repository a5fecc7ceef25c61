"""A lossy network. Every exchange leaves its whole story in the trace.

Its events carry the exchange's number as ``id``: ``request`` when it is sent, ``lost`` with the
``leg`` on which a message got lost, ``served`` when the server has answered, and in the end
``answer`` or ``timeout`` at the client. A copy of a request that the network made is a ``request``
with a number of its own; nobody waits for what is answered to it. Secrets are masked.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import count

from hypercorn.typing import ASGIFramework
from simpy import Event

from simulator.kernel.loop import happening
from simulator.kernel.masking import masked, masked_credentials
from simulator.kernel.serving import SERVING
from simulator.kernel.stage import Stage
from simulator.kernel.trace import Json
from simulator.network.asgi import Header, Request, Response, exchange
from simulator.network.weather import Weather

HOME = "192.168.1.50"
"""The address of everybody at home, as the server sees it."""

_ETIMEDOUT = 110
_THOUSAND = 1000


class Network:
    """All ways to one server."""

    def __init__(self, app: ASGIFramework, stage: Stage, weather: Weather) -> None:
        self.app = app
        self.stage = stage
        self.weather = weather
        self.numbers = count(1)
        self._cut_until = 0

    def link(self, who: str, address: str = HOME) -> "Link":
        """The way of the client called ``who``, with its own chance, from ``address``."""
        return Link(self, who, address)

    def cut(self, minutes: int) -> None:
        """Let nothing through for so long."""
        self._cut_until = max(self._cut_until, self.stage.now + minutes * 60_000)
        self.stage.trace.note("cut", until=self._cut_until)

    @property
    def is_cut(self) -> bool:
        """Whether nothing gets through now."""
        return self.stage.now < self._cut_until


class Link:
    """The way of one client to the server and back."""

    def __init__(self, network: Network, who: str, address: str) -> None:
        self._network = network
        self._address = address
        self._stage = network.stage
        self._chance = network.stage.streams.stream(f"link/{who}")
        self._copies = network.stage.streams.stream(f"copies/{who}")
        self._who = who

    async def send(self, request: Request, timeout_ms: int) -> Response:
        """The server's response. Raises ``OSError`` if none came within ``timeout_ms``."""
        number = self._note_request(request)
        arrived = self._stage.environment.event()
        self._carry(number, request, arrived)
        self._duplicate(number, request)
        self._stage.after(timeout_ms, lambda: _happen_once(arrived, None))
        response: Response | None = await happening(arrived)
        if response is None:
            self._stage.trace.note("timeout", id=number, who=self._who)
            raise OSError(_ETIMEDOUT, "timed out")
        self._stage.trace.note("answer", id=number, who=self._who, status=response.status)
        return response

    def _carry(self, number: int, request: Request, arrived: Event) -> None:
        """Take the request to the server and, some time later, the response back."""
        loss = self._network.weather.answer_loss

        def answer(response: Response) -> None:
            self._travel(number, "answer", loss, lambda: _happen_once(arrived, response))

        self._travel(
            number,
            "request",
            self._network.weather.request_loss,
            lambda: self._serve(number, request, answer),
        )

    def _travel(self, number: int, leg: str, loss: int, arrive: Callable[[], None]) -> None:
        """Let the message of this leg be under way, and then ``arrive`` unless it gets lost."""
        # Both are drawn always, so that no draw depends on the outcome of another.
        delay_ms = self._chance.randint(*self._network.weather.delay_ms)
        is_unlucky = self._chance.randrange(_THOUSAND) < loss
        was_cut = self._network.is_cut

        def end() -> None:
            is_cut = was_cut or self._network.is_cut
            if is_cut or is_unlucky:
                self._stage.trace.note("lost", id=number, leg=leg, why="cut" if is_cut else "loss")
            else:
                arrive()

        self._stage.after(delay_ms, end)

    def _serve(self, number: int, request: Request, then: Callable[[Response], None]) -> None:
        """Let the server answer; note what it says, and then go on with it."""

        async def serve() -> None:
            SERVING.set(number)
            response = await exchange(self._network.app, request, self._address)
            self._note_served(number, response)
            then(response)

        self._stage.loop.serve(serve())

    def _duplicate(self, number: int, request: Request) -> None:
        """Perhaps send a second copy on its way, a little later."""
        weather = self._network.weather
        if self._copies.randrange(_THOUSAND) < weather.duplication:
            delay_ms = self._copies.randint(*weather.second_copy_ms)
            self._stage.after(delay_ms, lambda: self._deliver_copy(number, request))

    def _deliver_copy(self, number: int, request: Request) -> None:
        if not self._network.is_cut:
            copy = self._note_request(request, copy_of=number)
            self._serve(copy, request, lambda _: None)

    def _note_request(self, request: Request, **origin: int) -> int:
        number = next(self._network.numbers)
        self._stage.trace.note(
            "request",
            id=number,
            who=self._who,
            method=request.method,
            path=_masked_often(request.path),
            query=_masked_often(request.query),
            headers=_decoded(request.headers),
            body=masked(request.body.decode()) if request.body else "",
            **origin,
            **({"body_ms": request.body_ms} if request.body_ms else {}),
        )
        return number

    def _note_served(self, number: int, response: Response) -> None:
        self._stage.trace.note(
            "served",
            id=number,
            status=response.status,
            headers=_decoded(response.headers),
            body=masked(response.body.decode()),
        )


@lru_cache(maxsize=1024)
def _masked_often(text: str) -> str:
    """A pet asks the same again and again."""
    return masked(text)


def _decoded(headers: Iterable[Header]) -> Json:
    """The headers by name; what was said several times is joined, as HTTP has it."""
    shown: dict[str, str] = {}
    for name, value in map(_shown, headers):
        shown[name] = f"{shown[name]}, {value}" if name in shown else value
    return shown


@lru_cache(maxsize=1024)
def _shown(header: Header) -> tuple[str, str]:
    """Most headers are the same again and again."""
    name, value = header[0].decode(), header[1].decode()
    return name, masked_credentials(value) if name == "authorization" else masked(value)


def _happen_once(event: Event, value: object) -> None:
    if not event.triggered:
        event.succeed(value)
