"""A simulated board: the firmware's ``Board`` in the time of a SimPy environment."""

from collections.abc import Callable
from functools import partial

import orjson

from firmware.hal.board import Board
from firmware.logic.config import Config
from firmware.logic.pet import Pet
from firmware.logic.scene import PAIRING, STATUS
from simulator.device.crystal import TICKS_PERIOD, Crystal, ticks_diff
from simulator.device.flag import Flag
from simulator.device.flash import Flash
from simulator.device.running import Life, Running
from simulator.kernel.loop import happening
from simulator.kernel.masking import masked_code
from simulator.kernel.moments import Moment
from simulator.network.client import json_request
from simulator.network.link import Network

Scene = tuple[str, str, str | int, bool]

DARK: Scene = ("", "", "", False)
"""What a screen without power shows."""

_FOR_A_MOMENT_MS = 500
_WATCHDOG_MS = 60_000
_RAND_STEPS = 2**24
_NO_JSON = 1
_CODE = "code "
"""What a line of the status begins with that tells the code."""


class VirtualBoard(Board):
    """What the firmware logic runs on; ``seen`` is told each scene, as its person is.

    It has power or not. Without power nothing of the firmware is left but what ``config`` says and
    what it was told to keep. Who unplugs it plugs it in again; with several of them it has power
    when the last one has done so. What goes wrong with it is decided in ``mishaps.py``.
    """

    def __init__(
        self, network: Network, who: str, config: Config, seen: Callable[[Scene], None]
    ) -> None:
        self.stage = network.stage
        self._environment = network.stage.environment
        self.network = network
        self._link = network.link(who)
        self.who = who
        self.config = config
        self._seen = seen
        self._chance = network.stage.streams.stream(f"board/{who}")
        self._lives: list[Running] = []
        self._unplugged = 1
        self.flash = Flash()
        self.ppm = 0
        """By how many millionths its clock is too fast."""
        self.first_ticks: Callable[[], int] | None = None
        """Where its counter begins at each boot; anywhere without."""
        self.off_ms: Callable[[], int] = lambda: _FOR_A_MOMENT_MS
        """For how many milliseconds the power is gone when it fails."""
        self.hangs: Callable[[str], bool] | None = None
        """Whether what is asked at a path never comes to an end. Only who may hang is watched."""
        self._feedings = 0
        self.touched: Callable[[], None] = _nothing
        """What befalls it when somebody presses a button."""
        self.looked_at: Callable[[Scene], None] = _nothing_seen
        """What comes of what it shows, beside what its person does."""

    def plug_in(self) -> None:
        """Power on: the firmware starts, and never returns. It knows what earlier lives kept."""
        self._unplugged -= 1
        if not self._unplugged:
            self._boot()

    def _boot(self) -> None:
        self._boot_id = self._chance.getrandbits(32)
        anywhere = self._chance.randrange(TICKS_PERIOD)
        first = self.first_ticks() if self.first_ticks is not None else anywhere
        self._crystal = Crystal(first, self.stage.now, self.ppm)
        self._pressed = Flag(self.stage, self._crystal)
        self._presses: list[str] = []
        self.stage.trace.note(
            "boot",
            who=self.who,
            boot_id=f"{self._boot_id:08x}",
            version=self.config.firmware_version,
            address=self.address(),
        )
        self.spawn("pet", self._firmware())

    def _firmware(self) -> Life:
        """What runs on it."""
        return Pet(self, self.config).run()

    def unplug(self) -> None:
        """Power off: every task ends where it stands, and the screen is dark."""
        self._unplugged += 1
        if self._unplugged == 1:
            self._go_dark()

    def fail_power(self, ms: int) -> None:
        """The power is gone for so many milliseconds."""
        self.unplug()
        self.stage.after(ms, self.plug_in)

    def _go_dark(self) -> None:
        self.close()
        self.stage.trace.note("unplugged", who=self.who)
        self._seen(DARK)

    def close(self) -> None:
        """End every task where it stands."""
        lives, self._lives = self._lives, []
        for life in lives:
            life.close()

    def shade(self, ms: int) -> None:
        """Let nothing that it sends or is sent get through for so long."""
        self._link.shade(ms)

    def divert(self, ms: int) -> None:
        """Let something in between answer it for so long."""
        self._link.divert(ms)

    @property
    def has_power(self) -> bool:
        """Whether the firmware runs."""
        return bool(self._lives)

    def press(self, kind: str) -> None:
        """A person presses a button: "short" or "long" the first one, "second" the other. Without
        power nothing happens. The firmware feels it before anything else happens: so it answers
        what is shown when it is noted.
        """
        if not self.has_power:
            return
        self.stage.trace.note("press", who=self.who, press=kind)
        self._presses.append(kind)
        self._pressed.set_at_once()
        self.touched()

    def ticks_ms(self) -> int:
        now = self._environment._now  # noqa: SLF001 -- the property takes a call
        return self._crystal.ticks(int(now))

    def ticks_diff(self, later: int, earlier: int) -> int:
        return ticks_diff(later, earlier)

    def rand(self) -> float:
        # A fraction that every machine represents exactly.
        return self._chance.randrange(_RAND_STEPS) / _RAND_STEPS

    def boot_id(self) -> int:
        return self._boot_id

    def kept(self, name: str) -> str | None:
        return self.flash.kept(name)

    def keep(self, name: str, value: str | None) -> None:
        self.flash.keep(name, value)

    def log(self, line: str) -> None:
        self.stage.trace.note("log", who=self.who, line=line)

    def tone(self, hz: int, ms: int) -> None:
        self.stage.trace.note("tone", who=self.who, hz=hz, ms=ms)

    def spawn(self, name: str, coro: Life) -> None:
        self._lives.append(Running(self._environment, coro, self._lose_power))

    def _lose_power(self) -> None:
        self.fail_power(self.off_ms())

    def event(self) -> Flag:
        return Flag(self.stage, self._crystal)

    def link(self) -> str:
        return "" if self.network.is_cut else "-50 dBm"

    def address(self) -> str:
        return "server:5000"

    def feed(self) -> None:
        """The watchdog bites whoever does not feed it again."""
        if self.hangs is not None:
            self._feedings += 1
            bite = partial(self._bite, self._feedings, self._lives)
            self.stage.after(_WATCHDOG_MS, bite)

    def _bite(self, feedings: int, lives: list[Running]) -> None:
        if feedings == self._feedings and lives is self._lives:
            self.fail_power(_FOR_A_MOMENT_MS)

    def renew_link(self) -> None:
        """The network is made anew by itself."""
        self.stage.trace.note("renew_link", who=self.who)

    def mark_good(self) -> None:
        self.stage.trace.note("mark_good", who=self.who)

    def show(self, scene: Scene, known: object) -> None:
        self.stage.trace.note("screen", who=self.who, scene=_seen_by_all(scene))
        self._seen(scene)
        self.looked_at(scene)

    async def sleep_ms(self, ms: int) -> None:
        # As the stage does it, with one coroutine less: a pet does little else.
        await happening(Moment(self._environment, self._crystal.real_ms(ms), None))

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
        if self.hangs is not None and self.hangs(path):
            await happening(self._environment.event())
        request = json_request(method, path, obj, headers)
        response = await self._link.send(request, self._crystal.real_ms(timeout_ms))
        try:
            return response.status, orjson.loads(response.body)
        except ValueError:
            raise OSError(_NO_JSON, "the answer is not JSON") from None


def _nothing() -> None:
    """What befalls a board that is touched, as a rule."""


def _nothing_seen(_: Scene) -> None:
    """What comes of a scene, as a rule."""


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
