"""The panel's driver against a model of the chip: what is seen is what was drawn."""

import asyncio
import random

import pytest

from firmware.hal.ssd1306 import DIM, FLUSHES_MAX, FULL, Ssd1306
from firmware.workshop.models.panel import Panel
from tests.firmware.board.machine import I2C, Bench, Pin, lay_out

SIZE = 1024
PAGE_OVERHEAD = 8 + 2  # the window with its address; address and control byte of the points


class Wired:
    """A driver with a model on its wires."""

    def __init__(self, panel: Panel | None = None) -> None:
        """With a panel that just got its power."""
        self.panel = lay_out(Bench(panel)).panel
        self.seen: list[bytes] = []  # whenever others may run
        bus = I2C(0, scl=Pin(22), sda=Pin(21), freq=400_000)
        self.driver = Ssd1306(bus, self._rest)

    async def _rest(self, ms: int) -> None:
        self.seen.append(self.panel.glass())

    def flush(self) -> None:
        """Bring it all to the panel."""
        asyncio.run(self.driver.flush())

    def bytes_of_flush(self) -> int:
        """How many bytes went over the wires for it."""
        self.panel.bytes = 0
        self.flush()
        return self.panel.bytes

    def is_seen(self) -> bool:
        """Whether the glass shows what was drawn."""
        return self.panel.glass() == bytes(self.driver.buffer)


def scribble(buffer: bytearray, chance: random.Random) -> None:
    """Draw something, somewhere, of any size."""
    width = chance.choice([0, 1, 2, 9, 130, SIZE])
    start = chance.randrange(SIZE - width + 1)
    buffer[start : start + width] = chance.randbytes(width)


@pytest.mark.parametrize("seed", range(3))
def test_the_glass_shows_every_frame(seed: int) -> None:
    """After each flush, whatever had changed; and others may run after each page."""
    wired, chance = Wired(), random.Random(seed)
    for frame in range(1, 151):
        scribble(wired.driver.buffer, chance)
        wired.flush()
        assert wired.is_seen()
        assert len(wired.seen) == frame * 8


def test_it_is_dark_until_its_first_frame_is_whole() -> None:
    """Nobody sees what its memory holds by chance."""
    wired = Wired()
    wired.driver.buffer[:] = bytes([0xFF]) * SIZE
    wired.flush()
    assert wired.seen == [bytes(SIZE)] * 8
    assert wired.is_seen()


def test_only_what_has_changed_is_sent() -> None:
    """Nothing for the same frame, one column for a point, one page for a line of it."""
    wired = Wired()
    wired.flush()
    assert wired.bytes_of_flush() == 0
    wired.driver.buffer[300] ^= 1
    assert wired.bytes_of_flush() == PAGE_OVERHEAD + 1
    wired.driver.buffer[256] ^= 1
    wired.driver.buffer[383] ^= 1
    assert wired.bytes_of_flush() == PAGE_OVERHEAD + 128
    wired.driver.buffer[:] = bytes(byte ^ 0xFF for byte in wired.driver.buffer)
    assert wired.bytes_of_flush() == 8 * (PAGE_OVERHEAD + 128)
    assert wired.is_seen()


@pytest.mark.parametrize("writes", range(0, 18, 3))
def test_a_cable_that_comes_out_is_survived(writes: int) -> None:
    """Wherever it came out: each flush says so, and once it is in again all is seen again."""
    wired, chance = Wired(), random.Random(writes)
    wired.flush()
    wired.driver.buffer[:] = chance.randbytes(SIZE)
    wired.panel.writes_left = writes % 16
    for _ in range(3):
        with pytest.raises(OSError, match="no device"):
            wired.flush()
        scribble(wired.driver.buffer, chance)
    wired.panel.lose_power()
    wired.panel.writes_left = -1
    wired.panel.is_plugged = True
    wired.flush()
    assert wired.is_seen()


def test_a_panel_at_the_other_address_is_found() -> None:
    """Some are sold with it; and it may be exchanged while the pet runs."""
    wired = Wired(Panel(0x3D))
    wired.driver.buffer[7] = 0x55
    wired.flush()
    assert wired.is_seen()
    wired.panel.address = 0x3C
    wired.panel.lose_power()
    wired.driver.buffer[7] = 0x33
    with pytest.raises(OSError, match="no device"):
        wired.flush()
    wired.flush()
    assert wired.is_seen()


def test_a_panel_that_forgot_all_shows_it_again_in_the_end() -> None:
    """Its power failed for a moment, and it answers as if nothing had been."""
    wired = Wired()
    wired.driver.buffer[:] = bytes([0x3C]) * SIZE
    wired.flush()
    wired.panel.lose_power()
    wired.panel.goes_along_columns = True
    assert not wired.is_seen()
    for _ in range(FLUSHES_MAX):
        wired.flush()
    assert wired.is_seen()


def test_it_is_dimmed_and_switched_off() -> None:
    """With the next frame; and the frame after it was switched off lights it."""
    wired = Wired()
    wired.driver.buffer[5] = 0x7E
    wired.flush()
    assert wired.panel.contrast == FULL
    wired.driver.contrast(DIM)
    wired.flush()
    assert wired.panel.contrast == DIM
    wired.driver.off()
    assert wired.panel.glass() == bytes(SIZE)
    wired.flush()
    assert wired.is_seen()
    assert wired.panel.contrast == DIM


def test_a_frame_can_be_brought_at_once() -> None:
    """For who has no tasks."""
    wired = Wired()
    wired.driver.buffer[:] = random.Random(1).randbytes(SIZE)
    wired.driver.flush_at_once()
    assert wired.is_seen()
    assert wired.seen == []
