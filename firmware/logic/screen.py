# The screen: shows a scene when it differs from the one shown, and sleeps until the next can.

from firmware.logic.scene import compose, lasts_ms


class Screen:
    def __init__(self, parts) -> None:
        self.hal = parts.hal
        self.known = parts.known
        self.shown: tuple | None = None

    async def turn(self) -> None:
        now = self.hal.ticks_ms()
        self.known.expire(now)
        scene = compose(self.known, now)
        if scene != self.shown:
            self.hal.show(scene, self.known)
            self.shown = scene
        await self.hal.wait(self.known.changed, lasts_ms(self.known, now))
        self.known.changed.clear()
