# The button: what a press means depends on the scene. The table is the whole rule; what it does not
# name has no effect.

from firmware.logic.scene import BREAK_PROMPT, IDLE, MESSAGE, POMODORO_TIMER, WATER_DROP, compose

SHORT = "short"
LONG = "long"


class Button:
    def __init__(self, parts, water, prompt, pomodoro, encouragement) -> None:
        self.hal = parts.hal
        self.known = parts.known
        self.meanings = {
            (BREAK_PROMPT, SHORT): prompt.accept,
            (BREAK_PROMPT, LONG): prompt.dismiss,
            (WATER_DROP, SHORT): water.acknowledge,
            (MESSAGE, SHORT): parts.known.hush,
            (POMODORO_TIMER, SHORT): pomodoro.stop,
            (POMODORO_TIMER, LONG): encouragement.ask,
            (IDLE, SHORT): pomodoro.start,
            (IDLE, LONG): encouragement.ask,
        }

    async def turn(self) -> None:
        self.press(await self.hal.button())

    def press(self, kind: str) -> None:
        screen = compose(self.known, self.hal.ticks_ms())[0]
        self.hal.log(f"{kind} press on {screen}")
        meaning = self.meanings.get((screen, kind))
        if meaning is not None:
            meaning()
