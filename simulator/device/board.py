"""A simulated board: the firmware's ``Board`` in the time of a SimPy environment."""

from collections.abc import Callable, Coroutine, Generator
from typing import Any

import orjson
from simpy import Event

from firmware.hal.board import Board
from firmware.logic.config import Config
from firmware.logic.pet import Pet
from firmware.logic.scene import PAIRING, STATUS
from simulator.kernel.loop import happening
from simulator.kernel.masking import masked_code
from simulator.kernel.stage import Stage
from simulator.network.client import json_request
from simulator.network.link import Network

Scene = tuple[str, str, str | int, bool]
Life = Coroutine[Any, Any, None]

DARK: Scene = ("", "", "", False)
"""What a screen without power shows."""

_TICKS_PERIOD = 2**30
"""Where a real board's milliseconds wrap (MicroPython on the ESP32: 12.4 days)."""

_HALF = _TICKS_PERIOD // 2
_RAND_STEPS = 2**24
_NO_JSON = 1
_CODE = "code "
"""What a line of the status begins with that tells the code."""


class Flag:
    """The board's event: set, cleared, waited for."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._is_set = False
        self._waiting: list[Event] = []

    def is_set(self) -> bool:
        """Whether it is set."""
        return self._is_set

    def clear(self) -> None:
        """Forget that it was set."""
        self._is_set = False

    def set(self) -> None:
        """Set it and wake everybody who waits."""
        self._is_set = True
        waiting, self._waiting = self._waiting, []
        for event in waiting:
            if not event.triggered:
                event.succeed(True)

    async def wait(self, timeout_ms: int | None) -> bool:
        """Whether it was set before ``timeout_ms`` passed."""
        if self._is_set:
            return True
        woken = self._stage.environment.event()
        self._waiting.append(woken)
        if timeout_ms is not None:
            self._stage.after(timeout_ms, lambda: self._give_up(woken))
        is_set: bool = await happening(woken)
        return is_set

    def _give_up(self, woken: Event) -> None:
        if not woken.triggered:
            self._waiting.remove(woken)
            woken.succeed(False)


class VirtualBoard(Board):
    """What the firmware logic runs on; ``seen`` is told each scene, as its person is.

    It has power or not. Without power nothing of the firmware is left but what ``config`` says and
    what it was told to keep. Who unplugs it plugs it in again; with several of them it has power
    when the last one has done so.
    """

    def __init__(
        self, network: Network, who: str, config: Config, seen: Callable[[Scene], None]
    ) -> None:
        self._stage = network.stage
        self._environment = network.stage.environment
        self._network = network
        self._link = network.link(who)
        self._who = who
        self._config = config
        self._seen = seen
        self._chance = network.stage.streams.stream(f"board/{who}")
        self._lives: list[Life] = []
        self._kept: dict[str, str] = {}
        self._unplugged = 1

    def plug_in(self) -> None:
        """Power on: the firmware starts, and never returns. It knows what earlier lives kept."""
        self._unplugged -= 1
        if not self._unplugged:
            self._boot()

    def _boot(self) -> None:
        self._boot_id = self._chance.getrandbits(32)
        self._ticks_at_boot = self._chance.randrange(_TICKS_PERIOD) - self._stage.now
        self._pressed = Flag(self._stage)
        self._presses: list[str] = []
        self._stage.trace.note(
            "boot",
            who=self._who,
            boot_id=f"{self._boot_id:08x}",
            version=self._config.firmware_version,
            address=self.address(),
        )
        self.spawn("pet", Pet(self, self._config).run())

    def unplug(self) -> None:
        """Power off: every task ends where it stands, and the screen is dark."""
        self._unplugged += 1
        if self._unplugged == 1:
            self._go_dark()

    def _go_dark(self) -> None:
        self.close()
        self._stage.trace.note("unplugged", who=self._who)
        self._seen(DARK)

    def close(self) -> None:
        """End every task where it stands."""
        lives, self._lives = self._lives, []
        for life in lives:
            life.close()

    @property
    def has_power(self) -> bool:
        """Whether the firmware runs."""
        return bool(self._lives)

    def press(self, kind: str) -> None:
        """A person presses a button: "short" or "long" the first one, "second" the other. Without
        power nothing happens.
        """
        if not self.has_power:
            return
        self._stage.trace.note("press", who=self._who, press=kind)
        self._presses.append(kind)
        self._pressed.set()

    def ticks_ms(self) -> int:
        return (self._ticks_at_boot + int(self._environment.now)) % _TICKS_PERIOD

    def ticks_diff(self, later: int, earlier: int) -> int:
        return (later - earlier + _HALF) % _TICKS_PERIOD - _HALF

    def rand(self) -> float:
        # A fraction that every machine represents exactly.
        return self._chance.randrange(_RAND_STEPS) / _RAND_STEPS

    def boot_id(self) -> int:
        return self._boot_id

    def kept(self, name: str) -> str | None:
        return self._kept.get(name)

    def keep(self, name: str, value: str | None) -> None:
        self._kept.pop(name, None)
        if value is not None:
            self._kept[name] = value

    def log(self, line: str) -> None:
        self._stage.trace.note("log", who=self._who, line=line)

    def tone(self, hz: int, ms: int) -> None:
        self._stage.trace.note("tone", who=self._who, hz=hz, ms=ms)

    def spawn(self, name: str, coro: Life) -> None:
        self._lives.append(coro)
        self._stage.environment.process(self._powered(coro, self._lives))

    def _powered(self, life: Life, lives: list[Life]) -> Generator[Event, Any, None]:
        """Let ``life`` run as long as the board has not lost its power.

        What it waits for may happen after that, and must not wake it.
        """
        value: object = None
        while lives is self._lives:
            try:
                event = life.send(value)
            except StopIteration:
                return
            value = yield event

    def event(self) -> Flag:
        return Flag(self._stage)

    def link(self) -> str:
        return "" if self._network.is_cut else "-50 dBm"

    def address(self) -> str:
        return "server:5000"

    def feed(self) -> None:
        """Nothing watches a simulated board: a task that stands still is a judge's business."""

    def renew_link(self) -> None:
        """The network is made anew by itself."""
        self._stage.trace.note("renew_link", who=self._who)

    def mark_good(self) -> None:
        self._stage.trace.note("mark_good", who=self._who)

    def show(self, scene: Scene, known: object) -> None:
        self._stage.trace.note("screen", who=self._who, scene=_seen_by_all(scene))
        self._seen(scene)

    async def sleep_ms(self, ms: int) -> None:
        # As the stage does it, with one coroutine less: a pet does little else.
        await happening(self._environment.timeout(ms))

    async def wait(self, event: Flag, timeout_ms: int | None = None) -> bool:
        return await event.wait(timeout_ms)

    async def button(self) -> str:
        while not self._presses:
            self._pressed.clear()
            await self._pressed.wait(None)
        return self._presses.pop(0)

    async def http(
        self,
        method: str,
        path: str,
        obj: dict[str, object] | None,
        headers: dict[str, str] | None,
        timeout_ms: int,
    ) -> tuple[int, object]:
        response = await self._link.send(json_request(method, path, obj, headers), timeout_ms)
        try:
            return response.status, orjson.loads(response.body)
        except ValueError:
            raise OSError(_NO_JSON, "the answer is not JSON") from None


def _seen_by_all(scene: Scene) -> list[str | int | bool]:
    """A scene without the code that others must not see."""
    screen, title, detail, is_offline = scene
    if screen == PAIRING:
        title = masked_code(title)
    elif screen == STATUS:
        detail = "\n".join(map(_line_seen_by_all, str(detail).split("\n")))
    return [screen, title, detail, is_offline]


def _line_seen_by_all(line: str) -> str:
    is_code = line.startswith(_CODE)
    return _CODE + masked_code(line.removeprefix(_CODE)) if is_code else line
