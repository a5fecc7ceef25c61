# The screen: shows a scene when it differs from the one shown, and sleeps until the next can. What
# waits for an answer is not only shown: its tone is repeated until somebody answers, or an hour has
# passed. Who is not there, or sleeps, is not helped by more.

from firmware.logic.prompt import TONE as PROMPT_TONE
from firmware.logic.scene import BREAK_PROMPT, WATER_DROP, compose, lasts_ms
from firmware.logic.water import TONE as WATER_TONE

TONES = {BREAK_PROMPT: PROMPT_TONE, WATER_DROP: WATER_TONE}
REPEAT_MS = 300_000
REPEATS = 12
# Also a screen that stands still looks this often: the watch waits for it (watch.py), and what the
# ticks would lose is taken up anew.
LOOK_MS = 60_000


class Screen:
    turn_ms = LOOK_MS

    def __init__(self, parts) -> None:
        self.hal = parts.hal
        self.known = parts.known
        self.shown: tuple | None = None
        self.sounded_at = 0
        self.repeats_left = 0

    async def turn(self) -> None:
        now = self.hal.ticks_ms()
        self.known.expire(now)
        scene = compose(self.known, now)
        if scene != self.shown:
            self._show(scene, now)
        pause_ms = self._repeat(scene[0], now)
        holds_ms = lasts_ms(self.known, now)
        await self.hal.wait(
            self.known.changed, pause_ms if holds_ms is None else min(holds_ms, pause_ms)
        )
        self.known.changed.clear()

    # The tone of a new scene is sounded by whoever made it. Whether the pet is offline makes none.
    def _show(self, scene: tuple, now: int) -> None:
        self.hal.show(scene, self.known)
        if self.shown is None or scene[:3] != self.shown[:3]:
            self.sounded_at = now
            self.repeats_left = REPEATS
        self.shown = scene

    # Gives how long there is nothing to do.
    def _repeat(self, screen: str, now: int) -> int:
        tone = TONES.get(screen)
        if tone is None or self.repeats_left == 0:
            return LOOK_MS
        left_ms = REPEAT_MS - self.hal.ticks_diff(now, self.sounded_at)
        if left_ms <= 0:
            self.hal.tone(*tone)
            self.sounded_at = now
            self.repeats_left -= 1
            left_ms = REPEAT_MS
        return min(LOOK_MS, left_ms)
