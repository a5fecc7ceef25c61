"""The whole board in virtual time: the host that ships, on models of its modules and parts.

Only time, chance and the wire are another's: everything that touches a pin, a bus or the radio is
what runs on an ESP32. Runs in CPython and in MicroPython.
"""

import binascii
import sys

from tests.firmware.board import machine, network

sys.modules["machine"] = machine
sys.modules["network"] = network

from firmware import main  # noqa: E402
from firmware.hal import esp32, safe_mode, sound, start  # noqa: E402
from firmware.hal.boots import Boots  # noqa: E402
from firmware.hal.esp32 import Esp32Board  # noqa: E402
from firmware.hal.http import Http  # noqa: E402
from firmware.hal.settings import Settings  # noqa: E402
from firmware.hal.virtual import kernel  # noqa: E402
from firmware.hal.virtual.kernel import Chance, Kernel, Wait  # noqa: E402
from firmware.hal.virtual.server import VirtualServer  # noqa: E402

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

# Not by name, since it stands for another: what runs in virtual time is no event of asyncio.
make_event = kernel.__dict__["Event"]

TICKS_PERIOD = 1 << 30
TICKS_FIRST = TICKS_PERIOD - 5 * 60_000  # they wrap in the sixth minute
NO_ROUTE = 113
SETTINGS = {
    "wifi_ssid": "home",
    "wifi_password": "password",
    "server": "http://192.168.1.10:5000",
    "device_name": "desk pet",
    "user_id": "audrey",
    "pairs": False,
}
FIRST_BUTTON, SECOND_BUTTON = 32, 33
TALK_BUTTON = 4
MICROPHONE = {"mic_sck": 14, "mic_ws": 13, "mic_sd": 27, "talk_button": TALK_BUTTON}
AMPLIFIER = {"amp_sck": 18, "amp_ws": 19, "amp_sd": 23}


__all__ = [
    "Memory",
    "WholeBoard",
    "esp32",
    "machine",
    "main",
    "network",
    "safe_mode",
    "sound",
    "start",
]


class Memory:
    """A flash that is a dictionary."""

    def __init__(self) -> None:
        """With nothing kept."""
        self.texts: dict[str, str] = {}

    def kept(self, name: str) -> str | None:
        """What is kept."""
        return self.texts.get(name)

    def keep(self, name: str, value: str | None) -> None:
        """Keep or forget."""
        if value is None:
            self.texts.pop(name, None)
        else:
            self.texts[name] = value


class Wire(Http):
    """Stand in for the HTTP client: nothing arrives without a link that carries."""

    def __init__(self, board: "WholeBoard") -> None:
        """From this board to its far end."""
        super().__init__(board.settings.host, board.settings.port)
        self.board = board

    async def exchange(
        self,
        method: str,
        path: str,
        obj: dict[str, object] | None,
        headers: dict[str, str] | None,
        timeout_ms: int,
    ) -> tuple[int, object]:
        """In virtual time."""
        board = self.board
        board.asked.append(path.partition("?")[0])
        if board.is_hanging:
            await Wait(board.event(), None)
        if not board.air.carries():
            await board.sleep_ms(3_000)
            raise OSError(NO_ROUTE, "no route")
        await board.sleep_ms(50)
        answer: tuple[int, object] = board.far_end.answer(
            board.kernel.now_ms, method, path, obj, headers
        )
        return answer


class WholeBoard(Esp32Board):
    """One life of a board. ``lines`` is its trace; each begins with the millisecond."""

    def __init__(
        self,
        bench: machine.Bench,
        air: network.Air,
        flash: Memory,
        write: "Callable[[str], object] | None" = None,
        pins: "dict[str, int] | None" = None,
    ) -> None:
        """Boot with these parts connected, in this air; ``write`` takes the trace instead. With
        ``pins`` some hang elsewhere, or are there at all.
        """
        machine.lay_out(bench)
        network.lay_out(air)
        self.bench = bench
        self.air = air
        self.kernel = Kernel()
        self.chance = Chance(1)
        self.lines: list[str] = []
        self.write = write or self.lines.append
        self.frames = 0
        self.asked: list[str] = []  # paths
        self.is_hanging = False  # the wire keeps whoever asks for ever
        self.far_end = VirtualServer()
        boots = Boots(flash, self.log)
        boots.begin(bench.cause)
        settings: dict[str, object] = {"pins": pins or {}}
        settings.update(SETTINGS)
        super().__init__(Settings(settings), flash, boots)
        self.server = Wire(self)
        self.display.flush = self._flush
        self.spawn("pet", self.run())

    async def _flush(self) -> None:
        await self.panel.flush()
        self.frames += 1
        checksum = binascii.crc32(self.bench.panel.glass()) & 0xFFFFFFFF
        self.note(f"glass {checksum:08x} {self.is_seen()}")

    def is_seen(self) -> bool:
        """Whether the glass shows what was drawn."""
        return self.bench.panel.glass() == bytes(self.panel.buffer)

    def screen(self) -> str:
        """Name the scene that is shown."""
        return str(self.display.scene[0]) if self.display.scene else ""

    def is_offline(self) -> bool:
        """Whether the sign of it is shown."""
        return bool(self.display.scene and self.display.scene[3])

    def live(self, ms: int) -> None:
        """Let time pass."""
        self.kernel.run(self.kernel.now_ms + ms)

    def press(self, pin: int, held_ms: int) -> None:
        """Press a button for that long, and wait a moment."""
        self.bench.set_level(pin, 0)
        self.live(held_ms)
        self.bench.set_level(pin, 1)
        self.live(200)

    def note(self, line: str) -> None:
        """Add a line to the trace."""
        self.write(f"{self.kernel.now_ms:08d} {line}")

    def log(self, line: str) -> None:
        """Log into the trace."""
        self.note(f"log {line}")

    def ticks_ms(self) -> int:
        """Virtual, and wrapping."""
        return (TICKS_FIRST + self.kernel.now_ms) % TICKS_PERIOD

    def rand(self) -> float:
        """Chance with a seed."""
        return self.chance.below(1024) / 1024

    def boot_id(self) -> int:
        """Always the same."""
        return 7

    def spawn(self, name: str, coro: object) -> None:
        """A task of the kernel."""
        self.kernel.spawn(coro)

    def event(self) -> "asyncio.Event":
        """An event of the kernel."""
        made: asyncio.Event = make_event(self.kernel)
        return made

    async def sleep_ms(self, ms: int) -> None:
        """Sleep in virtual time."""
        await Wait(None, ms)

    async def wait(self, event: "asyncio.Event", timeout_ms: int | None = None) -> bool:
        """Wait in virtual time."""
        return bool(await Wait(event, timeout_ms))
