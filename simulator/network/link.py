"""A lossy network. Every exchange leaves its whole story in the trace.

Its events carry the exchange's number as ``id``: ``request`` when it is sent, ``lost`` with the
``leg`` on which a message got lost and ``why`` (loss, cut, half-open, shade, or diverted: something
in between answers it), ``served`` when the server has answered, or ``dropped`` with ``why``
(refused or died) when nobody is there to answer any more; and in the end ``answer``, ``broken`` or
``timeout`` at the client. A copy of a request that the network made is a ``request`` with a number
of its own; nobody waits for what is answered to it.
"""

from dataclasses import dataclass
from errno import ECONNREFUSED, ECONNRESET, ETIMEDOUT
from functools import partial
from itertools import count
from typing import cast

from hypercorn.typing import ASGIFramework
from simpy import Event

from simulator.kernel.alarms import Alarms
from simulator.kernel.fate import Fate
from simulator.kernel.loop import happen, happening
from simulator.kernel.moments import Moment
from simulator.kernel.serving import SERVING
from simulator.kernel.stage import Stage
from simulator.network.asgi import Request, Response, exchange
from simulator.network.faults import NetworkFaults
from simulator.network.luck import Leg, Luck
from simulator.network.record import note_request, note_served
from simulator.network.spells import Spells
from simulator.network.weather import Weather

HOME = "192.168.1.50"
"""The address of everybody at home, as the server sees it."""

_BETWEEN = "between"
_STRANGE = Response(404, (), b'{"message":"no route"}')
"""What something between a client and the server says, such as a proxy that does not know it."""

_WHY_DROPPED = {ECONNREFUSED: "refused", ECONNRESET: "died"}
_SAID = {
    ECONNREFUSED: "connection refused",
    ECONNRESET: "connection reset",
    ETIMEDOUT: "timed out",
}


class Network:
    """All ways to one server."""

    def __init__(
        self,
        app: ASGIFramework,
        stage: Stage,
        weather: Weather,
        faults: NetworkFaults | None = None,
        fate: Fate | None = None,
    ) -> None:
        self.app = app
        self.stage = stage
        self.weather = weather
        self.faults = faults or NetworkFaults()
        self.fate = fate or Fate(stage)
        self.spells = Spells(stage, self.faults, self.fate)
        self.numbers = count(1)
        self.alarms = Alarms(stage.environment)

    def link(self, who: str, address: str = HOME) -> "Link":
        """The way of the client called ``who``, with its own chance, from ``address``."""
        return Link(self, who, address)

    def cut(self, minutes: int) -> None:
        """Let nothing through for so long."""
        self.spells.cut(minutes * 60_000)

    @property
    def is_cut(self) -> bool:
        """Whether nothing gets through now."""
        return self.spells.is_cut


@dataclass(slots=True)
class _Way:
    """One exchange under way. Of a copy nothing has to arrive: nobody waits for it.

    ``outcome`` is what the client will hear; a number is that of an ``OSError``. ``ill`` says why
    the message that is under way does not get there, if so.
    """

    number: int
    request: Request
    arrived: Event | None = None
    outcome: Response | int | None = None
    ill: str = ""


class Link:
    """The way of one client to the server and back."""

    def __init__(self, network: Network, who: str, address: str) -> None:
        self._network = network
        self._address = address
        self._stage = network.stage
        self._environment = network.stage.environment
        self._spells = network.spells
        self._luck = Luck(network.stage.streams, who, network.weather, network.faults, network.fate)
        self._who = who
        self._shaded_until = self._diverted_until = 0

    def shade(self, ms: int) -> None:
        """Let nothing through for so long."""
        self._shaded_until = max(self._shaded_until, self._stage.now + ms)

    def divert(self, ms: int) -> None:
        """Let something in between answer for so long."""
        self._diverted_until = max(self._diverted_until, self._stage.now + ms)

    def _is_until(self, until: int) -> bool:
        return self._environment.now < until and not self._network.fate.is_healed

    async def send(self, request: Request, timeout_ms: int) -> Response:
        """The server's response. Raises ``OSError`` if none came within ``timeout_ms``, or nobody
        is there, or the connection breaks.
        """
        arrived = Event(self._environment)
        way = _Way(self._note_request(request), request, arrived)
        self._set_out(way)
        self._duplicate(way)
        alarm = self._network.alarms.set(timeout_ms, partial(_give_up, way))
        await happening(arrived)
        alarm.turn_off()
        trace, outcome = self._stage.trace, way.outcome
        if isinstance(outcome, Response):
            by = {"by": _BETWEEN} if outcome is _STRANGE else {}
            trace.note("answer", id=way.number, who=self._who, status=outcome.status, **by)
            return outcome
        number = outcome or ETIMEDOUT
        trace.note("broken" if outcome else "timeout", id=way.number, who=self._who)
        raise OSError(number, _SAID[number])

    def _set_out(self, way: _Way) -> None:
        """Take the request to the server."""
        leg = self._luck.request()
        way.ill = self._ill_of(leg)
        Moment(self._environment, leg.delay_ms, way, self._reach)

    def _reach(self, moment: Moment[_Way]) -> None:
        way = moment.value
        is_diverted = self._diverted_until and self._is_until(self._diverted_until)
        if is_diverted and not (way.ill or self._spells.is_cut):
            self._stage.trace.note("lost", id=way.number, leg="request", why="diverted")
            self._return(way, _STRANGE)
        elif not self._is_lost(way, "request"):
            self._stage.loop.let(self._serve(way))

    async def _serve(self, way: _Way) -> None:
        """Let the server answer; note what it says, and let that set out for the client."""
        SERVING.set(way.number)
        try:
            response = await exchange(self._network.app, way.request, self._address)
        except ConnectionError as failure:
            is_refused = isinstance(failure, ConnectionRefusedError)
            outcome: Response | int = ECONNREFUSED if is_refused else ECONNRESET
            why = _WHY_DROPPED[cast("int", outcome)]
            self._stage.trace.note("dropped", id=way.number, why=why)
        else:
            note_served(self._stage.trace, way.number, response)
            outcome = response
        if way.arrived is not None:
            self._return(way, outcome)

    def _return(self, way: _Way, outcome: Response | int) -> None:
        """Take what came of it to the client; what arrives too late is not heard."""
        leg = self._luck.answer()
        way.ill = self._ill_of(leg)
        if self._spells.is_half_open:
            way.ill = "half-open"
        heard = (way, ECONNRESET if self._luck.is_reset() else outcome)
        Moment(self._environment, leg.delay_ms, heard, self._arrive)

    def _arrive(self, moment: Moment[tuple[_Way, Response | int]]) -> None:
        way, outcome = moment.value
        if self._spells.is_half_open:
            way.ill = "half-open"
        if self._is_lost(way, "answer"):
            return
        arrived = way.arrived
        if arrived is not None and not arrived.triggered:
            way.outcome = outcome
            happen(arrived)

    def _ill_of(self, leg: Leg) -> str:
        if self._spells.is_cut:
            return "cut"
        if self._shaded_until and self._is_until(self._shaded_until):
            return "shade"
        return "loss" if leg.is_lost else ""

    def _is_lost(self, way: _Way, leg: str) -> bool:
        if self._spells.is_cut:
            way.ill = "cut"
        if way.ill:
            self._stage.trace.note("lost", id=way.number, leg=leg, why=way.ill)
        return bool(way.ill)

    def _duplicate(self, way: _Way) -> None:
        for delay_ms in self._luck.copies_ms():
            Moment(self._environment, delay_ms, way, self._deliver_copy)

    def _deliver_copy(self, moment: Moment[_Way]) -> None:
        if not self._spells.is_cut:
            way = moment.value
            number = self._note_request(way.request, copy_of=way.number)
            self._stage.loop.let(self._serve(_Way(number, way.request)))

    def _note_request(self, request: Request, **origin: int) -> int:
        number = next(self._network.numbers)
        note_request(self._stage.trace, number, self._who, request, **origin)
        return number


def _give_up(way: _Way) -> None:
    arrived = way.arrived
    if arrived is not None and not arrived.triggered:
        happen(arrived)
