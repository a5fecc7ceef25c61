"""What befalls the boards of a world, and which of them are not the newest. All is up to fate."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import partial

from firmware.logic.config import Config
from simulator.device.board import Scene, VirtualBoard
from simulator.device.crystal import TICKS_PERIOD
from simulator.device.document_pet import DocumentBoard
from simulator.device.faults import DeviceFaults
from simulator.device.flash import Trip
from simulator.kernel.fate import Fate
from simulator.kernel.stage import Stage
from simulator.network.link import Network

_ALWAYS = 1000
_FIRST_HOURS_MS = 3 * 3_600_000
_KINDS = ("short", "short", "long", "second")
_POLL = "/poll?"
"""What the path of a poll for a reminder or a prompt holds."""
_TRIPS = (Trip.BEFORE, Trip.AFTER)


def board_of(
    network: Network,
    fate: Fate,
    faults: DeviceFaults,
    who: str,
    config: Config,
    seen: Callable[[Scene], None],
    *,
    locked: bool,
) -> VirtualBoard:
    """The board called ``who``, of the newest kind or another, without power. Who knows the API
    document alone has no token, and cannot live at a locked door.
    """
    if not locked and fate.strikes("by document", who, faults.by_document):
        return DocumentBoard(network, who, config, seen)
    if fate.strikes("older", who, faults.older):
        config = copy(config)
        config.use_next_poll = False
    return VirtualBoard(network, who, config, seen)


def befall(board: VirtualBoard, faults: DeviceFaults, fate: Fate) -> None:
    """From now on ``faults`` befall ``board``. To be told before it has power."""
    _set_clock(board, faults, fate)
    _Misfortune(board, faults, fate).begin()
    _look_now_and_then(board, faults, fate)


def _look_now_and_then(board: VirtualBoard, faults: DeviceFaults, fate: Fate) -> None:
    if faults.looks:
        board.looked_at = _Onlooker(board, faults, fate).see


def _set_clock(board: VirtualBoard, faults: DeviceFaults, fate: Fate) -> None:
    who, most = board.who, faults.drift_ppm
    if most and fate.strikes("drift", who, _ALWAYS):
        board.ppm = fate.span("drift", who, (0, 2 * most)) - most
    if faults.wraps and fate.strikes("wrap", who, _ALWAYS):
        first_hours = (0, _FIRST_HOURS_MS)
        onlooker = _Onlooker(board, faults, fate)

        def first_ticks() -> int:
            wraps_in_ms = fate.span("wrap", who, first_hours)
            board.stage.after(wraps_in_ms, onlooker.look)
            return TICKS_PERIOD - wraps_in_ms

        board.first_ticks = first_ticks


@dataclass(slots=True)
class _Onlooker:
    """Somebody who asks a pet how it fares when something has changed."""

    board: VirtualBoard
    faults: DeviceFaults
    fate: Fate
    was_offline: bool = False

    def see(self, scene: Scene) -> None:
        """The pet shows this."""
        if scene[3] is not self.was_offline:
            self.was_offline = scene[3]
            self.look()

    def look(self) -> None:
        """Something has changed."""
        who = self.board.who
        if self.fate.strikes("look", who, self.faults.looks):
            after_ms = self.fate.span("look", who, self.faults.looks_after_ms)
            self.board.stage.after(after_ms, partial(self.board.press, "second"))


@dataclass(slots=True)
class _Misfortune:
    """That of one board; its flash is full until ``full_until``."""

    board: VirtualBoard
    faults: DeviceFaults
    fate: Fate
    full_until: int = 0

    def begin(self) -> None:
        """From now on."""
        board, faults, who = self.board, self.faults, self.board.who
        spells = partial(self.fate.spells, who=who)
        spells("reboot", per_day=faults.reboots, span_ms=faults.off_ms, begin=board.fail_power)
        spells(
            "full flash",
            per_day=faults.full_flash,
            span_ms=faults.full_flash_ms,
            begin=self._fill,
        )
        spells("crowd", per_day=faults.crowds, span_ms=faults.crowd_ms, begin=self._gather)
        if not isinstance(board, DocumentBoard):
            spans = faults.diversions, faults.diversion_ms
            self.fate.spells("diversion", who, *spans, board.divert)
            if faults.stuck:
                board.hangs = self._is_stuck
        if faults.shaken:
            board.touched = self._shake
        board.off_ms = lambda: self.fate.span("brown-out", who, faults.off_ms)
        board.flash.is_full = lambda: self._stage.now < self.full_until
        if faults.brown_out:
            board.flash.trips = self._trip

    @property
    def _stage(self) -> Stage:
        return self.board.stage

    def _fill(self, ms: int) -> None:
        self.full_until = max(self.full_until, self._stage.now + ms)

    def _trip(self) -> Trip | None:
        who = self.board.who
        if not self.fate.strikes("brown-out", who, self.faults.brown_out):
            return None
        return self.fate.chance("brown-out span", who).choice(_TRIPS)

    def _is_stuck(self, path: str) -> bool:
        return _POLL in path and self.fate.strikes("stuck", self.board.who, self.faults.stuck)

    def _shake(self) -> None:
        board, fate, who = self.board, self.fate, self.board.who
        if not fate.strikes("shaken", who, self.faults.shaken):
            return
        ms = fate.span("shaken", who, self.faults.shaken_ms)
        board.shade(ms)
        chance = fate.chance("shaken power", who)
        if chance.choice((True, False)):
            off_ms = fate.span("shaken power", who, self.faults.off_ms)
            self._stage.after(chance.randint(0, ms), partial(board.fail_power, off_ms))

    def _gather(self, ms: int) -> None:
        self._stage.live(self._press_on(self._stage.now + ms))

    async def _press_on(self, until: int) -> None:
        chance = self.fate.chance("crowd span", self.board.who)
        while self._stage.now < until:
            self.board.press(chance.choice(_KINDS))
            await self._stage.sleep(chance.randint(*self.faults.crowd_pause_ms))
