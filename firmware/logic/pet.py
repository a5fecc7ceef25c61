# The pet: puts its roles together around a host and gives each a task. The only composition here.
#
# A host makes one with Pet(hal, Config(user_id, device_id)) and spawns its run().

from firmware.logic.button import Button
from firmware.logic.encouragement import Encouragement
from firmware.logic.pairing import Pairing
from firmware.logic.parts import Parts
from firmware.logic.pomodoro import Pomodoro
from firmware.logic.prompt import Prompt
from firmware.logic.schedule import Schedule
from firmware.logic.screen import Screen
from firmware.logic.status import Status
from firmware.logic.supervise import forever
from firmware.logic.watch import ALWAYS, PAIRED, UNPAIRED, Watch
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
        self.schedule = Schedule(self.parts)
        self.status = Status(self.parts)
        self.screen = Screen(self.parts)
        self.button = Button(
            self.parts,
            self.screen,
            self.water,
            self.prompt,
            self.pomodoro,
            self.encouragement,
            self.status,
        )
        self.talk = self._talk() if hal.can_talk() else None

    # Loaded only where it is needed, since it takes its memory.
    def _talk(self):
        from firmware.logic.talk import Talk  # noqa: PLC0415

        talk = Talk(self.parts, self.pomodoro.wake)
        self.button.add_talk(talk)
        return talk

    # Never returns. The screen comes first, so that it is lit before the first poll is answered.
    async def run(self) -> None:
        hal, marks = self.hal, self.parts.marks
        watched = []
        for name, role, when in self._roles():
            if when is not None:
                watched.append((name, role.turn_ms, when))
            if name != "screen":
                hal.spawn(name, forever(hal, name, role.turn, marks))
        hal.spawn("watch", forever(hal, "watch", Watch(self.parts, watched).turn, marks))
        await forever(hal, "screen", self.screen.turn, marks)

    # With when the watch expects something of it: of the button never, since it waits for a person.
    def _roles(self) -> list:
        roles = [
            ("button", self.button, None),
            ("outbox", self.parts.outbox, PAIRED),
            ("water", self.water, PAIRED),
            ("prompt", self.prompt, PAIRED),
            ("pomodoro", self.pomodoro, PAIRED),
            ("encouragement", self.encouragement, PAIRED),
            ("schedule", self.schedule, PAIRED),
            ("screen", self.screen, ALWAYS),
        ]
        if self.parts.token.is_needed:
            roles.insert(2, ("pairing", self.pairing, UNPAIRED))
        if self.talk is not None:
            roles.append(("talk", self.talk, ALWAYS))
        return roles
