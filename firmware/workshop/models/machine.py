"""The chip's ``machine``: pins, an I2C bus with the panel on it, the buzzer's PWM, the watchdog.

A model answers as the chip does and keeps what people would see. The watchdog never bites.
Not here: the radio (``network.py``).
"""

import os

PRETEND = True
"""By this whoever works on a board knows that no computer is behind it."""
PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET = 1, 2, 3, 4, 5
CAUSE = PWRON_RESET
"""Why this life began; the pretend board says so."""

BODY = "/body/"
WIDTH, PAGES = 128, 8
ADDRESS = 0x3C
NO_DEVICE = 19
COMMANDS = 0x00
OFF, ON, COLUMNS, ROWS = 0xAE, 0xAF, 0x21, 0x22
# How many bytes belong to a command of the panel; to those that are not here, none.
OPERANDS = dict.fromkeys((0x20, 0x81, 0x8D, 0xA8, 0xD3, 0xD5, 0xD9, 0xDA, 0xDB), 1)
OPERANDS.update({COLUMNS: 2, ROWS: 2})


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
    """The bus, with the panel on it and nothing else."""

    def __init__(self, id: int, scl: Pin, sda: Pin, freq: int) -> None:
        self.panel = PANEL

    def writeto(self, address: int, sent: bytes) -> int:
        """Write to a device. Raises ``OSError`` if there is none."""
        return self.writevto(address, (sent,))

    def writevto(self, address: int, sent: tuple[bytes, ...]) -> int:
        """Write several pieces as one."""
        if address != ADDRESS:
            raise OSError(NO_DEVICE, "ENODEV")
        whole = b"".join([bytes(piece) for piece in sent])
        self.panel.take(whole[0], whole[1:])
        return len(whole)


class Panel:
    """An SSD1306: what it shows is ``/body/panel``, one byte that says whether it is lit, then its
    memory, page after page.
    """

    def __init__(self) -> None:
        self.memory = bytearray(WIDTH * PAGES)
        self.is_on = False
        self.columns, self.rows = (0, WIDTH - 1), (0, PAGES - 1)
        self.column = self.page = 0

    def take(self, kind: int, sent: bytes) -> None:
        """What a write to the panel does."""
        if kind != COMMANDS:
            self._take_points(sent)
        else:
            at = 0
            while at < len(sent):
                operands = OPERANDS.get(sent[at], 0)
                self._obey(sent[at], sent[at + 1 : at + 1 + operands])
                at += 1 + operands
        with open(BODY + "panel", "wb") as file:  # noqa: PTH123
            file.write(bytes([self.is_on]) + self.memory)

    def _obey(self, command: int, operands: bytes) -> None:
        if command in (ON, OFF):
            self.is_on = command == ON
        elif command == COLUMNS:
            self.columns = (operands[0], operands[1])
            self.column = operands[0]
        elif command == ROWS:
            self.rows = (operands[0], operands[1])
            self.page = operands[0]

    def _take_points(self, points: bytes) -> None:
        for byte in points:
            self.memory[self.page * WIDTH + self.column] = byte
            self.column += 1
            if self.column > self.columns[1]:
                self.column = self.columns[0]
                self.page = self.rows[0] if self.page == self.rows[1] else self.page + 1


PANEL = Panel()
