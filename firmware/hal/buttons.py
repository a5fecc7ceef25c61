# The buttons, two and one more to talk by: contacts that bounce become presses. A contact closes to
# ground, so that its pin reads 0 while it is held. Belongs here: when a press is one, and how long.
# Does not: what it means (logic/button.py).
#
# The pins are looked at every few milliseconds, which is enough to see through the bouncing. An
# interrupt only notes when a contact moved: so a press is timed from its first touch, and one that
# came and went while a task held everybody up is not lost.

TYPE_CHECKING = False
if TYPE_CHECKING:
    import machine

SHORT = "short"
LONG = "long"
SECOND = "second"
TALK = "talk"

LOOK_MS = 15
BOUNCE_MS = 30  # a contact that has been quiet for so long has moved
LONG_MS = 600
# Looks this far apart have missed what was between them.
LATE_MS = 100
PRESSES_MAX = 4


class Contact:
    # `held` is told when it has been held for LONG_MS, `released` when it is let go before;
    # `touched` at once, and then neither of them. What is "" is not told.
    def __init__(self, ticks_diff, is_down: bool, *, touched="", held="", released="") -> None:
        self.ticks_diff = ticks_diff
        self.touched = touched
        self.held = held
        self.released = released
        self.is_down = is_down
        self.is_told = is_down  # who is held while the pet starts means nothing by it
        self.down_at = 0
        self.moving_at: int | None = None
        self.noted_at: int | None = None
        self.looked_at: int | None = None

    # In an interrupt: the first time it moved since it was looked at.
    def note(self, now: int) -> None:
        if self.noted_at is None:
            self.noted_at = now

    # Looks at the level of the pin; the answer is what there is to tell, or "".
    def look(self, is_down: bool, now: int) -> str:
        noted_at, self.noted_at = self.noted_at, None
        is_late = self.looked_at is not None and self.ticks_diff(now, self.looked_at) > LATE_MS
        self.looked_at = now
        if is_down == self.is_down:
            return self._look_still(is_down, now, is_late and noted_at is not None)
        if self.moving_at is None:
            self.moving_at = now if noted_at is None else noted_at
        if self.ticks_diff(now, self.moving_at) < BOUNCE_MS:
            return ""
        return self._move(is_down)

    # `is_missed` says that it may have been pressed and let go since the last look.
    def _look_still(self, is_down: bool, now: int, is_missed: bool) -> str:
        self.moving_at = None
        if is_missed and not is_down:
            return self.touched or self.released
        if is_down and not self.is_told and self.ticks_diff(now, self.down_at) >= LONG_MS:
            self.is_told = True
            return self.held
        return ""

    def _move(self, is_down: bool) -> str:
        self.is_down = is_down
        moved_at, self.moving_at = self.moving_at, None
        if is_down:
            self.down_at = moved_at or 0
            self.is_told = bool(self.touched)
            return self.touched
        if self.is_told:
            return ""
        self.is_told = True
        is_long = self.ticks_diff(moved_at, self.down_at) >= LONG_MS
        return self.held if is_long else self.released


class Buttons:
    # Pins with pull-ups; `trigger` is what their interrupts listen to, both ways.
    def __init__(
        self,
        hal,
        first_pin: "machine.Pin",
        second_pin: "machine.Pin",
        trigger: int,
        talk_pin: "machine.Pin | None" = None,
    ) -> None:
        self.hal = hal
        self.pressed = hal.event()
        self.presses: list = []
        first = Contact(hal.ticks_diff, not first_pin.value(), held=LONG, released=SHORT)
        second = Contact(hal.ticks_diff, not second_pin.value(), touched=SECOND)
        self.contacts = [(first_pin, first), (second_pin, second)]
        self.talk: Contact | None = None
        if talk_pin is not None:
            self.talk = Contact(hal.ticks_diff, not talk_pin.value(), touched=TALK)
            self.contacts.append((talk_pin, self.talk))
        for pin, contact in self.contacts:
            pin.irq(handler=self._noting(contact), trigger=trigger)

    def _noting(self, contact):
        def note(_pin) -> None:
            contact.note(self.hal.ticks_ms())

        return note

    # Looks once, and rests until the next time.
    async def turn(self) -> None:
        now = self.hal.ticks_ms()
        for pin, contact in self.contacts:
            self._take(contact.look(not pin.value(), now))
        await self.hal.sleep_ms(LOOK_MS)

    # A few presses wait for whoever asks next; more than a few are impatience.
    def _take(self, press: str) -> None:
        if press and len(self.presses) < PRESSES_MAX:
            self.presses.append(press)
            self.pressed.set()

    def is_talk_held(self) -> bool:
        return self.talk is not None and self.talk.is_down

    async def next(self) -> str:
        while not self.presses:
            self.pressed.clear()
            await self.hal.wait(self.pressed)
        return self.presses.pop(0)
