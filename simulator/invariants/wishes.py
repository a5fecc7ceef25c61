"""What was asked for and has not come to its end: nobody knows whether the server did it.

A wish is all that one sender asks with one key. It is open from its first request on, since that
may get lost, or the server may die or lose its store in the middle of it; it is settled when the
server says that it has done it, or that it will not. Until then it may have been done, wholly or
not at all, and once. A refusal that has nothing to do with what was asked (401, 403, 408, 429)
says nothing of what an earlier request for the same wish has done. A late one may open it anew.
"""

from collections.abc import Iterator
from typing import NamedTuple

from simulator.invariants import Hears, Weighs, every
from simulator.invariants.exchanges import TALK, Exchange, asked_of
from simulator.kernel.trace import Event, Json, number, words

END = "POST /api/stress/session/end"
_ANEW = frozenset({"GET /api/water/poll"})
"""What is decided anew while there is nothing to tell, also for a key that was told so."""
_REFUSED = frozenset(range(400, 500)) - {401, 403, 408, 429}
_FAILED = 500
_KEPT = 65_536
"""Settled wishes that are remembered: whoever asks again for one of them opens nothing."""

_LINGERS_MS = 120_000
"""As long as anybody waits for an answer, and then as long as a call of the store may take."""

Key = tuple[str, str, str]


class Wish(NamedTuple):
    """One of them. ``asked`` is the body, or the query if there is none; ``since`` is when it was
    asked for the first time, ``latest`` when most lately.
    """

    who: str
    operation: str
    asked: Json
    since: int = 0
    latest: int = 0

    def text(self, name: str) -> str:
        """The text ``name`` of what was asked."""
        return str(self.asked.get(name, ""))

    @property
    def ends_at(self) -> int:
        """By then it was done, if it was: whoever does it when nobody waits any more is soon done,
        unless he is asked again.
        """
        return self.latest + _LINGERS_MS

    def may_have_brought(self, deed: Exchange) -> bool:
        """Whether a pet may have done this because of it, perhaps when it was asked again."""
        return self.who == deed.who and self.since <= deed.asked_at <= self.latest

    def may_concern(self, user_id: str, begun_at: int) -> bool:
        """Whether it may have been done to what was begun at ``begun_at`` for its user."""
        return self.text("user_id") == user_id and begun_at <= self.ends_at

    def may_end(self, session_id: str, user_id: str, begun_at: int) -> bool:
        """Whether a study session may have ended because it was asked for, or by words."""
        if self.operation == END:
            return self.text("session_id").lower() == session_id
        return self.may_concern(user_id, begun_at)


class Wishes:
    """Knows the wishes for ``operations``."""

    def __init__(self, *operations: str) -> None:
        self._operations = frozenset(operations)
        self._open: dict[Key, Wish] = {}
        self._settled: dict[Key, int] = {}

    @property
    def heeds(self) -> Hears:
        """What to pass on to it: a judge adds this to what it heeds itself."""
        return dict.fromkeys(self._operations, self.ask)

    @property
    def weighs(self) -> Weighs:
        """And this to what it weighs."""
        return {every(operation): self.settle for operation in self._operations}

    def ask(self, event: Event) -> None:
        """A request was sent. A copy of one that the network made is no other wish."""
        place = who, operation, _ = _place_of(event)
        if operation not in self._operations or "copy_of" in event:
            return
        at = number(event, "at")
        if place in self._open:
            self._open[place] = self._open[place]._replace(latest=at)
        elif place not in self._settled:
            self._open[place] = Wish(who, operation, asked_of(event), at, at)

    def is_open(self, request: Event) -> bool:
        """Whether what is asked with a request has come to no end yet."""
        return _place_of(request) in self._open

    def settle(self, exchange: Exchange) -> None:
        """A request was answered, perhaps for good."""
        place = _place(exchange)
        if exchange.operation in self._operations and (
            exchange.is_done or (exchange.status in _REFUSED and not self._is_half_done(exchange))
        ):
            self._settled[place] = self._since(place, exchange)
            self._open.pop(place, None)
            if len(self._settled) > _KEPT:
                del self._settled[next(iter(self._settled))]
        elif exchange.operation in self._operations & _ANEW and exchange.status >= _FAILED:
            asked_at = exchange.asked_at
            wish = Wish(exchange.who, exchange.operation, exchange.asked, asked_at, exchange.at)
            self._open.setdefault(place, wish)

    def _is_half_done(self, exchange: Exchange) -> bool:
        """Whether it may be so: of words that nobody heard the second time, the first time some may
        have been granted.
        """
        wish = self._open.get(_place(exchange))
        is_again = wish is not None and wish.since < exchange.asked_at
        return is_again and exchange.operation in TALK

    def since(self, exchange: Exchange) -> int:
        """When what is answered was asked for the first time: somewhen from then on it was done.
        What a pet does was asked for in words, of which the first may have come to no end.
        """
        first = self._since(_place(exchange), exchange)
        if not exchange.by_pet:
            return first
        said = (wish for wish in self.open(*TALK) if wish.may_have_brought(exchange))
        return min([first, *(wish.since for wish in said)])

    def _since(self, place: Key, exchange: Exchange) -> int:
        asked_at, wish = exchange.asked_at, self._open.get(place)
        first = wish.since if wish is not None else self._settled.get(place, asked_at)
        return min(first, asked_at, asked_at if exchange.wished_at is None else exchange.wished_at)

    def open(self, *operations: str) -> Iterator[Wish]:
        """The open ones for these operations, oldest first."""
        return (wish for wish in self._open.values() if wish.operation in operations)


def _place_of(request: Event) -> Key:
    headers = request["headers"]
    assert isinstance(headers, dict)
    key = headers.get("idempotency-key", f"request {request['id']}")
    return words(request, "who"), f"{request['method']} {request['path']}", key


def _place(exchange: Exchange) -> Key:
    key = exchange.key or f"request {exchange.id}"
    return exchange.who, exchange.operation, key
