"""The chip's ``machine``: pins, an I2C bus, the buzzer's PWM, the watchdog.

A model answers as the chip does and keeps what people would see. The watchdog never bites.
Not here: the radio (``network.py``), the panel (``panel.py``).
"""

import os

PRETEND = True
"""By this whoever works on a board knows that no computer is behind it."""
PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET = 1, 2, 3, 4, 5
CAUSE = PWRON_RESET
"""Why this life began; the pretend board says so."""

BODY = "/body/"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.workshop.models.panel import Panel

PANEL: "Panel"
"""What hangs on the bus; whoever makes the board hangs it there."""


def reset_cause() -> int:
    """Why the chip started."""
    return CAUSE


def reset() -> None:
    """Start anew at once, whatever the VM is doing."""
    os.system("kill -KILL $PPID")  # noqa: S605


class Pin:
    """A pin. As an input it has a pull-up, and reads 0 while a finger holds it to ground."""

    IN, OUT, PULL_UP = 0, 1, 2
    IRQ_RISING, IRQ_FALLING = 1, 2

    def __init__(self, number: int, mode: int = IN, pull: int = PULL_UP) -> None:
        self.number = number

    def irq(self, handler: object, trigger: int) -> None:
        """Take who wants to be told at once. He is not: a finger here is slower than a look."""

    def value(self) -> int:
        """The level."""
        try:
            with open(BODY + "held") as file:  # noqa: PTH123
                return 0 if str(self.number) in file.read().split() else 1
        except OSError:
            return 1


class PWM:
    """Tones. Each that begins is a line of ``/body/tones``, in hertz."""

    def __init__(self, pin: Pin, freq: int = 1_000, duty_u16: int = 0) -> None:
        self.hz = freq

    def freq(self, hz: int) -> None:
        """Set how high it is."""
        self.hz = hz

    def duty_u16(self, duty: int) -> None:
        """Set how loud it is, of 65,536; 0 is silent."""
        if duty:
            with open(BODY + "tones", "a") as file:  # noqa: PTH123
                file.write(str(self.hz) + "\n")


class WDT:
    """The watchdog."""

    def __init__(self, id: int = 0, timeout: int = 5_000) -> None:
        self.timeout = timeout

    def feed(self) -> None:
        """Say that all is well."""


class I2C:
    """The bus, with the panel on it and nothing else. What its glass shows is ``/body/panel``: its
    points, page after page.
    """

    def __init__(self, id: int, scl: Pin, sda: Pin, freq: int) -> None:
        self.panel = PANEL  # noqa: F821  whoever makes the board hangs it there

    def writeto(self, address: int, sent: bytes) -> int:
        """Write to a device. Raises ``OSError`` if there is none."""
        return self.writevto(address, (sent,))

    def writevto(self, address: int, sent: tuple[bytes, ...]) -> int:
        """Write several pieces as one."""
        whole = b"".join([bytes(piece) for piece in sent])
        self.panel.take(address, whole)
        with open(BODY + "panel", "wb") as file:  # noqa: PTH123
            file.write(self.panel.glass())
        return len(whole)
