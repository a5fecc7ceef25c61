# The panel: an SSD1306 of 128 x 64 points on I2C. Belongs here: bringing a buffer to it, only what
# has changed, and beginning anew when its cable was out. Does not: what is drawn (drawing/).

TYPE_CHECKING = False
if TYPE_CHECKING:
    import machine

WIDTH = 128
PAGES = 8  # of eight lines each, one byte a column

ADDRESSES = (0x3C, 0x3D)
COMMANDS = b"\x00"  # what follows this byte are commands
DATA = 0x40  # and after this one, points
WINDOW = b"\x00\x21\x00\x00\x22\x00\x00"  # commands: columns and pages that points go to
ON = b"\xaf"
OFF = b"\xae"
CONTRAST = b"\x81"
FULL = 0xCF
DIM = 0x10

# The data sheet's: clock; 64 lines, from the first; its own pump for the voltage; points go along
# the columns; mirrored both ways, so that the plug is above; wiring of the glass; timing; showing
# its memory, not inverted; no scrolling. It is dark from its power on until it is told ON.
BEGIN = b"\xd5\x80\xa8\x3f\xd3\x00\x40\x8d\x14\x20\x00\xa1\xc8\xda\x12\xd9\xf1\xdb\x30\xa4\xa6\x2e"
ALL_PAGES = (1 << PAGES) - 1
# A panel that lost its power for a moment answers as before and shows nothing: now and then it is
# told everything again.
FLUSHES_MAX = 64


class Ssd1306:
    # `rest` is an async function of milliseconds, which lets others run.
    def __init__(self, i2c: "machine.I2C", rest) -> None:
        self.i2c = i2c
        self.rest = rest
        self.address = ADDRESSES[0]
        self.buffer = bytearray(WIDTH * PAGES)
        self.level = FULL
        self._view = memoryview(self.buffer)
        self._sent = bytearray(WIDTH * PAGES)
        self._pages = [self._view[at : at + WIDTH] for at in range(0, WIDTH * PAGES, WIDTH)]
        sent = memoryview(self._sent)
        self._sent_pages = [sent[at : at + WIDTH] for at in range(0, WIDTH * PAGES, WIDTH)]
        # Made once: a vector of buffers would be put together anew for each page.
        self._window = bytearray(WINDOW)
        self._points = memoryview(bytearray(1 + WIDTH))
        self._points[0] = DATA
        self._sent_level = -1
        self._stale = ALL_PAGES  # a bit for each page of which it is not known what the panel shows
        self._is_begun = False
        self._flushes = 0

    # From the next flush on.
    def contrast(self, level: int) -> None:
        self.level = level

    # Brings the buffer to the panel, page by page; a page is 3 ms at 400 kHz. An OSError says that
    # the panel does not answer.
    async def flush(self) -> None:
        self._begin()
        for page in range(PAGES):
            self._send(page)
            await self.rest(0)
        self._end()

    # The same without letting anybody run.
    def flush_at_once(self) -> None:
        self._begin()
        for page in range(PAGES):
            self._send(page)
        self._end()

    def off(self) -> None:
        self._is_begun = False
        self._command(OFF)

    # Until a flush has come to its end the panel counts as not begun.
    def _begin(self) -> None:
        if not self._is_begun:
            self._begin_anew()
        self._is_begun = False

    # At the address where it answers.
    def _begin_anew(self) -> None:
        self._stale = ALL_PAGES
        self._sent_level = -1
        try:
            self._command(BEGIN)
        except OSError:
            self.address = ADDRESSES[1] if self.address == ADDRESSES[0] else ADDRESSES[0]
            self._command(BEGIN)

    # It is lit when it has something to show.
    def _end(self) -> None:
        if self._sent_level != self.level:
            self._command(CONTRAST + bytes((self.level,)) + ON)
            self._sent_level = self.level
        self._flushes = (self._flushes + 1) % FLUSHES_MAX
        self._is_begun = self._flushes != 0

    def _command(self, commands: bytes) -> None:
        self.i2c.writeto(self.address, COMMANDS + commands)

    # One run of columns, from the first that has changed to the last.
    def _send(self, page: int) -> None:
        first, last = 0, WIDTH - 1
        if not self._stale & (1 << page):
            if self._pages[page] == self._sent_pages[page]:
                return
            first, last = self._changed(page * WIDTH)
        start = page * WIDTH
        self._window[2], self._window[3] = first, last
        self._window[5] = self._window[6] = page
        self.i2c.writeto(self.address, self._window)
        points = self._view[start + first : start + last + 1]
        self._points[1 : 1 + len(points)] = points
        self.i2c.writeto(self.address, self._points[: 1 + len(points)])
        self._sent[start + first : start + last + 1] = points
        self._stale &= ~(1 << page)

    def _changed(self, start: int) -> tuple:
        first, last = 0, WIDTH - 1
        while self.buffer[start + first] == self._sent[start + first]:
            first += 1
        while self.buffer[start + last] == self._sent[start + last]:
            last -= 1
        return first, last
