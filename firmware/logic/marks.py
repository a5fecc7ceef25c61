# What last moved: the turns of the roles, and the answers of the server. Written by whoever moves,
# read by the watch (watch.py), which decides what follows.

from firmware.logic.clock import MINUTE_MS

# Stumbles further apart than this are not in a row.
ROW_MS = 10 * MINUTE_MS


class Marks:
    def __init__(self, hal) -> None:
        self.hal = hal
        self.moved: dict = {}  # when each role last ended a turn, well or not
        self.stumbling: dict = {}  # (first, last) of those that go wrong turn after turn
        self.is_heard = False  # something good, since the watch last looked
        self.is_missed = False  # an answer, since something good was heard

    def move(self, name: str) -> None:
        self.moved[name] = self.hal.ticks_ms()
        self.stumbling.pop(name, None)

    # Something long has begun within a turn: its time counts from here.
    def begin(self, name: str) -> None:
        self.moved[name] = self.hal.ticks_ms()

    def stumble(self, name: str) -> None:
        now = self.hal.ticks_ms()
        self.moved[name] = now
        first, last = self.stumbling.get(name, (now, now))
        if self.hal.ticks_diff(now, last) > ROW_MS:
            first = now
        self.stumbling[name] = (first, now)

    def hear(self) -> None:
        self.is_heard = True
        self.is_missed = False

    def miss(self) -> None:
        self.is_missed = True
