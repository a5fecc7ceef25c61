# The display: draws the scene that is shown, frame after frame, and lets the panel rest while
# nothing moves. A host that has a panel makes one, spawns its turn (logic/supervise.py) and tells
# it what to show.

from firmware.drawing.frame import draw

# An age beyond this goes back by one hour: what moves then moves in rounds, and a board's whole
# numbers stay small.
AGE_MAX_MS = 7_200_000
HOUR_MS = 3_600_000


class Display:
    # `canvas` is a FrameBuffer; `flush()` is an async function that brings it to the panel.
    def __init__(self, hal, canvas, flush) -> None:
        self.hal = hal
        self.canvas = canvas
        self.flush = flush
        self.changed = hal.event()
        self.scene: tuple | None = None
        self.known = None
        self.age_ms = 0
        self.aged_at = 0

    def show(self, scene: tuple, known) -> None:
        self.scene = scene
        self.known = known
        self.age_ms = 0
        self.aged_at = self.hal.ticks_ms()
        self.changed.set()

    # One frame, for as long as it stands. What is shown meanwhile is drawn in the next turn at
    # once; a frame that did not reach the panel is drawn anew.
    async def turn(self) -> None:
        while self.scene is None:
            await self.hal.wait(self.changed)
        self.changed.clear()
        now = self.hal.ticks_ms()
        self._grow_older(now)
        stand = draw(self.canvas, self.scene, self.known, now, self.age_ms)
        await self.flush()
        if stand is not None:
            stand = max(1, stand - self.hal.ticks_diff(self.hal.ticks_ms(), now))
        await self.hal.wait(self.changed, stand)

    # In steps of a frame each, since ticks that lie far apart cannot be compared.
    def _grow_older(self, now: int) -> None:
        self.age_ms += self.hal.ticks_diff(now, self.aged_at)
        self.aged_at = now
        if self.age_ms > AGE_MAX_MS:
            self.age_ms -= HOUR_MS
