# The buttons: what a press means depends on the scene. The table is the whole rule; what it does
# not name has no effect. The first button alone is enough; the second one, pressed for however
# long, says no to what is shown, or asks how the pet fares. The one to talk by means the same on
# every screen, and while somebody talks with the pet the others only make it stop.

from firmware.logic.scene import (
    BREAK_PROMPT,
    IDLE,
    MESSAGE,
    PAIRING,
    POMODORO_TIMER,
    STATUS,
    TALK,
    WATER_DROP,
    compose,
)

SHORT = "short"
LONG = "long"
SECOND = "second"
TALK_PRESS = "talk"
ANY = ""


class Button:
    def __init__(self, parts, water, prompt, pomodoro, encouragement, status) -> None:
        self.hal = parts.hal
        self.known = parts.known
        self.meanings = {
            (BREAK_PROMPT, SHORT): prompt.accept,
            (BREAK_PROMPT, LONG): prompt.dismiss,
            (BREAK_PROMPT, SECOND): prompt.dismiss,
            (WATER_DROP, SHORT): water.acknowledge,
            (STATUS, SHORT): status.hide,
            (STATUS, LONG): status.hide,
            (STATUS, SECOND): status.hide,
            (PAIRING, SECOND): status.show,
            (MESSAGE, SHORT): parts.known.hush,
            (MESSAGE, SECOND): parts.known.hush,
            (POMODORO_TIMER, SHORT): pomodoro.stop,
            (POMODORO_TIMER, LONG): encouragement.ask,
            (POMODORO_TIMER, SECOND): status.show,
            (IDLE, SHORT): pomodoro.start,
            (IDLE, LONG): encouragement.ask,
            (IDLE, SECOND): status.show,
        }

    # Of a pet that can.
    def add_talk(self, talk) -> None:
        self.meanings[(ANY, TALK_PRESS)] = talk.begin
        for kind in (SHORT, LONG, SECOND):
            self.meanings[(TALK, kind)] = self.meanings[(MESSAGE, kind)] = talk.stop

    async def turn(self) -> None:
        self.press(await self.hal.button())

    def press(self, kind: str) -> None:
        screen = compose(self.known, self.hal.ticks_ms())[0]
        self.hal.log(f"{kind} press on {screen}")
        meaning = self.meanings.get((screen, kind)) or self.meanings.get((ANY, kind))
        if meaning is not None:
            meaning()
