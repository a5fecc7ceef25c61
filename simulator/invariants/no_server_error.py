"""Nothing that a device or a person does is answered with an error of the server.

That the services by which it talks have failed (502), or take too long (503), is none;
``chat_turns`` knows whether. Nor is it one that it says of its store what is true: 503, that it is
unavailable, to who asked while the store was away or full or lost the answer to a write, or was
slow to say so. Nor that it cannot see, or has no picture, where there is no camera in the world, to
who asks it for a picture.
"""

from simulator.invariants import EVERY, Hears, Judge, Objection, Weighs
from simulator.invariants.exchanges import TALK, Exchange
from simulator.invariants.patience import store_ms
from simulator.kernel.trace import Event, number

_OUR_FAULT = range(500, 600)
_THEIR_FAULT = (502, 503)
_UNAVAILABLE = 503, "store_unavailable"
_PICTURES = ("GET /api/video/latest", "GET /api/video/stream", "POST /api/video/presage-test")
_SEES_NOT = [(503, "sight_absent"), (503, "camera_unavailable")]
_FAILS = ("store away", "disk full", "lost answer of the store")
"""What of all that befalls a store makes it unavailable."""


class NoServerError(Judge):
    """The judge."""

    name = "no server error"

    def __init__(self) -> None:
        super().__init__()
        self._sees = False
        self._late_ms = 0
        self._failed_until = -1

    @property
    def hears(self) -> Hears:
        """When the store fails."""
        return {"world": self._begin, "fault": self._fail}

    @property
    def weighs(self) -> Weighs:
        """Every answer is a case."""
        return {EVERY: self._look}

    def _begin(self, event: Event) -> None:
        self._sees = event.get("camera") is True
        self._late_ms = store_ms(event)

    def _fail(self, event: Event) -> None:
        """The store fails now, for some time or once."""
        if event["fault"] in _FAILS:
            lasts_ms = number(event, "ms") if "ms" in event else 0
            self._failed_until = max(self._failed_until, number(event, "at") + lasts_ms)

    def _look(self, exchange: Exchange) -> None:
        self.cases += 1
        if exchange.status not in _OUR_FAULT:
            return
        is_theirs = exchange.status in _THEIR_FAULT and exchange.operation in TALK
        if not is_theirs and not self._is_true(exchange):
            words = f"request {exchange.id}, {exchange.operation}, was answered {exchange.status}"
            self.objections.append(Objection(exchange.at, words))

    def _is_true(self, exchange: Exchange) -> bool:
        """Whether it says of the server's store, or of its eyes, what is so."""
        said = exchange.status, exchange.answer.get("code")
        if said in _SEES_NOT:
            return not self._sees and exchange.operation in _PICTURES
        return said == _UNAVAILABLE and self._store_failed(exchange)

    def _store_failed(self, exchange: Exchange) -> bool:
        """Whether it failed while the server was at it. Who failed may have begun before; those
        behind him in line share that.
        """
        is_late = self._failed_until < exchange.asked_at - self._late_ms
        return not is_late
