# MicroPython's framebuf for those who have none, point for point: the format MONO_VLSB, and what
# firmware/drawing asks of it. Belongs here: what the board's C does, its clipping and its rounding.
# Does not: poly, scroll, palettes and the other formats, which nobody uses.
#
# A byte holds eight points of a column, the lowest bit on top; bytes run from left to right, then
# come the eight rows below. A row of bytes is changed by bytes.translate(): a table that sets some
# bits of a byte is much faster than a loop.

from firmware.hal.font import COLUMNS, FIRST, LAST

MONO_VLSB = 0
# The quadrants of an ellipse, counted from the upper right one against the clock.
RIGHT_UPPER, LEFT_UPPER, LEFT_LOWER, RIGHT_LOWER = 1, 2, 4, 8


class FrameBuffer:
    # `buffer` is a bytearray (or a memoryview of one) of at least width * height / 8 bytes.
    def __init__(self, buffer, width: int, height: int, format: int) -> None:
        if format != MONO_VLSB:
            raise ValueError("invalid format")
        self.buffer = buffer
        self.width = width
        self.height = height
        self.tables: dict = {}
        self.arcs: dict = {}

    def fill(self, c: int) -> None:
        self.fill_rect(0, 0, self.width, self.height, c)

    # Without a colour it tells the point; outside of the buffer there is none to tell.
    def pixel(self, x: int, y: int, c: int | None = None) -> int | None:
        if not (0 <= x < self.width and 0 <= y < self.height):
            return None
        if c is None:
            return self.buffer[(y >> 3) * self.width + x] >> (y & 7) & 1
        self._put(x, y, c)
        return None

    def hline(self, x: int, y: int, w: int, c: int) -> None:
        self.fill_rect(x, y, w, 1, c)

    def vline(self, x: int, y: int, h: int, c: int) -> None:
        self.fill_rect(x, y, 1, h, c)

    def rect(self, x: int, y: int, w: int, h: int, c: int, f: bool = False) -> None:
        if f:
            self.fill_rect(x, y, w, h, c)
            return
        self.fill_rect(x, y, w, 1, c)
        self.fill_rect(x, y + h - 1, w, 1, c)
        self.fill_rect(x, y, 1, h, c)
        self.fill_rect(x + w - 1, y, 1, h, c)

    def fill_rect(self, x: int, y: int, w: int, h: int, c: int) -> None:
        x_end, y_end = min(x + w, self.width), min(y + h, self.height)
        x, y = max(x, 0), max(y, 0)
        if w < 1 or h < 1 or x >= x_end:
            return
        while y < y_end:
            rows = min(8 - (y & 7), y_end - y)
            self._fill_bits(x, x_end, y >> 3, ((1 << rows) - 1) << (y & 7), c)
            y += rows

    # Bresenham's, the end drawn in any case.
    def line(self, x1: int, y1: int, x2: int, y2: int, c: int) -> None:
        dx, sx = (x2 - x1, 1) if x2 > x1 else (x1 - x2, -1)
        dy, sy = (y2 - y1, 1) if y2 > y1 else (y1 - y2, -1)
        steep = dy > dx
        if steep:
            x1, y1, dx, dy, sx, sy = y1, x1, dy, dx, sy, sx
        error = 2 * dy - dx
        for _ in range(dx):
            self._put(*((y1, x1) if steep else (x1, y1)), c)
            while error >= 0:
                y1 += sy
                error -= 2 * dx
            x1 += sx
            error += 2 * dy
        self._put(x2, y2, c)

    # Two arcs a quadrant, from the side to the diagonal and from the top to it.
    def ellipse(
        self, x: int, y: int, xr: int, yr: int, c: int, f: bool = False, m: int = 15
    ) -> None:
        if xr == 0 and yr == 0:
            if m & 15:
                self._put(x, y, c)
            return
        if (xr, yr, f) not in self.arcs:
            self.arcs[xr, yr, f] = _chords(xr, yr) if f else _points(xr, yr)
        draw = self._draw_chord if f else self._draw_corners
        for across, down in self.arcs[xr, yr, f]:
            draw(x, y, across, down, c, m)

    # As in C, a text ends at its first NUL; every byte that is no ASCII is a grey box.
    def text(self, s: str, x: int, y: int, c: int = 1) -> None:
        for byte in s.split("\0", 1)[0].encode():
            at = ((byte if FIRST <= byte <= LAST else LAST) - FIRST) * 8
            for bits in COLUMNS[at : at + 8]:
                self._column(x, y, bits, c)
                x += 1

    # `source` is a FrameBuffer, or (bytes, width, height, MONO_VLSB). Points of the colour `key`
    # are left out.
    def blit(self, source, x: int, y: int, key: int = -1) -> None:
        if isinstance(source, tuple):
            source = FrameBuffer(*source)
        lit = (1 << source.height) - 1
        for column in range(max(0, -x), min(source.width, self.width - x)):
            bits = 0
            for page in range((source.height - 1) // 8, -1, -1):
                bits = bits << 8 | source.buffer[page * source.width + column]
            if key != 0:
                self._column(x + column, y, ~bits & lit, 0)
            if key != 1:
                self._column(x + column, y, bits & lit, 1)

    def _put(self, x: int, y: int, c: int) -> None:
        if 0 <= x < self.width and 0 <= y < self.height:
            at = (y >> 3) * self.width + x
            bit = 1 << (y & 7)
            self.buffer[at] = self.buffer[at] | bit if c else self.buffer[at] & ~bit

    # The bits of one column below y that are set, drawn in a colour.
    def _column(self, x: int, y: int, bits: int, c: int) -> None:
        if not 0 <= x < self.width:
            return
        bits = (bits << y if y >= 0 else bits >> -y) & ((1 << self.height) - 1)
        at = x
        while bits:
            if bits & 0xFF:
                old = self.buffer[at]
                self.buffer[at] = old | bits & 0xFF if c else old & ~bits
            bits >>= 8
            at += self.width

    def _fill_bits(self, x: int, x_end: int, page: int, bits: int, c: int) -> None:
        start, end = page * self.width + x, page * self.width + x_end
        if x_end - x == 1:
            self.buffer[start] = self.buffer[start] | bits if c else self.buffer[start] & ~bits
            return
        key = bits if c else ~bits
        if key not in self.tables:
            self.tables[key] = bytes([(n | bits) if c else (n & ~bits) for n in range(256)])
        self.buffer[start:end] = bytes(self.buffer[start:end]).translate(self.tables[key])

    def _draw_corners(self, x: int, y: int, across: int, down: int, c: int, m: int) -> None:
        if m & RIGHT_UPPER:
            self._put(x + across, y - down, c)
        if m & LEFT_UPPER:
            self._put(x - across, y - down, c)
        if m & LEFT_LOWER:
            self._put(x - across, y + down, c)
        if m & RIGHT_LOWER:
            self._put(x + across, y + down, c)

    def _draw_chord(self, x: int, y: int, across: int, down: int, c: int, m: int) -> None:
        for row, left, right in (
            (y - down, m & LEFT_UPPER, m & RIGHT_UPPER),
            (y + down, m & LEFT_LOWER, m & RIGHT_LOWER),
        ):
            if left or right:
                from_x = x - across if left else x
                until_x = x + across if right else x
                self.fill_rect(from_x, row, until_x - from_x + 1, 1, c)


# The widest of the points in every row: what is between it and the middle is filled.
def _chords(xr: int, yr: int) -> list:
    widest: dict = {}
    for across, down in _points(xr, yr):
        widest[down] = max(across, widest.get(down, 0))
    return [(widest[down], down) for down in widest]


# Where the points of a quadrant lie, (across, down) from the centre.
def _points(xr: int, yr: int) -> list:
    side, top = _arc(xr, yr), _arc(yr, xr)
    return side + [(across, down) for down, across in top]


# From (a, 0) on, as long as the ellipse is steeper than the diagonal.
def _arc(a: int, b: int) -> list:
    points = []
    two_aa, two_bb = 2 * a * a, 2 * b * b
    along, beside = a, 0
    along_change, beside_change = b * b * (1 - 2 * a), a * a
    error, along_stop, beside_stop = 0, two_bb * a, 0
    while along_stop >= beside_stop:
        points.append((along, beside))
        beside += 1
        beside_stop += two_aa
        error += beside_change
        beside_change += two_aa
        if 2 * error + along_change > 0:
            along -= 1
            along_stop -= two_bb
            error += along_change
            along_change += two_bb
    return points
