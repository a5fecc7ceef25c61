"""A reminder that the server decided on reaches the screen.

A device that was told of one shows it within a second, unless a break prompt, which is more urgent,
stands there. If the answer got lost, the first poll that is answered after that tells of it again.
A device that lost its power has forgotten what it asked for.

Two losses are excused. One the contract allows: an answer that reminds of nothing keeps no key. If
the network delivers a second copy of such a poll just when a reminder has become due, be it after
later polls, the server tells it to that copy, and nobody hears it. The other the API document
allows: it gives a reminder once and knows no keys, so a pet that knows the document alone (as its
version says) loses the reminder whose answer gets lost.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.invariants import EVERY, Hears, Judge, Objection, Receives, Weighs
from simulator.invariants.exchanges import Exchange
from simulator.invariants.pet_known import BY_DOCUMENT
from simulator.kernel.trace import Event, number, words

_POLL = "GET /api/water/poll"
_SCREEN_MS = 1_000
_DARK = ("", "", "")
_MORE_URGENT = "BREAK_PROMPT"
_KEPT = 64
"""A second copy comes some minutes late; a device does not poll that often until then."""

Shown = tuple[object, ...]
"""Screen, title and detail."""


@dataclass(frozen=True, slots=True)
class _Told:
    """A reminder that has arrived and must be seen, at the latest at ``until``."""

    by: int
    until: int
    shows: Shown


@dataclass(slots=True)
class _Device:
    """What the judge knows of one device. What it asked before ``lives_from`` it has forgotten."""

    lives_from: int = 0
    shown: Shown = _DARK
    owed: Exchange | None = None
    told_of: str = ""
    has_keys: bool = True
    key: str | None = None
    """The one that it asked with last."""
    former_keys: tuple[str, ...] = ()
    """Those of its former lives, of which a second copy may still come."""
    heard_keys: deque[str | None] = field(default_factory=lambda: deque(maxlen=_KEPT))
    """The keys of the newest answers that arrived: the device will not use them again."""


class ReminderOnScreen(Judge):
    """The judge."""

    name = "reminder on screen"

    def __init__(self) -> None:
        super().__init__()
        self._devices: dict[str, _Device] = {}
        self._waiting: dict[str, _Told] = {}

    @property
    def hears(self) -> Hears:
        """What a device shows, and when it has no power."""
        hears: dict[str, Callable[[Event], None]] = {
            "screen": self._screen,
            "boot": lambda event: self._begin(event, number(event, "at")),
            "unplugged": lambda event: self._begin(event, number(event, "at") + 1),
        }
        return hears

    @property
    def heeds(self) -> Hears:
        """What a device asks."""
        return {_POLL: self._ask}

    @property
    def weighs(self) -> Weighs:
        """What is on its way to a device."""
        return {EVERY: self._see_time_pass, _POLL: self._poll}

    @property
    def receives(self) -> Receives:
        """What arrives there."""
        return {_POLL: self._answer}

    def _see_time_pass(self, exchange: Exchange) -> None:
        if self._waiting:
            self._look_at_the_clock(exchange.at)

    def _poll(self, exchange: Exchange) -> None:
        device = self._devices.get(exchange.who)  # A program has no screen.
        if device is not None and exchange.answer["remind_now"] is True:
            self._owe(device, exchange)

    def conclude(self, at: int) -> None:
        """What should be on a screen by now must be there."""
        self._look_at_the_clock(at)

    def _device(self, who: str) -> _Device:
        return self._devices.setdefault(who, _Device())

    def _owe(self, device: _Device, poll: Exchange) -> None:
        """The server says a reminder, perhaps again: the device must hear of it unless it has."""
        is_news = poll.text("server_time_utc") != device.told_of
        is_late_copy = poll.key is not None and poll.key in device.heard_keys
        is_forgotten = poll.asked_at < device.lives_from or poll.key in device.former_keys
        is_excused = is_forgotten or is_late_copy or not device.has_keys
        if is_news and device.owed is None and not is_excused:
            device.owed = poll

    def _ask(self, event: Event) -> None:
        device, headers = self._devices.get(words(event, "who")), event["headers"]
        if device is not None and "copy_of" not in event:
            assert isinstance(headers, dict)
            device.key = headers.get("idempotency-key")

    def _begin(self, event: Event, lives_from: int) -> None:
        who = words(event, "who")
        before = self._devices.get(who)
        self._devices[who] = device = _Device(
            lives_from, has_keys=event.get("version") != BY_DOCUMENT
        )
        if before is not None:
            keys = (*before.former_keys, *before.heard_keys, before.key)
            device.former_keys = tuple(key for key in keys[-_KEPT:] if key is not None)
        self._waiting.pop(who, None)

    def _answer(self, poll: Exchange, at: int) -> None:
        self._look_at_the_clock(at)
        device = self._devices.get(poll.who)
        if device is None or not poll.is_done or poll.asked_at < device.lives_from:
            return
        device.heard_keys.append(poll.key)
        if device.owed is not None and poll.at >= device.owed.at:
            self._weigh_debt(device, device.owed, poll, at)
        elif device.owed is not None and poll.key is not None and poll.key == device.owed.key:
            device.owed = None
        if poll.answer["remind_now"] is True:
            self._tell(device, poll, at)

    def _weigh_debt(self, device: _Device, owed: Exchange, poll: Exchange, at: int) -> None:
        """The first answer that arrives after a reminder was decided on."""
        device.owed = None
        self.demand(
            poll.answer["remind_now"] is True
            and poll.text("server_time_utc") == owed.text("server_time_utc"),
            at,
            f"{poll.who} was not told of the reminder of {owed.text('server_time_utc')}: it was "
            f"said in answer to request {owed.id} (key {owed.key}), which never arrived, and the "
            f"next answered poll, request {poll.id} (key {poll.key}), did not tell it again",
        )

    def _tell(self, device: _Device, poll: Exchange, at: int) -> None:
        payload = poll.answer["payload"]
        assert isinstance(payload, dict)
        device.told_of = poll.text("server_time_utc")
        shows = ("WATER_DROP", payload["title"], payload["message"])
        self._waiting[poll.who] = _Told(poll.id, at + _SCREEN_MS, shows)
        self._compare(poll.who, device)

    def _screen(self, event: Event) -> None:
        self._look_at_the_clock(number(event, "at"))
        scene = event["scene"]
        assert isinstance(scene, list)
        who = words(event, "who")
        device = self._device(who)
        device.shown = tuple(scene[:3])
        self._compare(who, device)

    def _compare(self, who: str, device: _Device) -> None:
        """Whether what was told is seen now."""
        told = self._waiting.get(who)
        if told is not None and (device.shown == told.shows or device.shown[0] == _MORE_URGENT):
            self.cases += 1
            del self._waiting[who]

    def _look_at_the_clock(self, at: int) -> None:
        for who, told in list(self._waiting.items()):
            if at > told.until:
                del self._waiting[who]
                self.cases += 1
                self.objections.append(
                    Objection(
                        told.until,
                        f"{who} was told to remind in answer to request {told.by}, but a second "
                        f"later its screen did not show it",
                    )
                )
