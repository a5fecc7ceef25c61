# How long to wait after a failure: doubling from 1 to 60 seconds, half of each wait drawn by
# chance. Belongs here: the length of the wait. Does not: waiting.

FIRST_MS = 2_000
LAST_MS = 60_000


class Backoff:
    def __init__(self, hal) -> None:
        self.hal = hal
        self.span_ms = FIRST_MS

    # The next wait lies in the upper half of the span, so that a room of pets comes back one by
    # one.
    def next_ms(self) -> int:
        half_ms = self.span_ms // 2
        self.span_ms = min(self.span_ms * 2, LAST_MS)
        return half_ms + int(self.hal.rand() * half_ms)

    def reset(self) -> None:
        self.span_ms = FIRST_MS
