# The pet: puts its roles together around a host and gives each a task. The only composition here.
#
# A host makes one with Pet(hal, Config(user_id, device_id)) and spawns its run().

from firmware.logic.button import Button
from firmware.logic.encouragement import Encouragement
from firmware.logic.pairing import Pairing
from firmware.logic.parts import Parts
from firmware.logic.pomodoro import Pomodoro
from firmware.logic.prompt import Prompt
from firmware.logic.screen import Screen
from firmware.logic.supervise import forever
from firmware.logic.water import Water


class Pet:
    def __init__(self, hal, config) -> None:
        self.hal = hal
        self.parts = Parts(hal, config)
        self.pairing = Pairing(self.parts)
        self.water = Water(self.parts)
        self.prompt = Prompt(self.parts)
        self.pomodoro = Pomodoro(self.parts)
        self.encouragement = Encouragement(self.parts)
        self.button = Button(self.parts, self.water, self.prompt, self.pomodoro, self.encouragement)
        self.screen = Screen(self.parts)

    # Never returns. The screen comes first, so that it is lit before the first poll is answered.
    async def run(self) -> None:
        self._spawn("button", self.button)
        self._spawn("outbox", self.parts.outbox)
        if self.parts.token.is_needed:
            self._spawn("pairing", self.pairing)
        self._spawn("water", self.water)
        self._spawn("prompt", self.prompt)
        self._spawn("pomodoro", self.pomodoro)
        self._spawn("encouragement", self.encouragement)
        await forever(self.hal, "screen", self.screen.turn)

    def _spawn(self, name: str, role) -> None:
        self.hal.spawn(name, forever(self.hal, name, role.turn))
