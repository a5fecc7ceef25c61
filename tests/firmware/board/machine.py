"""A model of MicroPython's module ``machine`` on an ESP32, as far as the pet uses it.

What hangs on the board is on its ``bench``: levels of pins, the panel, what was played, who fed the
watchdog. Runs in CPython and in MicroPython.
"""

import io
import os

from firmware.workshop.models.panel import Panel

PWRON_RESET = 1
HARD_RESET = 2
WDT_RESET = 3
SOFT_RESET = 5

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Reset(BaseException):
    """The board starts anew: nothing of the program may live on."""


class Bench:
    """What hangs on one board."""

    def __init__(self, panel: Panel | None = None, cause: int = PWRON_RESET) -> None:
        """Nothing pressed, nothing played."""
        self.panel = panel or Panel()
        self.cause = cause
        self.levels: dict[int, int] = {}
        self.pins: dict[int, Pin] = {}
        self.played: list[tuple[int, int]] = []  # (hertz, duty) at every change
        self.watchdog_ms: list[int] = []  # every time-out it was given
        self.fed = 0
        self.buses: dict[int, I2S] = {}  # of sound, those that are on
        self.to_hear = b""  # samples as the microphone gives them, 24 bits in 32 each
        self.spoken = b""
        self.spoken_room = -1  # bytes that the amplifier still takes; -1 is any
        self.is_short = False  # of memory for sound

    def set_level(self, pin: int, level: int) -> None:
        """Bring a pin to 0 or 1; whoever listens to it is told."""
        before = self.levels.get(pin, 1)
        self.levels[pin] = level
        listener = self.pins.get(pin)
        if listener is not None and level != before:
            listener.moved(level)


bench = Bench()


def lay_out(laid: Bench) -> Bench:
    """Put this bench under the module; what was made before stays with the old one."""
    global bench  # noqa: PLW0603  a board has one bench
    bench = laid
    return laid


class Pin:
    """A pin; one that nothing is connected to reads 1 by its pull-up, and 0 without."""

    IN = 1
    PULL_UP = 2
    IRQ_RISING = 1
    IRQ_FALLING = 2

    def __init__(self, number: int, mode: int = -1, pull: int = -1) -> None:
        """Take a pin; the last who takes it hears of its moves."""
        self.number = number
        self.is_pulled_up = pull == Pin.PULL_UP
        self.bench = bench
        self.handler: Callable[[Pin], None] | None = None
        self.trigger = 0
        bench.pins[number] = self

    def value(self) -> int:
        """Its level."""
        return self.bench.levels.get(self.number, int(self.is_pulled_up))

    def irq(self, *, handler: "Callable[[Pin], None]", trigger: int) -> None:
        """Call the handler when it moves."""
        self.handler = handler
        self.trigger = trigger

    def moved(self, level: int) -> None:
        """It has come to this level."""
        wanted = Pin.IRQ_RISING if level else Pin.IRQ_FALLING
        if self.handler is not None and self.trigger & wanted:
            self.handler(self)


class I2C:
    """A bus with the bench's panel on it."""

    def __init__(self, number: int, *, scl: Pin, sda: Pin, freq: int) -> None:
        """Take two different pins."""
        if scl.number == sda.number:
            raise ValueError("one pin for two wires")
        self.panel = bench.panel

    def writeto(self, address: int, data: bytes) -> None:
        """Write; raise ``OSError`` when nobody answers."""
        self.panel.take(address, bytes(data))


class PWM:
    """A pin that swings."""

    def __init__(self, pin: Pin, *, freq: int, duty_u16: int) -> None:
        """Swing with ``freq`` hertz, ``duty_u16`` of 65,536 of the time at 1."""
        self.bench = bench
        self.hertz = freq
        self.duty_u16(duty_u16)

    def freq(self, hertz: int) -> None:
        """Change how fast."""
        if not 1 <= hertz <= 40_000_000:
            raise ValueError("frequency must be from 1Hz to 40MHz")
        self.hertz = hertz

    def duty_u16(self, duty: int) -> None:
        """Change how much."""
        self.bench.played.append((self.hertz, duty))


class I2S(io.IOBase):
    """A bus of sound: on number 0 the bench's microphone, on 1 its amplifier. A poll of it makes it
    read and write what it can, as the chip's own does.
    """

    RX, TX = 0, 1
    MONO, STEREO = 0, 1
    _POLL = 3  # what MicroPython asks a stream for
    _fd = -1  # in CPython, something that is always ready

    def __init__(
        self,
        number: int,
        *,
        sck: Pin,
        ws: Pin,
        sd: Pin,
        mode: int,
        bits: int,
        format: int,
        rate: int,
        ibuf: int,
    ) -> None:
        """Take three different pins, and memory."""
        if bench.is_short:
            raise OSError(0x101, "ESP_ERR_NO_MEM")
        if number in bench.buses or len({sck.number, ws.number, sd.number}) < 3:
            raise ValueError("a bus or a pin that is taken")
        self.bench = bench
        self.number = number
        self.told = (mode, bits, format, rate, ibuf)
        self.is_polled = False
        self.bench.buses[number] = self
        if hasattr(os, "O_RDWR"):
            self._fd = os.open(os.devnull, os.O_RDWR)

    def fileno(self) -> int:
        """In CPython."""
        self.is_polled = True
        return self._fd

    def ioctl(self, request: int, flags: int) -> int:
        """In MicroPython: what it is ready for."""
        self.is_polled = True
        return flags if request == I2S._POLL else 0

    def readinto(self, buffer: memoryview) -> int:
        """The upper halves of the samples that have come."""
        assert self.is_polled, "it would wait until the buffer is full"
        count = min(len(buffer) // 2, len(self.bench.to_hear) // 4)
        for place in range(count):
            buffer[2 * place] = self.bench.to_hear[4 * place + 2]
            buffer[2 * place + 1] = self.bench.to_hear[4 * place + 3]
        self.bench.to_hear = self.bench.to_hear[4 * count :]
        return 2 * count

    def write(self, buffer: memoryview) -> int:
        """As much as there is room for."""
        assert self.is_polled, "it would wait until there is room"
        room = self.bench.spoken_room
        count = len(buffer) if room < 0 else min(room, len(buffer)) // 2 * 2
        self.bench.spoken_room -= count if room >= 0 else 0
        self.bench.spoken += bytes(buffer[:count])
        return count

    def deinit(self) -> None:
        """Let go of everything."""
        del self.bench.buses[self.number]
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    @staticmethod
    def shift(*, buf: memoryview, bits: int, shift: int) -> None:
        """Shift each sample to the left; what is too loud wraps."""
        assert bits == 16
        for place in range(0, len(buf), 2):
            sample = (buf[place] | buf[place + 1] << 8) << shift
            buf[place], buf[place + 1] = sample & 0xFF, sample >> 8 & 0xFF


class WDT:
    """The watchdog; made again, it has another time."""

    def __init__(self, timeout: int) -> None:
        """Start it, with milliseconds."""
        self.bench = bench
        self.bench.watchdog_ms.append(timeout)

    def feed(self) -> None:
        """Another time-out."""
        self.bench.fed += 1


def reset() -> None:
    """Start anew."""
    raise Reset


def reset_cause() -> int:
    """Why it started."""
    return bench.cause
