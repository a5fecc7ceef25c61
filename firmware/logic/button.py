# The buttons: what a press means depends on the scene that is shown, since nobody answers what he
# has not seen. The table is the whole rule; what it does not name has no effect. The first button
# alone is enough; the second one, pressed for however long, says no to what is shown, or asks how
# the pet fares. The one to talk by means the same on every screen, and while somebody talks with
# the pet the others only make it stop.

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
    def __init__(self, parts, screen, water, prompt, pomodoro, encouragement, status) -> None:
        self.screen = screen
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
        scene = self.screen.shown or compose(self.known, self.hal.ticks_ms())
        self.hal.log(f"{kind} press on {scene[0]}")
        meaning = self.meanings.get((scene[0], kind)) or self.meanings.get((ANY, kind))
        if meaning is not None and not self._is_over(scene, kind):
            meaning()

    # What a press would answer may have been answered, or withdrawn, since the screen had its turn.
    def _is_over(self, scene: tuple, kind: str) -> bool:
        known = self.known
        if kind == TALK_PRESS:
            return False
        if scene[0] == BREAK_PROMPT:
            return known.prompt is None or known.prompt[1:] != scene[1:3]
        if scene[0] == WATER_DROP:
            return known.reminder is None
        return (scene[0], kind) == (POMODORO_TIMER, SHORT) and known.pomodoro is None
