"""A model of the SSD1306: it takes what comes over I2C and knows what its glass shows.

Written from the chip's data sheet and not from the driver. It refuses what it does not know, so
that a driver that sends nonsense fails. Runs in CPython and in MicroPython.
"""

WIDTH = 128
PAGES = 8
# First bytes of commands, and how many bytes follow each.
ALONE = (0x2E, 0x40, 0xA0, 0xA1, 0xA4, 0xA6, 0xAE, 0xAF, 0xC0, 0xC8)
WITH_ONE = (0x20, 0x81, 0x8D, 0xA8, 0xD3, 0xD5, 0xD9, 0xDA, 0xDB)
WITH_TWO = (0x21, 0x22)


class Panel:
    """The chip, its memory and its power."""

    def __init__(self, address: int = 0x3C) -> None:
        """Plugged in, its power just come."""
        self.address = address
        self.is_plugged = True
        self.bytes = 0  # that came since somebody set this to 0
        self.writes_left = -1  # after so many more its cable comes out; -1 is never
        self.lose_power()

    def lose_power(self) -> None:
        """Forget everything, as the chip does when its power comes back. What its memory holds
        then is noise, and its glass is dark.
        """
        self.memory = bytearray(b"\xa5" * (WIDTH * PAGES))
        self.is_on = self.has_pump = False
        self.goes_along_columns = False
        self.contrast = 0x7F
        self.columns = (0, WIDTH - 1)
        self.pages = (0, PAGES - 1)
        self.column = self.page = 0

    def glass(self) -> bytes:
        """What is seen: nothing while it is off or has no voltage."""
        lit = self.is_on and self.has_pump and self.is_plugged
        return bytes(self.memory) if lit else bytes(WIDTH * PAGES)

    def take(self, address: int, data: bytes) -> None:
        """Take one write. Raises ``OSError`` when nobody answers at that address."""
        if self.writes_left == 0:
            self.is_plugged = False
        self.writes_left -= self.writes_left > 0
        if not self.is_plugged or address != self.address:
            # The chip says ENODEV; words alone are the same on every interpreter.
            raise OSError("no device")
        self.bytes += 1 + len(data)  # the address is a byte, too
        if data[0] == 0x40:
            for byte in data[1:]:
                self._put(byte)
        elif data[0] == 0x00:
            self._obey(list(data[1:]))
        else:
            raise ValueError(f"no control byte: {data[0]:#x}")

    def _put(self, byte: int) -> None:
        if not self.goes_along_columns:
            raise ValueError("points before the panel was told where they go")
        self.memory[self.page * WIDTH + self.column] = byte
        self.column += 1
        if self.column > self.columns[1]:
            self.column = self.columns[0]
            self.page = self.pages[0] if self.page == self.pages[1] else self.page + 1

    def _obey(self, commands: list[int]) -> None:
        while commands:
            first = commands.pop(0)
            if first in ALONE:
                self._obey_one(first, 0, 0)
            elif first in WITH_ONE:
                self._obey_one(first, commands.pop(0), 0)
            elif first in WITH_TWO:
                self._obey_one(first, commands.pop(0), commands.pop(0))
            else:
                raise ValueError(f"no command: {first:#x}")

    def _obey_one(self, first: int, second: int, third: int) -> None:
        if first == 0x20:
            self.goes_along_columns = second == 0
        elif first == 0x21:
            self.columns, self.column = self._window(second, third, WIDTH), second
        elif first == 0x22:
            self.pages, self.page = self._window(second, third, PAGES), second
        elif first == 0x81:
            self.contrast = second
        elif first == 0x8D:
            self.has_pump = second == 0x14
        elif first in (0xAE, 0xAF):
            self.is_on = first == 0xAF

    def _window(self, first: int, last: int, end: int) -> tuple[int, int]:
        if not 0 <= first <= last < end:
            raise ValueError(f"no window: {first} to {last}")
        return first, last
